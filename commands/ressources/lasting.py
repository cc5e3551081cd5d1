"""What the buttons carry with which resources last: their links, their age, collections of them, themes followed."""

from datetime import datetime

from pydantic import BaseModel


class CheckLinks(BaseModel):
    """The links that are to be looked at, as of when that was ``begun``."""

    begun: datetime


class LinkWorks(BaseModel):
    """« Il marche chez moi »: the link of a resource works though the bot says otherwise."""

    resource: int


class TakeDown(BaseModel):
    """« Retirer » a resource whose link is broken."""

    resource: int


class PutBack(BaseModel):
    """« Remettre » a resource that was withdrawn."""

    resource: int


class StillGood(BaseModel):
    """« C’est encore bon »: a resource needs no change for a year; ``listed`` are those of the same message."""

    resource: int
    listed: list[int] = []
