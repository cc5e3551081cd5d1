"""« /annonce »: a message sent to many channels in batches, then corrected, withdrawn or restored everywhere.

This module has its window, its preview, the list of announcements, and their long work.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any

from bot import attachments, broadcasts, quotas
from bot.audit import AuditEntry, record_entry_at_end
from bot.context import Context, ReadingContext
from bot.destinations import TeamChannels
from bot.errors import UserError
from bot.forms import ID
from bot.french import join, say_moment
from bot.menus import Menu
from bot.permalinks import find_permalink, read_publishable_post
from bot.replies import Ask, Button, Direct, Message, Progress, Refresh, Replies, Reply, Start, Step, Update, Whisper
from bot.texts import quote, render, require
from bot.work import find_work, stop_work
from commands.annonce import cards
from commands.annonce.cards import SENDERS, feature
from config.canaux import home_of
from dialogs.annonce import KEPT_FILES, NO_FILES, Announce, AnnounceHere, Reword
from dialogs.destinations import find_places_element, meant, read_places
from storage import annonce as annonces
from storage import canaux, outbox, people, targets
from storage.annonce import Announcement, AnnouncementState
from storage.database import change
from storage.journal import AuditAct

ANIMATEURS = (people.Role.ANIMATEUR,)
LATEST = timedelta(days=366)
"""How far ahead an announcement can be scheduled."""


@feature.command(
    "annonce",
    help="Écrire une fois dans beaucoup de canaux",
    hint="[texte | lien d’un message]",
    roles=SENDERS,
    tells=True,
    instead={people.Role.CONSEILLER: "actus proposer"},
)
async def ask_announcement(ctx: ReadingContext, line: str) -> Replies:
    """Open the window, filled from the words that were typed or from a message and its files. Animateurs choose among
    all places, coordinateurs among their own."""
    if ident := find_permalink(line):
        return await _ask_from_message(ctx, ident)
    if not cards.fits_window(line.strip()):
        raise UserError(render("annonce/too_long_for_window"))
    filled = cards.read_line(ctx, line) or {"text": line.strip()}
    return Ask(await cards.draft_form(ctx, **filled, attached=dict(await attachments.list_recent_files(ctx))))


async def _ask_from_message(ctx: ReadingContext, ident: str) -> Ask:
    """Open the window, filled from a message. A text that is too long for it is left out, and read again when the
    window is sent."""
    post = await read_publishable_post(ctx, ident)
    offered = {post.id: await attachments.describe_files(ctx, post)} if post.file_ids else {}
    files = post.id if offered else NO_FILES
    filled = cards.fill_window(post.message)
    return Ask(await cards.draft_form(ctx, **filled, message=post.id, attached=offered, files=files))


@feature.button(cards.ChangeAnnouncement, name="annonce.Change", roles=SENDERS, writes=False)
async def ask_change(ctx: ReadingContext, click: cards.ChangeAnnouncement) -> Replies:
    """Open the window again with what it had."""
    offered = await attachments.list_recent_files(ctx)
    shown = cards.must_be_in(ctx, await annonces.get(ctx.db, click.annonce), AnnouncementState.DRAFT)
    mention = "oui" if shown.everybody else "non"
    filled: dict[str, object] = {"annonce": shown.id, "mention": mention, **cards.fill_window(shown.text)}
    if shown.at:
        filled["moment"] = shown.at.astimezone(ctx.zone)
    if shown.files:
        offered = {KEPT_FILES: f"Ceux de l’aperçu : {join(list(shown.files.values()))[:200]}", **offered}
        filled["files"] = KEPT_FILES
    return Ask(await cards.draft_form(ctx, attached=dict(offered), **filled, **cards.fill_places(ctx, shown)))


async def read_form(ctx: ReadingContext, form: Announce) -> cards.AnnouncementContent:
    """Check the window of an animateur. Raises UserError."""
    return await _check_form(ctx, form, read_places(form, form.places, ctx.clues))


async def read_form_here(ctx: ReadingContext, form: AnnounceHere) -> cards.AnnouncementContent:
    """Check the window of a coordinateur. Raises UserError."""
    return await _check_form(ctx, form, meant([form.place], filter(home_of, ctx.user.departements)))


async def _check_form(ctx: ReadingContext, form: cards.Form, wanted: Sequence[str]) -> cards.AnnouncementContent:
    """Check what was written, and return what to store. Raises UserError."""
    cards.must_be_allowed(ctx.user, wanted)
    if form.moment and not ctx.now < form.moment <= ctx.now + LATEST:
        raise UserError(fields={"quand": render("annonce/moment_within_year")})
    draft = None
    if form.annonce:
        draft = cards.must_be_in(ctx, await annonces.get(ctx.db, form.annonce), AnnouncementState.DRAFT)
    text = form.text or await _read_long_text(ctx, form, draft)
    if fault := cards.find_text_fault(text, everybody=form.mention == "oui"):
        raise UserError(fields={"texte": fault})
    return cards.AnnouncementContent(
        annonce=form.annonce,
        text=text,
        files=await _read_files(ctx, form, draft),
        targets=list(wanted),
        everybody=form.mention == "oui",
        at=form.moment,
        channels=await _find_channels(ctx, form, wanted),
    )


async def _read_long_text(ctx: ReadingContext, form: cards.Form, draft: Announcement | None) -> str:
    """Read the text that was too long for the window, from the preview or from the message."""
    if not form.length:
        return ""
    return draft.text if draft else (await read_publishable_post(ctx, form.message)).message


async def _read_files(ctx: ReadingContext, form: cards.Form, draft: Announcement | None) -> dict[str, str]:
    """Return the chosen files, name by id, as they are now. Raises UserError under their field."""
    ids: Sequence[str] = list(draft.files) if draft and form.files == KEPT_FILES else ()
    try:
        if ID.fullmatch(form.files):
            ids = (await read_publishable_post(ctx, form.files)).file_ids
        return await cards.read_files(ctx, ids)
    except (ValueError, UserError) as problem:
        raise UserError(fields={"fichiers": str(problem)}) from None


async def _find_channels(ctx: ReadingContext, form: cards.Form, wanted: Sequence[str]) -> dict[str, str]:
    """Find the chosen channels, title by id. Raises UserError under the field that names them."""
    own = await ctx.chat.own_channels()
    try:
        planned = targets.find_channels(wanted, await canaux.list_planned(ctx.db, ctx.settings))
        return TeamChannels(own, await canaux.find_channel_ids(ctx.db)).find(planned)
    except ValueError as problem:
        raise UserError(fields={find_places_element(form, ctx.clues): str(problem)}) from None


PAGE = 5
"""How many announcements one page lists: each takes three lines on a phone."""
OPTION_MAX = 40
"""The most characters of an announcement in the menu of the list."""


@feature.command("annonce liste", help="Revoir les annonces, les corriger, les retirer", roles=SENDERS)
async def list_latest(ctx: ReadingContext, rest: str) -> Replies:
    """Show the last five announcements: of everybody for animateurs, one’s own for others. (« Liste des permanences »
    is the text of an announcement.)"""
    if len(rest.split()) > 1:
        return await ask_announcement(ctx, f"Liste {rest}")
    return await show_page(ctx, cards.OlderAnnouncements(skip=0))


@feature.button(cards.OlderAnnouncements, name="annonce.Older", roles=SENDERS, writes=False)
async def show_page(ctx: Context, click: cards.OlderAnnouncements) -> Replies:
    """Show a page of five announcements, as they are now."""
    by = None if ctx.user.animates else ctx.user.id
    found = await annonces.read_page(ctx.db, click.skip, PAGE + 1, by)
    shown = [(one, (one.at or one.created_at).astimezone(ctx.zone)) for one in found[:PAGE]]
    rows = [await cards.make_row(ctx, one, at) for one, at in shown]
    text = render("annonce/list", rows=rows, first=click.skip + 1, own=by is not None)
    more = [Button("Plus anciennes", cards.OlderAnnouncements(skip=click.skip + PAGE))] if len(found) > PAGE else []
    newer = [Button("Plus récentes", cards.OlderAnnouncements(skip=max(0, click.skip - PAGE)))] if click.skip else []
    options = {one.id: f"{at:%d/%m} : {quote(one.text, OPTION_MAX)}" for one, at in shown}
    return Whisper(text, [*more, *newer], menus=[Menu("Voir", cards.SeeAnnouncement(), options)] if options else [])


@feature.button(cards.SeeAnnouncement, name="annonce.See", roles=SENDERS, writes=False)
async def show_announcement(ctx: Context, click: cards.SeeAnnouncement) -> Replies:
    """Send the card of an announcement to the direct channel, where it is kept up to date."""
    found = require(await annonces.get(ctx.db, click.chosen), "annonce/unknown_announcement")
    said = cards.must_be_own(ctx, found, *AnnouncementState)
    card = cards.CARD.send(said, await cards.draw_card(ctx, said), ctx.user.id)
    return [card, Whisper(render("annonce/shown_privately"))]


@feature.button(cards.AnnouncementContent, name="annonce.Keep", roles=SENDERS)
@feature.submit(Announce, roles=ANIMATEURS, asks=read_form)
@feature.submit(AnnounceHere, roles=(people.Role.COORDINATEUR,), asks=read_form_here)
async def keep_preview(ctx: Context, asked: cards.AnnouncementContent) -> Replies:
    """Store an announcement and show its preview, replacing an earlier preview. A window that is sent twice makes
    one."""
    cards.must_be_allowed(ctx.user, asked.targets)
    people = await targets.find_with_roles(ctx.db, targets.asked_roles(asked.targets), ctx.today)
    values = asked.model_dump(exclude={"annonce"}) | {"people": list(people)}
    if asked.annonce:
        announcement = cards.must_be_in(ctx, await annonces.lock(ctx.db, asked.annonce), AnnouncementState.DRAFT)
        await change(ctx.db, announcement, **values)
        return await cards.refresh_card(ctx, announcement, here=True)
    ident = sha256(ctx.request.key.encode()).hexdigest()[:26]  # the window’s one-time key
    announcement = Announcement(id=ident, by=ctx.user.id, created_at=ctx.now, **values)
    if not await annonces.add(ctx.db, announcement):
        return None
    return cards.CARD.send(announcement, await cards.draw_card(ctx, announcement), ctx.user.id)


@feature.button(cards.AbandonAnnouncement, name="annonce.Abandon", roles=SENDERS)
async def abandon_preview(ctx: Context, click: cards.AbandonAnnouncement) -> Replies:
    """Delete a preview, unless it is already being sent."""
    shown = cards.must_be_own(ctx, await annonces.lock(ctx.db, click.annonce), AnnouncementState.DRAFT)
    await annonces.drop(ctx.db, shown)
    return Update(render("annonce/abandoned"))


NOTHING_LEFT = "arrêtée avant que rien ne parte : elle est redevenue un aperçu, plus haut."


async def check_files(ctx: ReadingContext, click: cards.Send) -> cards.Leave:
    """Raise UserError if a file of the announcement was deleted."""
    shown = cards.must_be_in(ctx, await annonces.get(ctx.db, click.annonce), *cards.WAITS)
    cards.must_have_files(shown, await cards.find_missing(ctx.chat, shown.files))
    return cards.Leave(annonce=shown.id)


@feature.button(cards.Leave, roles=SENDERS)
@feature.button(cards.Send, roles=SENDERS, asks=check_files)
async def begin_sending(ctx: Context, click: cards.Leave) -> Replies:
    """Send an announcement to the channels that do not have it yet, now or at its hour. A second click says that it is
    under way."""
    shown = cards.must_be_in(ctx, await annonces.lock(ctx.db, click.annonce), *cards.WAITS)
    if shown.state is AnnouncementState.DRAFT and shown.by != ctx.user.id:
        raise UserError(render("annonce/not_your_preview"))
    cards.must_be_own(ctx, shown, *cards.WAITS)
    cards.must_be_allowed(ctx.user, shown.targets)
    if not shown.total:
        raise UserError(render("annonce/reaches_nobody"))
    left = await quotas.spend(ctx, quotas.Quota.ANNOUNCEMENT) if shown.state is AnnouncementState.DRAFT else []
    await change(ctx.db, shown, state=AnnouncementState.SENDING)
    sent = {"texte": shown.text, "a": list(shown.targets), "total": shown.total, "le": shown.at and str(shown.at)}
    _note(ctx, AuditAct.ANNOUNCE, shown, {}, sent)
    return [await cards.refresh_card(ctx, shown, here=True), start_broadcast(ctx, shown), *left]


def _note(ctx: Context, act: AuditAct, said: Announcement, before: dict[str, Any], after: dict[str, Any]) -> None:
    record_entry_at_end(ctx, AuditEntry(act, f"annonce:{said.id}", said.by, before=before, after=after))


async def _change_state(
    ctx: Context, said: Announcement, act: AuditAct, state: AnnouncementState, **more: object
) -> None:
    """Give an announcement another state, and record it in the audit log."""
    was = said.state
    await change(ctx.db, said, state=state, **more)
    _note(ctx, act, said, {"etat": was.value}, {"etat": state.value})


def start_broadcast(ctx: Context, shown: Announcement) -> Start:
    """Start to send an announcement, now or at its hour."""
    payload = cards.SendOut(annonce=shown.id, files=list(shown.files))
    if not shown.at or shown.at <= ctx.now:
        return Start(payload=payload)
    return Start(payload=payload, at=shown.at, said=f"partira {say_moment(shown.at.astimezone(ctx.zone))}.")


@feature.stopped(cards.SendOut, name="annonce.Broadcast")
async def stop_broadcast(ctx: Context, asked: cards.SendOut, so_far: Progress) -> Step:
    """Stop a broadcast: messages not yet sent are cancelled. If none was sent, the announcement is a preview again."""
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


async def find_missing_files(ctx: ReadingContext, asked: cards.SendOut, so_far: Progress) -> Collection[str]:
    """Find the files of the announcement that were deleted, while something is left to send."""
    ends = so_far.cursor is not None and so_far.cursor >= (so_far.total or 0)
    return [] if ends else await cards.find_missing(ctx.chat, asked.files)


@feature.work(
    cards.SendOut, name="annonce.Broadcast", title="Annonce", unit=cards.UNIT, roles=SENDERS, asks=find_missing_files
)
async def send_batch(ctx: Context, asked: cards.SendOut, so_far: Progress, missing: Collection[str]) -> Step:
    """Send the next batch, if its author may still write there and its files exist."""
    found = await annonces.lock(ctx.db, asked.annonce)
    if found is None or found.state is not AnnouncementState.SENDING:
        return so_far.end(said=render("annonce/withdrawn_all"))
    cards.must_be_allowed(ctx.user, found.targets)
    cards.must_have_files(found, missing)
    return await AnnouncementBroadcast(ctx, found).send_batch(so_far)


class AnnouncementBroadcast(broadcasts.Broadcast[Announcement]):
    """The broadcast of an announcement."""

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
        return [await cards.refresh_card(self.ctx, self.row)], cards.say_missing(missing, self.row)


MESSAGES = ("message", "messages")
QUOTED_MAX = 120


@feature.button(cards.CorrectAnnouncement, name="annonce.Correct", roles=SENDERS, writes=False)
async def ask_correction(ctx: Context, click: cards.CorrectAnnouncement) -> Replies:
    """Open the window of a correction, with the present text."""
    said = await cards.get_theirs(ctx, click.annonce, *cards.LEFT)
    waits = cards.waits(said, ctx.now)
    return Ask(Reword.draft(annonce=said.id, waits=waits, **cards.fill_window(said.text)))


async def read_words(ctx: ReadingContext, form: Reword) -> cards.Replace:
    """Read the corrected text, or that of the message whose link was typed."""
    linked = find_permalink(form.text)
    text = (await read_publishable_post(ctx, linked)).message if linked else form.text
    said = await cards.get_theirs(ctx, form.annonce, *cards.LEFT)
    if fault := cards.find_text_fault(text, everybody=said.everybody):
        raise UserError(fields={"texte": fault})
    return cards.Replace(annonce=said.id, text=text)


@feature.button(cards.Replace, roles=SENDERS)
@feature.submit(Reword, roles=SENDERS, asks=read_words)
async def replace_words(ctx: Context, click: cards.Replace) -> Replies:
    """Store the corrected text, which later batches will have, and rewrite the posts in the background."""
    said = await cards.get_theirs(ctx, click.annonce, *cards.LEFT, lock=True)
    _note(ctx, AuditAct.ANNOUNCE_CORRECT, said, {"texte": said.text}, {"texte": click.text})
    await change(ctx.db, said, text=click.text)
    card = await cards.refresh_card(ctx, said, here=True)
    return [card, Start(payload=cards.RewriteSent(annonce=said.id))] if said.written else card


@feature.work(
    cards.RewriteSent,
    name="annonce.Rewrite",
    title="Correction de l’annonce",
    unit=MESSAGES,
    roles=SENDERS,
    writes=True,
)
async def rewrite_batch(ctx: Context, asked: cards.RewriteSent, so_far: Progress) -> Step:
    """Rewrite the next batch with the present text; posts that are on their way with an older text arrive first."""
    found = await annonces.get(ctx.db, asked.annonce)
    if found is None or found.state not in cards.LEFT:
        return so_far.end(said=render("annonce/withdrawn_all"))

    async def rewrite(batch: int) -> Sequence[Reply]:
        return [Refresh(cards.draw_text(found), topic=found.topic_of(batch))]

    return await broadcasts.PostedBatches.of(found).visit(ctx, so_far, rewrite)


@feature.undo(cards.WithdrawAnnouncement, name="annonce.Withdraw", roles=SENDERS)
async def ask_withdrawal(ctx: Context, click: cards.WithdrawAnnouncement) -> Replies:
    """Ask for confirmation; finish a withdrawal that has already begun."""
    said = await cards.get_theirs(ctx, click.annonce, *cards.LEFT, AnnouncementState.REMAINS)
    tally = await outbox.tally(ctx.db, said.topics, ctx.now)
    reached = cards.say_reached(said, tally) if said.written else ""
    yes = Button("Retirer", cards.WithdrawAnnouncementNow(annonce=said.id), "danger")
    no = Button("Non, la laisser", cards.KeepStanding(annonce=said.id))
    return Update(render("annonce/sure", reached=reached, words=quote(said.text, QUOTED_MAX)), [yes, no])


@feature.button(cards.KeepStanding, roles=SENDERS, writes=False)
async def keep_standing(ctx: Context, click: cards.KeepStanding) -> Replies:
    """Show the card again: the announcement stays."""
    said = cards.must_be_own(ctx, await annonces.get(ctx.db, click.annonce), *cards.LEFT, *cards.TAKEN_BACK)
    return (await cards.draw_card(ctx, said)).recast(Update)


@feature.undo(cards.WithdrawAnnouncementNow, name="annonce.WithdrawNow", roles=SENDERS)
async def withdraw_announcement(ctx: Context, click: cards.WithdrawAnnouncementNow) -> Replies:
    """Withdraw an announcement: nothing more is sent, and its posts are deleted."""
    said = await cards.get_theirs(ctx, click.annonce, *cards.LEFT, AnnouncementState.REMAINS, lock=True)
    await _change_state(ctx, said, AuditAct.ANNOUNCE_WITHDRAW, AnnouncementState.WITHDRAWN)
    sending = cards.SendOut(annonce=said.id, files=list(said.files))
    stopped = await stop_work(ctx.db, sending, cards.RewriteSent(annonce=said.id))
    removal = [Start(payload=cards.RemoveSent(annonce=said.id))] if said.written else []
    return [await cards.refresh_card(ctx, said, here=True), *stopped, *removal]


@feature.undo(cards.RestoreAnnouncement, name="annonce.Restore", roles=SENDERS)
async def restore_announcement(ctx: Context, click: cards.RestoreAnnouncement) -> Replies:
    """Post a withdrawn announcement again where it was, without notifying anybody, once all its old posts are gone."""
    said = await cards.get_theirs(ctx, click.annonce, AnnouncementState.WITHDRAWN, lock=True)
    if await find_work(ctx.db, cards.RemoveSent(annonce=said.id)):
        raise UserError(render("annonce/withdrawal_runs"))
    calls = said.everybody and not said.written
    await outbox.forget_ended(ctx.db, said.topics)
    again = {"written": 0, "everybody": calls}
    await _change_state(ctx, said, AuditAct.ANNOUNCE_RESTORE, AnnouncementState.SENDING, **again)
    return [await cards.refresh_card(ctx, said, here=True), start_broadcast(ctx, said)]


@feature.stopped(cards.RemoveSent, name="annonce.Removal")
async def stop_removal(ctx: Context, asked: cards.RemoveSent, so_far: Progress) -> Step:
    """Stop a removal half-way, so that the announcement can be withdrawn again."""
    found = await annonces.lock(ctx.db, asked.annonce)
    if found is None or found.state is not AnnouncementState.WITHDRAWN:
        return so_far.end()
    await change(ctx.db, found, state=AnnouncementState.REMAINS)
    return so_far.end([await cards.refresh_card(ctx, found)])


@feature.work(
    cards.RemoveSent, name="annonce.Removal", title="Retrait de l’annonce", unit=MESSAGES, roles=SENDERS, writes=True
)
async def remove_batch(ctx: Context, asked: cards.RemoveSent, so_far: Progress) -> Step:
    """Delete the next batch of posts; messages not yet sent are cancelled, those on their way arrive first."""
    found = await annonces.get(ctx.db, asked.annonce)
    return await broadcasts.PostedBatches.of(found).remove(ctx, so_far) if found else Step(finished=True)


__all__ = ["feature"]
