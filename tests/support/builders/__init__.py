"""What tests are made of, one builder for each thing: right as it comes, and each part to be changed by name.

``events`` and ``envelopes`` are what the bus brings, ``bodies`` what a system sends, ``answers`` what is typed into a
draft, ``referrals`` and ``directory`` what the domains hold. Who they are about is in ``tests/support/cast.py``.
Nothing in them is drawn by lot but identifiers by which things are told apart.
"""
