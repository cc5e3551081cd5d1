"""What all measures of moderation share. Each measure is a handler class that says how it is decided, carried out,
completed and undone. The handlers are defined in the other modules of this folder, and found here by their act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from bot.audit import AuditEntry, record_entry
from bot.command_lines import read_typed_number
from bot.context import Context, ReadingContext
from bot.errors import Refusal, UserError, unless_refused
from bot.events import Delivered, Undelivered
from bot.replies import Button, Direct, Message, Replies, Reply, Whisper
from bot.texts import quotation, render, require
from commands.moderation import cards
from commands.moderation.cases import Decision
from commands.moderation.policy import ANIMATEURS, feature, find_channel_title
from config import charte
from dialogs.moderation import MeasureForm, RemindCharter, WarnAuthor
from storage import database, journal
from storage.database import store
from storage.journal import AuditAct, label_of
from storage.moderation import Case, CaseSource, CaseState, Measure, MeasureRecord, cases


class ActPurpose(StrEnum):
    """The purpose of an action: to carry out a decision, bring somebody back, remove a breach or first hand it back,
    restore what was removed, or keep files."""

    ACT = "moderation.act"
    RETURN = "moderation.return"
    AGAINST = "moderation.against"
    GIVEN = "moderation.given"
    BACK = "moderation.back"
    KEPT = "moderation.kept"

    def about(self, entry: int, target: str) -> str:
        """Make the topic of an action, which comes back with Mattermost’s answer."""
        return f"{self}:{entry}:{target}"


@dataclass(frozen=True, slots=True)
class ActAnswer:
    """Mattermost’s answer to an action. ``target`` is the id of a post or channel; ``refusal`` says why the action
    failed, perhaps only for the person concerned; ``files`` are the copies that were kept."""

    part: ActPurpose
    entry: int
    target: str
    is_done: bool
    refusal: Refusal | None
    files: Sequence[str] = ()


def read_answer(event: Delivered | Undelivered) -> ActAnswer | None:
    """Parse the topic of an answer; None for other topics."""
    part, _, rest = event.topic.partition(":")
    entry, _, target = rest.partition(":")
    if part not in {*ActPurpose} or not entry.isdigit() or not target:
        return None
    about = ActPurpose(part), int(entry), target
    if isinstance(event, Undelivered):
        return ActAnswer(*about, is_done=False, refusal=event.refusal)
    return ActAnswer(*about, is_done=True, refusal=next(iter(event.kept_out.values()), None))


SHOWN_MAX = 10


async def write_notice(ctx: Context, measure: Measure, record: MeasureRecord) -> Direct:
    """Write the notice of a measure: what, why, by whom, until when, the person’s removed words, and how to appeal."""
    posts = [post for post in record.posts if post.author_id == measure.user_id]
    handler = find_handler(measure.act)
    is_answer = record.instead_of != 0  # a case has one appeal, and this measure answered it
    text = render(
        "moderation/notice",
        words=handler.notice,
        quotes=handler.quotes,
        contestable=handler.contestable and not is_answer,
        lightened=await _describe_lightened(ctx, measure, record),
        told=await cards.describe_measure(ctx, measure, measure.user_id),
        recalled=await cards.recall_message(ctx, measure) if handler.recalls else "",
        posts=[quotation(post.text, cards.QUOTED_MAX) for post in posts[:SHOWN_MAX]],
        more=len(posts) - SHOWN_MAX,
        files=any(post.files for post in posts),
        muted=[await find_channel_title(ctx, channel) for channel in record.muted],
        place=await find_channel_title(ctx, record.place) if record.place else "",
    )
    may_appeal = measure.case_id is not None and not is_answer
    buttons = [Button("Contester", cards.AppealMeasure(entry=measure.entry))] if may_appeal else []
    return cards.NOTICE.send(measure, Message(text, buttons), measure.user_id)


async def _describe_lightened(ctx: Context, measure: Measure, record: MeasureRecord) -> Mapping[str, object] | None:
    """Describe the measure that an appeal replaced by this one, and whether the person comes back."""
    old = await cases.get_measure(ctx.db, record.instead_of) if record.instead_of else None
    if old is None:
        return None
    ends = old.ended_at is None and not find_handler(measure.act).keeps_out
    return {
        "told": await cards.describe_measure(ctx, old, old.user_id),
        "ends": find_handler(old.act).over if ends else "",
    }


async def store_measure(ctx: Context, deed: AuditEntry, record: MeasureRecord, **columns: Any) -> Measure:
    """Record an act in the audit log, and store the measure under the entry’s number; ``columns`` are others of it."""
    entry = await record_entry(ctx, deed)
    measure = Measure(
        entry=entry.id,
        act=deed.act,
        user_id=deed.target_id,
        reason=deed.reason,
        by=ctx.user.id,
        began_at=ctx.now,
        before=record.model_dump(mode="json"),
        **columns,
    )
    return await store(ctx.db, measure)


class MeasureHandler:
    """The rules of one kind of measure. This base class only notifies the person.

    ``act`` is its name in the audit log, ``kind`` its name in the charter and on cards, ``form`` the window in which it
    is decided about a case, if any. ``weight`` orders measures, so that an appeal can choose a lighter one. ``by_hand``
    says what an animateur can do where Mattermost does not let the bot. ``is_slow``: Mattermost carries it out after
    the decision; ``keeps_out``: the person is kept out of channels until it ends; ``is_told``: the person is notified
    once it is carried out.

    Its sentences are blocks of the template: ``notice`` begins the person’s notice (with their removed words if it
    ``quotes``, the message of the case, which stands, if it ``recalls``, and how to appeal if it is ``contestable``);
    ``answer`` is for whoever decided it by a line; ``undone`` for whoever undoes it, ``lifted`` for the person then,
    ``over`` if a lighter one replaces it.
    """

    act: ClassVar[AuditAct]
    kind: ClassVar[charte.MeasureKind | None] = None
    form: ClassVar[type[MeasureForm] | None] = None
    weight: ClassVar[charte.MeasureKind | None] = None
    by_hand: ClassVar[str] = ""
    is_slow: ClassVar[bool] = False
    keeps_out: ClassVar[bool] = False
    is_told: ClassVar[bool] = False
    notice: ClassVar[str] = ""
    quotes: ClassVar[bool] = False
    recalls: ClassVar[bool] = False
    contestable: ClassVar[bool] = True
    answer: ClassVar[str] = ""
    undone: ClassVar[str] = ""
    lifted: ClassVar[str] = ""
    over: ClassVar[str] = ""

    async def prefill(self, ctx: Context, case: Case, motive: str) -> Mapping[str, object]:
        """Return the window’s values beside the reason; ``motive`` is the key of the most frequent motive."""
        return {}

    async def complete(self, ctx: Context, case: Case, decision: Decision) -> Decision:
        """Complete a decision from its case. Raises UserError if it is impossible for that case."""
        return decision

    def is_heavy(self, decision: Decision) -> bool:
        """Return whether the decision needs two animateurs."""
        return False

    def find_place(self, case: Case, decision: Decision) -> str:
        """Return the channel of the measure; "" for everywhere."""
        return decision.channel_id

    def name_thing(self, case: Case, place: str) -> str:
        """Name the object of the measure for the audit log."""
        return f"message:{case.post_id}" if case.post_id else f"personne:{case.author_id}"

    async def start(self, ctx: Context, case: Case, measure: Measure, record: MeasureRecord) -> Sequence[Reply]:
        """Return the actions and messages that follow the decision about a case."""
        record.told = True
        await cases.store_record(ctx.db, measure, record)
        return [await write_notice(ctx, measure, record)]

    async def finish(self, ctx: Context, measure: Measure, record: MeasureRecord) -> Sequence[Reply]:
        """Return the messages beside the notice, once Mattermost has carried out everything."""
        return []

    def clean_up(self, measure: Measure) -> Sequence[Reply]:
        """Return the replies that undo what a failed measure had already done in Mattermost."""
        return []

    def refuse_undoing(self, measure: Measure) -> None:
        """Raise UserError if the measure cannot be undone at this moment."""

    async def lift(self, ctx: Context, measure: Measure, record: MeasureRecord) -> Sequence[Reply]:
        """Return the actions that restore what the measure changed in Mattermost."""
        return []

    async def handle_answer(self, ctx: Context, known: Measure, answer: ActAnswer) -> Sequence[Reply]:
        """Handle Mattermost’s answer to an action of the measure. ``known`` is the measure, not locked."""
        if answer.part is not ActPurpose.ACT or answer.refusal is Refusal.TAKEN_BACK:
            return []
        measure = await cases.lock_known(ctx.db, known)
        if measure is None:
            return []
        if measure.ended_at:
            return await self.note_late(ctx, measure, answer.target) if answer.is_done else []
        record = cases.read_record(measure)
        if answer.target not in record.waits:
            return []
        record.waits.remove(answer.target)
        (record.done if answer.is_done else record.refused).append(answer.target)
        await cases.store_record(ctx.db, measure, record)
        if answer.is_done:
            return await self.settle(ctx, measure, record)
        await self.give_up(ctx, measure, answer.target, record)
        told = await self.settle(ctx, measure, record, answer.refusal)
        return told if measure.ended_at else [*told, *await say_of_channel(ctx, measure, answer, "moderation/partly")]

    async def note_late(self, ctx: Context, measure: Measure, target: str) -> Sequence[Reply]:
        """Handle an action that was carried out although the measure had ended meanwhile."""
        return []

    async def give_up(self, ctx: Context, measure: Measure, target: str, record: MeasureRecord) -> None:
        """Undo what was prepared for an action that is impossible."""

    async def settle(
        self, ctx: Context, measure: Measure, record: MeasureRecord, refusal: Refusal | None = None
    ) -> Sequence[Reply]:
        """Wait while actions are under way; then notify the person, or end a measure that failed."""
        if record.waits or record.looking or record.told:
            return []
        if record.refused and not record.done and not record.muted:
            return await self.fail(ctx, measure, refusal)
        record.told = True
        await cases.store_record(ctx.db, measure, record)
        there = await self.finish(ctx, measure, record)
        knows = self.is_told and measure.user_id and measure.user_id != measure.by
        notice = [await write_notice(ctx, measure, record)] if knows else []
        return [*there, *notice, *await refresh_measure_card(ctx, measure)]

    async def fail(self, ctx: Context, measure: Measure, refusal: Refusal | None) -> Sequence[Reply]:
        """End a measure that could not be carried out and reopen its case; the room and the decider read why, and what
        to do by hand."""
        why = cards.say_refusal(refusal)
        thing, after = f"acte:{measure.entry}", {"entry": measure.entry}
        await record_entry(ctx, AuditEntry(AuditAct.FAIL, thing, measure.user_id, why, after=after))
        await database.change(ctx.db, measure, ended_at=ctx.now, ended_by=cases.REFUSED)
        text = render(
            "moderation/failed",
            told=await cards.describe_measure(ctx, measure),
            why=why,
            by_hand=self.by_hand,
            lacks=refusal is Refusal.FORBIDDEN,
            moves=self.keeps_out,
        )
        mine = [Direct(text, user_id=measure.by)] if measure.by else []
        return [
            *self.clean_up(measure),
            *await cards.say_in_room(ctx, text),
            *mine,
            *await _tell_answer_alone(ctx, measure),
            *await _reopen_case(ctx, measure),
        ]


async def _tell_answer_alone(ctx: Context, measure: Measure) -> Sequence[Reply]:
    """Tell the person that their contested measure is over, if the one that should replace it failed."""
    old = await cases.get_measure(ctx.db, cases.read_record(measure).instead_of)
    if old is None:
        return []
    word = quotation(measure.reason, 1000)
    text = render("moderation/answered", act=label_of(old.act), entry=old.entry, kept=False, words="", word=word)
    return [Direct(text, user_id=measure.user_id)]


H = TypeVar("H", bound=type[MeasureHandler])
_HANDLERS: dict[str, MeasureHandler] = {}
"""The handlers by their act in the audit log and, if they can be decided about a case, also by their kind in the
charter."""


def handles(kind: H) -> H:
    """Register a class as the handler of its act."""
    _HANDLERS[kind.act] = _HANDLERS[kind.kind or kind.act] = kind()
    return kind


def find_handler(name: str) -> MeasureHandler:
    """Find a handler by its name in the audit log or the charter. Raises KeyError."""
    return _HANDLERS[name]


async def refresh_measure_card(ctx: Context, measure: Measure) -> Sequence[Reply]:
    """Rewrite the card of the measure’s case, if it has one."""
    case = await cases.get(ctx.db, measure.case_id) if measure.case_id else None
    return await cards.refresh_card(ctx, case) if case else []


async def _reopen_case(ctx: Context, measure: Measure) -> Sequence[Reply]:
    """Reopen a case; one that was made by a typed line is closed instead."""
    case = await cases.lock(ctx.db, measure.case_id) if measure.case_id else None
    if case is None or case.entry != measure.entry:
        return []
    state = CaseState.CLOSED if case.source is CaseSource.DIRECT else CaseState.OPEN
    await database.change(ctx.db, case, state=state, act="", until=None, entry=None, decided_at=None, decided_by="")
    return await cards.refresh_card(ctx, case)


async def say_of_channel(ctx: Context, measure: Measure, answer: ActAnswer, sentence: str) -> Sequence[Reply]:
    """Say in the room that an action failed in one of several channels, or for one of several messages."""
    told, where = await cards.describe_measure(ctx, measure), await cards.find_title(ctx, measure, answer.target)
    return await cards.say_in_room(ctx, render(sentence, told=told, where=where, why=cards.say_refusal(answer.refusal)))


@handles
class Remind(MeasureHandler):
    """The measure that reminds somebody of the charter."""

    act = AuditAct.REMIND
    kind = weight = charte.MeasureKind.REMIND
    form = RemindCharter
    notice = "moderation/notice_remind"
    recalls = True
    contestable = False
    lifted = "moderation/lifted_remind"


@handles
class Warn(MeasureHandler):
    """The measure that warns somebody."""

    act = AuditAct.WARN
    kind = weight = charte.MeasureKind.WARN
    form = WarnAuthor
    notice = "moderation/notice_warn"
    recalls = True
    answer = "moderation/answer_warn"
    lifted = "moderation/lifted_warn"


async def read_delivered(ctx: ReadingContext, event: Delivered) -> ActAnswer | None:
    """Parse the delivery of a measure’s action, with the files that were copied for it."""
    answer = read_answer(event)
    if answer is None or answer.part is not ActPurpose.KEPT or not event.post_id:
        return answer
    copy = await unless_refused(ctx.chat.read_post(event.post_id), None)
    return replace(answer, files=copy.file_ids if copy else ())


@feature.event(Delivered, name="moderation.done.Delivered", asks=read_delivered)
async def handle_delivered(ctx: Context, _: Delivered, answer: ActAnswer) -> Replies:
    """Continue a measure after Mattermost carried out an action."""
    return await _handle_answer(ctx, answer)


@feature.event(Undelivered, name="moderation.refused.Undelivered")
async def handle_undelivered(ctx: Context, event: Undelivered) -> Replies:
    """Continue a measure after Mattermost refused an action."""
    return await _handle_answer(ctx, read_answer(event))


async def _handle_answer(ctx: Context, answer: ActAnswer | None) -> Replies:
    known = await cases.get_measure(ctx.db, answer.entry) if answer else None
    return await find_handler(known.act).handle_answer(ctx, known, answer) if known and answer else None


UNDO_EXAMPLE = "/moderer annuler 12"


@feature.command("moderer annuler", help="Annuler un acte", hint="N", roles=ANIMATEURS, writes=True)
async def undo_typed_number(ctx: Context, line: str) -> Replies:
    """Undo a measure by the number of its audit entry."""
    entry = require(read_typed_number(line), "moderation/which_measure", example=UNDO_EXAMPLE)
    await ctx.must_still_be(ANIMATEURS)
    replies = await undo_measure(ctx, entry)
    measure = await cases.get_measure(ctx.db, entry)
    assert measure is not None  # it was undone
    told, words = await cards.describe_measure(ctx, measure), find_handler(measure.act).undone
    text = render("moderation/undone", told=told, words=words)
    case = await cases.get(ctx.db, measure.case_id) if measure.case_id else None
    said = render("moderation/measure_undone", told=told, who=case.author if case else "", by=ctx.user.full_name)
    room = await cards.say_in_room(ctx, said)
    return [*replies, *room, *await refresh_measure_card(ctx, measure), Whisper(text)]


async def undo_measure(ctx: Context, entry: int, *, is_told: bool = True) -> Sequence[Reply]:
    """Undo a measure and tell the person, unless another message does, without asking Mattermost. The caller rewrites
    the card. Raises UserError for an entry that is no measure, is over, or concerns the person who
    acts."""
    measure = await _lock_standing(ctx, entry)
    back = await _end_measure(ctx, measure, AuditAct.UNDO, f"acte:{entry}", by=ctx.user.id)
    case = await cases.lock(ctx.db, measure.case_id) if measure.case_id else None
    if case and case.state is CaseState.DECIDED and case.entry == measure.entry:
        await database.change(ctx.db, case, state=CaseState.CLOSED, until=None)
    return [*back, *await _tell_person(ctx, measure)] if is_told else back


async def _end_measure(ctx: Context, measure: Measure, act: AuditAct, thing: str, by: str = "") -> Sequence[Reply]:
    """Record that a measure is over, and return the actions that restore what it changed."""
    before = {"act": measure.act, "entry": measure.entry}
    await record_entry(ctx, AuditEntry(act, thing, measure.user_id, before=before))
    await database.change(ctx.db, measure, ended_at=ctx.now, ended_by=by)
    return await find_handler(measure.act).lift(ctx, measure, cases.read_record(measure))


async def _lock_standing(ctx: Context, entry: int) -> Measure:
    measure, _ = await cases.lock_with_case(ctx.db, entry)
    if measure is None:
        known = require(await journal.get(ctx.db, entry), "moderation/no_measure", entry=entry)
        raise UserError(render("moderation/not_undoable", entry=entry, label=known.label))
    if measure.user_id and measure.user_id == ctx.user.id:
        raise UserError(render("moderation/own_case"))
    if measure.ended_by == cases.REFUSED:
        raise UserError(render("moderation/measure_refused", entry=entry))
    if measure.ended_at is not None:
        raise UserError(render("moderation/measure_over", entry=entry, is_undone=bool(measure.ended_by)))
    find_handler(measure.act).refuse_undoing(measure)
    return measure


async def _tell_person(ctx: Context, measure: Measure) -> Sequence[Reply]:
    """Tell the person that the measure ended, if they knew of it."""
    if not measure.user_id or not cases.read_record(measure).told:
        return []
    told = await cards.describe_measure(ctx, measure, measure.user_id)
    block = "moderation/lifted" if measure.ended_by else "moderation/over"
    return [Direct(render(block, told=told, words=await choose_lifted_words(ctx, measure)), user_id=measure.user_id)]


async def choose_lifted_words(ctx: Context, measure: Measure) -> str:
    """Choose the block that says to the person what changes now that their measure is undone."""
    handler, place = find_handler(measure.act), measure.channels[0] if measure.channels else ""
    if handler.keeps_out and await cases.find_exclusion(ctx.db, measure.user_id, place, but=measure.entry):
        return "moderation/lifted_held"
    return handler.lifted


EXPIRED_BATCH = 50
"""How many measures one run ends; the next run follows five minutes later."""


@feature.job("minute=*/5", name="moderation.expire", writes=True)
async def end_expired(ctx: Context) -> Replies:
    """End the measures that have expired; another replica or an animateur may have done so meanwhile."""
    ended: list[Reply] = []
    for each in await cases.list_due_measures(ctx.db, ctx.now, EXPIRED_BATCH):
        measure = await cases.lock_known(ctx.db, each)
        if measure is not None and measure.ended_at is None:
            thing = f"personne:{measure.user_id}" if measure.user_id else f"canal:{measure.channels[0]}"
            ended += await _end_measure(ctx, measure, AuditAct.EXPIRE, thing)
            ended += [*await _tell_person(ctx, measure), *await refresh_measure_card(ctx, measure)]
    return ended
