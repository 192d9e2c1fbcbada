"""The log as a whole: how it is, its alarms, its verification, an export."""
