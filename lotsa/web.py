"""Serves one service's pages and API, or all four on one origin, with waitress. Never monkey-patched.

python -m lotsa.web referral --bind 0.0.0.0:8000
python -m lotsa.web all --bind 127.0.0.1:8000
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import waitress
from prometheus_client import start_http_server

from lotsa.loopback import only_loopback
from lotsa.server import patience
from lotsa.server.in_flight import InFlightLimit
from lotsa.server.wsgi import mounted, service_app
from operations.trouble import Trouble
from shared.environment import SettingsAreWrong
from shared.kernel.garbage import settle_down
from shared.observability import logs
from shared.settings import SERVICES, Settings
from shared.storage.encryption import KeyTrouble
from shared.storage.key_register import check_own_key
from shared.web.errors import TooBusy
from shared.web.i18n.catalogues import merged

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

SPARE_THREADS = 16  # for answering those who are turned away, and probes
MIB = 1024 * 1024
# what people are sent stays in memory: waitress would put what is larger than this into a temporary file.
# An answer grows to outbuf_high_watermark before the application has to wait for its reader
NOTHING_ON_DISK = {"outbuf_high_watermark": 16 * MIB, "outbuf_overflow": 64 * MIB}
CATALOGUE = Path(__file__).resolve().parents[1] / "shared/web/translations"


def application(services: list[str], settings: Settings, metrics: tuple[str, int] | None = None) -> WSGIApplication:
    """The services' applications behind the limit. ``metrics``: where the only one's are served too, if anywhere."""
    apps = {service: service_app(service, settings) for service in services}
    if metrics is not None:
        [only] = apps.values()
        # on a port of their own: who watches from another container comes under that container's name, which is no
        # host of ours
        start_http_server(metrics[1], metrics[0], registry=only.extensions["lotsa_metrics"])  # type: ignore[attr-defined]  # a Flask app
    words = merged([CATALOGUE], "sv")
    return InFlightLimit(
        mounted(apps),
        limit=settings.web_in_flight,
        at_once=settings.web_threads,
        sorry=words.gettext(TooBusy.title),
    )


def serve(services: list[str], bind: str, settings: Settings, metrics: tuple[str, int] | None = None) -> None:
    """Serve until told to stop. Raises Trouble when demo mode is to be bound to anything but loopback."""
    host, _, port = bind.rpartition(":")
    if settings.demo:
        only_loopback(host.strip("[]"))
    mounted_services = application(services, settings, metrics)
    settle_down()
    waitress.serve(
        mounted_services,
        host=host.strip("[]"),
        port=int(port),
        threads=settings.web_in_flight + SPARE_THREADS,
        # never reached: those who wait make room before (lotsa/server/patience.py)
        connection_limit=2 * patience.MOST_CONNECTIONS,
        backlog=1024,
        channel_timeout=60,
        url_scheme=urlsplit(settings.public_url).scheme,
        # headers from proxies stay as they are: in demo mode the applications refuse them, and nothing else reads them
        clear_untrusted_proxy_headers=False,
        ident=None,
        **NOTHING_ON_DISK,
        trusted=settings.trusted_proxies,
        _server=patience.server,
    )


def main() -> None:
    """Read the command line and serve; exits with a sentence when the settings do not allow it."""
    parser = argparse.ArgumentParser(prog="python -m lotsa.web", description=__doc__)
    parser.add_argument("service", choices=[*SERVICES, "all"])
    parser.add_argument("--bind", default="127.0.0.1:8000", metavar="ADDRESS:PORT")
    parser.add_argument("--metrics-port", type=int, help="serve Prometheus metrics here too; not for all at once")
    parser.add_argument("--metrics-bind", default="127.0.0.1", help="on this address (default: loopback)")
    given = parser.parse_args()
    if given.metrics_port and given.service == "all":
        parser.error("--metrics-port is for one service by itself")
    metrics = (given.metrics_bind, given.metrics_port) if given.metrics_port else None
    try:
        settings = Settings.from_environment()
        logs.configure(f"{given.service}-web", level=settings.log_level)
        for service in [*SERVICES] if given.service == "all" else [given.service]:
            check_own_key(settings.service(service))
        serve([*SERVICES] if given.service == "all" else [given.service], given.bind, settings, metrics)
    except (Trouble, SettingsAreWrong, KeyTrouble) as trouble:
        sys.exit(str(trouble))


if __name__ == "__main__":
    main()
