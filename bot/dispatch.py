"""The one way in: every trigger runs here, in its sender’s turn and in one transaction. A dialog’s key counts once, and
every error becomes one refusal."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import structlog
from pydantic import BaseModel, ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.admission import Admission, HandlerDependencies, ReservedError
from bot.command_lines import CommandIndex
from bot.context import Context, Request, TriggerKind
from bot.delivery import AnswerBody
from bot.drafts import AcceptedKeys, tell_closed, topic_of_draft
from bot.errors import UserError, may_succeed_later
from bot.features import Key, Trigger
from bot.forms import Form, name_of
from bot.logs import begin_request
from bot.menus import find_references, resolve_references
from bot.metrics import OUTCOMES, REQUESTS
from bot.outbox_rows import Row
from bot.registry import require_enabled, require_fresh, require_known_forms
from bot.replies import Ask, Button, Perform, Redirect, Refresh, Refuse, Reply, RunCommand, Whisper, as_list, find_next
from bot.spool import Submission
from bot.tasks import CrowdedError, Turns
from bot.texts import quote, render
from storage import claims
from storage.engines import AWAY, cannot_write, is_taken, is_unconfirmed

SUBMISSIONS = "submission"
"""The scope under which keys of accepted dialogs are claimed, where their feature does not store them."""


class AcceptedBeforeError(Exception):
    """This submission, or the whole that it is part of, was accepted before: nothing more is to be done."""


class Acceptance:
    """Knows which one-time keys were accepted, by whichever feature."""

    def __init__(self, triggers: Mapping[Key, Trigger]) -> None:
        told = (t.accepted for t in triggers.values() if t.accepted is not None)
        self._told: tuple[AcceptedKeys, ...] = tuple(dict.fromkeys(told))

    async def accepted(self, db: AsyncSession, keys: Sequence[str]) -> set[str]:
        """Return which of these one-time keys were accepted. They are random, so it does not matter whose they are."""
        if not keys:
            return set()
        found = set(await claims.list_taken(db, SUBMISSIONS, keys))
        for feature in self._told:
            found |= set(await feature(db, keys))
        return found


async def must_settle_key(ctx: Context, payload: object, replies: Sequence[Reply]) -> bool:
    """Return whether a dialog that only reads still has to write something: a next step, or the deletion of a draft."""
    if not isinstance(payload, Submission):
        return ctx.request.by_dialog and _next_step(replies) is not None
    return _next_step(replies) is not None or await ctx.drafts.find(ctx.db, ctx.user.id, payload.key) is not None


async def settle_key(ctx: Context, trigger: Trigger, payload: object, replies: Sequence[Reply]) -> list[Reply]:
    """Record in the same transaction what the handler’s replies mean for a dialog’s key, and return the replies.

    A next step accepts nothing yet: it waits as a draft until it is sent. Raises AcceptedBeforeError.
    """
    step = _next_step(replies) if ctx.request.answers_dialog else None
    if step is not None:
        await _begin_step(ctx, step, is_typed=isinstance(payload, Submission))
    elif isinstance(payload, Submission):
        return [*replies, *await _accept(ctx, trigger, payload.key)]
    return list(replies)


async def _begin_step(ctx: Context, step: Ask, *, is_typed: bool) -> None:
    """Store the next step as a draft; as a typed one if a window came before it, not only a menu."""
    key, form = ctx.request.key, step.form
    if step.key is not None:  # it takes up what waits already
        return
    if await ctx.drafts.accepted(ctx.db, [key]):
        raise AcceptedBeforeError
    begun = Submission(name_of(type(form)), key, ctx.user.id, form.shown(ctx.clues), form.hidden())
    await ctx.drafts.keep(ctx.db, begun, is_typed=is_typed)


async def _accept(ctx: Context, trigger: Trigger, key: str) -> Sequence[Reply]:
    if (
        trigger.writes_at_once
        and trigger.accepted is None
        and not await claims.claim(ctx.db, SUBMISSIONS, key, ctx.now)
    ):
        raise AcceptedBeforeError
    if trigger.accepted is None:
        await ctx.drafts.drop(ctx.db, key)
    if not (trigger.writes_at_once and ctx.request.resumed):
        return []
    # Whoever was told of the draft is told what became of it.
    return [Refresh(render("brouillon/done"), topic=topic_of_draft(key), here=True)]


def answer_repeat(request: Request) -> list[Reply]:
    """Return the answer to a second sending: nothing, unless it was resumed on purpose."""
    return [Whisper(render("brouillon/done"))] if request.resumed else []


def _next_step(replies: Sequence[Reply]) -> Ask | None:
    return next((reply for reply in replies if isinstance(reply, Ask)), None)


ANSWERED_AT_ONCE = 2
"""How many requests of one person are answered at once: of SQLite’s eight connections that read, a quarter."""
WAITING_PER_PERSON = 20
"""How many more of theirs may wait; what comes on top is refused."""


log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Facts:
    """The answer of a trigger’s question, for its handler."""

    trigger: Trigger
    found: object


Payload = str | Submission | BaseModel | Mapping[str, Any] | Facts | None
"""What came with a request: the rest of a line, a dialog, an event, a button’s data, what was asked for it, nothing."""

LINE_MAX = 2000
"""Characters after a command: twice what the longest line takes that says something. One that is longer is refused, so
that nothing is read in part."""


LINE_SHOWN = 60
"""Characters of a line that is proposed."""


class Dispatcher:
    """Finds the handler, checks the role, runs it, commits; the replies leave by the delivery."""

    def __init__(
        self,
        triggers: Mapping[Key, Trigger],
        dependencies: HandlerDependencies,
        settle: Callable[[str, str, str], Awaitable[None]],
    ) -> None:
        self._triggers = triggers
        self._d = dependencies
        self._admission = Admission(dependencies)
        self._settle = settle
        self._turns = Turns(ANSWERED_AT_ONCE, WAITING_PER_PERSON)
        self._commands = CommandIndex.of(triggers.values())
        self.find = self._commands.find

    async def run(self, request: Request, payload: Payload) -> AnswerBody:
        """Handle a request and return the body of the HTTP answer; other messages are on their way."""
        known = request.name if (request.kind, request.name) in self._triggers else "unknown"
        with REQUESTS.labels(request.kind, known).time():
            return await self._in_turn(request, partial(self._run, request, payload))

    async def _in_turn(self, request: Request, work: Callable[[], Awaitable[AnswerBody]]) -> AnswerBody:
        """Handle a person’s requests a few at a time, and refuse more than that."""
        try:
            async with self._turns.turn(request.user_id):
                return await work()
        except CrowdedError:
            OUTCOMES.labels(request.kind, "refused").inc()
            return await self._d.delivery.answer([Refuse(render("refus/busy"))], request)

    async def _run(self, request: Request, payload: Payload) -> AnswerBody:
        with self._d.traffic.count_request():
            await self._note_clicked_post(request)
            reference = begin_request()
            if request.kind == "command" and (meant := self._commands.mend(f"{request.name} {payload}")):
                return await self._answer([_propose(meant)], request, reference)
            request, replies = await self._follow(request, payload, reference)
            if isinstance(performed := find_next(replies), Perform):
                return await self._perform(performed, request)
            return await self._answer(replies, request, reference)

    async def _follow(self, request: Request, payload: Payload, reference: str) -> tuple[Request, list[Reply]]:
        """Handle a request and whatever it continues with, one after the other; return the last request and its
        replies."""
        outcome = await self._guard(request, payload, reference)
        if isinstance(outcome, Facts):
            after = request if request.kind == "command" else _redirected(request, request.name)
            return await self._follow(after, outcome, reference)
        if isinstance(press := find_next(outcome), Redirect):
            return await self._follow(_redirected(request, press.name), press.data, reference)
        return request, outcome

    async def _note_clicked_post(self, request: Request) -> None:
        """See to it that the delivery of the clicked post, or of the one that opened the dialog, is recorded first: the
        handler may look for it."""
        trigger = self._triggers.get((request.kind, request.name))
        is_about_post = request.kind in ("button", "submit") and request.post_id
        if is_about_post and trigger is not None and trigger.writes_at_once:
            await self._settle(request.post_id, request.channel_id, request.user_id)

    async def go_on(self, following: Perform | Redirect, asked: Request) -> AnswerBody:
        """Run the command or question’s button that plain words stand for."""
        if isinstance(following, Redirect):
            return await self._press(following, asked)
        return await self._perform(following, asked)

    async def _perform(self, performed: Perform, asked: Request) -> AnswerBody:
        """Run a command as if it had been typed, within the sender’s present turn."""
        name, rest = self.find(performed.line)
        where = performed.channel_id or asked.channel_id
        came = (asked.user_id, where, asked.trigger_id, asked.response_url)
        request = Request("command", name, *came, line=performed.line, label=performed.label)
        request = replace(request, answering=performed.answering)
        return await (self.run if asked.kind == "event" else self._run)(request, rest)

    async def _press(self, pressed: Redirect, asked: Request) -> AnswerBody:
        """Press a button as if the person had clicked it; all replies go to their direct channel."""
        came = (asked.user_id, asked.channel_id, "", "", pressed.post_id)
        request = Request("button", pressed.name, *came, only_for=asked.user_id, worded=pressed.worded)
        request = replace(request, answering=pressed.answering)
        return await self.run(request, pressed.data)

    async def keep_late(self, submission: Submission) -> AnswerBody:
        """Keep what was typed in a dialog whose link has expired, so that it can be resumed."""
        request = Request("submit", submission.form, submission.user_id)
        return await self._in_turn(request, partial(self._keep_late, request, submission))

    async def _keep_late(self, request: Request, submission: Submission) -> AnswerBody:
        with self._d.drafts.at_work(submission):
            replies = await self._refuse(UserError(render("brouillon/too_late")), submission)
        return await self._answer(replies, request, begin_request())

    async def cancel(self, request: Request) -> AnswerBody:
        """Handle a closed dialog: say where its draft is, if it has one."""
        return await self._in_turn(request, partial(self._cancel, request))

    async def _cancel(self, request: Request) -> AnswerBody:
        try:
            async with self._d.database.transaction(writes=False) as db:
                draft = await self._d.drafts.find(db, request.user_id, request.key)
        except AWAY:
            return {}
        told = [tell_closed(request.key)] if draft else []
        return await self._answer(told, request, begin_request())

    async def _answer(self, replies: Sequence[Reply], request: Request, reference: str) -> AnswerBody:
        """Deliver the replies and return the HTTP answer; a failed delivery does not undo the work."""
        try:
            return await self._d.delivery.answer(replies, request)
        except Exception as problem:
            log.error("answer_failed", kind=request.kind, name=request.name, exc_info=problem)
            if request.answers_dialog:
                return {}
            return await self._d.delivery.answer([self._apologise(problem, request, reference)], request)

    async def _guard(self, request: Request, payload: Payload, reference: str) -> list[Reply] | Facts:
        """Record a dialog that changes something before it is handled; one that only reads can simply be repeated."""
        trigger = self._triggers.get((request.kind, request.name))
        if not isinstance(payload, Submission) or (trigger and not trigger.writes_at_once):
            return await self._try(request, payload, reference)
        with self._d.drafts.at_work(payload):
            return await self._try(request, payload, reference)

    async def _try(self, request: Request, payload: Payload, reference: str) -> list[Reply] | Facts:
        try:
            outcome = await self._transact_or_again(request, payload)
        except UserError as refusal:
            OUTCOMES.labels(request.kind, "refused").inc()
            return await self._refuse(refusal, payload)
        except AcceptedBeforeError:
            outcome = answer_repeat(request)
        except Exception as problem:
            OUTCOMES.labels(request.kind, "failed").inc()
            log.error("request_failed", kind=request.kind, name=request.name, exc_info=problem)
            kept = isinstance(payload, Submission) and self._d.drafts.holds(payload.key)
            return [self._apologise(problem, request, reference, kept=kept)]
        OUTCOMES.labels(request.kind, "done").inc()
        if isinstance(payload, Submission):
            self._d.drafts.release(payload.key)
        return outcome

    async def _transact_or_again(self, request: Request, payload: Payload) -> list[Reply] | Facts:
        """Run the handler in its transaction, once more if another request wrote the same row at that moment, which it
        then finds."""
        try:
            return await self._transact(request, payload)
        except Exception as problem:
            if not is_taken(problem):
                raise
        return await self._transact(request, payload)

    def _find_trigger(self, request: Request, payload: Payload) -> Trigger:
        """Find the trigger of a request. Raises UserError if there is none, it is switched off, or the button is too
        old."""
        trigger = payload.trigger if isinstance(payload, Facts) else self._triggers.get((request.kind, request.name))
        if trigger is None:
            raise UserError(render("refus/gone"))
        require_enabled(trigger)
        require_fresh(trigger, request.age)
        return trigger

    async def _transact(self, request: Request, payload: Payload) -> list[Reply] | Facts:
        """Run the handler, or the question that comes before it."""
        trigger = self._find_trigger(request, payload)
        # Before the first statement: on SQLite that one makes every other writer wait.
        names = await resolve_references(self._d.chat, request.user_id, find_references(trigger.payload, payload))
        asks = None if isinstance(payload, Facts) else trigger.asks
        writes = trigger.writes and asks is None
        async with self._d.database.transaction(writes=writes) as db:
            user = await self._admission.person(db, request, trigger)
            context = self._admission.context(user, request, db, writes=writes)
            arguments = self._arguments(trigger, payload, context, names)
            returned = await (asks or trigger.handler)(context, *arguments)
            facts = Facts(trigger, returned) if asks and not isinstance(returned, Reply) else None
            replies = [] if facts else [*as_list(returned), *await self._say_beside(context, trigger)]
            require_known_forms(replies, self._triggers)
            if writes:
                replies, messages = await self._write_down(context, trigger, payload, replies)
            else:
                leaves = self._d.delivery.has_messages(replies) or await must_settle_key(context, payload, replies)
        if not writes:
            messages = await self._write_after(context, trigger, payload, replies) if leaves else []
        self._d.delivery.deliver_now(messages)
        self._forget(context)
        if writes:
            self._d.watchlist.touch(trigger.feature)
        return facts or replies

    async def _say_beside(self, context: Context, trigger: Trigger) -> list[Reply]:
        """Return what features add to the answer of a typed command."""
        hooks = self._d.beside if trigger.key[0] == "command" else ()
        mine = (hook for roles, hook in hooks if context.user.may(roles))
        return [said for hook in mine if (said := await hook(context, trigger)) is not None]

    def _forget(self, context: Context) -> None:
        """Drop the cached data of the person, and of those whom the handler changed."""
        acted = {context.request.user_id} if context.request.kind in ("submit", "button") else set()
        for person_id in acted | context.touched:
            self._d.people.forget(person_id)

    async def _write_down(
        self, context: Context, trigger: Trigger, payload: Payload, replies: list[Reply]
    ) -> tuple[list[Reply], list[Row]]:
        """Write the outgoing rows and the state of the dialog’s key in the context’s transaction."""
        replies = await settle_key(context, trigger, payload, replies)
        return replies, await self._d.delivery.prepare(context.db, replies, context.request, trigger.feature)

    async def _write_after(
        self, context: Context, trigger: Trigger, payload: Payload, replies: list[Reply]
    ) -> list[Row]:
        """Write the replies of a reading handler, in a transaction of their own."""
        async with self._d.database.transaction() as db:
            return (await self._write_down(replace(context, db=db), trigger, payload, replies))[1]

    def _arguments(
        self, trigger: Trigger, payload: Payload, context: Context, names: Mapping[str, str]
    ) -> tuple[object, ...]:
        kind: TriggerKind = trigger.key[0]
        if isinstance(payload, Facts):
            return (payload.found,)
        if isinstance(payload, Submission):
            if trigger.payload is None or not issubclass(trigger.payload, Form):
                raise TypeError(f"{trigger.key} takes no dialog")
            return (trigger.payload.parse(payload.raw, payload.hidden, replace(context.clues, names=names)),)
        if kind == "command" and isinstance(payload, str) and len(payload) > LINE_MAX:
            raise UserError(render("refus/too_long", count=len(payload), most=LINE_MAX))
        if kind == "button" and trigger.payload:
            return (self._read_button(trigger.payload, payload),)
        return (payload,)

    def _read_button(self, model: type[BaseModel], payload: Payload) -> BaseModel:
        try:
            return model.model_validate(payload)
        except ValidationError:
            raise UserError(render("refus/old_button")) from None

    def _apologise(self, problem: Exception, request: Request, reference: str, *, kept: bool = False) -> Refuse:
        """Make the answer to an internal error: it gives the reference, and leads to help."""
        away, full, unsure = may_succeed_later(problem), cannot_write(problem), is_unconfirmed(problem)
        rescue = None if away or full else self._d.rescue
        buttons = [rescue.button(reference, self._say_done(request))] if rescue and not request.answers_dialog else []
        line = rescue.line if rescue and not buttons else ""
        said = {"kept": kept, "away": away, "full": full, "unsure": unsure, "is_led": bool(buttons), "line": line}
        return Refuse(render("refus/broken", reference=reference, **said), buttons=buttons)

    def _say_done(self, request: Request) -> str:
        """Describe what was being done, without anything that was typed."""
        trigger = self._triggers.get((request.kind, request.name))
        if trigger and trigger.payload and issubclass(trigger.payload, Form):
            return f"la fenêtre « {trigger.payload.title} »"
        return f"la commande /{request.name}" if request.kind == "command" else f"un bouton ({request.name})"

    async def _refuse(self, refusal: UserError, payload: Payload) -> list[Reply]:
        if isinstance(payload, Submission):
            try:
                async with self._d.database.transaction() as db:
                    await self._d.drafts.keep(db, payload)
            except Exception as problem:
                # It stays in the spool, to be recovered.
                log.warning("draft_not_kept", name=payload.form, exc_info=problem)
            else:
                self._d.drafts.release(payload.key)
        buttons = refusal.buttons if isinstance(refusal, ReservedError) else ()
        return [Refuse(refusal.text, refusal.fields, buttons)]


def _propose(line: str) -> Whisper:
    """Ask whether that command was meant."""
    shown = quote(line, LINE_SHOWN)
    return Whisper(render("refus/mistyped", line=shown), [Button(f"/{shown}", RunCommand(line=line), "primary")])


def _redirected(request: Request, name: str) -> Request:
    """Make the request of the button that a dialog, button or command continues with; it is answered like the original
    one."""
    only_for, waits = request.only_for if request.kind == "button" else request.user_id, request.waiting_kind
    clicked = replace(request, kind="button", name=name, only_for=only_for)
    return replace(clicked, by_dialog=waits == "submit", by_command=waits == "command")
