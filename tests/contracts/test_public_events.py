"""The public events are frozen: every version ever published can be read, and is written as it was."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from shared.contracts.contract import Contract
from shared.contracts.envelope import Envelope, SequenceIsMissing, UndecodableEnvelope
from shared.messaging import asyncapi
from tests.contracts.golden.make_golden_contracts import HERE, envelope_around, example, path_for

GOLDEN = sorted(HERE.glob("*.json"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_golden_envelope_is_read_and_written_as_it_was(path: Path) -> None:
    """Byte for byte: a member that was renamed, dropped or given another shape is found here."""
    body = path.read_bytes().rstrip(b"\n")
    envelope = Envelope.from_bytes(body)
    event = envelope.contract()
    assert envelope.to_bytes() == body
    assert event.to_data() == envelope.data
    assert envelope_around(event).to_bytes() == body


@pytest.mark.parametrize("contract", asyncapi.every_contract(), ids=lambda contract: contract.event_type)
def test_every_contract_has_a_golden_envelope(contract: type[Contract]) -> None:
    """Made by ``python -m tests.contracts.golden.make_golden_contracts``, once and for ever."""
    assert path_for(contract.event_type).exists()


@pytest.mark.parametrize("contract", asyncapi.every_contract(), ids=lambda contract: contract.event_type)
def test_a_member_added_later_may_be_absent(contract: type[Contract]) -> None:
    """What the newest contract would write without its optional members can be read, as old events must be."""
    event = example(contract)
    required = asyncapi.document()["components"]["messages"][contract.event_type]["payload"]["allOf"][1]
    names = required["properties"]["data"]["required"]
    bare = {name: value for name, value in event.to_data().items() if name in names}
    assert contract.from_data(bare).to_data().keys() >= bare.keys()


def test_the_asyncapi_document_is_up_to_date() -> None:
    """Made by ``python -m shared.messaging.asyncapi``."""
    assert asyncapi.DOCUMENT.read_text(encoding="utf-8") == asyncapi.text()


@pytest.mark.parametrize("contract", asyncapi.every_contract(), ids=lambda contract: contract.event_type)
def test_only_an_announcement_comes_without_a_number(contract: type[Contract]) -> None:
    """What has none would never be missed: it is no event, unless a relay says it on the spot and says it again."""
    unnumbered = replace(envelope_around(example(contract)), sequence=None)
    if contract.numbered:
        with pytest.raises(SequenceIsMissing):
            unnumbered.contract()
    else:
        assert unnumbered.contract() == example(contract)


@pytest.mark.parametrize("number", ["0", "-1", "01", "+7", " 7", "7 ", "٧", "1.0", "", "9223372036854775808", 7, None])
def test_a_number_is_written_one_way(number: object) -> None:
    """From 1 on, in plain figures, as a text: what a database could not count with is no envelope of ours."""
    whole = json.loads(path_for("referral.sent.v1").read_bytes())
    body = json.dumps(whole | {"sequence": number}).encode()
    if number is None:
        assert Envelope.from_bytes(body).sequence is None
    else:
        with pytest.raises(UndecodableEnvelope):
            Envelope.from_bytes(body)
