"""What becomes of a measure: Mattermost did it or refused, an animateur undoes it, its time is over,
its case is about to be forgotten.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel

from bot.account_status import read_display_name
from bot.actions import DeletePost, Unpin
from bot.audit import AuditEntry, record_entry
from bot.context import Context
from bot.errors import Refusal, UserError
from bot.events import Delivered, Undelivered
from bot.replies import Direct, Progress, Replies, Reply, Say, Start, Step, Whisper
from bot.texts import render
from commands.moderation import cards, notices
from commands.moderation.cases import OWN_CASE
from commands.moderation.channels import find_channel_title
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.measures import exclusion, removal
from commands.moderation.measures.exclusion import (
    EXCLUSION_REASONS,
    let_back,
    let_back_into,
    make_member_removal,
    remove_again,
    stop_keeping_out,
)
from commands.moderation.measures.removal import restore_post
from commands.moderation.notices import (
    ActPurpose,
    ActTopic,
    PutBack,
    fail_measure,
    find_copy,
    is_half_moved,
    settle_measure,
)
from storage import journal, outbox
from storage.database import change
from storage.journal import AuditAct
from storage.moderation import cases, measures
from storage.moderation.cases import Case, CaseState
from storage.moderation.measures import REFUSED, KeptPost, Measure
from storage.outbox import Sent
from storage.personal_data.declarations import months_before

ENTRY_NUMBER = re.compile(r"(?:n ?° ?|#)?(\d{1,9})")
UNDO_EXAMPLE = "/moderer annuler 12"


@feature.command("moderer annuler", help="Annuler un acte", hint="N", roles=ANIMATEURS, writes=True)
async def undo_typed_number(ctx: Context, line: str) -> Replies:
    """By the number that the journal gave it."""
    found = ENTRY_NUMBER.fullmatch(" ".join(line.split()))
    if found is None:
        raise UserError(f"Donnez le numéro de l’acte, celui du journal : par exemple `{UNDO_EXAMPLE}`.")
    entry = int(found[1])
    await ctx.must_still_be(ANIMATEURS)
    replies = await undo_measure(ctx, entry)
    measure = await measures.get(ctx.db, entry)
    assert measure is not None  # it was undone
    case = await cases.get(ctx.db, measure.case_id) if measure.case_id else None
    text = render(
        "moderation/undone", told=await notices.describe_measure(ctx, measure), act=measure.act, acts=AuditAct
    )
    return [*replies, *(await cards.refresh_card(ctx, case) if case else []), Whisper(text)]


async def undo_measure(ctx: Context, entry: int) -> Sequence[Reply]:
    """Take a measure back, and tell the person; asks Mattermost nothing. The card is for the caller. Raises UserError
    for what is no measure, is over, or concerns who acts."""
    measure = await _lock_standing(ctx, entry)
    deed = AuditEntry(AuditAct.UNDO, f"acte:{entry}", measure.user_id, before={"act": measure.act, "entry": entry})
    await record_entry(ctx, deed)
    await change(ctx.db, measure, ended_at=ctx.now, ended_by=ctx.user.id)
    await _close_case(ctx, measure)
    return [*await lift_measure(ctx, measure), *await _tell_person(ctx, measure)]


async def lift_measure(ctx: Context, measure: Measure) -> Sequence[Reply]:
    """What puts things in Mattermost as they were before a measure."""
    record = measures.read_record(measure)
    match AuditAct(measure.act):
        case AuditAct.SILENCE | AuditAct.EXCLUDE:
            return await let_back(ctx, measure, record)
        case AuditAct.HIDE | AuditAct.CLEAN:
            gone = [] if record.looking else [post for post in record.posts if record.is_safe(post)]
            return [restore_post(measure, post) for post in await _leave_out_standing(ctx, measure, gone)]
        case AuditAct.PIN:
            return [Unpin(post, channel_id=measure.channels[0]) for post in (*record.done, *record.waits)]
        case AuditAct.LOCK:
            by = await read_display_name(ctx, measure.ended_by)
            why = "time" if not measure.ended_by else "undone"
            said, places = render("moderation/unlocked", why=why, by=by), measure.channels
            return [Say(said, channel_id=place, topic=notices.make_lock_topic(place)) for place in places]
        case AuditAct.MOVE:
            return [Start(payload=PutBack(entry=measure.entry, copy_id=await find_copy(ctx, measure.entry)))]
        case _:
            return []


async def _leave_out_standing(ctx: Context, measure: Measure, posts: Sequence[KeptPost]) -> Sequence[KeptPost]:
    """Those but the ones whose removal had not begun, which is taken back: they stand, with what answers them."""
    removals = {notices.make_act_topic(ActPurpose.ACT, measure.entry, post.id): post.id for post in posts}
    standing = {removals[topic] for topic in await outbox.withdraw(ctx.db, removals, ctx.now)}
    if measure.act == AuditAct.HIDE and standing:
        return []
    return [post for post in posts if post.id not in standing]


async def _lock_standing(ctx: Context, entry: int) -> Measure:
    measure, _ = await measures.lock_with_case(ctx.db, entry)
    if measure is None:
        known = await journal.get(ctx.db, entry)
        if known is None:
            raise UserError(f"Il n’y a pas d’acte n° {entry}.")
        raise UserError(f"Le n° {entry} ({known.label}) n’est pas un acte qui s’annule.")
    if measure.user_id and measure.user_id == ctx.user.id:
        raise UserError(OWN_CASE)
    if measure.ended_at is not None:
        raise UserError(_say_over(measure))
    if measure.act == AuditAct.MOVE and is_half_moved(measures.read_record(measure)):
        raise UserError("Ce déplacement se termine à l’instant : réessayez dans une minute.")
    return measure


def _say_over(measure: Measure) -> str:
    if measure.ended_by == REFUSED:
        return f"L’acte n° {measure.entry} n’a pas eu lieu : Mattermost l’a refusé."
    return f"L’acte n° {measure.entry} est déjà {'annulé' if measure.ended_by else 'terminé'}."


async def _close_case(ctx: Context, measure: Measure) -> None:
    """The case of a measure that stands no more."""
    case = await cases.lock(ctx.db, measure.case_id) if measure.case_id else None
    if case and case.state is CaseState.DECIDED and case.entry == measure.entry:
        await change(ctx.db, case, state=CaseState.CLOSED, until=None)


async def _tell_person(ctx: Context, measure: Measure) -> Sequence[Reply]:
    """The person, if they knew."""
    if not measure.user_id or not measures.read_record(measure).told:
        return []
    told, held = (
        await notices.describe_measure(ctx, measure, measure.user_id),
        await _is_kept_out_by_another(ctx, measure),
    )
    text = render("moderation/lifted", told=told, act=measure.act, acts=AuditAct, held=held)
    return [Direct(text, user_id=measure.user_id)]


async def _is_kept_out_by_another(ctx: Context, measure: Measure) -> bool:
    """Whether they do not come back, though this measure is over."""
    place = measure.channels[0] if measure.channels else ""
    other = await exclusion.find_exclusion(ctx, measure.user_id, place, but=measure.entry)
    return measure.act in exclusion.EXCLUSION_REASONS and other is not None


CLEARED_AHEAD = timedelta(days=1)
"""So long before a case is forgotten: what is to go must still be known."""
CLEARED_BATCH = 50


class ClearCases(BaseModel):
    """Cases that are about to be forgotten."""


@feature.job("hour=3 minute=40", name="moderation.clear_old")
async def start_clearing(ctx: Context) -> Replies:
    """In steps, where there are any."""
    return (
        Start(payload=ClearCases(), quiet=True)
        if await cases.list_decided_before(ctx.db, _find_limit(ctx), 0, 1)
        else None
    )


@feature.chore(
    ClearCases, name="moderation.ClearCases", title="Dossiers anciens", unit=("dossier", "dossiers"), writes=True
)
async def clear_cases(ctx: Context, _: ClearCases, so_far: Progress) -> Step:
    """The next of them."""
    found = await cases.list_decided_before(ctx.db, _find_limit(ctx), so_far.cursor or 0, CLEARED_BATCH)
    gone = [
        DeletePost(post.post_id, channel_id=post.channel_id) for case in found for post in await _list_posts(ctx, case)
    ]
    last = found[-1].number if found else 0
    return Step(replies=gone, cursor=last, done=so_far.done + len(found), finished=len(found) < CLEARED_BATCH)


def _find_limit(ctx: Context) -> datetime:
    return months_before(ctx.now + CLEARED_AHEAD, ctx.settings.case_months)


async def _list_posts(ctx: Context, case: Case) -> Sequence[Sent]:
    """Its cards, and the files that were kept of the person’s messages; those of others are theirs."""
    found = [*await ctx.posts_about(cards.make_card_topic(case.number))]
    for measure in await measures.list_of_case(ctx.db, case.number):
        record = measures.read_record(measure)
        theirs = [post for post in record.posts if post.id in record.evidence]
        for post in theirs:
            if post.is_bot or post.author_id == measure.user_id:
                found += await ctx.posts_about(notices.make_act_topic(ActPurpose.KEPT, measure.entry, post.id))
    return found


@feature.event(Delivered, name="moderation.done.Delivered")
async def handle_delivered(ctx: Context, event: Delivered) -> Replies:
    """It is so now, but for whom Mattermost did not take."""
    about = notices.read_act_topic(event.topic)
    if about is None:
        return None
    if about.part is ActPurpose.GIVEN:
        return await _remove_handed_back(ctx, about)
    if about.part is ActPurpose.KEPT:
        return await removal.remove_once_kept(ctx, about, await removal.read_copied_files(ctx, event.post_id))
    if about.part is ActPurpose.RETURN and not event.kept_out:
        return await _remove_late_return(ctx, about)
    if event.kept_out:
        return await _say_not_back(ctx, about.entry, about.target, next(iter(event.kept_out.values())))
    return await _note_answer(ctx, about.entry, about.target) if about.part is ActPurpose.ACT else None


@feature.event(Undelivered, name="moderation.refused.Undelivered")
async def handle_undelivered(ctx: Context, event: Undelivered) -> Replies:
    """It is not so."""
    about = notices.read_act_topic(event.topic)
    if about is None:
        return None
    if event.refusal is Refusal.TAKEN_BACK:
        return await _remove_once_more(ctx, about)
    match about.part:
        case ActPurpose.GIVEN:
            told = await _remove_handed_back(ctx, about)
        case ActPurpose.KEPT:
            told = await removal.remove_once_kept(ctx, about, [])
        case ActPurpose.RETURN:
            told = await _say_not_back(ctx, about.entry, about.target, event.refusal)
        case ActPurpose.AGAINST:
            told = await _say_not_removed(ctx, about.entry, event.refusal)
        case ActPurpose.BACK:
            told = await _restore_outside_thread(ctx, about)
        case ActPurpose.ACT:
            told = await _note_answer(ctx, about.entry, about.target, event)
    return told


async def _note_answer(ctx: Context, entry: int, target: str, refusal: Undelivered | None = None) -> Sequence[Reply]:
    measure, _ = await measures.lock_with_case(ctx.db, entry)
    if measure is None:
        return []
    record = measures.read_record(measure)
    if measure.ended_at:
        late = refusal is None and measure.act in EXCLUSION_REASONS
        return await let_back_into(ctx, measure, target) if late else []
    if target not in record.waits:
        return []
    record.waits.remove(target)
    (record.refused if refusal else record.done).append(target)
    await measures.store_record(ctx.db, measure, record)
    if refusal:
        await stop_keeping_out(ctx, measure, [target], record)
    told = await settle_measure(ctx, measure, record, refusal.refusal if refusal else None)
    partly = bool(refusal) and measure.ended_at is None
    return [*told, *(await _say_partly_done(ctx, measure, target, refusal) if refusal and partly else [])]


async def _remove_once_more(ctx: Context, about: ActTopic) -> Sequence[Reply]:
    """Something else would have undone a removal that had not begun: what the measure keeps out stays out; one that is
    over has no more to do."""
    measure, _ = await measures.lock_with_case(ctx.db, about.entry)
    if measure is None or measure.ended_at or about.part is not ActPurpose.ACT or measure.act not in EXCLUSION_REASONS:
        return []
    return [make_member_removal(measure, about.target)]


async def _remove_late_return(ctx: Context, about: ActTopic) -> Sequence[Reply]:
    """Somebody came back into a channel out of which another measure keeps them since: they leave it again."""
    measure = await measures.get(ctx.db, about.entry)
    again = await remove_again(ctx, measure.user_id, about.target) if measure else None
    return [again[1]] if again else []


async def _remove_handed_back(ctx: Context, about: ActTopic) -> Sequence[Reply]:
    """What was written where nobody may, now that its author has it; it stays where that is over by now."""
    measure, _ = await measures.lock_with_case(ctx.db, about.entry)
    if measure is None or measure.ended_at:
        return []
    return [DeletePost(about.target, topic=notices.make_act_topic(ActPurpose.AGAINST, about.entry, about.target))]


async def _restore_outside_thread(ctx: Context, about: ActTopic) -> Sequence[Reply]:
    """What could not be said again in its thread, which is gone, is said in its channel."""
    measure = await measures.get(ctx.db, about.entry)
    posts = measures.read_record(measure).posts if measure else []
    return [restore_post(measure, post, outside=True) for post in posts if measure and post.id == about.target]


async def _say_not_removed(ctx: Context, entry: int, refusal: Refusal | None) -> Sequence[Reply]:
    """What was written where nobody may stands: a lock that cannot be kept is none."""
    measure, _ = await measures.lock_with_case(ctx.db, entry)
    if measure is None or measure.ended_at:
        return []
    if measure.act == AuditAct.LOCK:
        reopened = render("moderation/unlocked", why="refused", by="")
        return [
            *await fail_measure(ctx, measure, refusal),
            *(Say(reopened, channel_id=place) for place in measure.channels),
        ]
    told = await notices.describe_measure(ctx, measure)
    return await notices.say_in_room(ctx, render("moderation/not_removed", told=told, why=notices.say_refusal(refusal)))


async def _say_partly_done(ctx: Context, measure: Measure, target: str, refusal: Undelivered) -> Sequence[Reply]:
    """Some of it is not done: in one channel of several, or a message of several."""
    told, where = await notices.describe_measure(ctx, measure), await _find_title(ctx, measure, target)
    why = notices.say_refusal(refusal.refusal)
    return await notices.say_in_room(ctx, render("moderation/partly", told=told, where=where, why=why))


async def _find_title(ctx: Context, measure: Measure, channel_id: str) -> str:
    return await find_channel_title(ctx, channel_id) or measures.read_record(measure).titles.get(channel_id, "")


async def _say_not_back(ctx: Context, entry: int, target: str, refusal: Refusal | None) -> Sequence[Reply]:
    measure = await measures.get(ctx.db, entry)
    if measure is None or measure.ended_at is None or not measure.user_id:
        return []
    told, why = await notices.describe_measure(ctx, measure), notices.say_refusal(refusal)
    where = await _find_title(ctx, measure, target)
    return await notices.say_in_room(ctx, render("moderation/not_back", told=told, where=where, why=why))


EXPIRED_BATCH = 50
"""Ended in one run; the others five minutes later."""


@feature.job("hour=0-1,3-23 minute=*/5", name="moderation.expire", writes=True)
async def end_expired(ctx: Context) -> Replies:
    """Whatever is due; another replica or an animateur may have ended it meanwhile."""
    ended: list[Reply] = []
    for each in await measures.list_due(ctx.db, ctx.now, EXPIRED_BATCH):
        measure, _ = await measures.lock_with_case(ctx.db, each.entry)
        if measure is not None and measure.ended_at is None:
            ended += await _end_measure(ctx, measure)
    return ended


async def _end_measure(ctx: Context, measure: Measure) -> Sequence[Reply]:
    thing = f"canal:{measure.channels[0]}" if measure.act == AuditAct.LOCK else f"personne:{measure.user_id}"
    await record_entry(
        ctx, AuditEntry(AuditAct.EXPIRE, thing, measure.user_id, before={"act": measure.act, "entry": measure.entry})
    )
    await change(ctx.db, measure, ended_at=ctx.now, ended_by="")
    replies = [*await lift_measure(ctx, measure)]
    if measure.user_id and measures.read_record(measure).told:
        told = await notices.describe_measure(ctx, measure, measure.user_id)
        replies.append(
            Direct(render("moderation/over", told=told, act=measure.act, acts=AuditAct), user_id=measure.user_id)
        )
    case = await cases.get(ctx.db, measure.case_id) if measure.case_id else None
    return [*replies, *(await cards.refresh_card(ctx, case) if case else [])]
