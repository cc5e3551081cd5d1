"""The rows by which replies leave: messages and acts of the outbox, and long work."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, get_args

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import actions
from bot.context import Request
from bot.drafts import topic_of_answer
from bot.features import Trigger
from bot.forms import name_of
from bot.renderers import MessageRenderer, make_open_questions
from bot.replies import (
    Direct,
    Message,
    News,
    Refresh,
    Reply,
    Say,
    SendFile,
    Start,
    StopWork,
)
from bot.texts import typeset
from bot.work import FileDestination, WorkPhase, check_work_limit, make_work, make_work_message
from storage import drafts, work
from storage import outbox as table
from storage.claims import LEASE
from storage.database import store
from storage.outbox import Outgoing, TargetKind, queue
from storage.rappels import LABEL_MAX, DailyNews
from storage.work import Work, WorkSort

Row = Outgoing | Work
"""What is written down: a message, or work."""
FILES_MAX = 10
"""How many files a post carries, on every version (docs/mattermost.md §5.5)."""
OUTGOING = (Say, Direct, News, Refresh, SendFile, Start, StopWork, *get_args(actions.ChatAction))
"""The replies that are written down."""


@dataclass(frozen=True, slots=True)
class RegisteredHandlers:
    """``hearers`` are the features with delivery handlers; ``works`` the triggers of long work, by name."""

    hearers: frozenset[str] = frozenset()
    works: Mapping[str, Trigger] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OutgoingWriter:
    """Writes replies as rows."""

    cards: MessageRenderer
    clock: Callable[[], datetime]
    known: RegisteredHandlers

    async def rows(self, db: AsyncSession, reply: Reply, request: Request, sender: str) -> Sequence[Row]:
        """Return the outbox rows of a reply and its long work; none for what the HTTP answer says. Raises UserError if
        the person has too many files or works waiting."""
        match reply:
            case Say() | Direct():
                row = self._hear(self._said(reply, request), reply.topic, sender)
                if questions := make_open_questions(reply, request, self.clock(), row):
                    await drafts.ask(db, questions)
                return [row]
            case News():
                await store(db, self._news(reply))
                return []
            case Refresh():
                return await self._rewrite(db, reply, request)
            case SendFile() | Start() | StopWork():
                return await self._work(db, reply, request)
            case _ if isinstance(reply, actions.ChatAction):
                row = self._row(actions.write_action(reply), TargetKind.ACT, reply.target, request)
                # Nobody looks for an act by its topic.
                return [self._hear(row, reply.topic if sender in self.known.hearers else None, sender)]
            case _:
                return []

    def _news(self, reply: News) -> DailyNews:
        row = DailyNews(person_id=reply.user_id, text=typeset(reply.text), is_over=reply.is_over, at=self.clock())
        if button := reply.button:
            row.label, row.name = button.label[:LABEL_MAX], name_of(type(button.payload))
            row.data = button.payload.model_dump(mode="json")
        return row

    def to_person(self, message: Message, user_id: str, request: Request) -> Outgoing:
        """Make the row of a message to one person."""
        return self._row(self.cards.content(message, user_id), TargetKind.PERSON, user_id, request)

    def to_asker(self, parts: Sequence[Message], request: Request) -> list[Outgoing]:
        """Make the rows of an answer to who asked; the first replaces an answer to words that were edited."""
        rows = [self.to_person(part, request.user_id, request) for part in parts]
        if request.answering:
            for row in rows:
                row.topic = topic_of_answer(request.answering.said)
            if request.answering.rewrites:
                rows[0].where, rows[0].target = TargetKind.POST, request.answering.rewrites
        return rows

    def rewritten(self, message: Message, request: Request) -> Outgoing:
        """Make the row that rewrites the post whose button was pressed by a word."""
        return self._row(self.cards.content(message, request.user_id), TargetKind.POST, request.post_id, request)

    async def _rewrite(self, db: AsyncSession, reply: Refresh, request: Request) -> Sequence[Outgoing]:
        """Make a row for each existing post of a topic; posts on their way are rewritten once they arrive."""
        coming = await queue.hold_on_its_way(db, reply.topic)
        posts = {post.post_id: post.user_id for post in await table.find_posts_about(db, reply.topic)}
        if reply.here and request.post_id and request.post_id not in posts:
            posts[request.post_id] = request.user_id  # it stands, though it could not be noted yet
        draw = self.cards.content
        for message_id, who in coming:
            await queue.rewrite_later(db, message_id, draw(reply, who))
        return [self._row(draw(reply, who), TargetKind.POST, post, request) for post, who in posts.items()]

    def _placed(self, message: Message, channel_id: str, user_id: str, request: Request) -> Outgoing:
        """Make the row of a message for a channel, if one is named, else for a person."""
        if not channel_id:
            return self.to_person(message, user_id, request)
        return self._row(self.cards.content(message), TargetKind.CHANNEL, channel_id, request)

    def _said(self, reply: Say | Direct, request: Request) -> Outgoing:
        if len(set(reply.files)) > FILES_MAX:
            raise ValueError(f"a post carries {FILES_MAX} files at most")
        if isinstance(reply, Direct):
            row = self.to_person(reply, reply.user_id, request)
            if reply.rewrites:
                row.where, row.target = TargetKind.POST, reply.rewrites
        else:
            row = self._placed(reply, reply.channel_id or request.channel_id, request.user_id, request)
        more: dict[str, Any] = {"root_id": reply.root_id, "files": list(dict.fromkeys(reply.files))}
        more["pinned"] = isinstance(reply, Say) and reply.pinned
        row.content |= {name: value for name, value in more.items() if value}
        if reply.at and reply.at > row.created_at:
            # It lies in the table until then, in its order among what is said then.
            row.created_at = row.not_before = reply.at
        return row

    def _hear(self, row: Outgoing, topic: str | None, sender: str) -> Outgoing:
        row.topic, row.tells = topic or None, sender if topic and sender in self.known.hearers else None
        return row

    def _row(self, content: dict[str, Any], where: TargetKind, target: str, request: Request) -> Outgoing:
        """Make a row. Answers to people are leased to this process; messages to many can be taken by any replica."""
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
                await check_work_limit(db, reply.user_id if request.user_id else "", WorkSort.FILE)
                return self._order(reply, request)
            case Start():
                await check_work_limit(db, "" if reply.quiet else request.user_id, WorkSort.STEPS)
                return self._start(reply, request)
            case StopWork():
                await work.cancel(db, reply.work_id, self.clock())
                found = await work.get(db, reply.work_id)
                return [found] if found else []

    def _order(self, reply: SendFile, request: Request) -> Sequence[Row]:
        """Make the order of files, and its waiting message."""
        order = make_work(WorkSort.FILE, reply.order, reply.user_id, self.clock(), told=bool(reply.waiting))
        if reply.channel_id:
            place = FileDestination(channel_id=reply.channel_id, root_id=reply.root_id, topic=reply.topic)
            order.cursor = {"place": place.model_dump(mode="json")}
        if not order.topic:
            return [order]
        said = self._placed(Message(reply.waiting), reply.channel_id, reply.user_id, request)
        said.topic = order.topic
        return [said, order]

    def _start(self, reply: Start, request: Request) -> Sequence[Row]:
        """Make a row of long work, with its progress message if that is shown at once."""
        told = bool(reply.told_in or (request.user_id and reply.said)) and not reply.quiet
        person = "" if reply.quiet else request.user_id
        started = make_work(WorkSort.STEPS, reply.payload, person, self.clock(), told=told)
        if reply.at and reply.at > started.created_at:
            # It lies in the table until then, as what is said later does.
            started.created_at = started.not_before = reply.at
        trigger = self.known.works[started.name]
        if not told:
            return [started]
        message = make_work_message(trigger, started, WorkPhase.BEGUN, reply.said)
        said = self._placed(message, reply.told_in or "", request.user_id, request)
        said.topic = started.topic
        return [said, started]
