"""What the buttons carry with which resources last: their links, their age, collections of them, themes followed."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from bot.menus import Choosing


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


class Following(StrEnum):
    """Whether somebody hears of a theme."""

    ON = "on"
    PAUSED = "paused"
    OFF = "off"


class SetFollowing(BaseModel):
    """« Suivre », « Mettre en pause », « Ne plus suivre »: these themes (codes), from now on; ``listed`` where it was
    asked from the list of what somebody follows."""

    themes: list[str]
    to: Following
    listed: bool = False


class ChooseTheme(Choosing):
    """A theme to follow; ``chosen`` is its code."""


class TellFollowers(BaseModel):
    """Who is in this zone hears of what came out until then."""

    zone: str
    until: datetime
