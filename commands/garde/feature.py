"""The feature that the files of this folder add their handlers to, and who may pull what."""

from collections.abc import Collection, Mapping

from bot.context import Context
from bot.features import Feature
from bot.fronts import Front
from bot.rights import Right
from config.hotline import read
from config.settings import Settings
from storage.canaux import keys_of
from storage.people import Person, Role

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
async def answers(ctx: Context) -> bool:
    """Whether somebody is in the room of a queue."""
    return is_in_a_room(ctx.settings, await ctx.recall(keys_of))


def may(person: Person, settings: Settings, keys: Collection[str]) -> bool:
    """Whether somebody may be on duty, who is in the planned channels of these keys."""
    return person.may(AGENTS) or is_in_a_room(settings, keys)


def queues(settings: Settings) -> Mapping[str, str]:
    """The names of the queues, by code."""
    return {code: queue.name for code, queue in read(settings.hotline).items()}
