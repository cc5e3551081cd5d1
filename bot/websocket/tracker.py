"""The tracker of members and channels: compares news with the stored state, so that each change is reported once, and
stores it only after all handlers have run."""

import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.errors import ChatError, Refusal, unless_refused
from bot.events import (
    TEAM,
    Archived,
    Converted,
    Event,
    JoinedChannel,
    JoinedTeam,
    LeftChannel,
    LeftTeam,
    Renamed,
    Restored,
    RoleChanged,
    fingerprint,
)
from bot.mattermost import ChatChannel, ChatMember, Mattermost
from bot.tasks import ShieldedTransactions
from bot.websocket.parser import ChannelNews, MemberNews, News
from storage import watchlist
from storage.database import Database
from storage.watchlist import WatchedMember, WatchedPlace

DOUBTED_FOR = timedelta(minutes=10)
"""For how long after another replica told of a change a frame about the same person may be an older one: longer than a
server keeps frames for whoever comes back (docs/mattermost.md §10.1)."""


class PlaceTracker:
    """Compares news with the tables (``settle``) and reports the changes.

    Order makes this safe: a change gets its number from the row, is reported under it, and only then stored. After a
    crash in between it is found again under the same number, which handlers that had it have claimed.
    """

    def __init__(
        self,
        database: Database,
        chat: Mattermost,
        tell: Callable[[Event], Awaitable[None]],
        clock: Callable[[], datetime],
    ) -> None:
        self.transactions = ShieldedTransactions(database)
        self._chat = chat
        self._tell = tell
        self._clock = clock
        self._replica = secrets.token_hex(8)
        self.ages: Counter[str] = Counter()
        """How many news of each place came by themselves: what was read before them may be old."""

    async def settle(self, news: News) -> None:
        """Report what a piece of news changes, if anything."""
        if isinstance(news, ChannelNews):
            await self._settle_channel(news)
            return
        await self._settle_member(news)
        if news.place == TEAM and not news.is_in:
            # Mattermost tells of the team only; all channels of it are left with it.
            for place in await self.transactions.run(lambda db: watchlist.places_of(db, news.user_id), writes=False):
                await self._settle_member(MemberNews(place, news.user_id, is_in=False))

    async def _settle_member(self, news: MemberNews) -> None:
        place, known = await self.transactions.run(lambda db: _read_known(db, news), writes=False)
        if place is None or not is_change(known, news):
            return
        if self._is_doubtful(known, news):
            news = await self._ask(news)
            if not is_change(known, news):
                return
        told = _make_member(known, news)
        told.changed_at, told.changed_by = self._clock(), self._replica
        change = fingerprint(place.id, place.since, news.user_id, told.version)
        for event in events_of_member(known, told, change):
            await self._tell(event)
        await self.transactions.run(lambda db: watchlist.change_member(db, told))

    def _is_doubtful(self, known: WatchedMember | None, news: MemberNews) -> bool:
        """Return whether news may be outdated: another replica is ahead, or live news came after it was read."""
        if news.age is not None and news.age != self.ages[news.place]:
            return True
        if known is None or known.changed_at is None or known.changed_by == self._replica:
            return False
        return self._clock() - known.changed_at < DOUBTED_FOR

    async def _ask(self, news: MemberNews) -> MemberNews:
        """Return the present membership; if it cannot be read, trust the news."""
        chat, user_id = self._chat, news.user_id
        asked = chat.team_member(user_id) if news.place == TEAM else chat.channel_member(news.place, user_id)
        member = await unless_refused(asked, news)
        return member if isinstance(member, MemberNews) else make_member_news(news.place, user_id, member)

    async def _settle_channel(self, news: ChannelNews) -> None:
        place = await self.transactions.run(lambda db: watchlist.get_place(db, news.place), writes=False)
        if place is None:
            return
        now = await self._state(place, news)
        if now is None or now["changed_at"] < place.changed_at:
            return
        change = fingerprint(place.id, place.since, place.version + 1)
        events = list(events_of_channel(place, now, change))
        for event in events:
            await self._tell(event)
        if events:
            await self.transactions.run(lambda db: watchlist.change_place(db, place.id, place.version, now))

    async def _state(self, place: WatchedPlace, news: ChannelNews) -> dict[str, Any] | None:
        """Return the present state of a channel; None if it cannot be known."""
        if news.archived_at:
            return state_of_place(place) | {"archived": True, "changed_at": news.archived_at}
        try:
            return state_of(news.channel or await self._chat.channel(place.id))
        except ChatError as error:
            if error.may_pass:
                raise
            if error.refusal is Refusal.FORBIDDEN and await self._is_private_now(place):
                return state_of_place(place) | {"is_private": True}
            return None

    async def _is_private_now(self, place: WatchedPlace) -> bool:
        """Return whether a channel that the bot can no longer see has become private: public ones are visible as long
        as it is in the team."""
        if place.is_private:
            return False
        return await unless_refused(self._chat.team_member((await self._chat.me()).id), None) is not None


