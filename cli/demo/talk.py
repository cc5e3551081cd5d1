"""What was said in the demo’s channels (conversations.txt), some days ago."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from cli.demo.cast import PARIS
from config.departements import DEPARTEMENTS


@dataclass(frozen=True, slots=True)
class Utterance:
    """A message, so many working days ago at that time in Paris; who gave which emoji; the replies in its thread."""

    days: int
    at: time
    username: str
    message: str
    reactions: dict[str, list[str]] = field(default_factory=dict)
    replies: list["Utterance"] = field(default_factory=list)

    def moment(self, today: date) -> datetime:
        """When it was said, seen from that day."""
        day = today
        for _ in range(self.days):
            day -= timedelta(days=1 if day.weekday() in range(1, 6) else (day.weekday() - 4) % 7)
        return datetime.combine(day, self.at, ZoneInfo(PARIS))


@dataclass(frozen=True, slots=True)
class Room:
    """A channel and what was said in it; ``departement`` makes it private, for its own people, ``for_animateurs`` for
    these."""

    name: str
    display_name: str
    departement: str | None = None
    for_animateurs: bool = False
    talk: list[Utterance] = field(default_factory=list)

    @property
    def is_private(self) -> bool:
        """Whether only its own people see it."""
        return self.for_animateurs or self.departement is not None

    def messages(self) -> Iterator[Utterance]:
        """All of them, replies too."""
        for said in self.talk:
            yield said
            yield from said.replies


@cache
def rooms() -> tuple[Room, ...]:
    """All channels, as the file has them."""
    found: list[Room] = []
    for line in files("cli.demo").joinpath("conversations.txt").read_text("utf-8").splitlines():
        mark, _, rest = line.partition(" ")
        if mark == "=":
            found.append(_room(rest))
        elif mark == "!":
            found.append(replace(_room(rest), for_animateurs=True))
        elif mark == "+":
            emoji, *who = rest.split()
            _last(found[-1]).reactions[emoji] = who
        elif mark == ">":
            found[-1].talk[-1].replies.append(_say(rest))
        elif mark not in {"", "#"}:
            found[-1].talk.append(_say(line))
    return tuple(found)


def _room(title: str) -> Room:
    if departement := DEPARTEMENTS.get(title):
        return Room(departement.canal, f"{departement.code} - {departement.nom}", departement.code)
    name, _, display_name = title.partition(" ")
    return Room(name, display_name)


def _last(room: Room) -> Utterance:
    said = room.talk[-1]
    return said.replies[-1] if said.replies else said


def _say(line: str) -> Utterance:
    days, at, username, message = line.split(" ", 3)
    return Utterance(int(days), time.fromisoformat(at), username, message)
