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


class BringBack(BaseModel):
    """« Remettre » a resource that was withdrawn for its link."""

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


class ShowCollection(BaseModel):
    """A page of a collection; to ``sort`` it, with what changes its order."""

    collection: int
    page: int = 1
    sort: bool = False


class NameIt(BaseModel):
    """The window of a new collection, for a resource if there is one, or of one that is there."""

    collection: int = 0
    resource: int = 0


class Collect(BaseModel):
    """« Ajouter à une collection »: which one."""

    resource: int


class CollectInto(Choosing):
    """A collection for a resource; ``chosen`` is its number, or « new »."""

    resource: int


class PutIn(BaseModel):
    """A resource into a collection."""

    collection: int
    resource: int


class TakeOut(BaseModel):
    """« Enlever » a resource from a collection."""

    collection: int
    resource: int


class MoveUp(BaseModel):
    """« Monter » a resource in its collection."""

    collection: int
    resource: int
    page: int = 1


class RemoveCollection(BaseModel):
    """« Supprimer » a collection."""

    collection: int


class RestoreCollection(BaseModel):
    """« Annuler » that."""

    collection: int
