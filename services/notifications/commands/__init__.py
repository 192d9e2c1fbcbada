"""What is done by the clock, each in one transaction: telling of alarms and silences, marking what was delivered."""
