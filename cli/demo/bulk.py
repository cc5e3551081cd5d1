"""The demo’s people, channels and conversations, in the lines of Mattermost’s bulk loading (sandbox/bulk.py)."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from cli.demo.cast import ADMIN, PASSWORD, TEAM, TEAM_NAME, Actor, everybody
from cli.demo.talk import Room, Utterance, rooms
from config.canaux import PlannedChannel

Json = dict[str, Any]


def write(file: Path, today: date, planned: Mapping[str, PlannedChannel]) -> None:
    """Write the file of a demo that begins that day, for its owner alone; ``planned`` are the channels by address."""
    file.touch(mode=0o600)
    file.write_text("".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines(today, planned)), "utf-8")


def lines(today: date, planned: Mapping[str, PlannedChannel]) -> Iterator[Json]:
    """Everything, in the order that the loading asks for."""
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


def _user(actor: Actor) -> Json:
    zone = {"useAutomaticTimezone": "false", "manualTimezone": actor.timezone, "automaticTimezone": ""}
    animates = actor.role == "animateur"
    theirs = [room for room in rooms() if animates or _is_for(room, actor)]
    account = _account(actor.username, actor.email, actor.first_name, actor.last_name)
    return account | {"timezone": zone, "teams": [_membership(theirs, is_admin=animates)]}


def _is_for(room: Room, actor: Actor) -> bool:
    return not room.for_animateurs and room.departement in {None, actor.departement}


def _account(username: str, email: str, first_name: str, last_name: str) -> Json:
    names = {"first_name": first_name, "last_name": last_name, "locale": "fr"}
    return {"username": username, "email": email, "password": PASSWORD} | names


def _membership(theirs: Iterable[Room], *, is_admin: bool) -> Json:
    roles = "team_user team_admin" if is_admin else "team_user"
    return {"name": TEAM, "roles": roles, "channels": [{"name": room.name, "roles": "channel_user"} for room in theirs]}


def _post(said: Utterance, today: date) -> Json:
    at = int(said.moment(today).timestamp() * 1000)
    given = [(emoji, who) for emoji, people in said.reactions.items() for who in people]
    reactions = [{"user": who, "emoji_name": emoji, "create_at": at + 60_000} for emoji, who in given]
    return {"user": said.username, "message": said.message, "create_at": at, "reactions": reactions}
