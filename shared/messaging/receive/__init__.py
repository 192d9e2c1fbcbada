"""How a service hears the others: queues consumed, one message carried out once, and what cannot be is parked."""
