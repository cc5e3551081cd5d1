"""What must arrive, as rows of the outbox: who is to read it, when, and who hears of its end."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, get_args

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import acts
from bot.cards import Cards
from bot.context import Request
from bot.features import Trigger
from bot.replies import Direct, Message, Refresh, Reply, Say, SendFile, Start, StopWork
from bot.work import Place, begin, make_room
from bot.work.telling import How, tell
from storage import outbox as table
from storage import work
from storage.leases import LEASE
from storage.outbox import Outgoing, Where
from storage.work import Sort, Work

Row = Outgoing | Work
"""What is written down: a message, or work."""
FILES_MAX = 10
"""How many files a post carries, on every version (docs/mattermost.md §5.5)."""
OUTGOING = (Say, Direct, Refresh, SendFile, Start, StopWork, *get_args(acts.Act))
"""The replies that are written down."""


@dataclass(frozen=True, slots=True)
class Known:
    """``hearers`` are the features that hear what became of what they sent on a topic, ``works`` what does long work,
    by name."""

    hearers: frozenset[str] = frozenset()
    works: Mapping[str, Trigger] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes down what handlers answer."""

    cards: Cards
    clock: Callable[[], datetime]
    known: Known

    async def rows(self, db: AsyncSession, reply: Reply, request: Request, sender: str) -> Sequence[Row]:
        """The messages of one reply, and its work, none for what the HTTP answer tells. Raises UserError for one file,
        or work, too many."""
        match reply:
            case Say() | Direct():
                return [self._hear(self._said(reply, request), reply.topic, sender)]
            case Refresh():
                posts = await _posts_about(db, reply, request)
                return [self._row(self._content(reply, who), Where.POST, post, request) for post, who in posts.items()]
            case SendFile() | Start() | StopWork():
                return await self._work(db, reply, request)
            case _ if isinstance(reply, acts.Act):
                row = self._row(acts.write(reply), Where.ACT, reply.target, request)
                # Nobody looks for an act by its topic.
                return [self._hear(row, reply.topic if sender in self.known.hearers else None, sender)]
            case _:
                return []

    def to_person(self, message: Message, user_id: str, request: Request) -> Outgoing:
        """A message for one person."""
        return self._row(self._content(message, user_id), Where.PERSON, user_id, request)

    def _said(self, reply: Say | Direct, request: Request) -> Outgoing:
        if len(set(reply.files)) > FILES_MAX:
            raise ValueError(f"a post carries {FILES_MAX} files at most")
        if isinstance(reply, Direct):
            row = self.to_person(reply, reply.user_id, request)
        else:
            place = reply.channel_id or request.channel_id
            row = self._row(self._content(reply), Where.CHANNEL, place, request)
        more: dict[str, Any] = {"root_id": reply.root_id, "files": list(dict.fromkeys(reply.files))}
        more["pinned"] = isinstance(reply, Say) and reply.pinned
        row.content |= {name: value for name, value in more.items() if value}
        if reply.at and reply.at > row.created_at:
            # It lies in the table until then, in its order among what is said then.
            row.created_at = row.not_before = reply.at
        return row

    def _hear(self, row: Outgoing, topic: str | None, sender: str) -> Outgoing:
        row.topic = topic
        row.tells = sender if topic and sender in self.known.hearers else None
        return row

    def _content(self, message: Message, person: str = "") -> dict[str, Any]:
        return self.cards.content(message, person)

    def _row(self, content: dict[str, Any], where: Where, target: str, request: Request) -> Outgoing:
        """What answers people is in the hands of this process; what goes to many anybody may take."""
        now = self.clock()
        return Outgoing(
            id=secrets.token_hex(13),
            where=where,
            target=target,
            content=content,
            created_at=now,
            not_before=now - LEASE if request.crowd else now + LEASE,
            crowd=request.crowd,
        )

    async def _work(self, db: AsyncSession, reply: SendFile | Start | StopWork, request: Request) -> Sequence[Row]:
        match reply:
            case SendFile():
                await make_room(db, reply.user_id if request.user_id else "", Sort.FILE)
                return self._order(reply, request)
            case Start():
                await make_room(db, "" if reply.quiet else request.user_id, Sort.STEPS)
                return self._start(reply, request)
            case StopWork():
                await work.cancel(db, reply.work_id, self.clock())
                found = await work.get(db, reply.work_id)
                return [found] if found else []

    def _order(self, reply: SendFile, request: Request) -> Sequence[Row]:
        """The waiting message, and the order."""
        order = begin(Sort.FILE, reply.order, reply.user_id, self.clock(), told=bool(reply.waiting))
        if reply.channel_id:
            place = Place(channel_id=reply.channel_id, root_id=reply.root_id, topic=reply.topic)
            order.cursor = {"place": place.model_dump(mode="json")}
        if not order.topic:
            return [order]
        waiting = Message(reply.waiting)
        if reply.channel_id:
            said = self._row(self._content(waiting), Where.CHANNEL, reply.channel_id, request)
        else:
            said = self.to_person(waiting, reply.user_id, request)
        said.topic = order.topic
        return [said, order]

    def _start(self, reply: Start, request: Request) -> Sequence[Row]:
        """Work, and the message that tells how far it is; to nobody when a job begins it."""
        told = bool(reply.told_in or request.user_id) and not reply.quiet
        person = "" if reply.quiet else request.user_id
        started = begin(Sort.STEPS, reply.payload, person, self.clock(), told=told)
        if reply.at and reply.at > started.created_at:
            # It lies in the table until then, as what is said later does.
            started.created_at = started.not_before = reply.at
        trigger = self.known.works[started.name]
        if not told:
            return [started]
        message = tell(trigger, started, How.BEGUN, reply.said)
        if reply.told_in:
            said = self._row(self._content(message), Where.CHANNEL, reply.told_in, request)
        else:
            said = self.to_person(message, request.user_id, request)
        said.topic = started.topic
        return [said, started]


async def _posts_about(db: AsyncSession, refresh: Refresh, request: Request) -> dict[str, str]:
    """The posts to rewrite, and whom each is for (empty: all of its channel): those delivered, and the one clicked (its
    mark may be on its way to the database)."""
    clicked = {request.post_id: request.user_id} if refresh.here and request.post_id else {}
    return clicked | {post.post_id: post.user_id for post in await table.posts_about(db, refresh.topic)}
