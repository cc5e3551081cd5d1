"""The way out for what must arrive: whatever happens, each message reaches Mattermost once.

Words:
    Desk: a class of messages, people’s or a crowd’s, with its workers, gate and lanes.
    Lanes: the messages in memory, in order for each receiver.
    Gate: shut while Mattermost takes nothing: one probe after each pause.
    Marks: deliveries to be noted in the database, many at once.
    Echoes, Threads: posts of the bot’s own seen in Mattermost, which notes their delivery; what is said under one waits
        for that.
"""

from bot.outbox.worker import Around, Outbox
from storage.outbox import LEASE

__all__ = ["LEASE", "Around", "Outbox"]
