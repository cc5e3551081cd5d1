"""The outbox: what must reach Mattermost, written in the transaction that caused it and kept until it has.

Words:
    Topic: what messages are about, so that all of them can be rewritten.
"""

from storage.leases import LEASE
from storage.outbox.about import Tally, forget_ended, hurry, reached, recall, tally, unreached
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
from storage.outbox.precedence import (
    AFTER,
    VOID,
    Turn,
    begin,
    hold_acts,
    is_under_way,
    rewrite_act,
    take_back,
    waiting_acts,
    withdraw,
)
from storage.outbox.seen import may_stand, note, unnoted, untold
from storage.outbox.table import EMPTY, PEOPLE, Mark, Outgoing, Sent, Share, Taken, Where

__all__ = [
    "AFTER",
    "EMPTY",
    "KEPT",
    "LEASE",
    "PEOPLE",
    "VOID",
    "Mark",
    "Outgoing",
    "Sent",
    "Share",
    "Taken",
    "Tally",
    "Turn",
    "Where",
    "add",
    "begin",
    "counts",
    "crowd_waiting",
    "delivered",
    "earliest",
    "failed",
    "forget",
    "forget_ended",
    "hold_acts",
    "hurry",
    "is_under_way",
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
    "rewrite_act",
    "superseded",
    "take",
    "take_back",
    "tally",
    "told",
    "unnoted",
    "unreached",
    "untold",
    "waiting",
    "waiting_acts",
    "withdraw",
]
