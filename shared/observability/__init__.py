"""Logs, metrics, traces and health: what an operator may see. Identifiers only, never contents."""
