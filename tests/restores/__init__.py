"""Each database and the broker's data lost in turn, under load, and what comes back."""
