"""Following what is called: what is recorded, in which order, and what counts as a return."""

from __future__ import annotations

import sys
import threading

from shared.kernel.clock import FixedClock, swedish_day
from shared.vocabulary.postal_code import parse_postal_code
from tests.support.cast import NOON
from tests.support.tracing import Call, Messages, Way, by_room, traced

POSTAL_CODE = "shared/vocabulary/postal_code.py"
CLOCK = "shared/kernel/clock.py"


def test_the_products_functions_are_recorded_in_the_order_of_their_calls() -> None:
    """Not the test's own, nor a library's; and nothing after the block."""
    with traced() as way:
        parse_postal_code("118 26")
        swedish_day(FixedClock(NOON).now())
    parse_postal_code("118 26")
    assert [call.name for call in way.calls if call.file == CLOCK] == [
        "FixedClock.__init__",
        "FixedClock.now",
        "swedish_day",
    ]
    assert way.modules("shared/")[0] == POSTAL_CODE
    assert way.times(POSTAL_CODE, "parse_postal_code") == 1
    assert {call.file.split("/")[0] for call in way.calls} == {"shared"}
    assert way.modules() == []


def test_a_class_stands_for_its_methods_and_a_file_for_all_in_it() -> None:
    """As the page names them."""
    with traced() as way:
        swedish_day(FixedClock(NOON).now())
    assert way.first(CLOCK) == way.first(CLOCK, "FixedClock") == 0
    assert way.first(CLOCK, "now") == 1
    assert way.first(CLOCK, "SystemClock") is None
    assert way.first("shared/kernel/cloc.py") is None


def test_what_profiled_before_goes_on_afterwards() -> None:
    """A block within a block follows for itself alone."""
    with traced() as outer:
        with traced() as inner:
            parse_postal_code("118 26")
        swedish_day(NOON)
    assert inner.modules("shared/")[0] == POSTAL_CODE
    assert outer.first(POSTAL_CODE) is None
    assert outer.first(CLOCK, "swedish_day") is not None
    assert sys.getprofile() is None


def test_a_consumers_ways_begin_with_each_message() -> None:
    """And what its thread does between them belongs to none."""
    messages = Messages((CLOCK, "swedish_day"))

    def consume() -> None:
        sys.setprofile(messages)
        for _ in range(2):
            parse_postal_code("118 26")
            swedish_day(NOON)
        sys.setprofile(None)

    thread = threading.Thread(target=consume)
    thread.start()
    thread.join()
    assert [[call.name for call in way.calls] for way in messages.ways] == [["swedish_day"]] * 2


def _way(*entered: tuple[str, str], **more: bool) -> Way:
    return Way([Call(f"services/a/{to}.py", "f", f"services/a/{by}.py" if by else "", **more) for by, to in entered])


def test_a_return_is_a_way_in_from_elsewhere_than_at_first() -> None:
    """A loop is read once; a module that calls itself leaves nothing."""
    straight = _way(("", "web"), ("web", "command"), ("command", "domain"), ("domain", "domain"))
    assert (straight.returns(), straight.crossings()) == (0, 2)
    looping = _way(("", "web"), *[("web", "forms"), ("forms", "fields")] * 5)
    assert (looping.returns(), looping.crossings()) == (0, 10)
    back = _way(("", "web"), ("web", "forms"), ("web", "command"), ("command", "forms"), ("command", "forms"))
    assert back.returns() == 1
    twice = _way(("", "web"), ("web", "forms"), ("web", "told"), ("told", "forms"), ("", "forms"))
    assert twice.returns() == 2
    assert _way(("", "web"), ("web", "forms"), ("", "web"), resumed=True).returns() == 0


def test_rooms_are_counted_by_name() -> None:
    """A file that lies in none is one by itself."""
    modules = ["services/a/web/pages.py", "services/a/web/api.py", "services/a/published.py"]
    assert by_room(modules) == {"web": 2, "published.py": 1}
