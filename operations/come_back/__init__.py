"""What is done after a database was put back, or a broker's data were lost."""
