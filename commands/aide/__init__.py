"""« /aide », and what people say to the bot in their own words.

Words
    Home: all features, as « /aide » shows them to somebody.
    Spoken: plain words in the direct channel, by the bot’s name in another, or under a post of its own.
    Reading: a sentence read as what somebody wants (dialogs/plain_words).
    AskedHere: the bot’s last question in the conversation in which something is said, which « oui » and « non » answer.
"""

from commands.aide.conversation import build_aide
from commands.aide.home import SHOWN_MAX, WAITING_MAX

__all__ = ["SHOWN_MAX", "WAITING_MAX", "build_aide"]
