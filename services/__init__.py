"""The four services. They never import each other; they tell each other what happened over the bus."""
