"""The invented year: repeatable, lawful, and in every state."""
