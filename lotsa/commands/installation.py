"""What makes an installation ready: its databases and queues, and the certificate before it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lotsa.console import console, said

app = typer.Typer()


@app.command()
def migrate() -> None:
    """Bring databases, exchanges and queues to this version."""
    with said():
        from lotsa.settings import current_settings
        from operations.install.migrate import declare_topology, migrate_databases

        settings = current_settings()
        migrate_databases(settings, lambda service: console.print(f"  tables of {service}"))
        for publisher, kind in declare_topology(settings):
            console.print(f"  nobody listens to {kind} from {publisher}")
        console.print("Databases and broker are up to date.")


@app.command()
def certificate(
    chain: Annotated[Path, typer.Argument(help="The certificate, with those between it and the authority's (PEM).")],
    key: Annotated[Path, typer.Argument(help="Its private key (PEM).")],
    to: Annotated[Path, typer.Option(help="The folder from which the proxy reads them.")] = Path("/tls"),
) -> None:
    """Put a certificate that everybody trusts before the services, once it is found right."""
    with said():
        from lotsa.settings import current_settings
        from operations import put_certificate

        put_certificate.put_certificate(current_settings(), chain, key, to, console)
