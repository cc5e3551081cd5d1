"""An announcement leaves batch by batch, once for each; it is corrected, withdrawn and restored everywhere."""

from collections.abc import Collection, Sequence
from typing import Any

from bot import broadcasts, quotas
from bot.audit import AuditEntry, record_entry_at_end
from bot.broadcasts import PostedBatches
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.french.periods import say_moment
from bot.french.words import join, plural
from bot.permalinks import find_permalink, read_publishable_post
from bot.quotas import Quota
from bot.replies import Ask, Button, Direct, Message, Progress, Refresh, Replies, Reply, Start, Step, Update
from bot.texts import escape, quote, render
from bot.work import find_work, stop_work
from commands.annonce import cards
from commands.annonce.cards import SENDERS, UNIT, Broadcast, Removal, Rewrite, feature, must_be_in, must_be_own
from dialogs.annonce import Reword
from storage import annonce as annonces
from storage import outbox
from storage.annonce import Announcement, AnnouncementState
from storage.database import change
from storage.journal import AuditAct

NAMED_MAX = 5
NOTHING_LEFT = "arrêtée : rien n’est parti."
WAITS = (AnnouncementState.DRAFT, AnnouncementState.STOPPED)
"""How it stands while it may leave."""


async def check_files(ctx: ReadingContext, click: cards.Send) -> cards.Leave:
    """Raises UserError where its files are not there any more."""
    shown = must_be_in(ctx, await annonces.get(ctx.db, click.annonce), *WAITS)
    must_have_files(shown, await cards.find_missing(ctx.chat, shown.files))
    return cards.Leave(annonce=shown.id)


@feature.button(cards.Leave, roles=SENDERS)
@feature.button(cards.Send, roles=SENDERS, asks=check_files)
async def begin_sending(ctx: Context, click: cards.Leave) -> Replies:
    """Send an announcement, now or at its hour, to those who have not got it; a second click finds it on its way."""
    shown = must_be_in(ctx, await annonces.lock(ctx.db, click.annonce), *WAITS)
    if shown.state is AnnouncementState.DRAFT and shown.by != ctx.user.id:
        raise UserError("Cet aperçu est celui de quelqu’un d’autre : tapez /annonce pour écrire la vôtre.")
    cards.must_be_own(ctx, shown, *WAITS)
    cards.must_be_allowed(ctx.user, shown.targets)
    if not shown.total:
        raise UserError("Cette annonce n’atteindrait personne : choisissez d’autres destinataires avec « Modifier ».")
    left = await quotas.spend(ctx, Quota.ANNOUNCEMENT) if shown.state is AnnouncementState.DRAFT else []
    await change(ctx.db, shown, state=AnnouncementState.SENDING)
    sent = {"texte": shown.text, "a": list(shown.targets), "total": shown.total, "le": shown.at and str(shown.at)}
    _note(ctx, AuditAct.ANNOUNCE, shown, {}, sent)
    return [await cards.refresh_card(ctx, shown, here=True), start_broadcast(ctx, shown), *left]


def _note(ctx: Context, act: AuditAct, said: Announcement, before: dict[str, Any], after: dict[str, Any]) -> None:
    record_entry_at_end(ctx, AuditEntry(act, f"annonce:{said.id}", said.by, before=before, after=after))


async def _change_state(
    ctx: Context, said: Announcement, act: AuditAct, state: AnnouncementState, **more: object
) -> None:
    """Give an announcement another state, and note that."""
    was = said.state
    await change(ctx.db, said, state=state, **more)
    _note(ctx, act, said, {"etat": was.value}, {"etat": state.value})


def must_have_files(said: Announcement, missing: Collection[str]) -> None:
    """Raises UserError where a file of it was deleted."""
    if names := [f"« {name} »" for ident, name in said.files.items() if ident in missing]:
        raise UserError(render("annonce/gone", names=names, partly=said.written > 0))


def start_broadcast(ctx: Context, shown: Announcement) -> Start:
    """Start the sending of an announcement, now or at its hour."""
    payload = Broadcast(annonce=shown.id, files=list(shown.files))
    if not shown.at or shown.at <= ctx.now:
        return Start(payload=payload)
    return Start(payload=payload, at=shown.at, said=f"partira {say_moment(shown.at.astimezone(ctx.zone))}.")


