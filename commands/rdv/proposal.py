"""A meeting of colleagues that is to be proposed."""

from pydantic import BaseModel


class Proposal(BaseModel):
    """A meeting of colleagues that is to be proposed: by whom and to whom (name by id), under which one-time key, how
    long, what about, and where. Of one that is moved, ``meeting`` is its number."""

    author: str
    key: str
    people: dict[str, str]
    minutes: int
    subject: str = ""
    spot: str = "rattachement"
    place: str = ""
    meeting: int = 0
