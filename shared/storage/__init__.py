"""Engine, unit of work, field encryption, copies of staff data, migrations. Knows PostgreSQL; knows no service."""
