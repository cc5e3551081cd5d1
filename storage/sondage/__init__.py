"""Polls: a question to many, who answered it, what they answered, and what came of it.

Words:
    Poll, Crowd, Results: a question asked of many; who gets it by direct message; what came of it, as far as it may be
        told.
    Ballot, Box, Seal: what somebody chose and where they work; all secret ballots of a poll as one sealed value; the
        secrets that seal and open it.
"""

from storage.sondage.poll import (
    ANONYMOUS_LEAST,
    Crowd,
    DepartementResults,
    Poll,
    PollState,
    Results,
    add_poll,
    count_ballots,
    count_standing,
    get_poll,
    keep_crowd,
    list_due,
    list_ended_between,
    list_open,
    list_page,
    lock_poll,
    read_crowd,
)

__all__ = [
    "ANONYMOUS_LEAST",
    "Crowd",
    "DepartementResults",
    "Poll",
    "PollState",
    "Results",
    "add_poll",
    "count_ballots",
    "count_standing",
    "get_poll",
    "keep_crowd",
    "list_due",
    "list_ended_between",
    "list_open",
    "list_page",
    "lock_poll",
    "read_crowd",
]
