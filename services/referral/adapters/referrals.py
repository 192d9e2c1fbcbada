"""Referrals in PostgreSQL. Row-level security decides which of them exist for the asker; personal fields are sealed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, Table, select, update

from services.referral.adapters import rows, words
from services.referral.adapters.keys import Keys
from services.referral.adapters.parts import (
    carer_from_text,
    carer_to_text,
    open_part,
    person_from_text,
    person_to_text,
    seal_part,
)
from services.referral.adapters.tables import consents, contents, data_keys, referrals, steps
from services.referral.domain.content import Content, Part
from services.referral.domain.people import Subject
from services.referral.domain.referral import Referral, Step
from services.referral.domain.refusals import CommentCannotBeKept
from shared.kernel.identity import ConsentId, ReferralId, uuid7
from shared.kernel.translation import says
from shared.observability.logs import logger
from shared.storage.encryption import DataKey, Unreadable
from shared.storage.insert import insert_together
from shared.storage.master_keys import MasterKeys

# a part that no key opens, and one that opens and says nothing that this version understands
UNREADABLE = (Unreadable, ValueError, KeyError, TypeError)
_log = logger("referral.referrals")

PART_OF = {Subject.CARER: Part.CARER, Subject.PERSON_CARED_FOR: Part.PERSON_CARED_FOR}


class SqlReferrals:
    """The referrals that concern the asker's unit."""

    def __init__(self, connection: Connection, master: MasterKeys) -> None:
        self._connection = connection
        self.keys = Keys(connection, master)

    def lock(self, referral_id: ReferralId) -> Referral | None:
        """The referral with its consents; others wait until this transaction ends."""
        query = select(referrals).where(referrals.c.id == referral_id).with_for_update(key_share=True)
        row = self._connection.execute(query).mappings().first()
        if row is None:
            return None
        theirs = select(consents).where(consents.c.referral_id == referral_id).order_by(consents.c.about)
        found = tuple(rows.consent_from(each) for each in self._connection.execute(theirs).mappings())
        return rows.referral_from(row, found)

    def id_of_consent(self, consent_id: ConsentId) -> ReferralId | None:
        """The referral that a consent belongs to."""
        query = select(consents.c.referral_id).where(consents.c.id == consent_id)
        found = self._connection.execute(query).scalar()
        return None if found is None else ReferralId(found)

    def add(self, referral: Referral, content: Content) -> None:
        """Keep a new referral, what it says sealed under new keys."""
        insert_together(self._connection, *self.new_rows(referral, content))

    def new_rows(self, referral: Referral, content: Content) -> tuple[tuple[Table, list[dict[str, Any]]], ...]:
        """A new referral's rows by their table, the referral's own first, what they say sealed under new keys."""
        parts = [PART_OF[consent.about] for consent in referral.consents]
        keys, kept_keys = self.keys.make(referral.id, parts, referral.sent_at)
        kept = [
            rows.new_consent_row(
                consent,
                _sealer(keys, consent.about, consent.id),
                partial(words.seal_words, keys[words.PART], consent.id),
            )
            for consent in referral.consents
        ]
        return (
            (referrals, [rows.new_referral_row(referral)]),
            (data_keys, kept_keys),
            (consents, kept),
            (contents, self._sealed(referral.id, content, keys)),
            (steps, self._new_steps(referral)),
        )

    def save(self, referral: Referral) -> None:
        """Keep what changed, and seal what was withdrawn."""
        changed = update(referrals).where(referrals.c.id == referral.id).values(rows.changing_row(referral))
        self._connection.execute(changed)
        at = referral.new_steps[-1].at
        for consent in referral.consents:
            if consent.withdrawn_at == at:
                withdrawal = update(consents).where(consents.c.id == consent.id).values(rows.withdrawal_row(consent))
                self._connection.execute(withdrawal)
        insert_together(self._connection, (steps, self._new_steps(referral)))
        if referral.sealed:
            # after the steps: a comment written to a sealed referral is sealed with it
            self.keys.seal(referral.id, referral.sealed, at)

    def note_opened(self, referral: Referral) -> bool:
        """Keep the first opening; False when somebody else was first."""
        statement = (
            update(referrals)
            .where(referrals.c.id == referral.id, referrals.c.opened_at.is_(None))
            .values(opened_at=referral.opened_at)
        )
        return self._connection.execute(statement).rowcount == 1

    def content(self, referral: Referral, parts: Collection[Part]) -> Content:
        """What the named parts say; a part whose key is sealed says nothing, and one that cannot be read is named."""
        return self.contents({referral.id: parts})[referral.id]

    def contents(self, wanted: Mapping[ReferralId, Collection[Part]]) -> dict[ReferralId, Content]:
        """What the named parts of several referrals say, in two queries; for lists."""
        every_part = {part for parts in wanted.values() for part in parts}
        if not every_part:
            return {referral_id: Content() for referral_id in wanted}
        found = self.keys.of(list(wanted), every_part)
        query = select(contents.c.id, contents.c.referral_id, contents.c.part, contents.c.body).where(
            contents.c.referral_id.in_(list(wanted)), contents.c.part.in_([part.value for part in every_part])
        )
        said: dict[ReferralId, dict[str, Any]] = {referral_id: {} for referral_id in wanted}
        unreadable = {(referral_id, part) for referral_id, part in found.unreadable if part in wanted[referral_id]}
        for row in self._connection.execute(query):
            place = (ReferralId(row.referral_id), Part(row.part))
            if place in found.keys and place[1] in wanted[place[0]]:
                try:
                    opened = open_part(found.keys[place], row.id, row.body)
                    said[place[0]] |= READ[place[1]](opened)
                except UNREADABLE as trouble:
                    # this part of this referral, and no other, is shown as what it is
                    unreadable.add(place)
                    _log.error("unreadable", table="contents", row=str(row.id), error=trouble)
        return {
            referral_id: Content(
                **parts, unreadable=frozenset(part for part in Part if (referral_id, part) in unreadable)
            )
            for referral_id, parts in said.items()
        }

    def words(self, referral: Referral) -> dict[ConsentId, str]:
        """What was read out before each consent, where it was kept and its key is neither sealed nor lost."""
        if not any(consent.words_sha256 for consent in referral.consents):
            return {}
        key = self.keys.of([referral.id], [words.PART]).keys.get((referral.id, words.PART))
        if key is None:
            return {}
        said: dict[ConsentId, str] = {}
        query = select(consents.c.id, consents.c.words).where(
            consents.c.referral_id == referral.id, consents.c.words.is_not(None)
        )
        for row in self._connection.execute(query):
            try:
                said[ConsentId(row.id)] = words.open_words(key, row.id, row.words)
            except Unreadable as trouble:
                _log.error("unreadable", table="consents", row=str(row.id), error=trouble)
        return said

    def steps(self, referral: Referral, *, with_comments: bool) -> tuple[Step, ...]:
        """The steps so far, oldest first."""
        query = select(steps).where(steps.c.referral_id == referral.id).order_by(steps.c.version)
        found = self._connection.execute(query).mappings().all()
        key, lost = None, False
        if with_comments and any(row["comment"] for row in found):
            place = (referral.id, Part.FOLLOW_UP)
            keys = self.keys.of([referral.id], [Part.FOLLOW_UP])
            key, lost = keys.keys.get(place), place in keys.unreadable
        return tuple(rows.step_from(row, *_comment(row, key, lost=lost)) for row in found)

    def _new_steps(self, referral: Referral) -> list[dict[str, Any]]:
        kept = []
        for step in referral.new_steps:
            # the place that a comment is sealed for; a step is known by its referral and version
            step_id = comment = None
            if step.comment:
                step_id = uuid7()
                try:
                    key = self.keys.for_writing(referral.id, Part.FOLLOW_UP, step.at)
                except Unreadable:
                    # nothing is sealed under a new one beside it: what the first one sealed may open again
                    raise CommentCannotBeKept(
                        fields={
                            "/comment": (
                                CommentCannotBeKept.title,
                                (
                                    says(
                                        "The fault is in Lotsa, not with you. Go on without a comment, or tell whoever "
                                        "looks after Lotsa where you work."
                                    )
                                ),
                            )
                        }
                    ) from None
                comment = key.seal("steps", "comment", step_id, step.comment)
            kept.append({"id": step_id, "referral_id": referral.id, "comment": comment, **rows.step_row(step)})
        referral.new_steps.clear()
        return kept

    def _sealed(self, referral_id: ReferralId, content: Content, keys: Mapping[Part, DataKey]) -> list[dict[str, Any]]:
        if content.carer is None or content.need is None:
            raise ValueError("a referral is about a carer")
        texts = {Part.CARER: carer_to_text(content.carer, content.need)}
        if content.person_cared_for is not None:
            texts[Part.PERSON_CARED_FOR] = person_to_text(content.person_cared_for)
        number = content.carer.identity_number
        sealed = []
        for part, said in texts.items():
            row_id = uuid7()
            sealed.append(
                {
                    "id": row_id,
                    "referral_id": referral_id,
                    "part": part.value,
                    "body": seal_part(keys[part], row_id, said),
                    "identity_index": self.keys.identity_index(number) if number and part is Part.CARER else None,
                }
            )
        return sealed


def _sealer(keys: Mapping[Part, DataKey], about: Subject, row: UUID) -> Any:
    return lambda name: keys[PART_OF[about]].seal("consents", "representative_name", row, name)


def _comment(row: RowMapping, key: DataKey | None, *, lost: bool) -> tuple[str, bool]:
    """A step's comment, and whether there is one that cannot be read."""
    if not row["comment"] or key is None:
        return "", lost and bool(row["comment"])
    try:
        return key.open("steps", "comment", row["id"], row["comment"]), False
    except Unreadable:
        _log.error("unreadable", table="steps", row=str(row["id"]))
        return "", True


def _about_carer(text: str) -> dict[str, Any]:
    return dict(zip(("carer", "need"), carer_from_text(text), strict=True))


def _about_person(text: str) -> dict[str, Any]:
    return {"person_cared_for": person_from_text(text)}


READ: Mapping[Part, Callable[[str], dict[str, Any]]] = {
    Part.CARER: _about_carer,
    Part.PERSON_CARED_FOR: _about_person,
}
"""How each part that is sealed in `contents` is read, as members of Content."""
