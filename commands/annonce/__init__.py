"""« /annonce »: something said once in many channels, corrected and taken back everywhere. Here the window in which one
is written, its preview, and the list of those that were made."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from bot import attachments
from bot.context import Context, ReadingContext
from bot.destinations import TeamChannels
from bot.errors import UserError
from bot.forms import ID
from bot.french.periods import say_moment
from bot.french.words import join
from bot.menus import Menu
from bot.permalinks import find_permalink, read_publishable_post
from bot.replies import Ask, Button, Replies, Update, Whisper
from bot.texts import quote, render
from commands.annonce import broadcast, cards
from commands.annonce.cards import SENDERS, Abandon, Change, Keep, Older, See, feature, must_be_in, must_be_own
from config.canaux import home_of
from dialogs.annonce import KEPT_FILES, NO_FILES, Announce, AnnounceHere
from dialogs.destinations import ALL_MINE, MINE, meant
from storage import annonce as annonces
from storage import canaux, outbox, people, targets
from storage.annonce import Announcement, AnnouncementState
from storage.database import change
from storage.people import Role

ANIMATEURS = (Role.ANIMATEUR,)
LATEST = timedelta(days=366)
"""How far ahead an announcement may be written."""
Form = Announce | AnnounceHere


@feature.command(
    "annonce",
    help="Écrire une fois dans beaucoup de canaux",
    hint="[texte | lien d’un message]",
    roles=SENDERS,
    tells=True,
)
async def ask_announcement(ctx: ReadingContext, line: str) -> Replies:
    """Open the window, with the words that were typed, or those and the files of a message; animateurs choose among all
    places, coordinateurs among their own."""
    if ident := find_permalink(line):
        return await _ask_from_message(ctx, ident)
    if not cards.fits_window(line.strip()):
        raise UserError("Ce texte est trop long pour la fenêtre : envoyez-le au bot en message direct, puis tapez "
                        "/annonce et le lien de ce message.")  # fmt: skip
    return Ask(await _draft_form(ctx, text=line.strip(), attached=dict(await attachments.list_recent_files(ctx))))


async def _ask_from_message(ctx: ReadingContext, ident: str) -> Ask:
    """Open the window, filled from a message; what is too long for it stays where it is until it is read again."""
    post = await read_publishable_post(ctx, ident)
    offered = {post.id: await attachments.describe_files(ctx, post)} if post.file_ids else {}
    files = post.id if offered else NO_FILES
    filled = cards.fill_window(post.message)
    return Ask(await _draft_form(ctx, **filled, message=post.id, attached=offered, files=files))


@feature.button(Change, roles=SENDERS, writes=False)
async def ask_change(ctx: ReadingContext, click: Change) -> Replies:
    """Open the window again, as it was filled."""
    offered = await attachments.list_recent_files(ctx)
    shown = must_be_in(ctx, await annonces.get(ctx.db, click.annonce), AnnouncementState.DRAFT)
    mention = "oui" if shown.everybody else "non"
    filled: dict[str, object] = {"annonce": shown.id, "mention": mention, **cards.fill_window(shown.text)}
    if shown.at:
        filled["moment"] = shown.at.astimezone(ctx.zone)
    if shown.files:
        offered = {KEPT_FILES: f"Ceux de l’aperçu : {join(list(shown.files.values()))[:200]}", **offered}
        filled["files"] = KEPT_FILES
    return Ask(await _draft_form(ctx, attached=dict(offered), **filled, **_fill_places(ctx, shown)))


async def _draft_form(ctx: Context, **filled: object) -> Form:
    known_so_far: dict[str, object] = {"mention": "non", "files": NO_FILES} | filled
    if ctx.user.animates:
        themes = targets.list_themes(await canaux.list_planned(ctx.db, ctx.settings))
        return Announce.draft(thematiques=dict(themes), **known_so_far)
    own = _list_own(ctx)
    return AnnounceHere.draft(departements=own, **({"place": next(iter(own))} | known_so_far))


def _list_own(ctx: Context) -> dict[str, str]:
    """List one’s own départements that have a channel, by code. Raises UserError where there is none."""
    found = {code: targets.say_target(code, {}) for code in ctx.user.departements if home_of(code)}
    if not found:
        raise UserError("Le registre ne vous donne aucun département à canal : demandez à l’équipe d’animation.")
    return {MINE: ALL_MINE, **found} if len(found) > 1 else found


def _fill_places(ctx: Context, shown: Announcement) -> dict[str, object]:
    if ctx.user.animates:
        return {"places": tuple(shown.targets)}
    return {"place": shown.targets[0]} if len(shown.targets) == 1 else {}


async def read_form(ctx: ReadingContext, form: Announce) -> Keep:
    """Read what is to be kept of what an animateur wrote. Raises UserError."""
    wanted = meant(form.places, ctx.user.departements)
    if not wanted:
        fault = "Le registre ne vous donne pas de département : choisissez-en un."
        raise UserError(fields={_find_element(form, ctx): fault})
    return await _check_form(ctx, form, wanted)


async def read_form_here(ctx: ReadingContext, form: AnnounceHere) -> Keep:
    """Read what is to be kept of what a coordinateur wrote. Raises UserError."""
    return await _check_form(ctx, form, meant([form.place], filter(home_of, ctx.user.departements)))


async def _check_form(ctx: ReadingContext, form: Form, wanted: Sequence[str]) -> Keep:
    """Read what is to be kept of what was written. Raises UserError."""
    cards.must_be_allowed(ctx.user, wanted)
    if form.moment and not ctx.now < form.moment <= ctx.now + LATEST:
        raise UserError(fields={"quand": "Choisissez un moment à venir, dans l’année qui vient, ou laissez vide."})
    draft = must_be_in(ctx, await annonces.get(ctx.db, form.annonce), AnnouncementState.DRAFT) if form.annonce else None
    text = form.text or await _read_long_text(ctx, form, draft)
    if fault := cards.find_text_fault(text, everybody=form.mention == "oui"):
        raise UserError(fields={"texte": fault})
    return Keep(
        annonce=form.annonce,
        text=text,
        files=await _read_files(ctx, form, draft),
        targets=list(wanted),
        everybody=form.mention == "oui",
        at=form.moment,
        channels=await _find_channels(ctx, form, wanted),
    )


async def _read_long_text(ctx: ReadingContext, form: Form, draft: Announcement | None) -> str:
    """Read the words that were too long for the window: those of the preview, or of the message."""
    if not form.length:
        return ""
    return draft.text if draft else (await read_publishable_post(ctx, form.message)).message


async def _read_files(ctx: ReadingContext, form: Form, draft: Announcement | None) -> dict[str, str]:
    """Read the files that were chosen, by id, as they are now. Raises UserError under their field."""
    ids: Sequence[str] = list(draft.files) if draft and form.files == KEPT_FILES else ()
    try:
        if ID.fullmatch(form.files):
            ids = (await read_publishable_post(ctx, form.files)).file_ids
        return await cards.read_files(ctx, ids)
    except (ValueError, UserError) as problem:
        raise UserError(fields={"fichiers": str(problem)}) from None


async def _find_channels(ctx: ReadingContext, form: Form, wanted: Sequence[str]) -> dict[str, str]:
    """Find the channels that are meant, title by id. Raises UserError under the field that names them."""
    own = await ctx.chat.own_channels()
    try:
        planned = targets.find_channels(wanted, await canaux.list_planned(ctx.db, ctx.settings))
        return TeamChannels(own, await canaux.find_channel_ids(ctx.db)).find(planned)
    except ValueError as problem:
        raise UserError(fields={_find_element(form, ctx): str(problem)}) from None


def _find_element(form: Form, ctx: Context) -> str:
    return form.element_of("places" if isinstance(form, Announce) else "place", ctx.clues)


PAGE = 5
"""Announcements on one page: each takes three lines on a phone."""
QUOTED_MAX, NAMED_MAX = 70, 40
"""Characters of the words that are shown in the list, and in its menu."""


@feature.command("annonce liste", help="Revoir les annonces, les corriger, les retirer", roles=SENDERS)
async def list_latest(ctx: ReadingContext, rest: str) -> Replies:
    """Show the last five: of all for animateurs, of their own for others. « Liste des permanences » is a text."""
    if len(rest.split()) > 1:
        return await ask_announcement(ctx, f"Liste {rest}")
    return await show_page(ctx, Older(skip=0))


@feature.button(Older, roles=SENDERS, writes=False)
async def show_page(ctx: Context, click: Older) -> Replies:
    """Show five announcements, as they are now."""
    by = None if ctx.user.animates else ctx.user.id
    found = await annonces.read_page(ctx.db, click.skip, PAGE + 1, by)
    shown = [(one, (one.at or one.created_at).astimezone(ctx.zone)) for one in found[:PAGE]]
    rows = [await _make_row(ctx, one, at) for one, at in shown]
    text = render("annonce/list", rows=rows, first=click.skip + 1, own=by is not None)
    more = [Button("Plus anciennes", Older(skip=click.skip + PAGE))] if len(found) > PAGE else []
    newer = [Button("Plus récentes", Older(skip=max(0, click.skip - PAGE)))] if click.skip else []
    options = {one.id: f"{at:%d/%m} : {quote(one.text, NAMED_MAX)}" for one, at in shown}
    return Whisper(text, [*more, *newer], menus=[Menu("Voir", See(), options)] if options else [])


async def _make_row(ctx: Context, one: Announcement, at: datetime) -> tuple[str, ...]:
    """Say what the list has of an announcement; the operator’s is nobody’s."""
    tally = await outbox.tally(ctx.db, one.topics, ctx.now)
    person = await people.get(ctx.db, one.by) if one.by else None
    by = person.full_name if person else "quelqu’un qui n’est plus là" if one.by else ""
    places = cards.say_places(one, await canaux.list_planned(ctx.db, ctx.settings))
    state = cards.say_state(one, tally, ctx.now).partition(" : ")[0]
    return say_moment(at), by, quote(one.text, QUOTED_MAX), places, cards.say_reached(one, tally), state


@feature.button(See, roles=SENDERS, writes=False)
async def show_announcement(ctx: Context, click: See) -> Replies:
    """Send the card of an announcement to the direct channel, where it stays true."""
    found = await annonces.get(ctx.db, click.chosen)
    if found is None:
        raise UserError("Cette annonce n’existe plus : tapez /annonce liste pour voir les autres.")
    said = must_be_own(ctx, found, *AnnouncementState)
    card = cards.CARD.send(said, await cards.draw_card(ctx, said), ctx.user.id)
    return [card, Whisper("Cette annonce est dans votre conversation avec le bot.")]


@feature.button(Keep, roles=SENDERS)
@feature.submit(Announce, roles=ANIMATEURS, asks=read_form)
@feature.submit(AnnounceHere, roles=(Role.COORDINATEUR,), asks=read_form_here)
async def keep_preview(ctx: Context, asked: Keep) -> Replies:
    """Store and show an announcement, in place of what was shown before or anew; a window sent twice makes one."""
    cards.must_be_allowed(ctx.user, asked.targets)
    people = await targets.find_with_roles(ctx.db, targets.asked_roles(asked.targets), ctx.today)
    values = asked.model_dump(exclude={"annonce"}) | {"people": list(people)}
    if asked.annonce:
        announcement = must_be_in(ctx, await annonces.lock(ctx.db, asked.annonce), AnnouncementState.DRAFT)
        await change(ctx.db, announcement, **values)
        return await cards.refresh_card(ctx, announcement, here=True)
    ident = sha256(ctx.request.key.encode()).hexdigest()[:26]  # the window’s one-time key
    announcement = Announcement(id=ident, by=ctx.user.id, created_at=ctx.now, **values)
    if not await annonces.add(ctx.db, announcement):
        return None
    return cards.CARD.send(announcement, await cards.draw_card(ctx, announcement), ctx.user.id)


@feature.button(Abandon, roles=SENDERS)
async def abandon_preview(ctx: Context, click: Abandon) -> Replies:
    """Forget a preview, unless it has left."""
    shown = must_be_own(ctx, await annonces.lock(ctx.db, click.annonce), AnnouncementState.DRAFT)
    await annonces.drop(ctx.db, shown)
    return Update("Annonce abandonnée : rien n’a été envoyé.")


__all__ = ["feature"]
