"""What the buttons of moderation carry."""

from pydantic import BaseModel


class Appeal(BaseModel):
    """« Contester » a measure, by its number in the journal."""

    entry: int
