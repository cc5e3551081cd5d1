"""Long work: what takes longer than an answer, done by whichever replica has a hand free, and resumed after a crash."""

from bot.work.starting import Bells, Place, begin, make_room, topic_of

__all__ = ["Bells", "Place", "begin", "make_room", "topic_of"]
