"""What the buttons, menus and long work of the ressourcerie carry; the type is the routing key."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from bot.menus import Choosing


class Listing(StrEnum):
    """What a list of resources holds."""

    FOUND = "found"
    LATEST = "latest"
    FAVOURITES = "favourites"
    OWN = "own"


class Page(BaseModel):
    """« Suite »: a page of a list; ``text`` is what is looked for."""

    of: Listing
    text: str = ""
    page: int = 1


class ChooseCategory(Choosing):
    """« Choisir une catégorie »: ``chosen`` is the code of one."""


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


class MoreAction(StrEnum):
    """What « Plus… » offers."""

    COMMENT = "commenter"
    SHARE = "partager"
    FOLLOW = "suivre"
    COLLECT = "collection"
    REPORT = "signaler"
    EDIT = "modifier"
    WITHDRAW = "retirer"
    PUT_BACK = "remettre"

    @property
    def label(self) -> str:
        """What is written in the menu."""
        return {
            "commenter": "Commenter",
            "partager": "Partager ici",
            "suivre": "Suivre ce thème",
            "collection": "Ajouter à une collection",
            "signaler": "Signaler",
            "modifier": "Modifier",
            "retirer": "Retirer",
            "remettre": "Remettre",
        }[self.value]


class More(Choosing):
    """« Plus… » under a resource; ``chosen`` is one of ``MoreAction``."""

    resource: int


class Comment(BaseModel):
    """« Commenter »: the window of a word under a resource."""

    resource: int


class Share(BaseModel):
    """« Partager ici »: the resource, in the channel of who clicks."""

    resource: int


class ShareHere(Share):
    """The same, once Mattermost said that it may stand there."""


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


class Decline(BaseModel):
    """« Non merci » of who put 📚 under a message."""

    post_id: str


class Object(BaseModel):
    """« Je préfère que non »: of whose message or demand for help somebody else made a resource."""

    resource: int


class Publish(BaseModel):
    """« Publier », whatever became of it before."""

    resource: int


class AskAbout(BaseModel):
    """« Demander »: a question for who proposed it."""

    resource: int


class AnswerAbout(BaseModel):
    """« Répondre » to those who review it."""

    resource: int


class Refuse(BaseModel):
    """« Refuser », with a reason."""

    resource: int


class Withdraw(BaseModel):
    """« Retirer », with a reason."""

    resource: int


class PutBack(BaseModel):
    """« Remettre » what was withdrawn."""

    resource: int


class Restore(Choosing):
    """« Revenir à… »: ``chosen`` is the version."""

    resource: int


class Settle(BaseModel):
    """« Traité »: what was reported of it is dealt with."""

    resource: int


class Miss(BaseModel):
    """« Je n’ai rien trouvé »: the window in which somebody says what they looked for."""

    text: str = ""


class Answer(BaseModel):
    """« C’est fait »: the window that asks which resource answers a need."""

    need: str


class PutAside(BaseModel):
    """« Écarter » a need."""

    need: str


class TakeBack(BaseModel):
    """« Rouvrir » a need that was put aside."""

    need: str


class Needs(BaseModel):
    """« Suite » of the needs."""

    page: int


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
