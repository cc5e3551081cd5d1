"""The feature that the files of this folder add their handlers to, and who may pull what."""

from collections.abc import Mapping

from bot.features import Feature, Front
from bot.rights import Right
from config.hotline import read
from config.settings import Settings
from storage.people import Person, Role

feature = Feature(
    "garde",
    rights=(Right.MEMBER,),
    front=Front("Garde", "qui est de garde à la hotline, échanger, s’absenter", lambda _: "garde"),
)

AGENTS = (Role.HOTLINE, Role.ANIMATEUR)
"""Who is on duty, and says who is."""


def may(person: Person) -> bool:
    """Whether somebody may be on duty."""
    return person.may(AGENTS)


def queues(settings: Settings) -> Mapping[str, str]:
    """The names of the queues, by code."""
    return {code: queue.name for code, queue in read(settings.hotline).items()}
