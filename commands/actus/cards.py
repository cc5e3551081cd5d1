"""The draft of a digest as its editors see it, what its buttons carry, and its approval or postponement."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from pydantic import BaseModel

from bot.context import Context
from bot.errors import UserError
from bot.french.words import plural
from bot.plain_text import shorten
from bot.replies import Ask, Button, Message, Refresh, Replies, Reply, Start, Whisper
from bot.schedules import DOUBLED_HOUR
from bot.texts import Markdown, escape, render
from commands.actus import editions
from commands.actus.editions import Edition, NewsContext, Sheet, lay_out_sheet, note_digest
from commands.actus.feature import ANIMATEURS, feature
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
    """It comes out: checked, its paper made, said in each of its channels."""


class CheckPlaces(About):
    """Where it will come out is looked at, once it was approved."""


class Document(About):
    """Its paper, as it is at that revision."""

    revision: int


class Rewrite(About):
    """What stands is rewritten as it is now."""


class Removal(About):
    """What stands is deleted."""


class Search(BaseModel):
    """« Suite » of what was found in the archive, after so many."""

    words: str
    skip: int


PUBLISH_NOW = "Publier maintenant"
SHOWN_MAX = 14_000
"""Characters of a draft; of a longer one the titles are shown, and « Aperçu » shows the rest."""


async def draw_card(desk: NewsContext, digest: Digest) -> Message:
    """A digest as its editors see it now."""
    edition = await editions.find_edition(desk, digest)
    sheet = lay_out_sheet(digest, await digests.list_entries(desk.db, digest.number), edition)
    drawn = draw_posts(sheet)
    body = _draw_titles(sheet) if _is_long(drawn) else drawn[0]
    text = render(
        "actus/draft",
        digest=digest,
        state=digest.state.value,
        at=editions.say_at(digest.at),
        past=digest.at <= desk.now,
        where=await _say_where(desk, digest, edition),
        count=plural(len(sheet.pieces), "élément"),
        by=await editions.name_person(desk, digest.approved_by),
        publishes=edition is not None and edition.unapproved is Unapproved.PUBLISH,
        body=body if digest.state in digests.OPEN else "",
        titled=_is_long(drawn),
    )
    return Message(text, draw_buttons(digest, late=digest.at <= desk.now))


async def refresh_card(desk: NewsContext, digest: Digest, *, here: bool = False) -> Refresh:
    """Show on all copies how it is now."""
    return editions.DRAFT.rewrite(digest, await draw_card(desk, digest), here=here)


def _is_long(drawn: Sequence[Markdown]) -> bool:
    return len(drawn) > 1 or len(drawn[0]) > SHOWN_MAX


def _draw_titles(sheet: Sheet) -> Markdown:
    lines = [f"### {escape(sheet.heading)}"]
    for chapter in sheet.chapters:
        lines += ["", f"#### {escape(chapter.title)}", ""]
        lines += [f"- {escape(shorten(piece.title, 120))}" for piece in chapter.pieces]
    return Markdown("\n".join(lines))


def draw_buttons(digest: Digest, *, late: bool) -> Sequence[Button]:
    """What can be done with it, ``late`` once its hour is past."""
    about = {"digest": digest.number}
    preview, edit = Button("Aperçu", Preview(**about)), Button("Modifier…", Edit(**about))
    postpone = Button("Reporter", Postpone(**about))
    label = "Approuver et publier" if late else "Approuver"
    match digest.state:
        case DigestState.DRAFT | DigestState.HELD:
            approve = Approve(digest=digest.number, revision=digest.revision)
            return [Button(label, approve, "primary"), preview, edit, postpone]
        case DigestState.APPROVED:
            return [
                Button("Reprendre", Unapprove(**about)),
                preview,
                postpone,
                Button(PUBLISH_NOW, PublishNow(**about)),
            ]
        case DigestState.PUBLISHED:
            return [Button("Corriger…", Edit(**about)), Button("Retirer", Withdraw(**about), "danger")]
        case DigestState.WITHDRAWN:
            return [Button("Restaurer", Restore(**about))]
        case _:
            return []


async def _say_where(desk: NewsContext, digest: Digest, edition: Edition | None) -> str:
    """Where it comes out, or came out."""
    if digest.channels:
        return ", ".join(digest.channels.values())
    table = await canaux.list_planned(desk.db, desk.settings)
    wanted = edition.targets if edition else ()
    return say_places(wanted, {key: planned.name for key, planned in table.items()})


def say_places(wanted: Sequence[str], names: dict[str, str]) -> str:
    """Where an edition comes out, in words."""
    return ", ".join(names.get(target) or say_target(target, {}) for target in wanted)


@feature.button(Approve, roles=ANIMATEURS)
async def approve(ctx: Context, click: Approve) -> Replies:
    """It comes out at its hour, or at once where that is past; of two who approve the second reads who was first. Where
    it cannot come out is looked at beside."""
    digest = await editions.lock_digest(ctx, click.digest)
    editions.must_be_open(digest)
    if digest.state is DigestState.APPROVED:
        by = "vous" if digest.approved_by == ctx.user.id else await editions.name_person(ctx, digest.approved_by)
        return [
            Whisper(f"Le n° {digest.number} est déjà approuvé, par {by}."),
            await refresh_card(ctx, digest, here=True),
        ]
    if digest.revision != click.revision:
        changed = f"Le n° {digest.number} a changé depuis ce que vous voyez : relisez-le, puis approuvez-le."
        return [Whisper(changed), await refresh_card(ctx, digest, here=True)]
    await must_have_content(ctx, digest)
    begun = await approve_digest(ctx, digest)
    said = render(
        "actus/approved", digest=digest, at=editions.say_at(digest.at), now=digest.state is DigestState.PUBLISHING
    )
    return [Whisper(said), await refresh_card(ctx, digest, here=True), *begun]


async def must_have_content(ctx: Context, digest: Digest) -> None:
    """Raises UserError for what would be empty."""
    if not digest.edito and not await digests.list_entries(ctx.db, digest.number):
        raise UserError(f"Le n° {digest.number} est vide : ajoutez-y un élément ou un édito avec « Modifier… ».")


async def approve_digest(ctx: Context, digest: Digest) -> Sequence[Reply]:
    """It is approved; where its hour is past it comes out."""
    late = digest.at <= ctx.now
    state, was = DigestState.PUBLISHING if late else DigestState.APPROVED, digest.state
    await change(ctx.db, digest, state=state, approved_by=ctx.user.id, approved_at=ctx.now)
    note_digest(ctx, AuditAct.DIGEST_APPROVE, digest, {"etat": was.value})
    number = digest.number
    return [Start(payload=Publish(digest=number)) if late else Start(payload=CheckPlaces(digest=number), quiet=True)]


@feature.button(PublishNow, roles=ANIMATEURS)
async def publish_now(ctx: Context, click: PublishNow) -> Replies:
    """What was approved comes out before its hour."""
    return await publish_early(ctx, click.digest)


async def publish_early(ctx: Context, number: int) -> Sequence[Reply]:
    """It comes out. Raises UserError for what nobody approved."""
    digest = await editions.lock_digest(ctx, number)
    editions.must_be_open(digest)
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
    """It is edited again."""
    digest = await editions.lock_digest(ctx, click.digest)
    editions.must_be_open(digest)
    if digest.state is DigestState.APPROVED:
        await change(ctx.db, digest, state=DigestState.DRAFT, approved_by="", approved_at=None)
        note_digest(ctx, AuditAct.DIGEST_UNAPPROVE, digest, {"etat": DigestState.APPROVED.value})
    told = f"Le n° {digest.number} est de nouveau un brouillon : il attend un accord."
    return [Whisper(told), await refresh_card(ctx, digest, here=True)]


LONGEST = timedelta(days=30)


@feature.button(Postpone, roles=ANIMATEURS, writes=False)
async def ask_when(ctx: Context, click: Postpone) -> Replies:
    """The window."""
    digest = await editions.get_digest(ctx, click.digest)
    editions.must_be_open(digest)
    return Ask(PutOff.draft(digest=digest.number))


@feature.submit(PutOff, roles=ANIMATEURS)
async def postpone(ctx: Context, form: PutOff) -> Replies:
    """Until then; what nobody approved still waits for somebody to. « maintenant » is no later: it comes out."""
    if form.moment == NOW:
        return await publish_early(ctx, form.digest)
    digest = await editions.lock_digest(ctx, form.digest)
    editions.must_be_open(digest)
    state = DigestState.DRAFT if digest.state is DigestState.HELD else digest.state
    merged, was = list[Reply](), str(digest.at)
    if form.moment is not None:
        await change(ctx.db, digest, at=_check_moment(ctx, form.moment), reminded=0, state=state)
    else:
        merged += await _postpone_to_next(ctx, digest, await editions.require_edition(ctx, digest))
        await change(ctx.db, digest, reminded=0, state=state)
    note_digest(ctx, AuditAct.DIGEST_POSTPONE, digest, {"le": was}, le=str(digest.at))
    card = await refresh_card(ctx, digest, here=True)
    return [Whisper(_say_postponed(digest, merged)), card, *merged]


def _say_postponed(digest: Digest, merged: Sequence[Reply]) -> str:
    return render("actus/postponed", digest=digest, at=editions.say_at(digest.at), merged=bool(merged))


def _check_moment(ctx: Context, moment: datetime) -> datetime:
    """Raises UserError for what is past, far away, or an hour that one night a year has twice."""
    if not ctx.now < moment <= ctx.now + LONGEST:
        raise UserError(fields={"quand": "Choisissez un moment à venir, dans les 30 jours."})
    if moment.astimezone(PARIS).hour == DOUBLED_HOUR.hour:
        raise UserError(fields={"quand": "Choisissez une autre heure : pas entre 2 h et 3 h."})
    return moment


async def _postpone_to_next(ctx: Context, digest: Digest, edition: Edition) -> Sequence[Reply]:
    """To the next time of its edition that has not come out yet; what is drafted for it comes in here."""
    for occasion in edition.rhythm.after(max(digest.at, ctx.now)):
        other = await digests.find_covering(ctx.db, edition.key, occasion.day) if occasion.day != digest.day else None
        if other is None or other.number == digest.number:
            await move_digest(ctx, digest, occasion.day, occasion.at)
            return []
        if other.state in digests.OPEN:
            return await _merge_digests(ctx, digest, other)
    raise AssertionError("there is always another occasion")


async def _merge_digests(ctx: Context, digest: Digest, other: Digest) -> Sequence[Reply]:
    """One number of two: the one that was put off, with what the other had."""
    day, at = other.day, other.at
    gone = editions.DRAFT.rewrite(other, render("actus/joined", gone=other.number, digest=digest))
    edito = digest.edito or other.edito
    await digests.merge(ctx.db, other.number, digest.number)
    await change(ctx.db, digest, edito=edito, revision=digest.revision + 1)
    await move_digest(ctx, digest, day, at)
    return [gone]


def is_postponed(digest: Digest, edition: Edition) -> bool:
    """Whether somebody chose when it comes out: another day, or another moment, than its edition’s rhythm says."""
    return digest.first_day < digest.day or digest.at != edition.rhythm.on(digest.day).at


async def move_digest(ctx: Context, digest: Digest, day: date, at: datetime) -> None:
    """It has another day by its rhythm."""
    await change(ctx.db, digest, day=day, at=at, first_day=min(digest.first_day, day))
