"""The types that buttons, dialogs and long work of the news carry, whoever handles them."""

from datetime import datetime

from pydantic import BaseModel


class EditProposal(BaseModel):
    """« Modifier » something proposed, in the window."""

    item: int


class TakeBack(BaseModel):
    """« Retirer » something proposed."""

    item: int


class RatherNot(BaseModel):
    """« Plutôt pas »: who wrote a message does not want it in the news."""

    item: int


class ReadFeeds(BaseModel):
    """All feeds that were not read since it began are to be read; or one, because somebody wants it so."""

    begun: datetime
    feed: int | None = None
