"""Keys are changed while everything goes on, or given up when they are lost."""
