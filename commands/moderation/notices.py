"""What is said of a measure: its notice, words handed back or copied elsewhere, that it is done or has failed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from pydantic import BaseModel

from bot.account_status import read_display_name
from bot.audit import AuditEntry, record_entry
from bot.context import Context
from bot.errors import Refusal
from bot.french.periods import say_moment
from bot.permalinks import make_permalink
from bot.plain_text import to_one_line
from bot.replies import Button, Direct, Reply, Say, Start
from bot.texts import Markdown, quotation, relay_markdown, render
from commands.moderation import cards
from commands.moderation.channels import find_channel_title, find_person_zone, find_room
from config.time import PARIS
from storage.database import change
from storage.journal import AuditAct, label_of
from storage.moderation import cases, measures
from storage.moderation.cases import CaseSource, CaseState
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
class ActTopic:
    """``target`` is the id of a post or channel."""

    part: ActPurpose
    entry: int
    target: str


def make_act_topic(part: ActPurpose, entry: int, target: str) -> str:
    """It as Mattermost’s answer brings it back."""
    return f"{part}:{entry}:{target}"


def read_act_topic(text: str) -> ActTopic | None:
    """The same read again; None for other topics."""
    part, _, rest = text.partition(":")
    entry, _, target = rest.partition(":")
    return (
        ActTopic(ActPurpose(part), int(entry), target) if part in {*ActPurpose} and entry.isdigit() and target else None
    )


def make_notice_topic(entry: int) -> str:
    """What the person reads of a measure."""
    return f"moderation.notice:{entry}"


def make_lock_topic(channel_id: str) -> str:
    """What a channel reads of being locked, or open again."""
    return f"moderation.lock:{channel_id}"


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
BY_HAND = {
    AuditAct.HIDE: "supprimez le message vous-même, par son menu « … »",
    AuditAct.CLEAN: "supprimez ces messages vous-même, par leur menu « … »",
    AuditAct.SILENCE: "retirez la personne du canal, par le menu du canal › Membres",
    AuditAct.EXCLUDE: "retirez la personne du canal, par le menu du canal › Membres",
    AuditAct.PIN: "épinglez le message vous-même, par son menu « … »",
    AuditAct.LOCK: "supprimez vous-même ce qui s’y écrit",
    AuditAct.MOVE: "supprimez le fil vous-même, par le menu « … » de son premier message",
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
    titles = measures.read_record(measure).titles
    where = [await find_channel_title(ctx, channel) or titles.get(channel, "") for channel in measure.channels]
    until = await say_until(ctx, measure.until, reader_id)
    label, by = label_of(measure.act), await _say_decider(ctx, measure, reader_id)
    return MeasureDescription(measure.entry, label, measure.reason, [w for w in where if w], until, by)


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


COPY_MAX = 15_000
"""Characters of somebody’s words in one message, beside who wrote them and when."""


class PutBack(BaseModel):
    """A moved thread is to be where it was; ``copy_id`` is the first message of the copy."""

    entry: int
    copy_id: str


def make_copy_topic(entry: int, n: int, part: int = 0) -> str:
    """What the copy of the n-th message is about; what does not fit in it has parts of its own."""
    return f"moderation.copy:{entry}.{n}" + (f"+{part}" if part else "")


def make_pointer_topic(entry: int) -> str:
    """What stands where a thread was."""
    return f"moderation.pointer:{entry}"


def list_copy_topics(entry: int, posts: Sequence[KeptPost]) -> Sequence[str]:
    """Those of all copies."""
    return [
        make_copy_topic(entry, n, part) for n, post in enumerate(posts) for part in range(len(_split_text(post.text)))
    ]


async def find_copy(ctx: Context, entry: int) -> str:
    """The first message of a copy; "" while there is none."""
    found = await ctx.posts_about(make_copy_topic(entry, 0))
    return found[0].post_id if found else ""


def is_half_moved(record: MeasureRecord) -> bool:
    """Whether all is copied, and Mattermost has not said yet that the thread is gone."""
    return bool(record.waits) and not record.looking


def write_copy(zone: ZoneInfo, post: KeptPost) -> Markdown:
    """Somebody’s words under their name, with the hour at which they were written, in a channel’s time."""
    at = say_moment(post.at.astimezone(zone))
    first = _split_text(post.text)[0]
    return render("moderation/copy", author=f"@{post.author}", at=at, text=relay_markdown(first))


def copy_post(zone: ZoneInfo, entry: int, n: int, post: KeptPost, place: tuple[str, str]) -> Sequence[Say]:
    """The n-th message said in a channel, under a message there ("" for the first): in parts where it is long."""
    channel_id, root_id = place
    first = Say(
        write_copy(zone, post),
        channel_id=channel_id,
        root_id=root_id,
        topic=make_copy_topic(entry, n),
        files=post.files[:10],
    )
    more = [
        Say(relay_markdown(text), channel_id=channel_id, root_id=root_id, topic=make_copy_topic(entry, n, part))
        for part, text in enumerate(_split_text(post.text))
        if part
    ]
    return [first, *more]


def _split_text(text: str) -> Sequence[str]:
    return [text[at : at + COPY_MAX] for at in range(0, len(text), COPY_MAX)] or [""]


async def write_pointer(ctx: Context, measure: Measure, record: MeasureRecord) -> Sequence[Reply]:
    """What stands where the thread was, once it is gone there."""
    copy_id = await find_copy(ctx, measure.entry)
    text = render(
        "moderation/pointer",
        told=await describe_measure(ctx, measure),
        author=f"@{record.posts[0].author}",
        start=to_one_line(record.posts[0].text, 80),
        place=await find_channel_title(ctx, record.place),
        address=Markdown(make_permalink(ctx.settings, copy_id)),
    )
    return [Say(text, channel_id=record.posts[0].channel_id, topic=make_pointer_topic(measure.entry))]


TOLD_ACTS = frozenset({AuditAct.HIDE, AuditAct.CLEAN, AuditAct.SILENCE, AuditAct.EXCLUDE, AuditAct.MOVE})
"""The acts of which somebody is told, once they are done."""


async def settle_measure(
    ctx: Context, measure: Measure, record: MeasureRecord, refusal: Refusal | None = None
) -> Sequence[Reply]:
    """Nothing is said while some of it is on its way; then the person is told, or it does not stand."""
    if record.waits or record.looking or record.told:
        return []
    if record.refused and not record.done and not record.muted:
        return await fail_measure(ctx, measure, refusal)
    record.told = True
    await measures.store_record(ctx.db, measure, record)
    there = await write_pointer(ctx, measure, record) if measure.act == AuditAct.MOVE else []
    knows = measure.act in TOLD_ACTS and measure.user_id and measure.user_id != measure.by
    notice = [await write_notice(ctx, measure, record)] if knows else []
    case = await cases.get(ctx.db, measure.case_id) if measure.case_id else None
    return [*there, *notice, *(await cards.refresh_card(ctx, case) if case else [])]


async def fail_measure(ctx: Context, measure: Measure, refusal: Refusal | None) -> Sequence[Reply]:
    """It does not stand, nor does the case: the room and who acted read why, and what to do by hand."""
    why = say_refusal(refusal)
    await record_entry(
        ctx, AuditEntry(AuditAct.FAIL, f"acte:{measure.entry}", measure.user_id, why, after={"entry": measure.entry})
    )
    await change(ctx.db, measure, ended_at=ctx.now, ended_by=REFUSED)
    text = render(
        "moderation/failed",
        told=await describe_measure(ctx, measure),
        why=why,
        by_hand=BY_HAND.get(AuditAct(measure.act), ""),
        lacks=refusal is Refusal.FORBIDDEN,
        moves=measure.act in {AuditAct.SILENCE, AuditAct.EXCLUDE},
    )
    gone = [Start(payload=PutBack(entry=measure.entry, copy_id=""), quiet=True)] if measure.act == AuditAct.MOVE else []
    return [*gone, *await _say_failure(ctx, measure, text), *await _reopen_case(ctx, measure)]


async def _reopen_case(ctx: Context, measure: Measure) -> Sequence[Reply]:
    """The case waits again; one that an animateur’s line made is over."""
    case = await cases.lock(ctx.db, measure.case_id) if measure.case_id else None
    if case is None or case.entry != measure.entry:
        return []
    state = CaseState.CLOSED if case.source is CaseSource.DIRECT else CaseState.OPEN
    await change(ctx.db, case, state=state, act="", until=None, entry=None, decided_at=None, decided_by="")
    return await cards.refresh_card(ctx, case)


async def _say_failure(ctx: Context, measure: Measure, text: Markdown) -> Sequence[Reply]:
    """In the room, and to who decided."""
    mine = [Direct(text, user_id=measure.by)] if measure.by else []
    return [*await say_in_room(ctx, text), *mine]
