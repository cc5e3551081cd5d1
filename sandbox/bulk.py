"""Mattermost’s bulk loading: a file, with one JSON object on each line, that gives an empty server its people and their
past.

The lines are those of Mattermost’s own command (version, team, channel, user, post); a person may have a ``timezone``
besides. Nobody is told of anything, and everybody has read everything.
"""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from sandbox.auth import hash_password
from sandbox.channels.arrivals import join_channel
from sandbox.channels.unreads import note_viewed
from sandbox.ids import new_id
from sandbox.posts.mentions import hashtags
from sandbox.posts.publication import add_post
from sandbox.records import Channel, Post, Reaction, Team, TeamMember, User
from sandbox.teams.arrivals import add_default_channels, default_channels
from sandbox.users.preferences import add_first_preferences
from sandbox.users.views import TIMEZONE, default_notify_props
from sandbox.world import World

R = TypeVar("R")
Line = Mapping[str, Any]

_hash = cache(hash_password)  # people who share a password share its hash


def load(world: World, file: Path) -> None:
    """Read the whole file. Raises ValueError or KeyError for what is no such line."""
    loading = _Loading(world)
    for text in file.read_text("utf-8").splitlines():
        line = json.loads(text)
        loading.take(line["type"], line)
    loading.end()


def add_person(world: World, line: Line) -> User:
    """Add a person as a line of the file would, with a verified address."""
    user = _Loading(world).add_user(line)
    user.email_verified = True
    return user


class _Loading:
    def __init__(self, world: World) -> None:
        self._world = world
        self._state = world.state

    def take(self, kind: str, line: Line) -> None:
        """Add what a line describes; it may name what earlier lines added."""
        kinds = {"team": self._team, "channel": self._channel, "user": self.add_user, "post": self._post}
        if kind in kinds:
            kinds[kind](line[kind])
        elif kind != "version":
            raise ValueError(f"no line of this kind is known: {kind}")

    def end(self) -> None:
        """Mark everything as read by everybody."""
        for member in self._state.channel_members:
            note_viewed(self._state.channels.rows[member.channel_id], member)
        for row in self._state.thread_members:
            row.last_viewed, row.unread_mentions = self._state.clock.tick(), 0

    def _team(self, line: Line) -> None:
        now = self._state.clock.tick()
        team = Team(new_id(), line["name"], line["display_name"], line["type"], now, now, invite_id=new_id())
        self._state.teams.add(team)
        add_default_channels(self._state, team)

    def _channel(self, line: Line) -> None:
        now = self._state.clock.tick()
        team = self._team_named(line["team"])
        channel = self._state.channels_by_name.first(team.id, line["name"])
        if channel is None:
            channel = Channel(new_id(), team.id, line["type"], line["name"], line["display_name"], "", now, now)
            self._state.channels.add(channel)
        channel.display_name = line["display_name"]
        channel.header, channel.purpose = line.get("header", ""), line.get("purpose", "")

    def add_user(self, line: Line) -> User:
        """Add a person with the default preferences of every account, and to the teams that the line names."""
        now = self._state.clock.tick()
        user = User(
            id=new_id(),
            username=line["username"],
            email=line["email"],
            create_at=now,
            update_at=now,
            password=_hash(line["password"]),
            first_name=line.get("first_name", ""),
            last_name=line.get("last_name", ""),
            roles=line.get("roles", "system_user"),
            notify_props=default_notify_props(self._world),
            locale=line.get("locale", "en"),
            timezone=TIMEZONE | line.get("timezone", {}),
            last_password_update=now,
        )
        self._state.users.add(user)
        add_first_preferences(self._world, user)
        for membership in line.get("teams", ()):
            self._join(user, membership)
        return user

    def _join(self, user: User, line: Line) -> None:
        team = self._team_named(line["name"])
        is_admin = "team_admin" in line.get("roles", "").split()
        member = TeamMember(team.id, user.id, self._state.clock.tick(), scheme_admin=is_admin)
        self._state.team_members.add(member)
        named = [self._channel_named(team, channel["name"]) for channel in line.get("channels", ())]
        for channel in (*default_channels(self._world, team), *named):
            join_channel(self._world, channel, user)

    def _post(self, line: Line) -> None:
        channel = self._channel_named(self._team_named(line["team"]), line["channel"])
        root = self._say(channel, line)
        for reply in line.get("replies", ()):
            self._say(channel, reply, root.id)

    def _say(self, channel: Channel, line: Line, root_id: str = "") -> Post:
        at, message = line["create_at"], line["message"]
        author = self._id_of(line["user"])
        post = Post(new_id(), author, channel.id, at, at, root_id=root_id, message=message, hashtags=hashtags(message))
        add_post(self._world, post)
        self._react(post, line.get("reactions", ()))
        return post

    def _react(self, post: Post, lines: Iterable[Line]) -> None:
        for line in lines:
            at = line["create_at"]
            who, name = self._id_of(line["user"]), line["emoji_name"]
            self._state.reactions.add(Reaction(who, post.id, name, post.channel_id, at, at))
            post.has_reactions = True

    def _team_named(self, name: str) -> Team:
        return _found(self._state.teams_by_name.first(name), name)

    def _channel_named(self, team: Team, name: str) -> Channel:
        return _found(self._state.channels_by_name.first(team.id, name), name)

    def _id_of(self, username: str) -> str:
        return _found(self._state.users_by_name.first(username), username).id


def _found(row: R | None, name: str) -> R:
    if row is None:
        raise ValueError(f"no line before has made {name}")
    return row
