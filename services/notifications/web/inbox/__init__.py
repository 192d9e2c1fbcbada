"""What the demonstration would have sent."""
