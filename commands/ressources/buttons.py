"""What the buttons and menus of the ressourcerie carry."""

from datetime import datetime

from pydantic import BaseModel

from bot.menus import Choosing


class Open(BaseModel):
    """« Ouvrir »: a resource in full."""

    resource: int


class Favour(BaseModel):
    """« ⭐ Favori » given, or taken back."""

    resource: int
    on: bool = True


class FindUseful(BaseModel):
    """« 👍 Utile » given, or taken back."""

    resource: int
    on: bool = True


class More(Choosing):
    """« Plus… » under a resource; ``chosen`` is one of ``Deed``."""

    resource: int


class Comment(BaseModel):
    """« Commenter »: the window of a word under a resource."""

    resource: int


class Share(BaseModel):
    """« Partager ici »: the resource, in the channel of who clicks."""

    resource: int


class FollowThemes(BaseModel):
    """« Suivre ce thème »: the themes of a resource."""

    resource: int


class Report(BaseModel):
    """« Signaler »: the window that says what is wrong with a resource."""

    resource: int


class Edit(BaseModel):
    """« Modifier »: the window of a resource that is there already."""

    resource: int


class Deposit(BaseModel):
    """« Proposer une fiche »: the window, filled from that message or ticket if there is one."""

    post_id: str = ""
    ticket: int = 0
    titre: str = ""
    description: str = ""


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
