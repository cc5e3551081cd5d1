"""An announcement leaves batch by batch, once for each; it is corrected, withdrawn and restored everywhere."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from bot import quotas
from bot.actions import DeletePost
from bot.audit import AuditEntry, record_entry_at_end
from bot.context import Context
from bot.errors import UserError
from bot.forms import name_of
from bot.french.periods import say_moment
from bot.french.words import join, plural
from bot.permalinks import find_permalink, read_publishable_post
from bot.quotas import Quota
from bot.replies import (
    Ask,
    Button,
    Direct,
    Progress,
    Redirect,
    Refresh,
    Replies,
    Reply,
    Say,
    Start,
    Step,
    StopWork,
    Update,
)
from bot.texts import escape, quote, render
from commands.annonce import cards
from commands.annonce.cards import (
    About,
    Broadcast,
    Correct,
    KeepStanding,
    Leave,
    Removal,
    Replace,
    Restore,
    Rewrite,
    Send,
    Withdraw,
    WithdrawNow,
    must_be_in,
    must_be_own,
)
from commands.annonce.feature import SENDERS, UNIT, feature
from dialogs.annonce import Reword
from storage import annonce as annonces
from storage import journal, outbox, work
from storage.annonce import BATCH, Announcement, AnnouncementState
from storage.journal import AuditAct

NAMED_MAX = 5
WAITS = (AnnouncementState.DRAFT, AnnouncementState.STOPPED)
"""How it stands while it may leave."""


@feature.button(Send, roles=SENDERS, writes=False)
async def send_announcement(ctx: Context, click: Send) -> Replies:
    """It leaves, if its files are still there. (Mattermost, asked here, cannot be where something is written.)"""
    shown = must_be_in(await annonces.get(ctx.db, click.annonce), *WAITS)
    must_have_files(shown, await cards.find_missing(ctx.chat, shown.files))
    return Redirect.to(Leave(annonce=shown.id))


@feature.button(Leave, roles=SENDERS)
async def begin_sending(ctx: Context, click: Leave) -> Replies:
    """Now or at its hour, to those who have not got it; a second click finds it on its way."""
    shown = must_be_in(await annonces.lock(ctx.db, click.annonce), *WAITS)
    if shown.state is AnnouncementState.DRAFT and shown.by != ctx.user.id:
        raise UserError("Cet aperçu est celui de quelqu’un d’autre : tapez /annonce pour écrire la vôtre.")
    cards.must_be_own(ctx.user, shown, *WAITS)
    cards.must_be_allowed(ctx.user, shown.targets)
    if not shown.total:
        raise UserError("Cette annonce n’atteindrait personne : choisissez d’autres destinataires avec « Modifier ».")
    left = await quotas.spend(ctx, Quota.ANNOUNCEMENT) if shown.state is AnnouncementState.DRAFT else []
    await annonces.change(ctx.db, shown, state=AnnouncementState.SENDING)
    sent = {"texte": shown.text, "a": list(shown.targets), "total": shown.total, "le": shown.at and str(shown.at)}
    record_entry_at_end(ctx, AuditEntry(journal.AuditAct.ANNOUNCE, f"annonce:{shown.id}", shown.by, after=sent))
    return [await cards.refresh_card(ctx, shown, here=True), start_broadcast(ctx, shown), *left]


def must_have_files(said: Announcement, missing: Collection[str]) -> None:
    """Raises UserError where a file of it was deleted."""
    if names := [f"« {name} »" for ident, name in said.files.items() if ident in missing]:
        raise UserError(render("annonce/gone", names=names, partly=said.written > 0))


def start_broadcast(ctx: Context, shown: Announcement) -> Start:
    """Its sending, now or at its hour."""
    payload = Broadcast(annonce=shown.id, files=list(shown.files))
    if not shown.at or shown.at <= ctx.now:
        return Start(payload=payload)
    at: datetime = shown.at
    return Start(payload=payload, at=at, said=f"partira {say_moment(at.astimezone(ctx.zone))}.")


@feature.stopped(Broadcast, name="annonce.Broadcast")
async def stop_broadcast(ctx: Context, asked: Broadcast, so_far: Progress) -> Step:
    """What nobody tried to send is not sent; where nothing has left, it is a preview again."""
    found = await annonces.lock(ctx.db, asked.annonce)
    if found is None or found.state is not AnnouncementState.SENDING:
        return Step(done=so_far.done, total=so_far.total)
    await outbox.recall_unsent(ctx.db, found.topics, ctx.now)
    tally = await outbox.tally(ctx.db, found.topics, ctx.now)
    reached = tally.arrived + tally.waiting
    state = (
        AnnouncementState.SENT
        if reached >= found.total
        else AnnouncementState.STOPPED
        if reached
        else AnnouncementState.DRAFT
    )
    await annonces.change(ctx.db, found, state=state, written=found.written if reached else 0)
    replies: list[Reply] = [await cards.refresh_card(ctx, found)]
    if state is not AnnouncementState.SENT and await _stopped_by_itself(ctx, asked):
        count = cards.say_reached(found, tally)
        replies.append(Direct(render("annonce/stopped", partly=reached > 0, reached=count), user_id=found.by))
    return Step(replies=replies, done=reached, total=found.total)


async def _stopped_by_itself(ctx: Context, asked: Broadcast) -> bool:
    """Whether nobody clicked on « Arrêter »: then its author may be elsewhere, and what is rewritten calls nobody."""
    return bool(await work.find_waiting(ctx.db, name_of(Broadcast), asked.model_dump(mode="json")))


@feature.work(Broadcast, name="annonce.Broadcast", title="Annonce", unit=UNIT, roles=SENDERS, writes=True)
async def send_batch(ctx: Context, asked: Broadcast, so_far: Progress) -> Step:
    """The next batch; once all is written down, wait until it has arrived."""
    begins, ends = so_far.cursor is None, so_far.cursor is not None and so_far.cursor >= (so_far.total or 0)
    missing = [] if ends else await cards.find_missing(ctx.chat, asked.files)
    found = await annonces.lock(ctx.db, asked.annonce)
    if found is None or found.state is not AnnouncementState.SENDING:
        return Step(done=so_far.done, total=so_far.total, finished=True, said="L’annonce est retirée.")
    cards.must_be_allowed(ctx.user, found.targets)
    must_have_files(found, missing)
    tally = await outbox.tally(ctx.db, found.topics, ctx.now)
    if begins and found.written:
        return Step(replies=await _fill_gaps(ctx, found), cursor=found.written, done=tally.arrived, total=found.total)
    if found.written < found.total:
        replies = make_batch(found, range(found.written, min(found.written + BATCH, found.total)))
        await annonces.change(ctx.db, found, written=found.written + len(replies))
        card = [await cards.refresh_card(ctx, found)] if begins and found.at else []
        return Step(replies=[*replies, *card], cursor=found.written, done=tally.arrived, total=found.total)
    if tally.waiting:
        return Step(cursor=found.written, done=tally.arrived, total=found.total)
    return await _end_broadcast(ctx, found, tally.arrived)


async def _fill_gaps(ctx: Context, found: Announcement) -> Sequence[Reply]:
    """What was written down and then taken back, when it was stopped."""
    reached = await outbox.find_reached(ctx.db, found.topics)
    crowd = [*found.channels, *found.people]
    return make_batch(found, [number for number in range(found.written) if crowd[number] not in reached])


def make_batch(found: Announcement, numbers: Sequence[int]) -> Sequence[Reply]:
    """The messages of those numbers: the channels come first, then the people."""
    text, files, channels = cards.draw_text(found), list(found.files), len(found.channels)
    crowd = [*found.channels, *found.people]
    return [
        Say(text, channel_id=crowd[n], topic=found.topic_of(n // BATCH), files=files)
        if n < channels
        else Direct(text, user_id=crowd[n], topic=found.topic_of(n // BATCH), files=files)
        for n in numbers
    ]


async def _end_broadcast(ctx: Context, found: Announcement, arrived: int) -> Step:
    await annonces.change(ctx.db, found, state=AnnouncementState.SENT)
    said = _say_missing(await outbox.find_unreached(ctx.db, found.topics), found)
    refresh = await cards.refresh_card(ctx, found)
    return Step(replies=[refresh], done=arrived, total=found.total, finished=True, said=said)


def _say_missing(targets: Sequence[str], found: Announcement) -> str:
    """Who has not got it, as Mattermost refuses it."""
    if not targets:
        return ""
    named = [f"« {escape(found.channels[target])} »" for target in targets if target in found.channels][:NAMED_MAX]
    more = len(targets) - len(named)
    shown = [*named, *([plural(more, "autre" if named else "personne")] if more else [])]
    return f"Mattermost la refuse à {join(shown)} ; le bot réessaie pendant un jour."


MESSAGES = ("message", "messages")
QUOTED_MAX = 120
LEFT = (AnnouncementState.SENDING, AnnouncementState.STOPPED, AnnouncementState.SENT)
"""How it stands once it has left, or is about to."""
TAKEN_BACK = (AnnouncementState.WITHDRAWN, AnnouncementState.REMAINS)


@feature.button(Correct, roles=SENDERS, writes=False)
async def ask_correction(ctx: Context, click: Correct) -> Replies:
    """The window, with the words as they are."""
    said = _must_be_theirs(ctx, await annonces.get(ctx.db, click.annonce), *LEFT)
    return Ask(Reword.draft(annonce=said.id, **cards.fill_window(said.text)))


@feature.submit(Reword, roles=SENDERS, writes=False)
async def reword_announcement(ctx: Context, form: Reword) -> Replies:
    """Other words, or a link to the message that has them."""
    linked = find_permalink(form.text)
    text = (await read_publishable_post(ctx, linked)).message if linked else form.text
    said = _must_be_theirs(ctx, await annonces.get(ctx.db, form.annonce), *LEFT)
    if fault := cards.find_text_fault(text, everybody=said.everybody):
        raise UserError(fields={"texte": fault})
    return Redirect.to(Replace(annonce=said.id, text=text))


@feature.button(Replace, roles=SENDERS)
async def replace_words(ctx: Context, click: Replace) -> Replies:
    """What has not left yet has the new words; what stands is rewritten, beside what people ask for."""
    said = _must_be_theirs(ctx, await annonces.lock(ctx.db, click.annonce), *LEFT)
    was = said.text
    await annonces.change(ctx.db, said, text=click.text)
    words_ = {"texte": was}, {"texte": click.text}
    record_entry_at_end(
        ctx, AuditEntry(AuditAct.ANNOUNCE_CORRECT, f"annonce:{said.id}", said.by, before=words_[0], after=words_[1])
    )
    card = await cards.refresh_card(ctx, said, here=True)
    return [card, Start(payload=Rewrite(annonce=said.id))] if said.written else card


@feature.work(
    Rewrite, name="annonce.Rewrite", title="Correction de l’annonce", unit=MESSAGES, roles=SENDERS, writes=True
)
async def rewrite_batch(ctx: Context, asked: Rewrite, so_far: Progress) -> Step:
    """The next batch of what stands, with the words of now; what is on its way with the old ones arrives first."""
    found = await annonces.get(ctx.db, asked.annonce)
    if found is None or found.state not in LEFT:
        return Step(done=so_far.done, total=so_far.total, finished=True, said="L’annonce est retirée.")
    return await _process_batch(ctx, found, so_far, [Refresh(cards.draw_text(found), topic=_get_topic(found, so_far))])


@feature.undo(Withdraw, roles=SENDERS)
async def ask_withdrawal(ctx: Context, click: Withdraw) -> Replies:
    """Ask once more; what was begun only goes on."""
    said = _must_be_theirs(ctx, await annonces.get(ctx.db, click.annonce), *LEFT, AnnouncementState.REMAINS)
    tally = await outbox.tally(ctx.db, said.topics, ctx.now)
    reached = cards.say_reached(said, tally) if said.written else ""
    about = {"annonce": said.id}
    yes, no = Button("Retirer", WithdrawNow(**about), "danger"), Button("Non, la laisser", KeepStanding(**about))
    return Update(render("annonce/sure", reached=reached, words=quote(said.text, QUOTED_MAX)), [yes, no])


@feature.button(KeepStanding, roles=SENDERS, writes=False)
async def keep_standing(ctx: Context, click: KeepStanding) -> Replies:
    """The card again."""
    told = await cards.draw_card(
        ctx, must_be_own(ctx.user, await annonces.get(ctx.db, click.annonce), *LEFT, *TAKEN_BACK)
    )
    return Update(told.text, told.buttons, told.facts)


@feature.undo(WithdrawNow, roles=SENDERS)
async def withdraw_announcement(ctx: Context, click: WithdrawNow) -> Replies:
    """No more of it is sent, and what stands is deleted."""
    said = _must_be_theirs(ctx, await annonces.lock(ctx.db, click.annonce), *LEFT, AnnouncementState.REMAINS)
    was = said.state
    await annonces.change(ctx.db, said, state=AnnouncementState.WITHDRAWN)
    states = {"etat": was.value}, {"etat": said.state.value}
    record_entry_at_end(
        ctx, AuditEntry(AuditAct.ANNOUNCE_WITHDRAW, f"annonce:{said.id}", said.by, before=states[0], after=states[1])
    )
    begun = [Broadcast(annonce=said.id, files=list(said.files)), Rewrite(annonce=said.id)]
    stopped = [StopWork(row.id) for payload in begun for row in await _find_work(ctx, payload)]
    removal = [Start(payload=Removal(annonce=said.id))] if said.written else []
    return [await cards.refresh_card(ctx, said, here=True), *stopped, *removal]


@feature.undo(Restore, roles=SENDERS)
async def restore_announcement(ctx: Context, click: Restore) -> Replies:
    """It is said again where it was, in new messages that call nobody, once nothing of it stands."""
    said = _must_be_theirs(ctx, await annonces.lock(ctx.db, click.annonce), AnnouncementState.WITHDRAWN)
    if await _find_work(ctx, Removal(annonce=said.id)):
        raise UserError("Le retrait est encore en cours : cliquez de nouveau sur « Rétablir » dès qu’il est terminé.")
    calls = said.everybody and not said.written
    await outbox.forget_ended(ctx.db, said.topics)
    await annonces.change(ctx.db, said, state=AnnouncementState.SENDING, written=0, everybody=calls)
    states = {"etat": AnnouncementState.WITHDRAWN.value}, {"etat": said.state.value}
    record_entry_at_end(
        ctx, AuditEntry(AuditAct.ANNOUNCE_RESTORE, f"annonce:{said.id}", said.by, before=states[0], after=states[1])
    )
    return [await cards.refresh_card(ctx, said, here=True), start_broadcast(ctx, said)]


def _must_be_theirs(ctx: Context, announcement: Announcement | None, *states: AnnouncementState) -> Announcement:
    """One that is so now, of who acts or of the réseau that they animate, said where they may speak today. Raises
    UserError."""
    said = must_be_own(ctx.user, announcement, *states)
    cards.must_be_allowed(ctx.user, said.targets)
    return said


async def _find_work(ctx: Context, payload: About) -> Sequence[work.Work]:
    return await work.find_waiting(ctx.db, name_of(type(payload)), payload.model_dump(mode="json"))


@feature.stopped(Removal, name="annonce.Removal")
async def stop_removal(ctx: Context, asked: Removal, so_far: Progress) -> Step:
    """Some of it stands still: it can be taken back again."""
    found = await annonces.lock(ctx.db, asked.annonce)
    step = Step(done=so_far.done, total=so_far.total)
    if found is None or found.state is not AnnouncementState.WITHDRAWN:
        return step
    await annonces.change(ctx.db, found, state=AnnouncementState.REMAINS)
    return replace(step, replies=[await cards.refresh_card(ctx, found)])


@feature.work(Removal, name="annonce.Removal", title="Retrait de l’annonce", unit=MESSAGES, roles=SENDERS, writes=True)
async def remove_batch(ctx: Context, asked: Removal, so_far: Progress) -> Step:
    """The next batch of what stands; what nobody tried to send is not sent, what is on its way arrives first."""
    found = await annonces.get(ctx.db, asked.annonce)
    if found is None:
        return Step(finished=True)
    topic = _get_topic(found, so_far)
    await outbox.recall_unsent(ctx.db, [topic], ctx.now)
    posts = await ctx.posts_about(topic)
    return await _process_batch(ctx, found, so_far, [DeletePost(p.post_id, channel_id=p.channel_id) for p in posts])


def _get_topic(found: Announcement, so_far: Progress) -> str:
    return found.topic_of(so_far.cursor or 0)


async def _process_batch(ctx: Context, found: Announcement, so_far: Progress, replies: Sequence[Reply]) -> Step:
    """Do that with the batch at hand, unless some of it is still on its way."""
    at, total = so_far.cursor or 0, found.written
    waits = (await outbox.tally(ctx.db, [found.topic_of(at)], ctx.now)).waiting
    if waits:
        return Step(cursor=at, done=so_far.done, total=total)
    done = min((at + 1) * BATCH, total)
    return Step(replies=replies, cursor=at + 1, done=done, total=total, finished=done >= total)
