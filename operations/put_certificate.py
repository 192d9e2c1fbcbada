"""`lotsa certificate`: put a certificate that an ACME client has fetched where the proxy reads it, once it is right."""

from __future__ import annotations

import ssl
from pathlib import Path
from urllib.parse import urlsplit

from certifi import where
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from rich.console import Console

from operations.trouble import Trouble
from shared.settings import Settings

NAMES = ("server.crt", "server.key")


def put_certificate(settings: Settings, chain: Path, key: Path, to: Path, console: Console) -> None:
    """Check a certificate (with those between it and the authority's, PEM) and its key, and put them in place.

    Raises Trouble, and changes nothing, where the key is another's, the name is not that of LOTSA_PUBLIC_URL, it does
    not hold now, or no authority vouches for it that this machine trusts.
    """
    host = urlsplit(settings.public_url).hostname or ""
    try:
        found = x509.load_pem_x509_certificates(chain.read_bytes())
        private = load_pem_private_key(key.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as broken:
        raise Trouble(f"{chain} and {key} cannot be read as a certificate and its key: {broken}.") from None
    public = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if private.public_key().public_bytes(*public) != found[0].public_key().public_bytes(*public):
        raise Trouble(f"{key} is not the key of the first certificate in {chain}. Nothing was changed.")
    verifier = PolicyBuilder().store(Store(_trusted())).build_server_verifier(x509.DNSName(host))
    try:
        verifier.verify(found[0], found[1:])
    except VerificationError as refused:
        raise Trouble(f"That certificate does not hold for {host}: {refused}. Nothing was changed.") from None
    for name, source in zip(NAMES, (chain, key), strict=True):
        new = to / f"{name}.new"
        new.unlink(missing_ok=True)
        new.touch(mode=0o600)
        new.write_bytes(source.read_bytes())
    for name in NAMES:
        (to / f"{name}.new").replace(to / name)
    ends = found[0].not_valid_after_utc
    console.print(f"{to}: the certificate for {host} until {ends:%Y-%m-%d %H:%M} UTC. Have the proxy read it:")
    console.print("  docker compose exec proxy nginx -s reload")


def _trusted() -> list[x509.Certificate]:
    named = ssl.get_default_verify_paths().cafile
    return x509.load_pem_x509_certificates(Path(named or where()).read_bytes())
