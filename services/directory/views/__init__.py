"""The read side: SQL straight to what a page or an answer shows."""
