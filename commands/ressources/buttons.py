"""What the buttons and menus of the ressourcerie carry."""

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
