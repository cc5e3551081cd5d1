"""What the buttons of moderation carry."""

from pydantic import BaseModel


class Appeal(BaseModel):
    """« Contester » a measure, by its number in the journal."""

    entry: int


class FalseAlarm(BaseModel):
    """« Fausse alerte »: what rules found for a case is nothing."""

    case: int