@dataclass(frozen=True, slots=True)
class AbsentMember:
    """Stands for somebody without a stored membership: they are not there."""

    is_in: bool = False
    is_admin: bool = False
    version: int = 0


async def _read_known(db: Any, news: MemberNews) -> tuple[WatchedPlace | None, WatchedMember | None]:
    place = await watchlist.get_place(db, news.place)
    if place is None or not place.is_ready:
        return None, None
    return place, (await watchlist.find_members(db, news.place, [news.user_id])).get(news.user_id)


def make_member_news(place: str, user_id: str, member: ChatMember | None, age: int | None = None) -> MemberNews:
    """Make the news of a membership, or of its absence."""
    is_admin = member.is_admin if member and place == TEAM else None
    return MemberNews(place, user_id, member is not None, is_admin, age)


def is_change(known: WatchedMember | None, news: MemberNews) -> bool:
    """Return whether news differs from the stored state."""
    before = known or AbsentMember()
    other_role = news.is_in and news.is_admin is not None and news.is_admin != before.is_admin
    return news.is_in != before.is_in or other_role


def _make_member(known: WatchedMember | None, news: MemberNews) -> WatchedMember:
    before = known or AbsentMember()
    stays_admin = before.is_admin if before.is_in else False
    return WatchedMember(
        place=news.place,
        user_id=news.user_id,
        is_in=news.is_in,
        is_admin=news.is_in and (stays_admin if news.is_admin is None else news.is_admin),
        version=before.version + 1,
    )


def events_of_member(known: WatchedMember | None, told: WatchedMember, change: str) -> Iterator[Event]:
    """Yield the events between the stored and the new state of a membership."""
    before = known or AbsentMember()
    user_id = told.user_id
    if told.place != TEAM:
        kind = JoinedChannel if told.is_in else LeftChannel
        yield kind(channel_id=told.place, user_id=user_id, change=change)
        return
    if told.is_in != before.is_in:
        yield (JoinedTeam if told.is_in else LeftTeam)(user_id=user_id, change=change)
    if told.is_in and told.is_admin != (before.is_in and before.is_admin):
        yield RoleChanged(user_id=user_id, is_team_admin=told.is_admin, change=change)


def state_of(channel: ChatChannel) -> dict[str, Any]:
    """Return the stored form of a channel’s state."""
    return {
        "name": channel.name,
        "display_name": channel.display_name,
        "is_private": channel.is_private,
        "archived": channel.archived,
        "changed_at": channel.update_at,
    }


def state_of_place(place: WatchedPlace) -> dict[str, Any]:
    """Return the stored state of a place."""
    names = ("name", "display_name", "is_private", "archived", "changed_at")
    return {name: getattr(place, name) for name in names}


def events_of_channel(place: WatchedPlace, now: dict[str, Any], change: str) -> Iterator[Event]:
    """Yield the events between the stored and the new state of a channel."""
    where = {"channel_id": place.id, "change": change}
    if (now["name"], now["display_name"]) != (place.name, place.display_name):
        yield Renamed(**where, name=now["name"], display_name=now["display_name"])
    if now["is_private"] != place.is_private:
        yield Converted(**where, is_private=now["is_private"])
    if now["archived"] != place.archived:
        yield (Archived if now["archived"] else Restored)(**where)
