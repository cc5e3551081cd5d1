"""The way out for what must arrive: whatever happens, each message reaches Mattermost once.

Words:
    WorkerPool, PoolSettings: one class of messages, people’s or a crowd’s, with its workers, gate and lanes.
    LeasedMessage, Lanes, Backlog: a message in the hands of this process; those, in order for each receiver; those
        that it left in the table.
    Attempts, AttemptOutcome: one try to deliver a message; what became of it, for those behind it.
    DeliveryResult, DeliveryMarks: the post that a message became; deliveries to be noted in the table, many at once.
    OwnPosts: posts of the bot’s own seen in Mattermost, by which their delivery is noted whoever sent them.
"""

from bot.outbox.service import Outbox, OutboxOptions
from storage.outbox import LEASE
