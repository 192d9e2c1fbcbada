"""How a service tells the others: the outbox that its transactions write, and the relay that publishes it."""
