"""Catching up: after a disconnection, and every hour, what happened meanwhile is read in order, and the state of places
compared."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import ChatError, may_succeed_later
from bot.events import TEAM, Addressed, Event, Reacted, Reconnected, Reworded, Unsaid
from bot.mattermost import ChatChannel, ChatPost, Mattermost
from bot.mattermost.client import PAGE_ROWS
from bot.retries import backoff, run_when_due
from bot.websocket import parser
from bot.websocket.queue import EventQueue
from bot.websocket.tracker import PlaceTracker, is_change, make_member_news, state_of
from config.time import to_milliseconds
from storage import claims, watchlist
from storage.watchlist import WatchedPlace

log = structlog.get_logger()

CATCH_UP_MAX = timedelta(days=7)
"""What was written longer ago is not answered any more."""
PLACES_KEPT = timedelta(days=1)
"""When nobody has listened somewhere for so long, it is as if nobody ever had."""


class CatchUpReader:
    """Reads what was missed, and puts it into the queue like live events; each event is dispatched once."""

    def __init__(
        self,
        chat: Mattermost,
        ears: parser.FrameParser,
        queue: EventQueue,
        places: PlaceTracker,
        clock: Callable[[], datetime],
    ) -> None:
        self._chat = chat
        self._ears = ears
        self._queue = queue
        self._places = places
        self._clock = clock

    async def of_posts(self, seen: datetime) -> AsyncIterator[Collection[str]]:
        """Read all posts that people wrote, edited or deleted since an instant (server time). After each channel, yield
        those still to be read; channels with live events come first."""
        unread = await self._list_unread(to_milliseconds(max(seen, self._clock() - CATCH_UP_MAX)))
        while unread:
            yield frozenset(unread)
            channel_id = next((place for place in self._queue.awaited if place in unread), next(iter(unread)))
            await self._try(unread[channel_id])
            del unread[channel_id]

    async def _list_unread(self, since: int) -> dict[str, AsyncIterator[Event]]:
        """Return the channels in which something may have happened, direct ones first, each with its reader."""
        direct = await self.learn_direct()
        unread = {place: self._read_channel(place, since) for place, last in direct.items() if last >= since}
        begun = await self._places.transactions.run(watchlist.list_places, writes=False)
        for place in sorted((self._ears.places | self._ears.crowded) - {TEAM}):
            if place in begun:
                unread[place] = self._read_channel(place, max(since, begun[place].since))
        for channel in await self._chat.own_channels():
            if channel.last_post_at >= since and channel.id not in begun:
                unread.setdefault(channel.id, self._read_addressed(channel.id, since))
        return unread

    async def learn_direct(self) -> Mapping[str, int]:
        """Read the direct channels, and when each last had a message."""
        found = await self._chat.direct_channels()
        self._ears.direct |= set(found)
        return found

    async def of_places(self, *, new_only: bool = False) -> None:
        """Compare the watched places with their stored state; the first state of a new place makes no events."""
        if not self._ears.bot_id:
            return  # nobody has connected yet: then all is read
        wanted, crowded = self._ears.places, self._ears.crowded
        await self._places.transactions.run(partial(_note_seen, places=wanted, crowded=crowded, at=self._clock()))
        known = await self._places.transactions.run(watchlist.list_places, writes=False)
        for place in sorted(wanted):
            is_new = place not in known or not known[place].is_ready
            if is_new:
                await self._try(self._first_sight(place))
            if is_new or not new_only:
                await self._try(self._read_place(place))
        for place in sorted(crowded):
            if place not in known:
                await self._try(self._first_look(place))
            elif not new_only:
                await self._queue.put(parser.ChannelNews(place))

    async def _try(self, reading: AsyncIterator[object]) -> None:
        """Run a reading to its end; a failure affects only its place. Raises ChatError for one that may pass."""
        try:
            async for item in reading:
                if isinstance(item, Event | parser.ChannelNews | parser.MemberNews):
                    await self._queue.put(item)
        except ChatError as error:
            if error.is_temporary:
                raise
            log.warning("channel_not_read", status=error.status, error_id=error.error_id)

    async def _read_addressed(self, channel_id: str, since: int) -> AsyncIterator[Event]:
        """Read posts addressed to the bot in an unwatched channel."""
        async for event in self._read_channel(channel_id, since):
            if isinstance(event, Addressed | Reworded | Unsaid):
                yield event

    async def _read_channel(self, channel_id: str, since: int) -> AsyncIterator[Event]:
        is_direct = channel_id in self._ears.direct
        changes = await self._chat.changes(channel_id, since)
        found = changes.posts
        if changes.is_whole:
            for event in self._events(found, since, is_direct=is_direct):
                yield event
            return
        # Only the latest of what changed is in that list: what was written since is gone through from its beginning.
        for event in self._events([p for p in found if p.create_at < since], since, is_direct=is_direct):
            yield event
        async for page in self._pages(channel_id, since):
            for event in self._events(page, since, is_direct=is_direct):
                yield event
        for event in self._events([p for p in found if p.delete_at], since, is_direct=is_direct):
            yield event

    def _events(self, posts: Sequence[ChatPost], since: int, *, is_direct: bool) -> Sequence[Event]:
        """Return the events of some posts since an instant, in order."""
        happened = [pair for post in posts for pair in self._of_post(post, is_direct=is_direct)]
        return [event for at, event in sorted(happened, key=lambda pair: pair[0]) if at >= since]

    def _of_post(self, post: ChatPost, *, is_direct: bool) -> Iterator[tuple[int, Event]]:
        bot_id = self._ears.bot_id
        if post.user_id == bot_id and not post.delete_at:
            self._ears.hear_own(post, is_watched=True, is_direct=is_direct)
        told = (
            [(post.delete_at, parser.make_deleted_event)]
            if post.delete_at
            else [(post.create_at, parser.make_posted_event), (post.edit_at, parser.make_edited_event)]
        )
        for at, kind in told:
            if (event := kind(post, bot_id, is_direct=is_direct)) is not None:
                yield at, event
        for at, name in self._list_said(post, is_direct=is_direct):
            if (said := self._ears.said_to_it.make_event(post, bot_id, name)) is not None:
                yield at, said
        for reaction in [] if post.delete_at else post.reactions:
            if reaction.user_id != bot_id:
                where = {"channel_id": post.channel_id, "post_id": post.id, "is_direct": is_direct}
                put = {"user_id": reaction.user_id, "emoji": reaction.emoji, "at": reaction.create_at}
                yield reaction.create_at, Reacted(**where, **put)

    def _list_said(self, post: ChatPost, *, is_direct: bool) -> Sequence[tuple[int, str]]:
        """List what a frame would have told of a post that may be addressed to the bot."""
        if is_direct:
            return []
        if post.delete_at:
            return [(post.delete_at, "post_deleted")]
        return [(post.create_at, "posted"), (post.edit_at, "post_edited")]

    async def _pages(self, channel_id: str, since: int) -> AsyncIterator[Sequence[ChatPost]]:
        """Yield a channel’s posts since an instant, oldest first, a page at a time."""
        page = await self._page_before(channel_id, since)
        yield page
        while page:
            page = await self._chat.posts_after(channel_id, page[-1].id)
            yield page

    async def _page_before(self, channel_id: str, since: int) -> Sequence[ChatPost]:
        """Return the last post before an instant, else the channel’s first; empty if there is none."""
        number = 0
        while True:
            page = await self._chat.newest_posts(channel_id, number, PAGE_ROWS)
            if older := [post for post in page if post.create_at < since]:
                return older[:1]
            if len(page) < PAGE_ROWS:
                return page[-1:]
            number += 1

    async def _first_sight(self, place_id: str) -> AsyncIterator[object]:
        """Store the state and members of a place."""
        if place_id == TEAM:
            await self._begin(WatchedPlace(id=TEAM, seen_at=self._clock()))
            pages = self._chat.team_members()
        else:
            await self._begin_channel(await self._chat.channel(place_id))
            pages = self._chat.channel_members(place_id)
        async for page in pages:
            found = {member.user_id: member.is_admin and place_id == TEAM for member in page}
            await self._places.transactions.run(partial(watchlist.add_members, place_id=place_id, members=found))
            yield page
        await self._places.transactions.run(lambda db: watchlist.mark_ready(db, place_id))

    async def _first_look(self, place_id: str) -> AsyncIterator[object]:
        """Store the state of a channel, which another replica may already have done."""
        channel = await self._chat.channel(place_id)
        await self._begin_channel(channel)
        yield parser.ChannelNews(place_id, channel)

    async def _begin_channel(self, channel: ChatChannel) -> None:
        values = state_of(channel) | {"since": channel.last_post_at + 1}
        await self._begin(WatchedPlace(id=channel.id, seen_at=self._clock(), **values))

    async def _begin(self, place: WatchedPlace) -> None:
        await self._places.transactions.run(lambda db: watchlist.add_place(db, place))

    async def _read_place(self, place: str) -> AsyncIterator[object]:
        """Compare a place with its stored state, a page of members at a time: who joined, and who left."""
        if place != TEAM:
            yield parser.ChannelNews(place, await self._chat.channel(place))
        pages = self._chat.team_members() if place == TEAM else self._chat.channel_members(place)
        age = self._places.ages[place]
        async for page in pages:
            ids = [member.user_id for member in page]
            wanted = partial(watchlist.find_members, place_id=place, user_ids=ids)
            known = await self._places.transactions.run(wanted, writes=False)
            for member in page:
                news = make_member_news(place, member.user_id, member, age)
                if member.user_id != self._ears.bot_id and is_change(known.get(member.user_id), news):
                    yield news
            age = self._places.ages[place]
        async for news in self._gone(place):
            yield news

    async def _gone(self, place: str) -> AsyncIterator[parser.MemberNews]:
        """Yield the stored members who are no longer in a place."""
        last = ""
        while True:
            next_page = partial(watchlist.list_page, place_id=place, after=last, limit=PAGE_ROWS)
            ids = await self._places.transactions.run(next_page, writes=False)
            if not ids:
                return
            age = self._places.ages[place]
            if place == TEAM:
                there = await self._chat.team_members_among(ids)
            else:
                there = await self._chat.channel_members_among(place, ids)
            for user_id in set(ids) - {member.user_id for member in there} - {self._ears.bot_id}:
                yield make_member_news(place, user_id, None, age)
            last = ids[-1]


async def _note_seen(db: AsyncSession, places: frozenset[str], crowded: frozenset[str], at: datetime) -> None:
    await watchlist.note_seen(db, places | crowded, at, at - PLACES_KEPT)
    await watchlist.forget_members(db, crowded)


CATCHING_UP_MAX = 30.0
PLACES_EVERY = timedelta(hours=1)
"""How often one replica reads how places are, for what no websocket tells or told."""
LOOKS = "events.look"
"""The scope under which a replica claims the reading of an hour."""


class CatchUp:
    """Decides when to catch up. ``seen`` returns up to when everything was handled; ``first`` is the first pause in
    seconds after a failure."""

    def __init__(
        self,
        reader: CatchUpReader,
        queue: EventQueue,
        places: PlaceTracker,
        seen: Callable[[], datetime | None],
        first: float,
    ) -> None:
        self._reader = reader
        self._queue = queue
        self._places = places
        self._seen = seen
        self._first = first
        self._due = asyncio.Event()
        self._all_due = False
        self._behind: set[str] | None = set()
        """Of which places something was missed, to be read before what is told there; None: of all."""
        self._reading = False

    @property
    def is_busy(self) -> bool:
        """Whether something is being read, or waits to be."""
        return self._due.is_set() or self._reading

    def fall_behind(self) -> None:
        """Read everything that was missed, before later live events are dispatched."""
        self._queue.hold_back(None)
        self._behind = None
        self._all_due = True
        self._due.set()

    def read_place(self, place: str) -> None:
        """Read everything again because the bot was not in a place, but hold back only that place’s events."""
        if self._behind is not None:
            self._behind.add(place)
        self._all_due = True
        self._due.set()

    def widen(self) -> None:
        """Read the places that features have newly begun to watch."""
        self._due.set()

    async def run(self) -> None:
        """Read whatever is due, until it succeeds, for ever."""
        await run_when_due(self._due, self._try, lambda tries: backoff(tries, self._first, CATCHING_UP_MAX))

    async def _try(self) -> bool:
        self._reading = True
        all_of_it, self._all_due = self._all_due, False
        behind, self._behind = self._behind, set()
        try:
            await self._read(behind, all_of_it=all_of_it)
        except Exception as problem:
            log.warning("not_caught_up", exc_info=True)
            self._all_due = self._all_due or all_of_it
            self._behind = None if behind is None or self._behind is None else behind | self._behind
            if not may_succeed_later(problem):
                self._queue.hold_back(())  # rather out of order than never
            return False
        finally:
            self._reading = False
        return True

    async def _read(self, behind: Collection[str] | None, *, all_of_it: bool) -> None:
        seen = self._seen()
        if all_of_it and seen is not None:
            async for unread in self._reader.of_posts(seen):
                self._hold_back(unread if behind is None else set(behind) & set(unread))
        self._hold_back(())
        await self._reader.of_places(new_only=not all_of_it)
        if all_of_it:
            await self._queue.put(Reconnected())

    def _hold_back(self, unread: Collection[str]) -> None:
        """Hold back the events of these places, unless everything is held back because all was missed again."""
        if self._behind is not None:
            self._queue.hold_back(unread)

    async def look_around(self, clock: Callable[[], datetime]) -> None:
        """Compare all places every hour, on one replica for all."""
        while True:
            await asyncio.sleep(PLACES_EVERY.total_seconds() * (1 - random.random() / 10))  # noqa: S311 (a spread)
            now = clock()
            with suppress(Exception):  # the next hour comes
                hour = now.strftime("%Y-%m-%dT%H")
                if await self._places.transactions.run(partial(claims.claim, scope=LOOKS, period=hour, at=now)):
                    await self._reader.of_places()
