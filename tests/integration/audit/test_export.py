"""The log as it is taken out: whole, to be verified by others, with names only as far as the mandate."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from uuid import UUID

import pytest

from operations.export_log import export_to
from services.audit import verify
from services.audit.log.keys import SignerKey
from tests.integration.audit.reviewers import Reviewers, Story


@pytest.mark.holds("a-download-is-logged", "the-verifier-stands-alone")
def test_the_export_is_verified_by_the_lonely_verifier(reviewers: Reviewers, story: Story, tmp_path: Path) -> None:
    """Downloaded by Ester, checked with a key from elsewhere; without names every commitment is closed."""
    file = reviewers.world.settings.audit_signing_key_file
    assert file is not None
    key = verify.Key.from_text(str(SignerKey.from_text(file.read_text()).verifier))
    client = reviewers.ester
    token = re.findall(r'name="csrf_token" value="([^"]+)"', client.get("/audit/log").text)[0]
    for names in ("", "yes"):
        answer = client.post("/audit/log/export", data={"csrf_token": token, "names": names})
        assert (answer.status_code, answer.mimetype) == (200, "application/zip")
        # a name of ours, whatever is asked for
        assert answer.headers["Content-Disposition"] == "attachment; filename=lotsa-log.zip"
        path = tmp_path / "export.zip"
        path.write_bytes(answer.data)
        answer.close()
        report = verify.verify(verify.reader(path), key)
        size = reviewers.world.rows("select max(size) from log_checkpoints")[0][0]
        assert report.size == size
        assert report.opened > 0 if names else report.opened == 0
        assert reviewers.recorded()["record_kind"] == ("log-with-names" if names else "log")


def test_names_go_along_only_as_far_as_the_mandate(reviewers: Reviewers, story: Story) -> None:
    """Eva's export holds every entry, and opens none of Stockholm's."""
    answer = reviewers.app.test_client().get(
        "/api/audit/v1/log/export?names=true", headers=reviewers.bearer(UUID(int=1901), "eva")
    )
    archive = zipfile.ZipFile(io.BytesIO(answer.data))
    answer.close()
    opened_names = [json.loads(line) for line in archive.read("openings.jsonl").splitlines()]
    assert all(each["value"].get("subject") not in ("alva", "bo") for each in opened_names if each["name"] == "user")
    assert any(name.startswith("tile/entries/") for name in archive.namelist())


def test_operators_export_from_the_command_line_and_it_is_recorded(
    reviewers: Reviewers, story: Story, tmp_path: Path
) -> None:
    """Without names; the operating system's user is the one who acted."""
    path = tmp_path / "export.zip"
    size = export_to(reviewers.world.settings, path, by="operator")
    assert zipfile.ZipFile(path).read("openings.jsonl") == b""
    leaf = reviewers.recorded()
    assert (leaf["action"], leaf["rule"]) == ("export", "operators-verify-the-log")
    assert size > 0
