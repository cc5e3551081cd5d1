"""The one way out: replies become the HTTP answer, rows of the outbox and of long work, and calls to Mattermost."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, get_args

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import actions
from bot.context import Request
from bot.drafts import Resume
from bot.errors import ChatError, explain_unopened
from bot.features import Trigger
from bot.forms import Clues, Form, mistakes_in, name_of
from bot.links import Links
from bot.mattermost import Mattermost
from bot.menus import resolve_references
from bot.outbox import Outbox
from bot.outbox.actions import put_in_order
from bot.people import People
from bot.renderers import BotProfile, DialogRenderer, MessageRenderer, make_open_questions, picture_url, without_menus
from bot.replies import (
    Ask,
    Button,
    Direct,
    Message,
    News,
    Question,
    Refresh,
    Refuse,
    Reply,
    RunCommand,
    Say,
    SendFile,
    Start,
    StopWork,
    Update,
    Whisper,
)
from bot.tasks import cancel_all
from bot.texts import render, typeset
from bot.work import FileDestination, WorkPhase, WorkSignals, check_work_limit, make_work, make_work_message
from config.settings import Settings
from storage import drafts, work
from storage import outbox as table
from storage.claims import LEASE
from storage.database import Database, store
from storage.drafts import OpenQuestion
from storage.engines import AWAY
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
        row.topic, row.tells = topic, sender if topic and sender in self.known.hearers else None
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


log = structlog.get_logger()

AnswerBody = dict[str, object]


@dataclass(frozen=True, slots=True)
class DeliveryDependencies:
    """What a delivery needs; ``signals`` wake the workers of long work."""

    database: Database
    chat: Mattermost
    outbox: Outbox
    people: People
    links: Links
    settings: Settings
    clock: Callable[[], datetime]
    known: RegisteredHandlers = field(default_factory=RegisteredHandlers)
    signals: WorkSignals = field(default_factory=WorkSignals)


class Delivery:
    """Delivers replies: ``prepare`` inside the transaction, ``deliver_now`` after its commit, ``answer`` for the HTTP
    answer."""

    def __init__(self, dependencies: DeliveryDependencies) -> None:
        self._d = dependencies
        self._cards = MessageRenderer(dependencies.links, dependencies.settings.public_url)
        self._writer = OutgoingWriter(self._cards, dependencies.clock, dependencies.known)
        self._windows = DialogRenderer(dependencies.links)
        self._pointers: set[asyncio.Task[None]] = set()
        self.content = self._cards.content

    @staticmethod
    def has_messages(replies: Sequence[Reply]) -> bool:
        """Return whether some replies go through the outbox."""
        return any(isinstance(r, OUTGOING) for r in replies)

    async def prepare(
        self, db: AsyncSession, replies: Sequence[Reply], request: Request, sender: str = ""
    ) -> list[Row]:
        """Write the messages and the work of the replies in the caller’s transaction; ``sender`` is the feature that is
        told their result.

        Raises UserError if the person has too many files or works waiting.
        """
        if request.kind == "button" and request.post_id and any(isinstance(reply, Update) for reply in replies):
            await queue.void_rewritings(db, request.post_id)
        rows = [row for reply in replies for row in await self._writer.rows(db, reply, request, sender)]
        if messages := [row for row in rows if isinstance(row, Outgoing)]:
            await put_in_order(db, messages, self._d.clock())
            await table.add(db, messages)
        if works := [row for row in rows if isinstance(row, Work)]:
            await work.add(db, works)
        return rows

    def deliver_now(self, rows: Sequence[Row]) -> None:
        """Deliver these rows at once, now that their transaction is committed."""
        if messages := [row for row in rows if isinstance(row, Outgoing)]:
            self._d.outbox.deliver_now(messages)
        if works := [row for row in rows if isinstance(row, Work)]:
            self._d.signals.notify(works)

    async def answer(self, replies: Sequence[Reply], request: Request) -> AnswerBody:
        """Return the body of the HTTP answer, after opening dialogs and sending whispers that need a call."""
        body: AnswerBody = {}
        for reply in replies:
            match reply:
                case Ask():
                    body = _join_answers(body, await self._ask(reply, request))
                case Whisper():
                    body = _join_answers(body, await self._whisper(reply, request))
                case Update() if request.worded and request.post_id:
                    asked = make_open_questions(reply, request, self._d.clock())
                    await self._write_at_once([self._writer.rewritten(reply, request)], asked)
                case Update() if request.by_dialog or request.worded:
                    body = _join_answers(body, await self._whisper(reply.recast(Whisper), request))
                case Update():
                    await self._keep_question(reply, request)
                    body |= {"update": self.content(reply, request.only_for, request.response_url)}
                case Refuse():
                    body = _join_answers(body, await self._refuse(reply, request))
        if _goes_elsewhere(replies, request):
            pointer = asyncio.create_task(self._point(request))
            self._pointers.add(pointer)
            pointer.add_done_callback(self._pointers.discard)
        return body

    async def close(self) -> None:
        """Cancel the calls that are only a courtesy."""
        await cancel_all(self._pointers)

    async def _point(self, request: Request) -> None:
        """Tell in the channel of the command that its dialog was accepted, and where the answer is.

        The dialog does not wait for this; if Mattermost refuses, the answer itself is enough.
        """
        try:
            if text := await self._say_elsewhere(request, "✅ Bien reçu"):
                await self._respond(Whisper(text), request)
        except ChatError as problem:
            log.info("not_pointed", status=problem.status, error_id=problem.error_id)

    async def _say_elsewhere(self, request: Request, said: str) -> str:
        """Return the sentence that the answer is in the direct channel; "" if the person is there. Raises ChatError."""
        if request.channel_id == await self._d.chat.direct_channel(request.user_id):
            return ""
        return render("refus/elsewhere", said=said, username=(await self._d.chat.me()).username)

    async def _ask(self, ask: Ask, request: Request) -> AnswerBody:
        if (request.line or request.worded) and not request.trigger_id:
            opens = _open_button(request)
            text = render("refus/opens_window", title=ask.form.title)
            return await self._whisper(Whisper(text, [opens], question=Question(yes=opens)), request)
        user = await self._d.people.of(request.user_id)
        today = self._d.clock().astimezone(user.zone).date()
        names = await resolve_references(self._d.chat, user.id, ask.form.known_references())
        dialog = self._windows.draw(ask, request, Clues(user, today, self._d.chat.capabilities, names))
        if request.answers_dialog:
            return await self._next_step(ask, dialog, request)
        try:
            await self._d.chat.open_dialog(request.trigger_id, f"{self._d.settings.public_url}/dialogs", dialog)
        except ChatError as problem:
            log.warning("dialog_not_opened", status=problem.status, error_id=problem.error_id)
            return await self._whisper(Whisper(explain_unopened(problem)), request)
        return {}

    async def _next_step(self, ask: Ask, dialog: AnswerBody, request: Request) -> AnswerBody:
        """Show the next step in the same window, or the button that opens it on older servers: it is a draft too."""
        if self._d.chat.capabilities.steps:
            return {"type": "form", "form": dialog}
        go_on = Button("Continuer", Resume(key=ask.key or request.key, here=ask.here), "primary")
        return await self._whisper(Whisper(render("brouillon/continue", title=ask.form.title), [go_on]), request)

    async def _whisper(self, whisper: Whisper, request: Request) -> AnswerBody:
        if request.waiting_kind == "command":
            await self._keep_question(whisper, request)
            return await self._ephemeral(whisper, request)
        if request.waiting_kind == "button" and not whisper.has_more:
            # It stands in the thread of what was clicked: of a whisper, which is no post, phones show it nowhere.
            seen = bool(request.response_url) and await self._respond(whisper, request)
            return {} if seen else {"ephemeral_text": typeset(whisper.text)}
        if request.response_url and await self._respond(whisper, request):
            await self._keep_question(whisper, request)
            return {}
        if request.user_id and not whisper.courtesy:
            parts = self._cards.parts(whisper, request.user_id, self._d.chat.capabilities.props_max)
            messages = [self._writer.to_person(part, request.user_id, request) for part in parts]
            await self._write_at_once(messages, make_open_questions(whisper, request, self._d.clock(), messages[-1]))
            return await self._point_at_answer(request)
        return {}

    async def _point_at_answer(self, request: Request) -> AnswerBody:
        """Tell the clicker that this answer is in the direct channel, as the whisper has used up its five answers."""
        if request.waiting_kind != "button" or not request.response_url:
            return {}
        try:
            told = await self._say_elsewhere(request, "Votre réponse est prête")
        except ChatError:
            return {}
        return {"ephemeral_text": typeset(told)} if told else {}

    async def _write_at_once(self, messages: Sequence[Outgoing], questions: Sequence[OpenQuestion]) -> None:
        """Store and send messages that are made after the transaction, and the question that they ask."""
        async with self._d.database.transaction() as db:
            await table.add(db, messages)
            await drafts.ask(db, questions)
        self.deliver_now(messages)

    async def _keep_question(self, reply: Whisper | Update, request: Request) -> None:
        """Store the question of an answer that is shown in any case: without it, only its buttons answer it."""
        if not (asked := make_open_questions(reply, request, self._d.clock())):
            return
        try:
            await self._write_at_once([], asked)
        except AWAY as problem:
            log.warning("question_not_kept", name=request.name, exc_info=problem)

    async def _respond(self, whisper: Whisper, request: Request) -> bool:
        try:
            await self._d.chat.respond(request.response_url, await self._ephemeral(whisper, request))
        except ChatError:
            # Too old or used five times: it goes to the direct channel.
            return False
        return True

    async def _refuse(self, refusal: Refuse, request: Request) -> AnswerBody:
        if request.answers_dialog:
            # A name that no element has would close the old web client’s dialog without a word.
            fields = {} if request.by_dialog else mistakes_in(request.step, refusal.fields)
            if fields:
                errors = {name: typeset(text) for name, text in fields.items()}
                return {"errors": errors, "error": typeset(refusal.text or _summary(refusal, request))}
            return {"error": typeset(refusal.text or "\n".join(refusal.fields.values()))}
        if request.kind in ("event", "job"):
            return {}
        text = refusal.text or "\n".join(refusal.fields.values())
        return await self._whisper(Whisper(text, refusal.buttons), request)

    async def _ephemeral(self, message: Message, request: Request) -> AnswerBody:
        body: AnswerBody = {"response_type": "ephemeral", "text": typeset(message.text), "skip_slack_parsing": True}
        props = self._cards.props(without_menus(message), request.user_id, request.response_url)
        return body | await self._face() | props

    async def _face(self) -> AnswerBody:
        """Return the name and picture of an answer; empty (those of the person) if Mattermost does not say who the bot
        is."""
        try:
            me = await self._d.chat.me()
        except ChatError:
            return {}
        settings = self._d.settings
        return BotProfile(me.username, picture_url(settings.picture_url, settings.public_url)).as_fields()


def _goes_elsewhere(replies: Sequence[Reply], request: Request) -> bool:
    """Return whether the answer to a command’s dialog is only direct messages, so that nothing would be seen in the
    channel."""
    is_seen = any(isinstance(reply, Whisper | Update | Ask | Refuse) for reply in replies)
    is_told = any(isinstance(reply, Direct) and reply.user_id == request.user_id for reply in replies)
    return request.answers_dialog and bool(request.response_url) and is_told and not is_seen


def _summary(refusal: Refuse, request: Request) -> str:
    """Name the faulty fields at the foot of a long dialog, where clients from 11.0 else write in English."""
    form = Form.find(request.name)
    return f"À corriger : {', '.join(form.labels(refusal.fields))}." if form else ""


def _open_button(request: Request) -> Button:
    """Make the button that opens a dialog, which Mattermost only does after a click."""
    label = request.worded.label if request.worded else request.label
    return Button(label or "Ouvrir", request.worded or RunCommand(line=request.line), "primary")


def _join_answers(body: AnswerBody, more: AnswerBody) -> AnswerBody:
    """Join two answers: a second whisper of a command becomes an extra response."""
    if "text" in body and "text" in more:
        extra = body.get("extra_responses", [])
        return body | {"extra_responses": [*extra, more]}  # type: ignore[misc]  # a list of ours
    return body | more
