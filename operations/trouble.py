"""What can go wrong on a machine, said in a sentence that the person at the keyboard can act on."""

from __future__ import annotations


class Trouble(Exception):
    """The machine is not as we need it. The message is a whole sentence and is shown as it stands."""

    exit_code = 1


class PortTaken(Trouble):
    """Somebody else listens where we were told to listen."""

    exit_code = 3


class NoRoom(Trouble):
    """The disk is full, or so nearly full that a database must not be started on it."""

    exit_code = 4


class NoNetwork(Trouble):
    """Something has to be fetched and the package archive does not answer."""

    exit_code = 5


class NotInTime(Trouble):
    """Something we waited for did not happen. The message says what it was and for how long we waited."""

    exit_code = 6
