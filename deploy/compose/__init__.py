"""The product in containers: one image, a process in each, and a trial installation around it (docker-compose.yml)."""
