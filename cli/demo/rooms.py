"""The demo’s channels and their messages, for Mattermost’s bulk loading (sandbox/bulk.py) and for the bot."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from cli.demo.cast import ADMIN, PASSWORD, TEAM, TEAM_NAME, DemoPerson, everybody
from config import canaux
from config.canaux import PlannedChannel
from config.territories import DEPARTEMENTS
from config.time import PARIS, to_milliseconds


@dataclass(frozen=True, slots=True)
class DemoMessage:
    """A message: how many working days ago, and its time in Paris; its reactions, and the replies in its thread."""

    days: int
    at: time
    username: str
    message: str
    reactions: dict[str, list[str]] = field(default_factory=dict)
    replies: list["DemoMessage"] = field(default_factory=list)

    def moment(self, today: date) -> datetime:
        """Return when the message was written, seen from ``today``."""
        day = today
        for _ in range(self.days):
            day -= timedelta(days=1 if day.weekday() in range(1, 6) else (day.weekday() - 4) % 7)
        return datetime.combine(day, self.at, PARIS)


@dataclass(frozen=True, slots=True)
class DemoChannel:
    """A channel with its messages; private if it has a ``departement`` (for its people) or is ``for_animateurs``."""

    name: str
    display_name: str
    departement: str | None = None
    for_animateurs: bool = False
    talk: list[DemoMessage] = field(default_factory=list)

    @property
    def is_private(self) -> bool:
        """Whether the channel is private."""
        return self.for_animateurs or self.departement is not None

    def messages(self) -> Iterator[DemoMessage]:
        """Yield all messages, replies included."""
        for said in self.talk:
            yield said
            yield from said.replies


@cache
def rooms() -> tuple[DemoChannel, ...]:
    """Read all channels, as the file has them."""
    found: list[DemoChannel] = []
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


def _room(title: str) -> DemoChannel:
    if departement := DEPARTEMENTS.get(title):
        return DemoChannel(departement.canal, f"{departement.code} - {departement.nom}", departement.code)
    name, _, display_name = title.partition(" ")
    return DemoChannel(name, display_name)


def _last(room: DemoChannel) -> DemoMessage:
    said = room.talk[-1]
    return said.replies[-1] if said.replies else said


def _say(line: str) -> DemoMessage:
    days, at, username, message = line.split(" ", 3)
    return DemoMessage(int(days), time.fromisoformat(at), username, message)


Json = dict[str, Any]


def write_bulk(file: Path, today: date, planned: Mapping[str, PlannedChannel]) -> None:
    """Write the bulk loading file of a demo that begins today, readable by its owner only; ``planned`` are the channels
    by address."""
    file.touch(mode=0o600)
    file.write_text(
        "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in bulk_lines(today, planned)), "utf-8"
    )


def bulk_lines(today: date, planned: Mapping[str, PlannedChannel]) -> Iterator[Json]:
    """Yield all lines in the order that bulk loading requires."""
    yield {"type": "version", "version": 1}
    yield {"type": "team", "team": {"name": TEAM, "display_name": TEAM_NAME, "type": "O"}}
    for room in rooms():
        kind, plan = "P" if room.is_private else "O", planned[room.name]
        names = {"name": room.name, "display_name": plan.name, "header": plan.header, "purpose": plan.purpose}
        yield {"type": "channel", "channel": {"team": TEAM, "type": kind} | names}
    yield {"type": "user", "user": _admin()}
    for actor in everybody():
        yield {"type": "user", "user": _user(actor)}
    for room in rooms():
        for said in room.talk:
            post = {"team": TEAM, "channel": room.name} | _post(said, today)
            yield {"type": "post", "post": post | {"replies": [_post(reply, today) for reply in said.replies]}}


def _admin() -> Json:
    account = _account(ADMIN, f"{ADMIN}@cnum.example", "Admin", "Demo")
    return account | {"roles": "system_user system_admin", "teams": [_membership(rooms(), is_admin=True)]}


def _user(actor: DemoPerson) -> Json:
    zone = {"useAutomaticTimezone": "false", "manualTimezone": actor.timezone, "automaticTimezone": ""}
    animates = actor.role == "animateur"
    theirs = [room for room in rooms() if animates or _is_for(room, actor)]
    account = _account(actor.username, actor.email, actor.first_name, actor.last_name)
    return account | {"timezone": zone, "teams": [_membership(theirs, is_admin=animates)]}


def _is_for(room: DemoChannel, actor: DemoPerson) -> bool:
    return not room.for_animateurs and room.departement in {None, actor.departement}


def _account(username: str, email: str, first_name: str, last_name: str) -> Json:
    names = {"first_name": first_name, "last_name": last_name, "locale": "fr"}
    return {"username": username, "email": email, "password": PASSWORD} | names


def _membership(theirs: Iterable[DemoChannel], *, is_admin: bool) -> Json:
    roles = "team_user team_admin" if is_admin else "team_user"
    return {"name": TEAM, "roles": roles, "channels": [{"name": room.name, "roles": "channel_user"} for room in theirs]}


def _post(said: DemoMessage, today: date) -> Json:
    at = to_milliseconds(said.moment(today))
    given = [(emoji, who) for emoji, people in said.reactions.items() for who in people]
    reactions = [{"user": who, "emoji_name": emoji, "create_at": at + 60_000} for emoji, who in given]
    return {"user": said.username, "message": said.message, "create_at": at, "reactions": reactions}


TABLE = "canaux.tsv"


def write_table(file: Path) -> Mapping[str, PlannedChannel]:
    """Write the table of channels, the usual ones and the demo’s own; return them by address."""
    file.write_text("\n".join((files(room) / TABLE).read_text("utf-8") for room in ("config", "cli.demo")), "utf-8")
    return {planned.address: planned for planned in canaux.read(file).values()}
