"""Which e-mail addresses are taken into the directory, whichever door they come by: page, API or file."""

from __future__ import annotations

from email_validator import EmailNotValidError, validate_email

from services.directory.domain.refusals import AddressIsNoEmail

ENCODED_WORD = "=?"


def require_address(address: str | None, where: str) -> None:
    """Let an address pass that a letter can be written to; none at all passes too. Nobody is asked whether it exists.

    ASCII only: not every mail server on the way takes more. What is kept from before the rule can still be read.
    Raises AddressIsNoEmail, which names the field ``where``.
    """
    if address and not _can_be_written_to(address):
        raise AddressIsNoEmail(fields={where: AddressIsNoEmail.title})


def _can_be_written_to(address: str) -> bool:
    # RFC 2047 forbids an encoded word inside an address; whoever reads mail would decode it
    if not address.isascii() or ENCODED_WORD in address:
        return False
    try:
        validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        return False
    return True
