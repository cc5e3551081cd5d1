"""What must arrive, as rows of the outbox: who is to read it, when, and who hears of its end."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, get_args

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import acts
from bot.cards import Cards
from bot.context import Request
from bot.forms import name_of
from bot.outbox import LEASE, Order, make_room, topic_of
from bot.replies import Direct, Message, Refresh, Reply, Say, SendFile
from storage import outbox as table
from storage.outbox import Outgoing, Where

ORDER_DELAY = timedelta(seconds=0.2)
"""By how much an order follows its waiting message, which must be there first."""
FILES_MAX = 10
"""How many files a post carries, on every version (docs/mattermost.md §5.5)."""
OUTGOING = (Say, Direct, Refresh, SendFile, *get_args(acts.Act))
"""The replies that go by the outbox."""


@dataclass(frozen=True, slots=True)
class Writer:
    """``hearers`` are the features that hear what became of what they sent on a topic."""

    cards: Cards
    clock: Callable[[], datetime]
    hearers: frozenset[str]

    async def rows(self, db: AsyncSession, reply: Reply, request: Request, sender: str) -> list[Outgoing]:
        """The messages of one reply, none for what the HTTP answer tells. Raises UserError for one file too many."""
        match reply:
            case Say() | Direct():
                return [self._hear(self._said(reply, request), reply.topic, sender)]
            case Refresh():
                posts = await _posts_about(db, reply, request)
                return [self._row(self._content(reply, who), Where.POST, post, request) for post, who in posts.items()]
            case SendFile():
                if request.user_id:
                    await make_room(db, reply.user_id)
                return self._order(reply, request)
            case _ if isinstance(reply, acts.Act):
                row = self._row(acts.write(reply), Where.ACT, reply.target, request)
                # Nobody looks for an act by its topic.
                return [self._hear(row, reply.topic if sender in self.hearers else None, sender)]
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
        row.tells = sender if topic and sender in self.hearers else None
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

    def _order(self, reply: SendFile, request: Request) -> list[Outgoing]:
        """The waiting message, and the order: that one is due for whichever replica has a hand free."""
        now, ident = self.clock(), secrets.token_hex(13)
        topic = topic_of(ident) if reply.waiting else None
        said = [self.to_person(Message(reply.waiting), reply.user_id, request)] if topic else []
        for row in said:
            row.topic = topic
        order = Order(name=name_of(type(reply.order)), data=reply.order.model_dump(mode="json"))
        ordered = Outgoing(
            id=ident,
            where=Where.FILE,
            target=reply.user_id,
            content=order.model_dump(mode="json"),
            topic=topic,
            created_at=now,
            not_before=now + ORDER_DELAY if topic else now,
        )
        return [*said, ordered]


async def _posts_about(db: AsyncSession, refresh: Refresh, request: Request) -> dict[str, str]:
    """The posts to rewrite, and whom each is for (empty: all of its channel): those delivered, and the one clicked (its
    mark may be on its way to the database)."""
    clicked = {request.post_id: request.user_id} if refresh.here and request.post_id else {}
    return clicked | {post.post_id: post.user_id for post in await table.posts_about(db, refresh.topic)}
