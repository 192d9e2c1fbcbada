"""What is said of an alarm: its name, what it means and what to do about it, and why it was closed."""

from __future__ import annotations

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _

from services.audit.domain.tallies import hour_numbered
from services.audit.views.log_status import OpenAlarm
from shared.kernel.clock import SWEDEN
from shared.web.i18n.formats import short_day

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
    "log-is-ahead": _("The newest entries are dated later than it is now"),
    "column-changed": _("What stands beside an entry is not what the entry says"),
    "index-row-missing": _("An entry is not found by what it is about"),
    "index-row-added": _("Something is found under an entry that does not say so"),
    "opening-missing": _("A name beside the log is gone, and was not erased"),
    "opening-added": _("There is a name beside the log that no entry has"),
    "opening-changed": _("A name beside the log is not the one that the entry had"),
    "set-missing": _("What a list showed is gone"),
    "set-changed": _("What a list showed is not what the entry names"),
    "agent-differs": _("An entry says that another kind of agent acted than its name has"),
    "read-after-withdrawal": _("Somebody read by a consent that had been withdrawn"),
    "told-differs": _("A service and the log do not agree on what was told in an hour"),
    "looks-differ": _("A service and the log do not agree on who looked in an hour"),
    "tally-missing": _("A service does not say how much it told in an hour"),
    "given-up-untold": _("Something is looked for no more, and no entry says why"),
    "number-not-given": _("Something was told under a number that no service has given"),
    "begun-anew-untold": _("A service has another database than before, and no entry says why"),
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
BESIDE = _(
    "Somebody or something has changed what entries are found by. The entries themselves are looked at apart. Download "
    "an export now, and call those who run the system: they can make it anew from the entries."
)
DIFFERS = _(
    "The service's own records for that hour are not what the log remembers: something was never told, was told as "
    "something else, or was changed afterwards. Download an export now, and call those who run the system."
)
ADVICE: dict[str, LazyString] = {
    "column-changed": BESIDE,
    "index-row-missing": BESIDE,
    "index-row-added": BESIDE,
    "read-after-withdrawal": _(
        "The log says that the consent was withdrawn first, and that the reading was allowed all the same. Take it for "
        "an attack until you know otherwise, and call those who run the system."
    ),
    "told-differs": DIFFERS,
    "looks-differ": DIFFERS,
    "tally-missing": _(
        "Each service says for every hour how much it told, so that it is missed if something was not. This one does "
        "not say so, though it speaks otherwise. Call those who run the system."
    ),
    "given-up-untold": _(
        "When a service's database is put back, the log says by whom and which numbers and hours are lost. Here that "
        "is noted without such an entry, so that what is missing would not be missed. Take it for an attack until you "
        "know otherwise, and call those who run the system."
    ),
    "number-not-given": _(
        "Each service numbers what it tells, and says how far it has come. It has not come this far: somebody else may "
        "speak in its name. Take it for an attack until you know otherwise, and call those who run the system."
    ),
    "begun-anew-untold": _(
        "When a service's database is put back or begun anew, the log says by whom, and what was lost. Here there is "
        "no such entry, so nobody knows what this service no longer has. Call those who run the system: they can say "
        "it, and then the alarm ends by itself."
    ),
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
    # promise: the-logs-time-never-goes-back
    "log-is-ahead": _(
        "The machine's clock was ahead when they were written. An entry is never dated earlier than the one before it, "
        "so what is written now bears their time, until that has come. The alarm ends by itself then. Call those who "
        "run the system."
    ),
}
# about the log or a service as a whole
NUMBERLESS = ("log-stands-still", "verification-late", "log-is-ahead", "begun-anew-untold")
BY_THE_HOUR = ("told-differs", "looks-differ", "tally-missing")
REASONS: dict[str, LazyString] = {
    "put-right": _("The cause was found and put right"),
    "intended": _("It was intended, as when a copy was put back"),
    "lost-for-good": _("What is missing cannot be had back"),
    "investigated": _("It is being investigated as an incident"),
}


def name(kind: str) -> str:
    """What the alarm is called."""
    return str(ALARMS.get(kind, kind))


def which_what(alarm: OpenAlarm) -> str:
    """What ``which`` tells: an hour, or numbers."""
    return gettext("Hour") if alarm.kind in BY_THE_HOUR else gettext("Numbers")


def state(alarm: OpenAlarm) -> str:
    """Whether what lies parked explains it."""
    return gettext("Explained: parked, can be sent again") if alarm.explained else gettext("Not explained")


def which(alarm: OpenAlarm) -> str:
    """The numbers or entries that it is about; the hour, where it is about one; nothing where it is about neither."""
    if alarm.kind in NUMBERLESS:
        return ""
    if alarm.kind in BY_THE_HOUR:
        return _hour(alarm.first) if alarm.first else ""
    return str(alarm.first) if alarm.first == alarm.last else f"{alarm.first}–{alarm.last}"


def _hour(number: int) -> str:
    try:
        hour = hour_numbered(number).astimezone(SWEDEN)
        return gettext("%(day)s at %(time)s", day=short_day(hour), time=str(hour.hour))
    except ValueError:
        # whoever changes an alarm in the database takes no other from the reviewer's sight
        return str(number)


def advice(kind: str) -> str:
    """What it means, and what to do."""
    return str(ADVICE.get(kind, CHANGED))
