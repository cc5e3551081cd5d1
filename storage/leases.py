"""For how long what is in a table belongs to the replica that wrote or took it."""

from datetime import timedelta

LEASE = timedelta(seconds=20)
