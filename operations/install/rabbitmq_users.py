"""Creates the virtual host and the broker users of an installation over the broker's management API."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlsplit

import requests

from shared.messaging import topology
from shared.settings import SERVICES


def user_names(prefix: str) -> list[str]:
    """Every broker user of an installation: one per service, and one that declares the topology."""
    return [*(f"{prefix}_{service}" for service in SERVICES), f"{prefix}_admin"]


def create_vhost_and_users(api_url: str, prefix: str, passwords: Mapping[str, str]) -> None:
    """Create the virtual host and users with their rights; safe to repeat. `passwords` is keyed by user name."""
    with _Api(api_url) as api:
        api.put(f"vhosts/{quote(prefix)}", {"default_queue_type": "quorum"})
        for user in user_names(prefix):
            api.put(f"users/{quote(user)}", {"password": passwords[user], "tags": ""})
        for rights in topology.permissions(prefix, SERVICES)["permissions"]:
            api.put(
                f"permissions/{quote(rights['vhost'], safe='')}/{quote(rights['user'])}",
                {kind: rights[kind] for kind in ("configure", "write", "read")},
            )


def drop_vhost_and_users(api_url: str, prefix: str) -> None:
    """Remove the virtual host with everything in it, and the users.

    Queues first: where a virtual host goes all at once, RabbitMQ 3.10's supervisor of dead-lettering may give up, and
    no quorum queue that dead-letters can be declared on that broker until it is restarted.
    """
    with _Api(api_url) as api:
        for queue in api.names(f"queues/{quote(prefix)}"):
            api.delete(f"queues/{quote(prefix)}/{quote(queue, safe='')}")
        api.delete(f"vhosts/{quote(prefix)}")
        for user in user_names(prefix):
            api.delete(f"users/{quote(user)}")


class _Api:
    """The few calls of the management API that we need. The URL carries the administrator's credentials."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._base = f"{parts.scheme}://{parts.hostname}:{parts.port}/api"
        self._session = requests.Session()
        # neither a proxy nor a .netrc has any business with the broker
        self._session.trust_env = False
        self._session.auth = (parts.username or "", parts.password or "")

    def __enter__(self) -> _Api:
        return self

    def __exit__(self, *_: object) -> None:
        self._session.close()

    def names(self, path: str) -> list[str]:
        answer = self._session.get(f"{self._base}/{path}", params={"columns": "name"}, timeout=30)
        if answer.status_code == requests.codes.not_found:
            return []
        answer.raise_for_status()
        return [each["name"] for each in answer.json()]

    def put(self, path: str, body: Mapping[str, object]) -> None:
        self._session.put(f"{self._base}/{path}", json=body, timeout=30).raise_for_status()

    def delete(self, path: str) -> None:
        answer = self._session.delete(f"{self._base}/{path}", timeout=30)
        if answer.status_code != requests.codes.not_found:
            answer.raise_for_status()
