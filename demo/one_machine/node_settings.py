"""What a RabbitMQ node of our own is told: its settings file, and its environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from demo.one_machine import ports
from operations.programs import Programs

# The log of segments is 512 MB by default, held in memory: far too much beside a browser
SETTINGS = """\
listeners.tcp.local = 127.0.0.1:{amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = {management}
default_user = {user}
default_pass = {password}
loopback_users.guest = true
disk_free_limit.absolute = 200MB
raft.wal_max_size_bytes = 64000000
log.file = false
log.console = true
log.console.level = warning
"""


def written(user: str, password: str, chosen: Mapping[str, int]) -> str:
    """The settings file (rabbitmq.conf), with an administrator and the ports by their names."""
    return SETTINGS.format(user=user, password=password, **chosen)


def environment(folder: Path, programs: Programs, chosen: Mapping[str, int]) -> dict[str, str]:
    """What the node in this folder, and the broker's own commands, find in their environment."""
    home = str(folder)
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("RABBITMQ_", "ERL_"))},
        **programs.environment,
        "HOME": home,
        "LC_ALL": "C.UTF-8",
        "RABBITMQ_NODENAME": f"lotsa@{ports.LOOPBACK}",
        "RABBITMQ_USE_LONGNAME": "true",
        "RABBITMQ_CONF_ENV_FILE": f"{home}/rabbitmq-env.conf",
        "RABBITMQ_CONFIG_FILE": f"{home}/rabbitmq.conf",
        "RABBITMQ_ADVANCED_CONFIG_FILE": f"{home}/advanced.config",
        "RABBITMQ_ENABLED_PLUGINS_FILE": f"{home}/enabled_plugins",
        "RABBITMQ_MNESIA_BASE": f"{home}/mnesia",
        "RABBITMQ_LOG_BASE": f"{home}/log",
        "RABBITMQ_GENERATED_CONFIG_DIR": f"{home}/generated",
        "RABBITMQ_DIST_PORT": str(chosen["distribution"]),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        # this makes the script become the node instead of watching it: the process id is then the node's
        "RUNNING_UNDER_SYSTEMD": "true",
        "ERL_EPMD_PORT": str(chosen["epmd"]),
        "ERL_EPMD_ADDRESS": ports.LOOPBACK,
    }


def port_mapper(environment: Mapping[str, str]) -> str:
    """The port mapper's program (epmd), which belongs to the Erlang that the environment names."""
    if "ERL_ROOTDIR" in environment:
        return str(Path(environment["ERL_ROOTDIR"]) / "bin" / "epmd")
    return "/usr/bin/epmd"
