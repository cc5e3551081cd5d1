"""Long work: what takes longer than an answer, done by whichever replica has a worker free, and resumed after a crash.

Words:
    Workers, WorkHandlers, WorkRunner: who takes work from the table; where its handler is found; how a sort of it is
        done.
    WorkLease, StepsLease, OrderLease: a piece of work in hand, until it is put off, ended, or lost to another replica.
    StepRunner, StepResult: does work in steps, each in one transaction; one step, and the handler that took it.
    OrderRunner: makes files that were ordered, for a person or a channel, and sends them once.
    WorkSignals, WorkPhase: wake the workers when work was written down; how far work is, as its message says it.
"""

from bot.work.queue import (
    FileDestination,
    WorkSignals,
    check_work_limit,
    find_work,
    make_work,
    stop_work,
    topic_of_work,
)

__all__ = [
    "FileDestination",
    "WorkSignals",
    "check_work_limit",
    "find_work",
    "make_work",
    "stop_work",
    "topic_of_work",
]
