"""One way in: every trigger runs here, in its sender’s turn and in one transaction; a dialog’s key counts once,
and any error becomes one refusal.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import structlog
from pydantic import BaseModel, ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.admission import Admission, HandlerDependencies, ReservedError
from bot.command_lines import CommandIndex
from bot.context import Context, Request, TriggerKind
from bot.delivery import AnswerBody, Row
from bot.drafts import AcceptedKeys, tell_closed, topic_of_draft
from bot.errors import UserError, may_succeed_later
from bot.features import Key, Trigger
from bot.forms import Form, name_of
from bot.logs import begin_request
from bot.menus import Choosing, check_chosen, find_references, resolve_references
from bot.metrics import OUTCOMES, REQUESTS
from bot.registry import require_enabled, require_fresh, require_known_forms
from bot.replies import Ask, Button, Perform, Redirect, Refresh, Refuse, Reply, RunCommand, Whisper, as_list, find_next
from bot.spool import Submission
from bot.tasks import CrowdedError, Turns
from bot.texts import quote, render
from storage import claims
from storage.engines import AWAY, TakenMeanwhileError, cannot_write, is_unconfirmed

SUBMISSIONS = "submission"
"""The scope under which keys of accepted dialogs are claimed, where their feature does not store them."""


class AcceptedBeforeError(Exception):
    """The whole, of which this is a part or a second sending, was accepted already: nothing more is to be done."""


class Acceptance:
    """Which keys were accepted, by whatever feature they belong to."""

    def __init__(self, triggers: Mapping[Key, Trigger]) -> None:
        told = (t.accepted for t in triggers.values() if t.accepted is not None)
        self._told: tuple[AcceptedKeys, ...] = tuple(dict.fromkeys(told))

    async def accepted(self, db: AsyncSession, keys: Sequence[str]) -> set[str]:
        """List which of these one-time keys were accepted; they are random, so whose they are does not matter."""
        if not keys:
            return set()
        found = set(await claims.list_taken(db, SUBMISSIONS, keys))
        for feature in self._told:
            found |= set(await feature(db, keys))
        return found


async def must_settle_key(ctx: Context, payload: object, replies: Sequence[Reply]) -> bool:
    """Return whether a dialog that only reads leaves something to be written all the same: a next step, a draft to
    forget."""
    if not isinstance(payload, Submission):
        return ctx.request.by_dialog and _next_step(replies) is not None
    return _next_step(replies) is not None or await ctx.drafts.find(ctx.db, ctx.user.id, payload.key) is not None


async def settle_key(ctx: Context, trigger: Trigger, payload: object, replies: Sequence[Reply]) -> list[Reply]:
    """Return what the handler answered, once what it means for a dialog’s key is written down in the same transaction.

    With a next step nothing is accepted yet: that step waits as a draft until it is sent. Raises AcceptedBeforeError.
    """
    step = _next_step(replies) if ctx.request.answers_dialog else None
    if step is not None:
        await _begin_step(ctx, step, is_typed=isinstance(payload, Submission))
    elif isinstance(payload, Submission):
        return [*replies, *await _accept(ctx, trigger, payload.key)]
    return list(replies)


async def _begin_step(ctx: Context, step: Ask, *, is_typed: bool) -> None:
    """The step waits; as something typed where a window before it was, and not only a menu."""
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
    """Return what is said of a second sending: nothing, unless it was taken up on purpose."""
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
    """What the question of a trigger has found out, for its handler."""

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
        """The body of the HTTP answer; what else there is to say is on its way."""
        known = request.name if (request.kind, request.name) in self._triggers else "unknown"
        with REQUESTS.labels(request.kind, known).time():
            return await self._in_turn(request, partial(self._run, request, payload))

    async def _in_turn(self, request: Request, work: Callable[[], Awaitable[AnswerBody]]) -> AnswerBody:
        """Do the work of a request, a few at once for each person; what is too much is refused."""
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
        """Do what came in and what that goes on with, one after the other; the last request, and what answers it."""
        outcome = await self._guard(request, payload, reference)
        if isinstance(outcome, Facts):
            after = request if request.kind == "command" else _redirected(request, request.name)
            return await self._follow(after, outcome, reference)
        if isinstance(press := find_next(outcome), Redirect):
            return await self._follow(_redirected(request, press.name), press.data, reference)
        return request, outcome

    async def _note_clicked_post(self, request: Request) -> None:
        """What a button writes may be shown in the post that it stands under, which its feature then has to find."""
        trigger = self._triggers.get((request.kind, request.name))
        if request.kind == "button" and request.post_id and trigger is not None and trigger.writes_at_once:
            await self._settle(request.post_id, request.channel_id, request.user_id)

    async def go_on(self, following: Perform | Redirect, asked: Request) -> AnswerBody:
        """Do what plain words stand for: a command, or a button of a question."""
        if isinstance(following, Redirect):
            return await self._press(following, asked)
        return await self._perform(following, asked)

    async def _perform(self, performed: Perform, asked: Request) -> AnswerBody:
        """Go on with a command, as if it had been typed; who clicked or sent a dialog has their turn already."""
        name, rest = self.find(performed.line)
        where = performed.channel_id or asked.channel_id
        came = (asked.user_id, where, asked.trigger_id, asked.response_url)
        request = Request("command", name, *came, line=performed.line, label=performed.label)
        return await (self.run if asked.kind == "event" else self._run)(request, rest)

    async def _press(self, pressed: Redirect, asked: Request) -> AnswerBody:
        """Go on with a button, as if who said a word had clicked it; all that is to say goes to their direct
        channel."""
        came = (asked.user_id, asked.channel_id, "", "", pressed.post_id)
        request = Request("button", pressed.name, *came, only_for=asked.user_id, worded=pressed.worded)
        return await self.run(request, pressed.data)

    async def keep_late(self, submission: Submission) -> AnswerBody:
        """A dialog was open for longer than its link lives: keep what was typed, to be taken up again."""
        request = Request("submit", submission.form, submission.user_id)
        return await self._in_turn(request, partial(self._keep_late, request, submission))

    async def _keep_late(self, request: Request, submission: Submission) -> AnswerBody:
        with self._d.drafts.at_work(submission):
            replies = await self._refuse(UserError(render("brouillon/too_late")), submission)
        return await self._answer(replies, request, begin_request())

    async def cancel(self, request: Request) -> AnswerBody:
        """A dialog was closed: say where what was typed waits, if some of it does."""
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
        """Deliver the replies and return the HTTP answer; what cannot be told any more does not undo the work."""
        try:
            return await self._d.delivery.answer(replies, request)
        except Exception as problem:
            log.error("answer_failed", kind=request.kind, name=request.name, exc_info=problem)
            if request.answers_dialog:
                return {}
            return await self._d.delivery.answer([self._apologise(problem, request, reference)], request)

    async def _guard(self, request: Request, payload: Payload, reference: str) -> list[Reply] | Facts:
        """A dialog that changes something is written down first; what only reads is as easily asked again."""
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
        """Run the handler in its transaction, and once more where another request wrote the same at this very moment:
        the second time it is found there."""
        with suppress(TakenMeanwhileError):
            return await self._transact(request, payload)
        return await self._transact(request, payload)

    def _find_trigger(self, request: Request, payload: Payload) -> Trigger:
        """Raise UserError for what is not there, is switched off, or was drawn too long ago."""
        trigger = payload.trigger if isinstance(payload, Facts) else self._triggers.get((request.kind, request.name))
        if trigger is None:
            raise UserError("Cette commande ou ce bouton n’existe pas, ou plus. Tapez /aide pour voir ce qui existe.")
        require_enabled(trigger)
        require_fresh(trigger, request.age)
        return trigger

    async def _transact(self, request: Request, payload: Payload) -> list[Reply] | Facts:
        """Run the handler, or first the question of one that asks Mattermost before it writes."""
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
        """Say what else is told to who typed a command."""
        hooks = self._d.beside if trigger.key[0] == "command" else ()
        return [said for hook in hooks if (said := await hook(context, trigger)) is not None]

    def _forget(self, context: Context) -> None:
        """What is remembered of who acted, and of whom the handler changed, may be old now."""
        acted = {context.request.user_id} if context.request.kind in ("submit", "button") else set()
        for person_id in acted | context.touched:
            self._d.people.forget(person_id)

    async def _write_down(
        self, context: Context, trigger: Trigger, payload: Payload, replies: list[Reply]
    ) -> tuple[list[Reply], list[Row]]:
        """What must arrive, and what becomes of a dialog’s key, in the context’s own transaction."""
        replies = await settle_key(context, trigger, payload, replies)
        return replies, await self._d.delivery.prepare(context.db, replies, context.request, trigger.feature)

    async def _write_after(
        self, context: Context, trigger: Trigger, payload: Payload, replies: list[Reply]
    ) -> list[Row]:
        """Write the replies of a handler that only read, in a transaction of their own."""
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
            return (self._read_button(trigger.payload, payload, names),)
        return (payload,)

    def _read_button(self, model: type[BaseModel], payload: Payload, names: Mapping[str, str]) -> BaseModel:
        if issubclass(model, Choosing):
            check_chosen(model, payload, names)
        try:
            return model.model_validate(payload)
        except ValidationError:
            raise UserError("Ce bouton vient d’une version plus ancienne : recommencez depuis une commande.") from None

    def _apologise(self, problem: Exception, request: Request, reference: str, *, kept: bool = False) -> Refuse:
        """The bot failed: it says so, with the reference, and leads to help where something is wrong with itself."""
        away, full, unsure = may_succeed_later(problem), cannot_write(problem), is_unconfirmed(problem)
        rescue = None if away or full else self._d.rescue
        buttons = [rescue.button(reference, self._say_done(request))] if rescue and not request.answers_dialog else []
        line = rescue.line if rescue and not buttons else ""
        said = {"kept": kept, "away": away, "full": full, "unsure": unsure, "is_led": bool(buttons), "line": line}
        return Refuse(render("refus/broken", reference=reference, **said), buttons=buttons)

    def _say_done(self, request: Request) -> str:
        """Say what was being done, without a word of what was typed."""
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
    """The click that a dialog stood for, or that another button or a command goes on with: it is answered as what came
    in."""
    only_for, waits = request.only_for if request.kind == "button" else request.user_id, request.waiting_kind
    clicked = replace(request, kind="button", name=name, only_for=only_for)
    return replace(clicked, by_dialog=waits == "submit", by_command=waits == "command")
