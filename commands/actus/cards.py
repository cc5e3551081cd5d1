"""The draft of a digest as its editors see it, what its buttons carry, and its approval or postponement."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel

from bot.context import Context
from bot.errors import UserError
from bot.french.words import plural
from bot.job_runner import DOUBLED_HOUR
from bot.plain_text import shorten
from bot.replies import Ask, Button, Message, Refresh, Replies, Reply, Start, Whisper
from bot.texts import Markdown, escape, render
from commands.actus import editions
from commands.actus.editions import ANIMATEURS, Edition, NewsContext, Sheet, feature, lay_out_sheet, note_digest
from commands.actus.formats import draw_posts
from config.editions import Unapproved
from config.time import PARIS
from dialogs.actus import NOW, EntryMove, PutOff
from storage import canaux
from storage.actus import digests
from storage.actus.digests import Digest, DigestState
from storage.database import change
from storage.journal import AuditAct
from storage.targets import say_target


class About(BaseModel):
    """Something about the digest of that number."""

    digest: int


class Approve(About):
    """« Approuver » it as it was at that revision."""

    revision: int


class PublishNow(About):
    """« Publier maintenant » what was approved, before its hour."""


class Unapprove(About):
    """« Reprendre »: it is edited again."""


class Preview(About):
    """« Aperçu », exactly as it will look."""


class Edit(About):
    """« Modifier… »: what is in it, chosen in a window."""


class GoOn(About):
    """« Continuer » with what was chosen in a window, where a window has one step only; ``entry`` is 0 for none."""

    entry: int
    move: EntryMove


class Postpone(About):
    """« Reporter » it."""


class Withdraw(About):
    """« Retirer » what came out: asked once more."""


class WithdrawSurely(About):
    """It is taken away everywhere."""


class Restore(About):
    """« Restaurer » what was withdrawn: it is a draft again."""


class Publish(About):
    """Work: the digest comes out: checked, its paper made, said in each of its channels."""


class CheckPlaces(About):
    """Work: the channels in which it will come out are looked at, once it was approved."""


class Document(About):
    """An order: the paper of the digest, as it is at that revision."""

    revision: int


class Rewrite(About):
    """Work: what stands is rewritten as the digest is now."""


class Removal(About):
    """Work: what stands is deleted."""


class Search(BaseModel):
    """« Suite » of what was found in the archive, after so many."""

    words: str
    skip: int


PUBLISH_NOW = "Publier maintenant"
SHOWN_MAX = 14_000
"""Characters of a draft; of a longer one the titles are shown, and « Aperçu » shows the rest."""


async def draw_card(desk: NewsContext, digest: Digest) -> Message:
    """Draw a digest as its editors see it now."""
    edition = await editions.find_edition(desk, digest)
    sheet = lay_out_sheet(digest, await digests.list_entries(desk.db, digest.number), edition)
    first, *others = draw_posts(sheet)
    is_long = bool(others) or len(first) > SHOWN_MAX
    body = _draw_titles(sheet) if is_long else first
    text = render(
        "actus/draft",
        digest=digest,
        state=digest.state.value,
        at=editions.say_at(digest.at),
        past=digest.at <= desk.now,
        where=", ".join(digest.channels.values()) or (await say_places(desk, edition) if edition else ""),
        count=plural(len(sheet.pieces), "élément"),
        by=await editions.name_person(desk, digest.approved_by),
        publishes=edition is not None and edition.unapproved is Unapproved.PUBLISH,
        body=body if digest.state in digests.OPEN else "",
        titled=is_long,
    )
    return Message(text, draw_buttons(digest, late=digest.at <= desk.now))


async def refresh_card(desk: NewsContext, digest: Digest, *, here: bool = False) -> Refresh:
    """Show on all copies how the digest is now."""
    return editions.DRAFT.rewrite(digest, await draw_card(desk, digest), here=here)


def _draw_titles(sheet: Sheet) -> Markdown:
    lines = [f"### {escape(sheet.heading)}"]
    for chapter in sheet.chapters:
        lines += ["", f"#### {escape(chapter.title)}", ""]
        lines += [f"- {escape(shorten(piece.title, 120))}" for piece in chapter.pieces]
    return Markdown("\n".join(lines))


def draw_buttons(digest: Digest, *, late: bool) -> Sequence[Button]:
    """Draw what can be done with a digest, ``late`` once its hour is past."""
    about = {"digest": digest.number}
    preview, edit = Button("Aperçu", Preview(**about)), Button("Modifier…", Edit(**about))
    postpone = Button("Reporter", Postpone(**about))
    match digest.state:
        case DigestState.DRAFT | DigestState.HELD:
            approve = Approve(digest=digest.number, revision=digest.revision)
            label = "Approuver et publier" if late else "Approuver"
            return [Button(label, approve, "primary"), preview, edit, postpone]
        case DigestState.APPROVED:
            unapprove, now = Button("Reprendre", Unapprove(**about)), Button(PUBLISH_NOW, PublishNow(**about))
            return [unapprove, preview, postpone, now]
        case DigestState.PUBLISHED:
            return [Button("Corriger…", Edit(**about)), Button("Retirer", Withdraw(**about), "danger")]
        case DigestState.WITHDRAWN:
            return [Button("Restaurer", Restore(**about))]
        case _:
            return []


async def say_places(desk: NewsContext, edition: Edition) -> str:
    """Say where an edition comes out."""
    table = await canaux.list_planned(desk.db, desk.settings)
    return ", ".join(table[each].name if each in table else say_target(each, {}) for each in edition.targets)


async def _lock_open(ctx: Context, number: int) -> Digest:
    """Lock a digest that has not come out yet. Raises UserError."""
    digest = await editions.get_digest(ctx, number, lock=True)
    editions.must_be_open(digest)
    return digest


@feature.button(Approve, roles=ANIMATEURS)
async def approve(ctx: Context, click: Approve) -> Replies:
    """Approve a digest: it comes out at its hour, or at once where that is past; of two who approve the second reads
    who was first. Where it cannot come out is looked at beside."""
    digest = await _lock_open(ctx, click.digest)
    if digest.state is DigestState.APPROVED:
        by = "vous" if digest.approved_by == ctx.user.id else await editions.name_person(ctx, digest.approved_by)
        said = f"Le n° {digest.number} est déjà approuvé, par {by}."
        return [Whisper(said), await refresh_card(ctx, digest, here=True)]
    if digest.revision != click.revision:
        changed = f"Le n° {digest.number} a changé depuis ce que vous voyez : relisez-le, puis approuvez-le."
        return [Whisper(changed), await refresh_card(ctx, digest, here=True)]
    await must_have_content(ctx, digest)
    late, was = digest.at <= ctx.now, digest.state
    state = DigestState.PUBLISHING if late else DigestState.APPROVED
    await change(ctx.db, digest, state=state, approved_by=ctx.user.id, approved_at=ctx.now)
    note_digest(ctx, AuditAct.DIGEST_APPROVE, digest, {"etat": was.value})
    told = Whisper(render("actus/approved", digest=digest, at=editions.say_at(digest.at), now=late))
    about = {"digest": digest.number}
    begun = Start(payload=Publish(**about)) if late else Start(payload=CheckPlaces(**about), quiet=True)
    return [told, await refresh_card(ctx, digest, here=True), begun]


async def must_have_content(ctx: Context, digest: Digest) -> None:
    """Raises UserError for what would be empty."""
    if not digest.edito and not await digests.list_entries(ctx.db, digest.number):
        raise UserError(f"Le n° {digest.number} est vide : ajoutez-y un élément ou un édito avec « Modifier… ».")


@feature.button(PublishNow, roles=ANIMATEURS)
async def publish_now(ctx: Context, click: PublishNow) -> Replies:
    """Publish what was approved before its hour. Raises UserError for what nobody approved."""
    digest = await _lock_open(ctx, click.digest)
    number = digest.number
    if digest.state is not DigestState.APPROVED:
        raise UserError(
            f"Le n° {number} n’est pas approuvé : « Approuver », sous son brouillon, puis « {PUBLISH_NOW} »."
        )
    await must_have_content(ctx, digest)
    await change(ctx.db, digest, state=DigestState.PUBLISHING)
    told = Whisper(f"Le n° {number} sort maintenant.")
    return [told, await refresh_card(ctx, digest, here=True), Start(payload=Publish(digest=number))]


@feature.button(Unapprove, roles=ANIMATEURS)
async def unapprove(ctx: Context, click: Unapprove) -> Replies:
    """Make an approved digest a draft again, which is edited."""
    digest = await _lock_open(ctx, click.digest)
    if digest.state is DigestState.APPROVED:
        await change(ctx.db, digest, state=DigestState.DRAFT, approved_by="", approved_at=None)
        note_digest(ctx, AuditAct.DIGEST_UNAPPROVE, digest, {"etat": DigestState.APPROVED.value})
    told = f"Le n° {digest.number} est de nouveau un brouillon : il attend un accord."
    return [Whisper(told), await refresh_card(ctx, digest, here=True)]


LONGEST = timedelta(days=30)


@feature.button(Postpone, roles=ANIMATEURS, writes=False)
async def ask_when(ctx: Context, click: Postpone) -> Replies:
    """Open the window that asks until when."""
    digest = await editions.get_digest(ctx, click.digest)
    editions.must_be_open(digest)
    return Ask(PutOff.draft(digest=digest.number))


@feature.submit(PutOff, roles=ANIMATEURS)
async def postpone(ctx: Context, form: PutOff) -> Replies:
    """Put a digest off; what nobody approved still waits for somebody to. « maintenant » is no later: it comes out."""
    if form.moment == NOW:
        return await publish_now(ctx, PublishNow(digest=form.digest))
    digest = await _lock_open(ctx, form.digest)
    state = DigestState.DRAFT if digest.state is DigestState.HELD else digest.state
    merged, was = list[Reply](), str(digest.at)
    if form.moment is not None:
        await change(ctx.db, digest, at=_check_moment(ctx, form.moment))
    else:
        merged += await _postpone_to_next(ctx, digest, await editions.get_edition(ctx, digest.edition))
    await change(ctx.db, digest, reminded=0, state=state)
    note_digest(ctx, AuditAct.DIGEST_POSTPONE, digest, {"le": was}, le=str(digest.at))
    said = render("actus/postponed", digest=digest, at=editions.say_at(digest.at), merged=bool(merged))
    return [Whisper(said), await refresh_card(ctx, digest, here=True), *merged]


def _check_moment(ctx: Context, moment: datetime) -> datetime:
    """Raises UserError for what is past, far away, or an hour that one night a year has twice."""
    if not ctx.now < moment <= ctx.now + LONGEST:
        raise UserError(fields={"quand": "Choisissez un moment à venir, dans les 30 jours."})
    if moment.astimezone(PARIS).hour == DOUBLED_HOUR.hour:
        raise UserError(fields={"quand": "Choisissez une autre heure : pas entre 2 h et 3 h."})
    return moment


async def _postpone_to_next(ctx: Context, digest: Digest, edition: Edition) -> Sequence[Reply]:
    """Put a digest off to the next time of its edition that has not come out yet; what is drafted for it comes in."""
    for occasion in edition.rhythm.after(max(digest.at, ctx.now)):
        other = await digests.find_covering(ctx.db, edition.key, occasion.day) if occasion.day != digest.day else None
        gone: list[Reply] = []
        day, at, edito, revision = occasion.day, occasion.at, digest.edito, digest.revision
        if other is not None and other.number != digest.number:
            if other.state not in digests.OPEN:
                continue
            gone = [editions.DRAFT.rewrite(other, render("actus/joined", gone=other.number, digest=digest))]
            day, at, edito, revision = other.day, other.at, edito or other.edito, revision + 1
            await digests.merge(ctx.db, other.number, digest.number)
        first = min(digest.first_day, day)
        await change(ctx.db, digest, day=day, at=at, first_day=first, edito=edito, revision=revision)
        return gone
    raise AssertionError("there is always another occasion")


def is_postponed(digest: Digest, edition: Edition) -> bool:
    """Whether somebody chose when it comes out: another day, or another moment, than its edition’s rhythm says."""
    return digest.first_day < digest.day or digest.at != edition.rhythm.on(digest.day).at
