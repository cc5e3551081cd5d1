"""How a feature shows itself beside its triggers: in « /aide », where the bot failed, and to programs of people."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.replies import Button
from storage.people import Person

RescueHook = Callable[[str, str], Button]
"""The button under words that say that the bot failed: of the reference, and of what was being done."""


@dataclass(frozen=True, slots=True)
class Front:
    """How a feature is shown in « /aide »: its title, one sentence without its point, and the line that its button
    runs, which depends on who clicks."""

    title: str
    about: str
    start: Callable[[Person], str]


@dataclass(frozen=True, slots=True)
class Rescue:
    """Where the bot leads who sees it fail: a button, and the line to type where no button can stand."""

    line: str
    button: RescueHook


@dataclass(frozen=True, slots=True)
class Feed:
    """What a program of somebody’s is answered with that asked over HTTP."""

    body: bytes
    content_type: str
