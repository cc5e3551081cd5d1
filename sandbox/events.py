"""Events, and the connections that they are sent to."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sandbox.connection import Connection
from sandbox.records import User
from sandbox.state import State
from sandbox.versions import Capabilities

Data = dict[str, Any]
Personal = Callable[[User], Data | None]


@dataclass(frozen=True, slots=True)
class Broadcast:
    """The audience of an event: one person, a channel’s members, a team’s members, or everybody."""

    user_id: str = ""
    channel_id: str = ""
    team_id: str = ""
    omit_users: tuple[str, ...] | None = None
    connection_id: str = ""
    omit_connection_id: str = ""
    only: Callable[[str], bool] | None = None
    """The only people who may get the event, where that is narrower than the rest says."""
    contains: str = ""
    """« sanitized » or « sensitive » for what exists in two copies, one for system admins."""

    def as_json(self, caps: Capabilities) -> Data:
        """Return the broadcast part of a frame."""
        body: Data = {
            "omit_users": None if self.omit_users is None else dict.fromkeys(self.omit_users, True),
            "user_id": self.user_id,
            "channel_id": self.channel_id,
            "team_id": self.team_id,
        }
        if caps.broadcast_names_connection:
            body |= {"connection_id": self.connection_id, "omit_connection_id": self.omit_connection_id}
            body |= {f"contains_{self.contains}_data": True} if self.contains else {}
        return body


EVERYBODY = Broadcast()


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def dumps(value: object) -> str:
    """Return JSON without spaces, letters as they are."""
    return _ENCODER.encode(value)


class Hub:
    """All connections by person; those that were cut are kept for five minutes."""

    def __init__(self, state: State, caps: Capabilities) -> None:
        self._state = state
        self._caps = caps
        self._by_user: dict[str, list[Connection]] = {}
        self._channels: dict[str, frozenset[str]] = {}
        self._absence: Callable[[str], None] = lambda _: None

    def add(self, connection: Connection) -> None:
        """Add a connection, which gets events from now on."""
        self._by_user.setdefault(connection.user_id, []).append(connection)

    def remove(self, connection: Connection) -> None:
        """Forget a connection."""
        of_user = self._by_user.get(connection.user_id, [])
        if connection in of_user:
            of_user.remove(connection)
        if not of_user:
            self._by_user.pop(connection.user_id, None)

    def find(self, user_id: str, connection_id: str) -> Connection | None:
        """Return somebody’s connection by its id, also one that was cut a moment ago."""
        self._forget_old(user_id)
        of_user = self._by_user.get(user_id, [])
        return next((known for known in of_user if known.id == connection_id), None)

    def connections(self) -> list[Connection]:
        """Return all connections."""
        return [connection for of_user in self._by_user.values() for connection in of_user]

    def silence(self, user_id: str, token_id: str | None = None) -> None:
        """Stop all events to somebody’s connections, or to those opened with one token; those that were cut cannot
        return."""
        for connection in list(self._by_user.get(user_id, ())):
            if token_id is None or connection.token_id == token_id:
                connection.deaf = True
                self.forget_deaf(connection)

    def forget_deaf(self, connection: Connection) -> None:
        """Forget a connection that gets no more events, once its socket is closed."""
        if connection.deaf and connection.outbox is None:
            self.remove(connection)

    def on_absence(self, note: Callable[[str], None]) -> None:
        """Set what is done when somebody’s last connection ends."""
        self._absence = note

    def note_absence(self, user_id: str) -> None:
        """Note that one of somebody’s connections ended; where it was the last, they are offline."""
        if all(known.outbox is None for known in self._by_user.get(user_id, ())):
            self._absence(user_id)

    def publish(
        self, event: str, data: Data, broadcast: Broadcast = EVERYBODY, personal: Personal | None = None
    ) -> None:
        """Send an event; `personal` may replace its data for one receiver, or return None to leave it."""
        target = dumps(broadcast.as_json(self._caps))
        frame = _frame(event, data, target)
        for user_id in self._receivers(broadcast):
            user = self._state.users.get(user_id)
            own = personal(user) if personal and user else None
            text = frame if own is None else _frame(event, own, target)
            for connection in self._by_user.get(user_id, ()):
                connection.send_event(text)

    def _receivers(self, broadcast: Broadcast) -> list[str]:
        candidates: Iterable[str] = self._by_user
        if broadcast.user_id:
            candidates = {broadcast.user_id} & self._by_user.keys()
        omitted, only = broadcast.omit_users or (), broadcast.only
        there = [one for one in candidates if one not in omitted and (only is None or only(one))]
        if broadcast.user_id:
            return there
        if broadcast.channel_id:
            return [one for one in there if broadcast.channel_id in self._memberships(one)]
        return [one for one in there if not broadcast.team_id or self._state.in_team(broadcast.team_id, one)]

    def forget_memberships(self, user_id: str) -> None:
        """Forget which channels somebody is in, so that they are looked up anew."""
        self._channels.pop(user_id, None)

    def _memberships(self, user_id: str) -> frozenset[str]:
        """Return the channels whose events somebody gets.

        As on the real server this is kept from one change of theirs to the next, and made without the channels
        archived at that moment: whoever has something changed meanwhile hears no more of an archived channel.
        """
        known = self._channels.get(user_id)
        if known is None:
            rows = self._state.channels_of.rows(user_id)
            known = frozenset(row.channel_id for row in rows if self._is_live(row.channel_id))
            self._channels[user_id] = known
        return known

    def _is_live(self, channel_id: str) -> bool:
        channel = self._state.channels.get(channel_id)
        return channel is not None and not channel.delete_at

    def _forget_old(self, user_id: str) -> None:
        for connection in list(self._by_user.get(user_id, ())):
            if connection.is_lost():
                self.remove(connection)


def _frame(event: str, data: Data, target: str) -> str:
    """Make the JSON of an event without its number, which differs from connection to connection."""
    return f'{{"event":{dumps(event)},"data":{dumps(data)},"broadcast":{target},"seq":'
