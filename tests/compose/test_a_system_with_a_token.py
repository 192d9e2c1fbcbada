"""A system asks the API with a token from the trial's provider: client credentials, and an assignment of its own."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet

from demo.trial.systems import grant_to_systems, systems
from operations.checkout import CHECKOUT
from operations.install import prepare
from services.directory.web import create_app
from shared.settings import SERVICES, Settings
from shared.storage.migrations import migrate
from shared.web.session.tokens import REQUIRED
from tests.support.cast import UNIT
from tests.support.city_filled import seed_directory
from tests.support.infrastructure import Infrastructure, new_installation
from tests.support.oidc.real_provider import provider_python

pytestmark = pytest.mark.timeout(420)
HOST, PORT = "lotsa.localhost", "8443"
ISSUER = f"https://id.{HOST}:{PORT}"
SECRET = "a-system-secret-of-tests-only"  # pragma: allowlist secret
ASK = CHECKOUT / "tests/support/oidc/ask_the_trial.py"
(SYSTEM,) = systems()


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the trial's provider answers, in its own environment."""
    folder = tmp_path_factory.mktemp("provider")
    (folder / "secret").write_text(f"{SECRET}\n")
    environment = {"LOTSA_HOST": HOST, "LOTSA_PORT": PORT} | {
        f"LOTSA_{name}_FILE": str(folder / "secret")
        for name in ("TRIAL_PASSWORD", "OIDC_CLIENT_SECRET", "TRIAL_SYSTEM_SECRET")
    }
    done = subprocess.run(
        [provider_python(), str(ASK), str(CHECKOUT / "demo/trial"), SYSTEM["client_id"], SECRET],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    read: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return read


@pytest.fixture(scope="module")
def settings(
    infrastructure: Infrastructure, told: dict[str, Any], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """An installation with the trial's directory, whose token issuer is the trial's provider."""
    keys = tmp_path_factory.mktemp("keys") / "jwks.json"
    keys.write_text(json.dumps(told["keys"]))
    secret = keys.with_name("secret")
    secret.write_text(SECRET)
    extra = {"LOTSA_OIDC_ISSUER": ISSUER, "LOTSA_OIDC_CLIENT_ID": "lotsa", "LOTSA_OIDC_CLIENT_SECRET_FILE": str(secret)}
    extra |= {"LOTSA_TOKEN_ISSUER": ISSUER, "LOTSA_TOKEN_JWKS_FILE": str(keys)}
    with new_installation(infrastructure, extra=extra) as made:
        read = made.settings()
        migrate("directory", read.service("directory").owner_database_url)
        seed_directory(read, cast_issuer=ISSUER)
        grant_to_systems(read)
        yield read


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[FlaskClient]:
    """The directory's door."""
    app = create_app(settings)
    yield app.test_client()
    app.extensions["lotsa.directory"].engine.dispose()


def asked(client: FlaskClient, token: str) -> Any:
    """What the directory answers to a system that asks for its own assignments."""
    return client.get("/api/directory/v1/assignments", headers={"Authorization": f"Bearer {token}"})


def test_the_trials_provider_gives_a_system_a_token_that_the_product_takes(
    told: dict[str, Any], client: FlaskClient
) -> None:
    """With it the system is who the directory says: the one assignment, of the health centre, as referrer."""
    assert (told["right"]["status"], told["right"]["token_type"]) == (200, "Bearer")
    answer = asked(client, told["right"]["access_token"])
    assert answer.status_code == 200, answer.text
    [held] = answer.json["assignments"]
    assert (held["id"], held["unit_id"], held["role"]) == (SYSTEM["assignment"], str(UNIT[SYSTEM["unit"]]), "referrer")


def test_its_token_is_what_rfc_9068_wants(told: dict[str, Any]) -> None:
    """Every claim that the product demands, for its audience, for ten minutes; its keys are where discovery says."""
    decoded = jwt.decode(told["right"]["access_token"], KeySet.import_key_set(told["keys"]), algorithms=["RS256"])
    assert decoded.header["typ"] == "at+jwt"
    claims = decoded.claims
    assert set(REQUIRED) <= set(claims)
    assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, "lotsa", SYSTEM["client_id"])
    assert claims["exp"] - claims["iat"] == told["right"]["expires_in"] == 600
    assert told["described"]["issuer"] == ISSUER
    assert told["described"]["jwks_uri"].startswith(ISSUER)
    assert all("d" not in key for key in told["keys"]["keys"]), "private halves stay at home"


def test_a_wrong_secret_and_a_changed_token_open_nothing(told: dict[str, Any], client: FlaskClient) -> None:
    """The provider gives none, and the product takes no other."""
    assert told["wrong"]["status"] in (400, 401)
    assert "access_token" not in told["wrong"]
    header, _, signature = told["right"]["access_token"].split(".")
    assert asked(client, f"{header}.eyJpc3MiOiJ4In0.{signature}").status_code == 401


def test_what_a_system_was_given_once_it_is_not_given_again(settings: Settings, client: FlaskClient) -> None:
    """The preparation runs at each start."""
    assert grant_to_systems(settings) == 0


def test_every_web_process_can_fetch_the_providers_keys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each trusts the trial's authority, whose certificate lies among what it is given; the server's key does not."""
    monkeypatch.setattr(prepare, "SECRETS", tmp_path / "secrets")
    monkeypatch.setattr(prepare, "TLS", tmp_path / "tls")
    (tmp_path / "tls").mkdir()
    (tmp_path / "tls/ca.crt").write_text("a certificate")
    composed = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())["services"]
    for service in SERVICES:
        (tmp_path / "secrets" / service / "web").mkdir(parents=True)
        prepare._give_authority(service)
        web = composed[f"{service}-web"]
        trusted = Path(web["environment"]["REQUESTS_CA_BUNDLE"])
        assert trusted.parent == prepare.GIVEN
        assert (tmp_path / "secrets" / service / "web" / trusted.name).read_text() == "a certificate"
        assert [volume for volume in web["volumes"] if volume.startswith("tls:")] == []


def test_the_assignments_of_systems_are_ids() -> None:
    """Of units that there are, each another's."""
    ids = [UUID(system["assignment"]) for system in systems()]
    assert len(set(ids)) == len(ids)
    assert all(system["unit"] in UNIT for system in systems())
