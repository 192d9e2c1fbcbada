"""What doctor says of keys: each master key, and the one that signs the log, held against what its database notes.

Processes that run have read theirs long ago: without this, one that is away is first met by the next start.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sqlalchemy.exc import SQLAlchemyError

from operations.install.key_uses import asking, check_master_key, check_signing_key
from shared.settings import SERVICES, Settings
from shared.storage.encryption import KeyTrouble


def about_the_keys(settings: Settings) -> Iterator[str]:
    """A sentence for each key that is missing or another. A database that is away is told of elsewhere."""
    for service in SERVICES:
        its = settings.service(service)
        if its.master_key_file is None or not its.owner_database_url:
            continue
        checks = [partial(check_master_key, service, its.master_key_file)]
        if service == "audit" and settings.audit_signing_key_file is not None:
            checks.append(partial(check_signing_key, settings.audit_signing_key_file))
        for check in checks:
            try:
                with asking(its.owner_database_url) as connection:
                    check(connection)
            except KeyTrouble as trouble:
                yield str(trouble)
            except (SQLAlchemyError, OSError):
                break
