"""The ways out: one closed room per channel. Each is given a notice and an address, and has nothing else to say."""
