"""What is counted. Labels are service, queue and event-type names: never an identifier, never a value."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

published = Counter("lotsa_events_published", "Events handed to the broker, repeats included", ["publisher"])
confirmed = Counter("lotsa_events_confirmed", "Events the broker has confirmed", ["publisher"])
returned = Counter("lotsa_events_returned", "Events that no queue takes: look at the topology", ["publisher"])
relay_troubles = Counter("lotsa_relay_troubles", "Times a relay lost its broker or database", ["publisher", "kind"])
outbox_waiting = Gauge("lotsa_outbox_waiting", "Events in the outbox that are not yet confirmed", ["publisher"])
outbox_age = Gauge("lotsa_outbox_age_seconds", "Age of the oldest event not yet confirmed", ["publisher"])
broker_confirmed = Gauge(
    "lotsa_broker_confirmed_timestamp_seconds",
    "When the broker last confirmed anything of a publisher's; 0: not since the relay began",
    ["publisher"],
)
relay_active = Gauge("lotsa_relay_active", "1 where this process's relay is the active one", ["publisher"])

consumed = Counter("lotsa_events_consumed", "Deliveries carried out", ["queue"])
repeated = Counter("lotsa_events_repeated", "Deliveries that had been carried out before", ["queue"])
retried = Counter("lotsa_events_retried", "Deliveries put aside to be tried again", ["queue"])
too_early = Counter("lotsa_words_too_early", "Words of the directory before all they vouch for was done", ["queue"])
parked = Counter("lotsa_events_parked", "Deliveries parked for a person to look at", ["queue"])
pauses = Counter("lotsa_consumption_pauses", "Waits for a database or broker to come back", ["queue"])
reaction_seconds = Histogram("lotsa_reaction_seconds", "Time from delivery to commit", ["queue"])
reconnections = Counter("lotsa_bus_reconnections", "Connections to the broker made by a bus", ["service"])
closed = Counter("lotsa_contents_closed", "Times contents were closed since the directory was silent", ["service"])
directory_heard = Gauge(
    "lotsa_directory_heard_timestamp_seconds", "When a service last heard the directory; 0: never yet", ["service"]
)
timer_done = Gauge(
    "lotsa_timer_done_timestamp_seconds", "When a timer of a bus last did its work; 0: not since it began", ["timer"]
)
connected = Gauge("lotsa_bus_connected", "1 while a service's bus is connected to the broker", ["service"])
parked_waiting = Gauge("lotsa_parked_waiting", "Messages that lie parked, for a person to look at", ["queue"])

clock_jumps = Counter(
    "lotsa_clock_jumps", "Times a clock jumped by more than a minute: the machine's or the database's", ["clock"]
)

alarms_open = Gauge("lotsa_alarms_open", "The audit log's alarms that stand open", ["kind"])
# with a label, though there is one log: without one every process would serve them, as 0, and be taken for a witness
log_waiting = Gauge("lotsa_log_waiting", "What has happened and has not entered the audit log yet", ["service"])
log_waiting_age = Gauge(
    "lotsa_log_waiting_seconds", "For how long the oldest of it has waited: the sequencer's lag", ["service"]
)
log_entries = Gauge("lotsa_log_entries", "Entries under a signed checkpoint", ["service"])
log_looked_at = Gauge(
    "lotsa_log_looked_at_timestamp_seconds", "When the log's newest entries were last verified", ["service"]
)
log_verified_at = Gauge(
    "lotsa_log_verified_timestamp_seconds", "When the whole log had last been verified; 0: never yet", ["service"]
)
log_holds = Gauge("lotsa_log_holds", "1 while everything that was verified holds, else 0", ["service"])
