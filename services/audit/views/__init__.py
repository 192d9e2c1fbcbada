"""The read side: SQL straight to what a page shows. What is shown of an entry is what its leaf says."""
