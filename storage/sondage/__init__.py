"""Polls: a question to many, who answered it, what they answered, and what came of it.

Words:
    Poll, Crowd, Results: a question asked of many; who gets it by direct message; what came of it, as far as it may be
        told.
    Ballot, Box, Seal: what somebody chose and where they work; all secret ballots of a poll as one sealed value; the
        secrets that seal and open it.
"""

from storage.sondage.poll import (
    ANONYMOUS_LEAST,
    BATCH,
    Crowd,
    Poll,
    State,
    crowd,
    due,
    ended_between,
    get,
    keep_crowd,
    lock,
    open_ones,
    page,
    put,
)
from storage.sondage.results import Place, Results, count, standing

__all__ = [
    "ANONYMOUS_LEAST",
    "BATCH",
    "Crowd",
    "Place",
    "Poll",
    "Results",
    "State",
    "count",
    "crowd",
    "due",
    "ended_between",
    "get",
    "keep_crowd",
    "lock",
    "open_ones",
    "page",
    "put",
    "standing",
]
