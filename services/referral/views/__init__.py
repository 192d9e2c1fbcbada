"""SQL straight to what a page shows."""