@feature.stopped(Broadcast, name="annonce.Broadcast")
async def stop_broadcast(ctx: Context, asked: Broadcast, so_far: Progress) -> Step:
    """Stop a broadcast: what nobody tried to send is not sent; where nothing has left, it is a preview again."""
    found = await annonces.lock(ctx.db, asked.annonce)
    if found is None or found.state is not AnnouncementState.SENDING:
        return so_far.end()
    await outbox.recall_unsent(ctx.db, found.topics, ctx.now)
    tally = await outbox.tally(ctx.db, found.topics, ctx.now)
    reached = tally.arrived + tally.waiting
    if reached >= found.total:
        state = AnnouncementState.SENT
    else:
        state = AnnouncementState.STOPPED if reached else AnnouncementState.DRAFT
    await change(ctx.db, found, state=state, written=found.written if reached else 0)
    replies: list[Reply] = [await cards.refresh_card(ctx, found)]
    # Where nobody clicked on « Arrêter » its author may be elsewhere, and what is rewritten calls nobody.
    if state is not AnnouncementState.SENT and await find_work(ctx.db, asked):
        count = cards.say_reached(found, tally)
        replies.append(Direct(render("annonce/stopped", partly=reached > 0, reached=count), user_id=found.by))
    return Step(replies=replies, done=reached, total=found.total, said="" if reached else NOTHING_LEFT)


async def find_missing_files(ctx: ReadingContext, asked: Broadcast, so_far: Progress) -> Collection[str]:
    """Find its files that are not there any more, as long as something is still to be said."""
    ends = so_far.cursor is not None and so_far.cursor >= (so_far.total or 0)
    return [] if ends else await cards.find_missing(ctx.chat, asked.files)


@feature.work(Broadcast, name="annonce.Broadcast", title="Annonce", unit=UNIT, roles=SENDERS, asks=find_missing_files)
async def send_batch(ctx: Context, asked: Broadcast, so_far: Progress, missing: Collection[str]) -> Step:
    """Send the next batch, as long as who sent it may write there, and its files are there."""
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
    """Say who has not got it, as Mattermost refuses it."""
    if not targets:
        return ""
    named = [f"« {escape(found.channels[target])} »" for target in targets if target in found.channels][:NAMED_MAX]
    more = len(targets) - len(named)
    shown = [*named, *([plural(more, "autre" if named else "personne")] if more else [])]
    return f"Mattermost la refuse à {join(shown)} ; le bot réessaie pendant un jour."


MESSAGES = ("message", "messages")
QUOTED_MAX = 120
LEFT = (AnnouncementState.SENDING, AnnouncementState.STOPPED, AnnouncementState.SENT)
"""The states of an announcement that has left, or is about to."""
TAKEN_BACK = (AnnouncementState.WITHDRAWN, AnnouncementState.REMAINS)


async def _get_theirs(ctx: Context, ident: str, *states: AnnouncementState, lock: bool = False) -> Announcement:
    """Get an announcement in one of these states, of who acts or of the réseau that they animate, said where they may
    speak today. Raises UserError."""
    said = must_be_own(ctx, await (annonces.lock if lock else annonces.get)(ctx.db, ident), *states)
    cards.must_be_allowed(ctx.user, said.targets)
    return said


@feature.button(cards.Correct, roles=SENDERS, writes=False)
async def ask_correction(ctx: Context, click: cards.Correct) -> Replies:
    """Open the window, with the words as they are."""
    said = await _get_theirs(ctx, click.annonce, *LEFT)
    return Ask(Reword.draft(annonce=said.id, **cards.fill_window(said.text)))


async def read_words(ctx: ReadingContext, form: Reword) -> cards.Replace:
    """Read other words, or those of the message whose link was typed."""
    linked = find_permalink(form.text)
    text = (await read_publishable_post(ctx, linked)).message if linked else form.text
    said = await _get_theirs(ctx, form.annonce, *LEFT)
    if fault := cards.find_text_fault(text, everybody=said.everybody):
        raise UserError(fields={"texte": fault})
    return cards.Replace(annonce=said.id, text=text)


@feature.button(cards.Replace, roles=SENDERS)
@feature.submit(Reword, roles=SENDERS, asks=read_words)
async def replace_words(ctx: Context, click: cards.Replace) -> Replies:
    """Store the new words, which what has not left yet will have; rewrite what stands, beside what people ask for."""
    said = await _get_theirs(ctx, click.annonce, *LEFT, lock=True)
    _note(ctx, AuditAct.ANNOUNCE_CORRECT, said, {"texte": said.text}, {"texte": click.text})
    await change(ctx.db, said, text=click.text)
    card = await cards.refresh_card(ctx, said, here=True)
    return [card, Start(payload=Rewrite(annonce=said.id))] if said.written else card


