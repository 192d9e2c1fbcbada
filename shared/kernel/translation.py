"""Marks a text that is translated later, at the door, in rooms that know nothing of translation.

Message ids are English sentences. Babel's extractor finds them by the name of the function that they stand in
(``gettext``, ``_``, and here ``says``), so a text that is not in one is in no catalogue.
"""

from __future__ import annotations


def says(message: str) -> str:
    """The message itself: a catalogue key, translated where it is shown (GNU gettext's ``gettext_noop``, or ``N_``)."""
    return message
