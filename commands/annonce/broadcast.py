"""An announcement leaves batch by batch, once for each; it is corrected, withdrawn and restored everywhere."""

from collections.abc import Collection, Sequence
from datetime import datetime

from bot import broadcasts, quotas
from bot.audit import AuditEntry, record_entry_at_end
from bot.broadcasts import PostedBatches
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.french.periods import say_moment
from bot.french.words import join, plural
from bot.permalinks import find_permalink, read_publishable_post
from bot.quotas import Quota
from bot.replies import (
    Ask,
    Button,
    Direct,
    Message,
    Progress,
    Refresh,
    Replies,
    Reply,
    Start,
    Step,
    Update,
)
from bot.texts import escape, quote, render
from bot.work import find_work, stop_work
from commands.annonce import cards
from commands.annonce.cards import (
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
from storage import journal, outbox
from storage.annonce import Announcement, AnnouncementState
from storage.database import change
from storage.journal import AuditAct

NAMED_MAX = 5
WAITS = (AnnouncementState.DRAFT, AnnouncementState.STOPPED)
"""How it stands while it may leave."""


async def check_files(ctx: ReadingContext, click: Send) -> Leave:
    """Raises UserError where its files are not there any more."""
    shown = must_be_in(await annonces.get(ctx.db, click.annonce), *WAITS)
    must_have_files(shown, await cards.find_missing(ctx.chat, shown.files))
    return Leave(annonce=shown.id)


@feature.button(Leave, roles=SENDERS)
@feature.button(Send, roles=SENDERS, asks=check_files)
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
    await change(ctx.db, shown, state=AnnouncementState.SENDING)
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
        return so_far.end()
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
    await change(ctx.db, found, state=state, written=found.written if reached else 0)
    replies: list[Reply] = [await cards.refresh_card(ctx, found)]
    if state is not AnnouncementState.SENT and await _stopped_by_itself(ctx, asked):
        count = cards.say_reached(found, tally)
        replies.append(Direct(render("annonce/stopped", partly=reached > 0, reached=count), user_id=found.by))
    return Step(replies=replies, done=reached, total=found.total)


async def _stopped_by_itself(ctx: Context, asked: Broadcast) -> bool:
    """Whether nobody clicked on « Arrêter »: then its author may be elsewhere, and what is rewritten calls nobody."""
    return bool(await find_work(ctx.db, asked))


async def find_missing_files(ctx: ReadingContext, asked: Broadcast, so_far: Progress) -> Collection[str]:
    """Those of its files that are not there any more, as long as something is still to be said."""
    ends = so_far.cursor is not None and so_far.cursor >= (so_far.total or 0)
    return [] if ends else await cards.find_missing(ctx.chat, asked.files)


@feature.work(Broadcast, name="annonce.Broadcast", title="Annonce", unit=UNIT, roles=SENDERS, asks=find_missing_files)
async def send_batch(ctx: Context, asked: Broadcast, so_far: Progress, missing: Collection[str]) -> Step:
    """The next batch, as long as who sent it may write there, and its files are there."""
    found = await annonces.lock(ctx.db, asked.annonce)
    if found is None or found.state is not AnnouncementState.SENDING:
        return so_far.end(said="L’annonce est retirée.")
    cards.must_be_allowed(ctx.user, found.targets)
    must_have_files(found, missing)
    return await AnnouncementBroadcast(ctx, found).send_batch(so_far)


class AnnouncementBroadcast(broadcasts.Broadcast[Announcement]):
    """The sending of an announcement."""

    async def list_people(self) -> Sequence[str]:
        return self.row.people

    def draw(self) -> Message:
        return Message(cards.draw_text(self.row))

    def list_files(self) -> Sequence[str]:
        return list(self.row.files)

    async def note_written(self, count: int) -> None:
        await change(self.ctx.db, self.row, written=count)

    async def tell_begun(self) -> Sequence[Reply]:
        return [await cards.refresh_card(self.ctx, self.row)] if self.row.at else ()

    async def finish(self) -> tuple[Sequence[Reply], str]:
        await change(self.ctx.db, self.row, state=AnnouncementState.SENT)
        missing = await outbox.find_unreached(self.ctx.db, self.row.topics)
        return [await cards.refresh_card(self.ctx, self.row)], _say_missing(missing, self.row)


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


async def read_words(ctx: ReadingContext, form: Reword) -> Replace:
    """Other words, or those of the message whose link was typed."""
    linked = find_permalink(form.text)
    text = (await read_publishable_post(ctx, linked)).message if linked else form.text
    said = _must_be_theirs(ctx, await annonces.get(ctx.db, form.annonce), *LEFT)
    if fault := cards.find_text_fault(text, everybody=said.everybody):
        raise UserError(fields={"texte": fault})
    return Replace(annonce=said.id, text=text)


@feature.button(Replace, roles=SENDERS)
@feature.submit(Reword, roles=SENDERS, asks=read_words)
async def replace_words(ctx: Context, click: Replace) -> Replies:
    """What has not left yet has the new words; what stands is rewritten, beside what people ask for."""
    said = _must_be_theirs(ctx, await annonces.lock(ctx.db, click.annonce), *LEFT)
    was = said.text
    await change(ctx.db, said, text=click.text)
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
        return so_far.end(said="L’annonce est retirée.")

    async def rewrite(batch: int) -> Sequence[Reply]:
        return [Refresh(cards.draw_text(found), topic=found.topic_of(batch))]

    return await PostedBatches.of(found).visit(ctx, so_far, rewrite)


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
    await change(ctx.db, said, state=AnnouncementState.WITHDRAWN)
    states = {"etat": was.value}, {"etat": said.state.value}
    record_entry_at_end(
        ctx, AuditEntry(AuditAct.ANNOUNCE_WITHDRAW, f"annonce:{said.id}", said.by, before=states[0], after=states[1])
    )
    stopped = await stop_work(ctx.db, Broadcast(annonce=said.id, files=list(said.files)), Rewrite(annonce=said.id))
    removal = [Start(payload=Removal(annonce=said.id))] if said.written else []
    return [await cards.refresh_card(ctx, said, here=True), *stopped, *removal]


@feature.undo(Restore, roles=SENDERS)
async def restore_announcement(ctx: Context, click: Restore) -> Replies:
    """It is said again where it was, in new messages that call nobody, once nothing of it stands."""
    said = _must_be_theirs(ctx, await annonces.lock(ctx.db, click.annonce), AnnouncementState.WITHDRAWN)
    if await find_work(ctx.db, Removal(annonce=said.id)):
        raise UserError("Le retrait est encore en cours : cliquez de nouveau sur « Rétablir » dès qu’il est terminé.")
    calls = said.everybody and not said.written
    await outbox.forget_ended(ctx.db, said.topics)
    await change(ctx.db, said, state=AnnouncementState.SENDING, written=0, everybody=calls)
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


@feature.stopped(Removal, name="annonce.Removal")
async def stop_removal(ctx: Context, asked: Removal, so_far: Progress) -> Step:
    """Some of it stands still: it can be taken back again."""
    found = await annonces.lock(ctx.db, asked.annonce)
    if found is None or found.state is not AnnouncementState.WITHDRAWN:
        return so_far.end()
    await change(ctx.db, found, state=AnnouncementState.REMAINS)
    return so_far.end([await cards.refresh_card(ctx, found)])


@feature.work(Removal, name="annonce.Removal", title="Retrait de l’annonce", unit=MESSAGES, roles=SENDERS, writes=True)
async def remove_batch(ctx: Context, asked: Removal, so_far: Progress) -> Step:
    """The next batch of what stands; what nobody tried to send is not sent, what is on its way arrives first."""
    found = await annonces.get(ctx.db, asked.annonce)
    return await PostedBatches.of(found).remove(ctx, so_far) if found else Step(finished=True)
