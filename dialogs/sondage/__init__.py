"""The windows of polls: to ask a question, and to answer it."""

from dialogs.sondage.asking import AskPoll, AskPollHere, ChangeEnd
from dialogs.sondage.voting import ChangeOne, ChangeSeveral, VoteOne, VoteSeveral

__all__ = ["AskPoll", "AskPollHere", "ChangeEnd", "ChangeOne", "ChangeSeveral", "VoteOne", "VoteSeveral"]
