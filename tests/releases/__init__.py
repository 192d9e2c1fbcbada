"""Databases that earlier releases filled, kept for ever, and the tests that they migrate and go on."""
