"""What all measures of moderation share. Each is one class, a handler: how it is decided, carried out, settled, undone.
The handlers stand in the other modules of this folder; whoever needs the one of an act asks for it here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from pydantic import BaseModel

from bot.account_status import read_display_name
from bot.actions import DeletePost
from bot.audit import AuditEntry, record_entry
from bot.context import Context
from bot.errors import Refusal
from bot.events import Delivered, Undelivered
from bot.french.periods import say_moment
from bot.replies import Button, Direct, Reply, Say
from bot.texts import Markdown, quotation, render
from commands.moderation import cards
from commands.moderation.cases import Decision
from commands.moderation.channels import find_channel_title, find_person_zone, find_room
from config import charte
from config.time import PARIS
from dialogs.moderation.forms import MeasureForm, RemindCharter, WarnAuthor
from storage.database import change
from storage.journal import AuditAct, label_of
from storage.moderation import cases, measures
from storage.moderation.cases import Case, CaseSource, CaseState
from storage.moderation.measures import REFUSED, KeptPost, Measure, MeasureRecord


class Appeal(BaseModel):
    """« Contester »: the window in which somebody answers a measure, by its number in the journal."""

    entry: int


class ActPurpose(StrEnum):
    """What an act is for: doing what was decided, bringing somebody back, taking away what is written against it, or
    handing it back first; saying again what was taken away; and keeping the files of what goes."""

    ACT = "moderation.act"
    RETURN = "moderation.return"
    AGAINST = "moderation.against"
    GIVEN = "moderation.given"
    BACK = "moderation.back"
    KEPT = "moderation.kept"


@dataclass(frozen=True, slots=True)
class ActAnswer:
    """What Mattermost answered to an act. ``target`` is the id of a post or channel; ``refusal`` says why it is not
    done, or not for the person who is meant, where Mattermost says it; ``files`` are the copies that were kept."""

    part: ActPurpose
    entry: int
    target: str
    is_done: bool
    refusal: Refusal | None
    files: Sequence[str] = ()


def make_act_topic(part: ActPurpose, entry: int, target: str) -> str:
    """Write it as Mattermost’s answer brings it back."""
    return f"{part}:{entry}:{target}"


def read_answer(event: Delivered | Undelivered) -> ActAnswer | None:
    """Read an answer with its topic; None for other topics."""
    part, _, rest = event.topic.partition(":")
    entry, _, target = rest.partition(":")
    if part not in {*ActPurpose} or not entry.isdigit() or not target:
        return None
    about = ActPurpose(part), int(entry), target
    if isinstance(event, Undelivered):
        return ActAnswer(*about, is_done=False, refusal=event.refusal)
    return ActAnswer(*about, is_done=True, refusal=next(iter(event.kept_out.values()), None))


def make_notice_topic(entry: int) -> str:
    """Name what the person reads of a measure."""
    return f"moderation.notice:{entry}"


THE_TEAM = Markdown("l’équipe de modération")
QUOTED_MAX = 1500
"""Characters of a message that is quoted among others."""
SHOWN_MAX = 10
REFUSAL_REASONS = {
    Refusal.FORBIDDEN: "le bot n’en a pas le droit",
    Refusal.DEFAULT_CHANNEL: "c’est le canal par défaut de l’équipe, dont personne ne peut être retiré",
    Refusal.UNKNOWN_CHANNEL: "le bot n’est plus dans ce canal, ou il n’existe plus",
    Refusal.UNKNOWN_POST: "ce message n’existe plus",
    Refusal.ARCHIVED: "le canal est archivé",
    Refusal.NOT_IN_TEAM: "la personne n’est plus dans l’équipe",
    Refusal.DEACTIVATED: "le compte est désactivé",
}


@dataclass(frozen=True, slots=True)
class MeasureDescription:
    """A measure as it is told: what, where, until when, and by whom it was decided (the person whom it concerns reads
    no name of an animateur)."""

    entry: int
    label: str
    reason: str
    where: Sequence[str]
    until: str
    by: Markdown


async def describe_measure(ctx: Context, measure: Measure, reader_id: str = "") -> MeasureDescription:
    """A measure as somebody reads it, in the hours of where they live."""
    where = [await find_title(ctx, measure, channel) for channel in measure.channels]
    until = await say_until(ctx, measure.until, reader_id)
    label, by = label_of(measure.act), await _say_decider(ctx, measure, reader_id)
    return MeasureDescription(measure.entry, label, measure.reason, [w for w in where if w], until, by)


async def find_title(ctx: Context, measure: Measure, channel_id: str) -> str:
    """What a channel is called; "" for one that neither the bot’s tables nor the measure know."""
    return await find_channel_title(ctx, channel_id) or measures.read_record(measure).titles.get(channel_id, "")


async def _say_decider(ctx: Context, measure: Measure, reader_id: str) -> Markdown:
    if not measure.by:
        return Markdown("le bot")
    return THE_TEAM if reader_id and reader_id == measure.user_id else await read_display_name(ctx, measure.by)


async def say_until(ctx: Context, until: datetime | None, reader_id: str = "") -> str:
    """« mardi 24 novembre 2026 à 9 h » where somebody lives, or as in rooms; "" for what does not end by itself."""
    zone = await find_person_zone(ctx, reader_id) if reader_id else PARIS
    return say_moment(until.astimezone(zone)) if until else ""


async def write_notice(ctx: Context, measure: Measure, record: MeasureRecord) -> Direct:
    """What the person reads: what, why, by whom, until when, their own words where these were taken away; and how to
    appeal."""
    posts = [post for post in record.posts if post.author_id == measure.user_id]
    text = render(
        "moderation/notice",
        lightened=await _describe_lightened(ctx, measure, record),
        act=measure.act,
        acts=AuditAct,
        told=await describe_measure(ctx, measure, measure.user_id),
        posts=[quotation(post.text, QUOTED_MAX) for post in posts[:SHOWN_MAX]],
        more=len(posts) - SHOWN_MAX,
        files=any(post.files for post in posts),
        muted=[await find_channel_title(ctx, channel) for channel in record.muted],
        place=await find_channel_title(ctx, record.place) if record.place else "",
    )
    buttons = [Button("Contester", Appeal(entry=measure.entry))] if measure.case_id else []
    return Direct(text, buttons, user_id=measure.user_id, topic=make_notice_topic(measure.entry))


async def _describe_lightened(ctx: Context, measure: Measure, record: MeasureRecord) -> Mapping[str, object] | None:
    """The measure in whose place an appeal has put this one, and whether the person comes back with that."""
    old = await measures.get(ctx.db, record.instead_of) if record.instead_of else None
    if old is None:
        return None
    ends = old.ended_at is None and not find_handler(measure.act).keeps_out
    return {"told": await describe_measure(ctx, old, old.user_id), "act": old.act, "ends": ends}


async def say_in_room(ctx: Context, text: Markdown) -> Sequence[Reply]:
    """What the other animateurs read; nothing while the room is not known."""
    place = await find_room(ctx)
    return [Say(text, channel_id=place)] if place else []


async def hand_back(ctx: Context, post: KeptPost, why: str, topic: str | None = None) -> Direct:
    """Somebody’s words, which were taken away with others’ or written where nobody may."""
    quoted = quotation(post.text, QUOTED_MAX * 4)
    text = render("moderation/given_back", why=why, quoted=quoted, where=await find_channel_title(ctx, post.channel_id))
    return Direct(text, user_id=post.author_id, files=post.files, topic=topic)


def say_refusal(refusal: Refusal | None) -> str:
    """Why Mattermost did not do it."""
    return REFUSAL_REASONS.get(refusal, "Mattermost l’a refusé") if refusal else "Mattermost l’a refusé"


async def store_measure(ctx: Context, deed: AuditEntry, record: MeasureRecord, **columns: Any) -> Measure:
    """Note an act in the journal, and keep the measure under its number there; ``columns`` are others of it."""
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
    ctx.db.add(measure)
    await ctx.db.flush()
    return measure


class MeasureHandler:
    """What is particular to one kind of measure. As it stands here: somebody is told of it, and that is all.

    ``act`` is what the journal calls it. ``kind`` is what the charter and the cards call it, ``form`` the window in
    which it is decided, where it can be decided about a case. ``weight`` is what it weighs where an appeal may put a
    lighter one in its place. ``by_hand`` is what an animateur can do where Mattermost does not let the bot.
    """

    act: ClassVar[AuditAct]
    kind: ClassVar[charte.MeasureKind | None] = None
    form: ClassVar[type[MeasureForm] | None] = None
    weight: ClassVar[charte.MeasureKind | None] = None
    by_hand: ClassVar[str] = ""
    is_slow: ClassVar[bool] = False
    """Whether Mattermost does it after it is decided."""
    keeps_out: ClassVar[bool] = False
    """Whether it keeps somebody out of channels, until it ends."""
    is_told: ClassVar[bool] = False
    """Whether somebody is told of it once it is done."""

    async def prefill(self, ctx: Context, case: Case, motive: str) -> Mapping[str, object]:
        """What its window proposes beside the reason; ``motive`` is the key of the one that most reporters give."""
        return {}

    async def complete(self, ctx: Context, case: Case, decision: Decision) -> Decision:
        """A decision with what the case says of it. Raises UserError for what cannot be done about that case."""
        return decision

    def is_heavy(self, decision: Decision) -> bool:
        """Whether it takes two animateurs."""
        return False

    def find_place(self, case: Case, decision: Decision) -> str:
        """The channel in which it is done; "" for everywhere."""
        return decision.channel_id

    def name_thing(self, case: Case, place: str) -> str:
        """What the journal says that it was done to."""
        return f"message:{case.post_id}" if case.post_id else f"personne:{case.author_id}"

    async def start(self, ctx: Context, case: Case, measure: Measure, record: MeasureRecord) -> Sequence[Reply]:
        """What is to be done, and said, once it is decided about a case."""
        record.told = True
        await measures.store_record(ctx.db, measure, record)
        return [await write_notice(ctx, measure, record)]

    async def finish(self, ctx: Context, measure: Measure, record: MeasureRecord) -> Sequence[Reply]:
        """What is said beside the notice once Mattermost did all of it."""
        return []

    def clean_up(self, measure: Measure) -> Sequence[Reply]:
        """What is taken back of a measure that failed."""
        return []

    def refuse_undoing(self, measure: Measure) -> None:
        """Raises UserError for a measure that cannot be undone at this moment."""

    async def lift(self, ctx: Context, measure: Measure, record: MeasureRecord) -> Sequence[Reply]:
        """What puts things in Mattermost as they were before."""
        return []

    async def handle_answer(self, ctx: Context, known: Measure, answer: ActAnswer) -> Sequence[Reply]:
        """Mattermost did something for it, or did not. ``known`` is not held."""
        if answer.part is not ActPurpose.ACT or answer.refusal is Refusal.TAKEN_BACK:
            return []
        measure = await measures.lock_known(ctx.db, known)
        if measure is None:
            return []
        if measure.ended_at:
            return await self.note_late(ctx, measure, answer.target) if answer.is_done else []
        record = measures.read_record(measure)
        if answer.target not in record.waits:
            return []
        record.waits.remove(answer.target)
        (record.done if answer.is_done else record.refused).append(answer.target)
        await measures.store_record(ctx.db, measure, record)
        if answer.is_done:
            return await self.settle(ctx, measure, record)
        await self.give_up(ctx, measure, answer.target, record)
        told = await self.settle(ctx, measure, record, answer.refusal)
        return told if measure.ended_at else [*told, *await say_of_channel(ctx, measure, answer, "moderation/partly")]

    async def note_late(self, ctx: Context, measure: Measure, target: str) -> Sequence[Reply]:
        """It was done there though the measure had ended."""
        return []

    async def give_up(self, ctx: Context, measure: Measure, target: str, record: MeasureRecord) -> None:
        """It cannot be done there."""

    async def settle(
        self, ctx: Context, measure: Measure, record: MeasureRecord, refusal: Refusal | None = None
    ) -> Sequence[Reply]:
        """Say nothing while some of it is on its way; then tell the person, or that it does not stand."""
        if record.waits or record.looking or record.told:
            return []
        if record.refused and not record.done and not record.muted:
            return await self.fail(ctx, measure, refusal)
        record.told = True
        await measures.store_record(ctx.db, measure, record)
        there = await self.finish(ctx, measure, record)
        knows = self.is_told and measure.user_id and measure.user_id != measure.by
        notice = [await write_notice(ctx, measure, record)] if knows else []
        return [*there, *notice, *await refresh_measure_card(ctx, measure)]

    async def fail(self, ctx: Context, measure: Measure, refusal: Refusal | None) -> Sequence[Reply]:
        """It does not stand, nor does the case: the room and who acted read why, and what to do by hand."""
        why = say_refusal(refusal)
        thing, after = f"acte:{measure.entry}", {"entry": measure.entry}
        await record_entry(ctx, AuditEntry(AuditAct.FAIL, thing, measure.user_id, why, after=after))
        await change(ctx.db, measure, ended_at=ctx.now, ended_by=REFUSED)
        text = render(
            "moderation/failed",
            told=await describe_measure(ctx, measure),
            why=why,
            by_hand=self.by_hand,
            lacks=refusal is Refusal.FORBIDDEN,
            moves=self.keeps_out,
        )
        mine = [Direct(text, user_id=measure.by)] if measure.by else []
        return [
            *self.clean_up(measure),
            *await say_in_room(ctx, text),
            *mine,
            *await _tell_answer_alone(ctx, measure),
            *await _reopen_case(ctx, measure),
        ]


async def _tell_answer_alone(ctx: Context, measure: Measure) -> Sequence[Reply]:
    """What was to take the place of a contested measure does not stand: the person reads that theirs is over."""
    old = await measures.get(ctx.db, measures.read_record(measure).instead_of)
    if old is None:
        return []
    word = quotation(measure.reason, 1000)
    text = render("moderation/answered", act=label_of(old.act), entry=old.entry, kept=False, word=word)
    return [Direct(text, user_id=measure.user_id)]


H = TypeVar("H", bound=type[MeasureHandler])
_HANDLERS: dict[str, MeasureHandler] = {}
_BY_KIND: dict[charte.MeasureKind, MeasureHandler] = {}


def handles(kind: H) -> H:
    """Make a class the handler of its act."""
    made = _HANDLERS[kind.act] = kind()
    if kind.kind:
        _BY_KIND[kind.kind] = made
    return kind


def find_handler(act: str) -> MeasureHandler:
    """The handler of what the journal calls so. Raises KeyError for what is no measure."""
    return _HANDLERS[act]


def find_decided_handler(kind: charte.MeasureKind) -> MeasureHandler:
    """The handler of what can be decided about a case."""
    return _BY_KIND[kind]


async def refresh_measure_card(ctx: Context, measure: Measure) -> Sequence[Reply]:
    """Draw the card of its case again, if it has one."""
    case = await cases.get(ctx.db, measure.case_id) if measure.case_id else None
    return await cards.refresh_card(ctx, case) if case else []


async def _reopen_case(ctx: Context, measure: Measure) -> Sequence[Reply]:
    """The case waits again; one that an animateur’s line made is over."""
    case = await cases.lock(ctx.db, measure.case_id) if measure.case_id else None
    if case is None or case.entry != measure.entry:
        return []
    state = CaseState.CLOSED if case.source is CaseSource.DIRECT else CaseState.OPEN
    await change(ctx.db, case, state=state, act="", until=None, entry=None, decided_at=None, decided_by="")
    return await cards.refresh_card(ctx, case)


async def say_of_channel(ctx: Context, measure: Measure, answer: ActAnswer, sentence: str) -> Sequence[Reply]:
    """Say in the room what is not done in one channel of several, or of one message of several."""
    told, where = await describe_measure(ctx, measure), await find_title(ctx, measure, answer.target)
    return await say_in_room(ctx, render(sentence, told=told, where=where, why=say_refusal(answer.refusal)))


@handles
class Remind(MeasureHandler):
    """Somebody is reminded of the charter."""

    act = AuditAct.REMIND
    kind = weight = charte.MeasureKind.REMIND
    form = RemindCharter


@handles
class Warn(MeasureHandler):
    """Somebody is warned."""

    act = AuditAct.WARN
    kind = weight = charte.MeasureKind.WARN
    form = WarnAuthor


class EnforcedMeasure(MeasureHandler):
    """What lock and exclusions share: what is written against them goes, once its author has it back."""

    async def handle_answer(self, ctx: Context, known: Measure, answer: ActAnswer) -> Sequence[Reply]:
        is_back = answer.part is ActPurpose.GIVEN and answer.refusal is not Refusal.TAKEN_BACK
        stands = answer.part is ActPurpose.AGAINST and not answer.is_done and answer.refusal is not Refusal.TAKEN_BACK
        if not is_back and not stands:
            return await super().handle_answer(ctx, known, answer)
        measure = await measures.lock_known(ctx.db, known)
        if measure is None or measure.ended_at:
            return []
        if stands:
            return await self.bear_breach(ctx, measure, answer.refusal)
        topic = make_act_topic(ActPurpose.AGAINST, answer.entry, answer.target)
        return [DeletePost(answer.target, topic=topic)]

    async def bear_breach(self, ctx: Context, measure: Measure, refusal: Refusal | None) -> Sequence[Reply]:
        """What was written against it stands."""
        told = await describe_measure(ctx, measure)
        return await say_in_room(ctx, render("moderation/not_removed", told=told, why=say_refusal(refusal)))
