"""The systems' door: operations and what describes them, bodies, lists, keys and versions."""