@feature.work(
    Rewrite, name="annonce.Rewrite", title="Correction de l’annonce", unit=MESSAGES, roles=SENDERS, writes=True
)
async def rewrite_batch(ctx: Context, asked: Rewrite, so_far: Progress) -> Step:
    """Rewrite the next batch with the words of now; what is on its way with the old ones arrives first."""
    found = await annonces.get(ctx.db, asked.annonce)
    if found is None or found.state not in LEFT:
        return so_far.end(said="L’annonce est retirée.")

    async def rewrite(batch: int) -> Sequence[Reply]:
        return [Refresh(cards.draw_text(found), topic=found.topic_of(batch))]

    return await PostedBatches.of(found).visit(ctx, so_far, rewrite)


@feature.undo(cards.Withdraw, roles=SENDERS)
async def ask_withdrawal(ctx: Context, click: cards.Withdraw) -> Replies:
    """Ask once more; what was begun only goes on."""
    said = await _get_theirs(ctx, click.annonce, *LEFT, AnnouncementState.REMAINS)
    tally = await outbox.tally(ctx.db, said.topics, ctx.now)
    reached = cards.say_reached(said, tally) if said.written else ""
    yes = Button("Retirer", cards.WithdrawNow(annonce=said.id), "danger")
    no = Button("Non, la laisser", cards.KeepStanding(annonce=said.id))
    return Update(render("annonce/sure", reached=reached, words=quote(said.text, QUOTED_MAX)), [yes, no])


@feature.button(cards.KeepStanding, roles=SENDERS, writes=False)
async def keep_standing(ctx: Context, click: cards.KeepStanding) -> Replies:
    """Show the card again."""
    said = must_be_own(ctx, await annonces.get(ctx.db, click.annonce), *LEFT, *TAKEN_BACK)
    told = await cards.draw_card(ctx, said)
    return Update(told.text, told.buttons, told.facts)


@feature.undo(cards.WithdrawNow, roles=SENDERS)
async def withdraw_announcement(ctx: Context, click: cards.WithdrawNow) -> Replies:
    """Send no more of an announcement, and delete what stands."""
    said = await _get_theirs(ctx, click.annonce, *LEFT, AnnouncementState.REMAINS, lock=True)
    await _change_state(ctx, said, AuditAct.ANNOUNCE_WITHDRAW, AnnouncementState.WITHDRAWN)
    stopped = await stop_work(ctx.db, Broadcast(annonce=said.id, files=list(said.files)), Rewrite(annonce=said.id))
    removal = [Start(payload=Removal(annonce=said.id))] if said.written else []
    return [await cards.refresh_card(ctx, said, here=True), *stopped, *removal]


@feature.undo(cards.Restore, roles=SENDERS)
async def restore_announcement(ctx: Context, click: cards.Restore) -> Replies:
    """Say it again where it was, in new messages that call nobody, once nothing of it stands."""
    said = await _get_theirs(ctx, click.annonce, AnnouncementState.WITHDRAWN, lock=True)
    if await find_work(ctx.db, Removal(annonce=said.id)):
        raise UserError("Le retrait est encore en cours : cliquez de nouveau sur « Rétablir » dès qu’il est terminé.")
    calls = said.everybody and not said.written
    await outbox.forget_ended(ctx.db, said.topics)
    again = {"written": 0, "everybody": calls}
    await _change_state(ctx, said, AuditAct.ANNOUNCE_RESTORE, AnnouncementState.SENDING, **again)
    return [await cards.refresh_card(ctx, said, here=True), start_broadcast(ctx, said)]


@feature.stopped(Removal, name="annonce.Removal")
async def stop_removal(ctx: Context, asked: Removal, so_far: Progress) -> Step:
    """Let it be withdrawn again: some of it stands still."""
    found = await annonces.lock(ctx.db, asked.annonce)
    if found is None or found.state is not AnnouncementState.WITHDRAWN:
        return so_far.end()
    await change(ctx.db, found, state=AnnouncementState.REMAINS)
    return so_far.end([await cards.refresh_card(ctx, found)])


@feature.work(Removal, name="annonce.Removal", title="Retrait de l’annonce", unit=MESSAGES, roles=SENDERS, writes=True)
async def remove_batch(ctx: Context, asked: Removal, so_far: Progress) -> Step:
    """Delete the next batch; what nobody tried to send is not sent, what is on its way arrives first."""
    found = await annonces.get(ctx.db, asked.annonce)
    return await PostedBatches.of(found).remove(ctx, so_far) if found else Step(finished=True)
