"""The feature, who may be on duty, and what the buttons about duty carry."""

from collections.abc import Collection, Mapping
from datetime import date

from pydantic import BaseModel

from bot.context import Context
from bot.features import Feature, Front, Right
from config.hotline import read
from config.settings import Settings
from storage.canaux import list_keys_of
from storage.people import Person, Role


class Take(BaseModel):
    """« Me mettre de garde »: opens the window."""


class Release(BaseModel):
    """« Me retirer », « Annuler »: somebody is not on duty after all."""

    number: int


class PutBack(BaseModel):
    """« Annuler » of that: the turn ends again when it did, as long as it still ends when it then did. Of days from its
    middle, ``rest`` is the turn that came after them."""

    number: int
    ends: date
    cut: date
    rest: int | None = None


class Return(BaseModel):
    """« Annuler » of an absence: it ends today, or never was."""

    number: int


class OpenSwap(BaseModel):
    """« Échanger »: opens the window."""


class AnswerSwap(BaseModel):
    """« Accepter » or « Refuser » what somebody proposes."""

    number: int
    accept: bool


class WithdrawSwap(BaseModel):
    """« Retirer ma proposition »."""

    number: int


AGENTS = (Role.HOTLINE, Role.ANIMATEUR)
"""Who is on duty, and says who is; and whoever is in the room of a queue."""


def is_in_a_room(settings: Settings, keys: Collection[str]) -> bool:
    """Whether one of these planned channels is the room of a queue."""
    return any(queue.room_key in keys for queue in read(settings.hotline).values())


feature = Feature(
    "garde",
    rights=(Right.MEMBER,),
    front=Front("Garde", "qui est de garde à la hotline, échanger, s’absenter", lambda _: "garde"),
)


@feature.admits
async def admits_room_members(ctx: Context) -> bool:
    """Whether somebody is in the room of a queue."""
    return is_in_a_room(ctx.settings, await ctx.recall(list_keys_of))


def may_be_on_duty(person: Person, settings: Settings, keys: Collection[str]) -> bool:
    """Whether somebody may be on duty, who is in the planned channels of these keys."""
    return person.may(AGENTS) or is_in_a_room(settings, keys)


def name_queues(settings: Settings) -> Mapping[str, str]:
    """The names of the queues, by code."""
    return {code: queue.name for code, queue in read(settings.hotline).items()}
