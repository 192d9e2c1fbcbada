"""The installation in containers, walked through from outside: `make compose`, then `make compose-test`."""
