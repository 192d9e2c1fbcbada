"""People in front of audit's web application, and one referral's story for them to look at."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient

from services.audit.log.entry import read_leaf
from services.audit.log.pack import unpack
from shared.kernel.actor import UserRef
from shared.web.session.tokens import issue_demo_token
from tests.integration.audit.support import World
from tests.support import cast
from tests.support.cast import ISSUER
from tests.support.sessions import sign_in_as

REVIEWERS_ELSEWHERE = UUID(int=91)
ESTER, EVA, BO = cast.ESTER.assignment_id, UUID(int=901), UUID(int=902)


@dataclass
class Reviewers:
    """The web application, and people to open it with."""

    world: World
    app: object
    keys: Path

    def signed_in(self, assignment: UUID, subject: str) -> FlaskClient:
        client = self.app.test_client()
        user = UserRef(ISSUER, subject)
        sign_in_as(client, user, datetime.now(UTC), name=subject.title(), assignment_id=assignment)
        return client

    @property
    def ester(self) -> FlaskClient:
        return self.signed_in(ESTER, "ester")

    @property
    def eva(self) -> FlaskClient:
        """Audits another municipality."""
        return self.signed_in(EVA, "eva")

    @property
    def bo(self) -> FlaskClient:
        """An adviser, who may not review."""
        return self.signed_in(BO, "bo")

    def bearer(self, assignment: UUID, subject: str) -> dict[str, str]:
        settings = self.world.settings
        token = issue_demo_token(
            self.keys / "token-private.json", settings, UserRef(settings.token_issuer, subject), assignment
        )
        return {"Authorization": f"Bearer {token}"}

    def recorded(self) -> dict:
        """The newest entry, after all that waits has been integrated."""
        self.world.sequencer.run()
        return read_leaf(unpack(self.world.rows("select leaf from log_entries order by index desc limit 1")[0][0]))


@dataclass
class Story:
    """One referral: consented, sent, read, tried by a stranger, withdrawn."""

    referral: UUID
    consent: UUID


def search(client: FlaskClient, asked: str) -> Any:
    """Search from the first page, by its form; the answer of the page to which that leads, which has an address."""
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/audit/").text)[0]
    sent = client.post("/audit/search", data={"asked": asked, "csrf_token": token})
    assert sent.status_code == 303
    assert asked.strip() not in sent.headers["Location"] or not asked.strip("? ")
    return client.get(sent.headers["Location"])
