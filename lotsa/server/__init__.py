"""The server that pages and APIs are served by: its limits, and the services mounted on one origin."""
