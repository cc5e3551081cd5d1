"""« /annonce »: the window in which it is written, and what is read there checked while it can still be explained."""

from collections.abc import Sequence
from datetime import timedelta

from bot.context import Context
from bot.errors import UserError
from bot.forms import name_of
from bot.replies import Ask, Press, Replies
from commands.annonce import places, words
from commands.annonce.buttons import Change, Keep
from commands.annonce.feature import SENDERS, feature
from commands.annonce.words import desk_of, must_be
from config.canaux import home_of
from dialogs.annonce import ALL_MINE, MINE, Announce, AnnounceHere
from storage import annonce as annonces
from storage import canaux as known
from storage.annonce import Announcement, State, targets
from storage.people import Role

ANIMATEURS = (Role.ANIMATEUR,)
LATEST = timedelta(days=366)
"""How far ahead an announcement may be written."""
Form = Announce | AnnounceHere


@feature.command("annonce", help="Écrire une fois dans beaucoup de canaux", roles=SENDERS)
async def begin(ctx: Context, _: str) -> Replies:
    """The window; animateurs choose among all places, coordinateurs among their own."""
    return Ask(_form(ctx))


@feature.button(Change, roles=SENDERS, writes=False)
async def change(ctx: Context, click: Change) -> Replies:
    """The window again, as it was filled."""
    shown = must_be(await annonces.get(ctx.db, click.annonce), State.DRAFT)
    mention = "oui" if shown.everybody else "non"
    filled: dict[str, object] = {"annonce": shown.id, "text": shown.text, "mention": mention}
    if shown.at:
        filled["moment"] = shown.at.astimezone(ctx.zone)
    return Ask(_form(ctx, **filled, **_places(ctx, shown)))


def _form(ctx: Context, **filled: object) -> Form:
    known_so_far: dict[str, object] = {"mention": "non"} | filled
    if ctx.user.animates:
        return Announce.draft(thematiques=dict(targets.themes(desk_of(ctx).table)), **known_so_far)
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
    wanted = [code for place in form.places for code in (ctx.user.departements if place == MINE else [place])]
    if not wanted:
        raise UserError(
            fields={_element(form, ctx): "Le registre ne vous donne pas de département : choisissez-en un."}
        )
    return await _read(ctx, form, list(dict.fromkeys(wanted)))


@feature.submit(AnnounceHere, roles=(Role.COORDINATEUR,), writes=False)
async def read_here(ctx: Context, form: AnnounceHere) -> Replies:
    """What a coordinateur wrote."""
    mine = [code for code in ctx.user.departements if home_of(code)]
    return await _read(ctx, form, mine if form.place == MINE else [form.place])


async def _read(ctx: Context, form: Form, wanted: Sequence[str]) -> Press:
    """What is to be kept of it. (Mattermost, asked here, cannot be where something is written.)"""
    places.must_be_allowed(ctx.user, wanted)
    if form.moment and not ctx.now < form.moment <= ctx.now + LATEST:
        raise UserError(fields={"quand": "Choisissez un moment à venir, dans l’année qui vient, ou laissez vide."})
    if fault := words.fault_of(form.text, everybody=form.mention == "oui"):
        raise UserError(fields={"texte": fault})
    asked = Keep(
        annonce=form.annonce,
        text=form.text,
        targets=list(wanted),
        everybody=form.mention == "oui",
        at=form.moment,
        channels=await _channels(ctx, form, wanted),
    )
    return Press(name_of(Keep), asked.model_dump(mode="json"))


async def _channels(ctx: Context, form: Form, wanted: Sequence[str]) -> dict[str, str]:
    """The channels that are meant, title by id. Raises UserError under the field that names them."""
    own = await ctx.chat.own_channels()
    try:
        planned = places.planned_for(wanted, desk_of(ctx).table)
        return places.Own(own, await known.by_key(ctx.db)).find(planned)
    except places.NoSuchChannelError as problem:
        raise UserError(fields={_element(form, ctx): str(problem)}) from None


def _element(form: Form, ctx: Context) -> str:
    return form.element_of("places" if isinstance(form, Announce) else "place", ctx.clues)
