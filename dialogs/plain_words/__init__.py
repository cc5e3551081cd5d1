"""Plain words: a sentence as people type it, read as an intention with its command line.

Words
    Intention: what somebody wants of the bot, by the names that « coop-bot understand » writes.
    Reading: a sentence read as an intention, with the command line that stands for it.
    understand: reads a sentence; it knows no database and asks nobody. permit: leaves out what somebody may not do.
    Model: how likely each intention is, learnt from config/plain_examples.tsv by `make plain-words`.
    Cue: a turn of phrase of config/plain_words.tsv, which says so much for an intention.
"""

from dialogs.plain_words.interpreter import permit, understand
from dialogs.plain_words.readings import Intention, Reading

__all__ = ["Intention", "Reading", "permit", "understand"]
