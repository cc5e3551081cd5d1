"""Long work: what takes longer than an answer, done by whichever replica has a hand free, and resumed after a crash.

Words:
    Workers, Workshop, Held, Attempt: who does it, with what, one piece at hand, how a sort is done.
    Order: a file to be made, for a person or for a channel: the first sort of work.
"""

from bot.work.starting import Bells, Place, begin, make_room, topic_of

__all__ = ["Bells", "Place", "begin", "make_room", "topic_of"]
