"""« /annonce »: the window in which it is written, and what is read there checked while it can still be explained."""

from collections.abc import Sequence
from datetime import timedelta

from bot import attached
from bot.context import Context
from bot.destinations import Own
from bot.errors import UserError
from bot.forms import ID
from bot.french.words import join
from bot.linked import link_in, read_to_publish
from bot.mistyped import refuse_mistyped
from bot.replies import Ask, Press, Replies
from commands.annonce import attaching, places, words
from commands.annonce.buttons import Change, Keep
from commands.annonce.cards import desk_of
from commands.annonce.feature import SENDERS, feature
from commands.annonce.words import must_be
from config.canaux import home_of
from dialogs.annonce import KEPT_FILES, NO_FILES, Announce, AnnounceHere
from dialogs.destinations import ALL_MINE, MINE, meant
from storage import annonce as annonces
from storage import canaux as known
from storage import targets
from storage.annonce import Announcement, State
from storage.people import Role

ANIMATEURS = (Role.ANIMATEUR,)
LATEST = timedelta(days=366)
"""How far ahead an announcement may be written."""
SUBCOMMAND_MIN = 4
"""Letters a word needs to be taken for a mistyped subcommand."""
Form = Announce | AnnounceHere


@feature.command(
    "annonce", help="Écrire une fois dans beaucoup de canaux", hint="[texte | lien d’un message]", roles=SENDERS
)
async def begin(ctx: Context, line: str) -> Replies:
    """The window, with the words that were typed, or those and the files of a message; animateurs choose among all
    places, coordinateurs among their own. A word alone may be a mistyped subcommand, several are a text."""
    if len(line.split()) == 1:
        refuse_mistyped(feature, "annonce", line, shortest=SUBCOMMAND_MIN)
    if ident := link_in(line):
        return await _begin_with(ctx, ident)
    if not words.fits(line.strip()):
        raise UserError("Ce texte est trop long pour la fenêtre : envoyez-le au bot en message direct, puis tapez "
                        "/annonce et le lien de ce message.")  # fmt: skip
    return Ask(await _form(ctx, text=line.strip(), attached=dict(await attached.offers(ctx))))


async def _begin_with(ctx: Context, ident: str) -> Ask:
    """The window, filled from a message; what is too long for it stays where it is until it is read again."""
    post = await read_to_publish(ctx, ident)
    offered = {post.id: await attached.offer(ctx, post)} if post.file_ids else {}
    files = post.id if offered else NO_FILES
    filled = words.in_window(post.message)
    return Ask(await _form(ctx, **filled, message=post.id, attached=offered, files=files))


@feature.button(Change, roles=SENDERS, writes=False)
async def change(ctx: Context, click: Change) -> Replies:
    """The window again, as it was filled."""
    offered = await attached.offers(ctx)
    shown = must_be(await annonces.get(ctx.db, click.annonce), State.DRAFT)
    mention = "oui" if shown.everybody else "non"
    filled: dict[str, object] = {"annonce": shown.id, "mention": mention, **words.in_window(shown.text)}
    if shown.at:
        filled["moment"] = shown.at.astimezone(ctx.zone)
    if shown.files:
        offered = {KEPT_FILES: f"Ceux de l’aperçu : {join(list(shown.files.values()))[:200]}", **offered}
        filled["files"] = KEPT_FILES
    return Ask(await _form(ctx, attached=dict(offered), **filled, **_places(ctx, shown)))


async def _form(ctx: Context, **filled: object) -> Form:
    known_so_far: dict[str, object] = {"mention": "non", "files": NO_FILES} | filled
    if ctx.user.animates:
        return Announce.draft(thematiques=dict(targets.themes((await desk_of(ctx)).table)), **known_so_far)
    own = _own(ctx)
    return AnnounceHere.draft(departements=own, **({"place": next(iter(own))} | known_so_far))


def _own(ctx: Context) -> dict[str, str]:
    """One’s own départements that have a channel, by code. Raises UserError where there is none."""
    found = {code: targets.say(code, {}) for code in ctx.user.departements if home_of(code)}
    if not found:
        raise UserError("Le registre ne vous donne aucun département à canal : demandez à l’équipe d’animation.")
    return {MINE: ALL_MINE, **found} if len(found) > 1 else found


def _places(ctx: Context, shown: Announcement) -> dict[str, object]:
    if ctx.user.animates:
        return {"places": tuple(shown.targets)}
    return {"place": shown.targets[0]} if len(shown.targets) == 1 else {}


@feature.submit(Announce, roles=ANIMATEURS, writes=False)
async def read(ctx: Context, form: Announce) -> Replies:
    """What an animateur wrote."""
    wanted = meant(form.places, ctx.user.departements)
    if not wanted:
        raise UserError(
            fields={_element(form, ctx): "Le registre ne vous donne pas de département : choisissez-en un."}
        )
    return await _read(ctx, form, wanted)


@feature.submit(AnnounceHere, roles=(Role.COORDINATEUR,), writes=False)
async def read_here(ctx: Context, form: AnnounceHere) -> Replies:
    """What a coordinateur wrote."""
    return await _read(ctx, form, meant([form.place], filter(home_of, ctx.user.departements)))


async def _read(ctx: Context, form: Form, wanted: Sequence[str]) -> Press:
    """What is to be kept of it. (Mattermost, asked here, cannot be where something is written.)"""
    places.must_be_allowed(ctx.user, wanted)
    if form.moment and not ctx.now < form.moment <= ctx.now + LATEST:
        raise UserError(fields={"quand": "Choisissez un moment à venir, dans l’année qui vient, ou laissez vide."})
    draft = must_be(await annonces.get(ctx.db, form.annonce), State.DRAFT) if form.annonce else None
    text = form.text or await _text_elsewhere(ctx, form, draft)
    if fault := words.fault_of(text, everybody=form.mention == "oui"):
        raise UserError(fields={"texte": fault})
    asked = Keep(
        annonce=form.annonce,
        text=text,
        files=await _files(ctx, form, draft),
        targets=list(wanted),
        everybody=form.mention == "oui",
        at=form.moment,
        channels=await _channels(ctx, form, wanted),
    )
    return Press.to(asked)


async def _text_elsewhere(ctx: Context, form: Form, draft: Announcement | None) -> str:
    """The words that were too long for the window: those of the preview, or of the message."""
    if not form.length:
        return ""
    return draft.text if draft else (await read_to_publish(ctx, form.message)).message


async def _files(ctx: Context, form: Form, draft: Announcement | None) -> dict[str, str]:
    """The files that were chosen, by id, as they are now. Raises UserError under their field."""
    ids: Sequence[str] = list(draft.files) if draft and form.files == KEPT_FILES else ()
    try:
        if ID.fullmatch(form.files):
            ids = (await read_to_publish(ctx, form.files)).file_ids
        return await attaching.files_of(ctx, ids)
    except ValueError as problem:
        raise UserError(fields={"fichiers": str(problem)}) from None
    except UserError as problem:
        raise UserError(fields={"fichiers": problem.text}) from None


async def _channels(ctx: Context, form: Form, wanted: Sequence[str]) -> dict[str, str]:
    """The channels that are meant, title by id. Raises UserError under the field that names them."""
    own = await ctx.chat.own_channels()
    try:
        planned = targets.channels(wanted, (await desk_of(ctx)).table)
        return Own(own, await known.by_key(ctx.db)).find(planned)
    except ValueError as problem:
        raise UserError(fields={_element(form, ctx): str(problem)}) from None


def _element(form: Form, ctx: Context) -> str:
    return form.element_of("places" if isinstance(form, Announce) else "place", ctx.clues)
