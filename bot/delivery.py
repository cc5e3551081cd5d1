"""The one way out: replies become the HTTP answer, rows of the outbox and of long work, and calls to Mattermost."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Request
from bot.drafts import Resume
from bot.errors import ChatError, explain_unopened
from bot.forms import Clues, Form, mistakes_in
from bot.links import Links
from bot.mattermost import Mattermost
from bot.menus import resolve_references
from bot.outbox import Outbox
from bot.outbox.actions import put_in_order
from bot.outbox_rows import OUTGOING, OutgoingWriter, RegisteredHandlers, Row
from bot.people import People
from bot.renderers import BotProfile, DialogRenderer, MessageRenderer, make_open_questions, picture_url, without_menus
from bot.replies import (
    Answering,
    Ask,
    Button,
    Direct,
    Message,
    Question,
    Refuse,
    Reply,
    RunCommand,
    Update,
    Whisper,
)
from bot.tasks import cancel_all
from bot.texts import Markdown, render, typeset
from bot.work import WorkSignals
from config.settings import Settings
from storage import drafts, work
from storage import outbox as table
from storage.database import Database
from storage.drafts import OpenQuestion
from storage.engines import AWAY
from storage.outbox import Outgoing, queue
from storage.work import Work

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
                    request = _rewritten(request)
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
            whisper, room = _say_reread(whisper, request), self._d.chat.capabilities.props_max
            parts = self._cards.parts(whisper, request.user_id, room)
            messages = self._writer.to_asker(parts, request)
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


def _say_reread(whisper: Whisper, request: Request) -> Whisper:
    """Say of the answer to an edited message that this was read again."""
    intro = request.answering.intro if request.answering else ""
    return replace(whisper, text=Markdown(f"{intro}\n\n{whisper.text}")) if intro else whisper


def _rewritten(request: Request) -> Request:
    """Return a request for what follows its first answer: only that replaces another one."""
    return replace(request, answering=Answering(request.answering.said)) if request.answering else request


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
