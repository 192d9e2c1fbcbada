"""Lotsa on one machine: a private PostgreSQL, a private RabbitMQ and the product's processes."""
