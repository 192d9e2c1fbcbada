"""What can be called, written to or opened is a link, each by itself; nothing else is."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

from shared.web.links import email_link, telephones, web_link

CHECKOUT = Path(__file__).resolve().parents[3]
STOCKHOLM = '<a class="ds-link" href="tel:+46846500410">08-465 004 10</a>'
MOBILE = '<a class="ds-link" href="tel:+46701740605">070-174 06 05</a>'


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("08-465 004 10", STOCKHOLM),
        ("0846500410", STOCKHOLM),
        ("+46 8 465 004 10", STOCKHOLM),
        ("08-465 004 10, 070-174 06 05", f"{STOCKHOLM}, {MOBILE}"),
        ("08-465 004 10 eller 0701740605", f"{STOCKHOLM} eller {MOBILE}"),
        ("08-465 004 10 (mån-fre 9-12)", f"{STOCKHOLM} (mån-fre 9-12)"),
        ("Ring 070-174 06 05 senast 2026-03-31 kl. 08.00-16.30.", f"Ring {MOBILE} senast 2026-03-31 kl. 08.00-16.30."),
        ("Rum 12, 116 45 Stockholm", "Rum 12, 116 45 Stockholm"),
        ("<b>070-174 06 05</b>", f"&lt;b&gt;{MOBILE}&lt;/b&gt;"),
        ("ring inte", "ring inte"),
    ],
)
def test_each_number_is_a_link_of_its_own(text: str, shown: str) -> None:
    """Written the one way, and dialled whole; days, hours and postal codes stay text."""
    assert telephones(text) == shown


def test_addresses_are_links_in_letters() -> None:
    """They lead to the held form."""
    assert email_link("info@xn--anhrig-yxa.se") == (
        '<a class="ds-link" href="mailto:info@xn--anhrig-yxa.se">info@anhörig.se</a>'
    )
    assert ">https://anhörig.se/a<" in web_link("https://xn--anhrig-yxa.se/a")


@pytest.mark.parametrize("sign", "?&%#=/;\"'<>{}|^`")
def test_no_sign_in_an_address_adds_to_the_letter(sign: str) -> None:
    """``a?bcc=b@example.se`` is a name that an address may have: it is no hidden copy to somebody else (RFC 6068)."""
    address = f"a{sign}bcc=b@example.se"
    link = unescape(re.findall(r'href="([^"]*)"', email_link(address))[0])
    assert not re.search("[?&#]", link)
    assert unquote(link.removeprefix("mailto:")) == address


@pytest.mark.parametrize(
    ("address", "leads_to"),
    [
        ("a&b@example.se", "a%26b@example.se"),
        ("what?subject=x@example.se", "what%3Fsubject%3Dx@example.se"),
        ("a%20b@example.se", "a%2520b@example.se"),
        ("anhörig@example.se", "anh%C3%B6rig@example.se"),
        ("anna.maria+stod@example.se", "anna.maria+stod@example.se"),
    ],
)
def test_a_letter_goes_to_the_whole_address_and_nowhere_else(address: str, leads_to: str) -> None:
    """What means something in a link is written so that it means itself (RFC 6068, section 2)."""
    shown = "a&amp;b@example.se" if "&" in address else address
    assert email_link(address) == f'<a class="ds-link" href="mailto:{leads_to}">{shown}</a>'


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "JavaScript://x.se/%0aalert(1)", "data:text/html,x", "www.x.se"]
)
def test_what_was_kept_before_the_rule_is_no_link(address: str) -> None:
    """It is shown as it is."""
    assert "<a" not in web_link(address)


def test_no_template_makes_such_a_link_by_itself() -> None:
    """Everywhere a number or an address is shown it is by these, so that no page can do it otherwise."""
    found = [
        f"{template.relative_to(CHECKOUT)}:{number}"
        for room in ("services", "shared")
        for template in sorted((CHECKOUT / room).rglob("*.html"))
        for number, line in enumerate(template.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"href=[\"'](tel|mailto):", line)
    ]
    assert found == []


# a number that is put together with a text, or shown, and is not made a link
BARE = re.compile(r"(?:~|\{\{) *(?:\w+\.)+phone\b(?! *\| *telephones)")


def test_no_template_shows_a_unit_s_number_bare() -> None:
    """It would break over two lines, and nobody could ring it by touching it."""
    assert BARE.search('{{ unit.name ~ ", " ~ unit.phone }}')
    assert BARE.search("{{ unit.phone }}")
    found = [
        f"{template.relative_to(CHECKOUT)}:{number}"
        for room in ("services", "shared")
        for template in sorted((CHECKOUT / room).rglob("*.html"))
        for number, line in enumerate(template.read_text(encoding="utf-8").splitlines(), 1)
        if BARE.search(line)
    ]
    assert found == []
