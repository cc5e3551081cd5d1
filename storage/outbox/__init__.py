"""The outbox: what must reach Mattermost, written in the transaction that caused it and kept until it has."""

from storage.leases import LEASE
from storage.outbox.about import Tally, hurry, reached, recall, tally, unreached
from storage.outbox.due import (
    add,
    crowd_waiting,
    earliest,
    keep,
    lease,
    next_due,
    release,
    release_all,
    superseded,
    take,
    waiting,
)
from storage.outbox.ended import KEPT, counts, delivered, failed, forget, news, posts_about, told
from storage.outbox.seen import may_stand, note, unnoted, untold
from storage.outbox.table import EMPTY, PEOPLE, Mark, Outgoing, Sent, Share, Taken, Where

__all__ = [
    "EMPTY",
    "KEPT",
    "LEASE",
    "PEOPLE",
    "Mark",
    "Outgoing",
    "Sent",
    "Share",
    "Taken",
    "Tally",
    "Where",
    "add",
    "counts",
    "crowd_waiting",
    "delivered",
    "earliest",
    "failed",
    "forget",
    "hurry",
    "keep",
    "lease",
    "may_stand",
    "news",
    "next_due",
    "note",
    "posts_about",
    "reached",
    "recall",
    "release",
    "release_all",
    "superseded",
    "take",
    "tally",
    "told",
    "unnoted",
    "unreached",
    "untold",
    "waiting",
]
