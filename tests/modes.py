"""The generations of servers that stories, forms and the sandbox are tried on."""

from datetime import date
from zlib import crc32

from bot.capabilities import Capabilities
from bot.forms import Clues
from storage.people import Person

MODES = ("11.2", "11.6", "10.5", "9.11", "9.4", "5.37")
NEWEST = MODES[0]
"""Where a story is told that is told once. 11.6 differs from it in what tests/wire/ holds alone; stories of all
generations are told there too."""
EDGES = (NEWEST, "5.37")
"""The newest and the oldest: where there is no time for all of them."""

MIDDLE = tuple(mode for mode in MODES if mode not in EDGES)

FORM_MODES = ("11.2", "11.0", "5.37")
"""The three ways a dialog can be drawn."""


def modes_of(story: str) -> tuple[str, ...]:
    """Where a story of every mode is told, from the newest to the oldest: at both edges, and on one in the middle.

    That one is another for each story, and always the same for one: what changed with a version is in many stories, a
    quarter of which are told there, and tests/wire/ holds each version to all that was recorded of it.
    """
    return (EDGES[0], MIDDLE[crc32(story.encode()) % len(MIDDLE)], EDGES[1])


def version(mode: str) -> tuple[int, int]:
    """(11, 2) of "11.2"."""
    major, minor = mode.split(".")
    return int(major), int(minor)


def clues(mode: str, user: Person, today: date) -> Clues:
    """What a form needs to be drawn for somebody on a server of that generation."""
    return Clues(user, today, Capabilities(version(mode)))
