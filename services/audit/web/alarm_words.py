"""What is said of an alarm: its name, what it means and what to do about it, and why it was closed."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

ALARMS: dict[str, LazyString] = {
    "events-missing": _("Events are missing"),
    "event-doubled": _("An event was heard twice"),
    "sequence-doubled": _("Two events share a number"),
    "publisher-silent": _("A service has not been heard of for five minutes"),
    "log-stands-still": _("What happened waits for more than a minute to enter the log"),
    # promise: a-shrunk-log-is-not-signed
    "log-has-shrunk": _("Signed entries are gone or changed: nothing more is signed"),
    # promise: another-key-does-not-sign
    "log-has-another-key": _("The log is signed with another key: nothing more is signed"),
    "entry-changed": _("An entry is not what it was when it was signed"),
    "entry-missing": _("An entry is gone"),
    "tree-changed": _("Entries do not fit the signed checkpoint"),
    "nodes-changed": _("A stored hash of the tree has been changed"),
    "checkpoint-changed": _("A checkpoint is not signed as it should be"),
    "unsigned-entries": _("There are entries that nobody has signed"),
    "events-untold": _("Events were heard that no entry tells of"),
    "verification-late": _("The log has not been verified as a whole for more than a day"),
}
# promise: an-alarm-ends-with-its-reason
MISSING = _(
    "The service says that it has told of these events, and they have not come. They may still come: then the alarm "
    "ends by itself. If they lie parked, those who run the system can send them again."
)
DOUBLED = _(
    "It has been remembered once. It may come from a message that was sent again; if it happens often, call those who "
    "run the system."
)
CHANGED = _(
    "Somebody or something has changed what is stored. Take it for an attack until you know otherwise: download an "
    "export now, keep it outside the system, and call those who run it."
)
ADVICE: dict[str, LazyString] = {
    "events-missing": MISSING,
    "event-doubled": DOUBLED,
    "sequence-doubled": _(
        "Two different events came under one number: the service's database may have been put back from a copy, or "
        "somebody else speaks in its name. Call those who run the system."
    ),
    "publisher-silent": _(
        "Each service speaks every minute. This one has stopped, or cannot reach the others. What it does meanwhile "
        "comes when it speaks again. Call those who run the system."
    ),
    "log-stands-still": _(
        "What happens waits in line meanwhile. The alarm ends by itself when the log goes on. Call those who run the "
        "system."
    ),
    "verification-late": _(
        "The verification goes too slowly or not at all. The alarm ends by itself when a round is over. Call those who "
        "run the system."
    ),
}
REASONS: dict[str, LazyString] = {
    "put-right": _("The cause was found and put right"),
    "intended": _("It was intended, as when a copy was put back"),
    "lost-for-good": _("What is missing cannot be had back"),
    "investigated": _("It is being investigated as an incident"),
}


def name(kind: str) -> str:
    """What the alarm is called."""
    return str(ALARMS.get(kind, kind))


def advice(kind: str) -> str:
    """What it means, and what to do."""
    return str(ADVICE.get(kind, CHANGED))
