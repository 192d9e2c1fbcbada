"""How services hear of each other: outbox, relay, topology, inbox, subscriptions, parking."""
