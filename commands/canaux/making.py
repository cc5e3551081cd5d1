"""Channels changed by hand: a thematic one made, renamed, put away, brought back; noted, and undone as the rest."""

import re
from collections.abc import Mapping

from pydantic import BaseModel

from bot.context import Context
from bot.errors import ChatError, UserError
from bot.mattermost import ChatChannel
from bot.menus import Choosing, Menu
from bot.replies import Ask, Press, Replies, Whisper
from bot.texts import quote, render
from commands.canaux.by_hand import OFFERED_MAX, do, known_channels, meant
from commands.canaux.feature import ANIMATEURS, feature
from commands.canaux.scope import must_be_planned, read_scope
from config.canaux import Family, PlannedChannel
from config.folding import fold
from dialogs.canaux import NewChannel, PutAway, RenameChannel
from storage import watched
from storage.canaux import amend, by_key, planned, put_away, remember
from storage.canaux.drift import Drift, Finding
from storage.canaux.planned import MADE

ADDRESS_MAX = 50
KEEPS_ITS_NAME = "Le canal d’un département garde son nom : chacun le cherche sous celui-là."
BY_HAND = "archivé à la main, dans Mattermost"
_OTHER = re.compile(r"[^a-z0-9]+")


class Make(BaseModel):
    """A thematic channel to be made, of which no namesake was found."""

    name: str
    address: str
    purpose: str
    header: str


class Restore(Choosing):
    """« Restaurer » the channel of the key ``chosen``; ``channel`` is its id where Mattermost says that it is archived,
    and nobody had put it away here."""

    channel: str = ""


@feature.command("canaux creer", help="Créer un canal thématique", hint="[nom]", roles=ANIMATEURS)
async def create(_: Context, text: str) -> Replies:
    """The window."""
    return Ask(NewChannel.draft(name=text.strip() or None))


@feature.submit(NewChannel, roles=ANIMATEURS, writes=False)
async def check_new(ctx: Context, form: NewChannel) -> Replies:
    """It is made, unless a namesake is there: Mattermost is asked before anything is written."""
    address = address_of(form.name)
    if not address:
        raise UserError(fields={"nom": "Ce nom n’a ni lettre ni chiffre."})
    namesake = await ctx.chat.channel_by_name(address, archived=True)
    if namesake and namesake.is_private and not await ctx.chat.is_in(namesake.id):
        raise UserError(fields={"nom": "Un canal privé a déjà cette adresse : choisissez un autre nom."})
    table = await planned(ctx.db, ctx.settings, archived=True)
    if fault := _namesake(form.name, address, namesake, table):
        raise UserError(fields={"nom": fault})
    new = Make(name=form.name, address=address, purpose=form.purpose, header=form.header or "")
    return Press.to(new)


@feature.button(Make, roles=ANIMATEURS)
async def make(ctx: Context, new: Make) -> Replies:
    """It is in the table from now on, and made."""
    key = f"{MADE}{new.address}"
    if key in await planned(ctx.db, ctx.settings, archived=True):
        raise UserError("Ce canal est déjà créé : /canaux le montre.")
    await amend(ctx.db, key, ctx.user.id, ctx.now, **new.model_dump())
    act = await do(ctx, Finding(Drift.ABSENT, key, new.address, "créé à la main"))
    return [Whisper(render("canaux/being_made", title=new.name)), act]


def address_of(name: str) -> str:
    """The address of a thematic channel; "" for a name without letters or figures."""
    return _OTHER.sub("-", fold(name))[:ADDRESS_MAX].strip("-")


def _namesake(name: str, address: str, there: ChatChannel | None, table: Mapping[str, PlannedChannel]) -> str:
    """Why a channel of that name cannot be made; "" when it can."""
    if there is not None and there.archived:
        return "Un canal archivé a déjà cette adresse : restaurez-le, ou choisissez un autre nom."
    if there is not None:
        return f"Le canal « {quote(there.display_name)} » a déjà cette adresse : choisissez un autre nom."
    if any(address == other.address or fold(name) == fold(other.name) for other in table.values()):
        return "La table des canaux a déjà un canal de ce nom : choisissez-en un autre."
    return ""


@feature.command("canaux renommer", help="Donner un autre nom à un canal", hint="[nom]", roles=ANIMATEURS)
async def rename(ctx: Context, text: str) -> Replies:
    """The window; the channels of the départements keep theirs, by which each finds them."""
    there = await known_channels(ctx, lambda channel: channel.family is not Family.DEPARTEMENT, absent=True)
    chosen = await meant(ctx, text, there, KEEPS_ITS_NAME)
    return Ask(RenameChannel.draft(there=there, key=chosen))


@feature.submit(RenameChannel, roles=ANIMATEURS)
async def save_name(ctx: Context, form: RenameChannel) -> Replies:
    """Its title changes, here and in Mattermost; its address stays, unless there is no such channel yet."""
    canal = await must_be_planned(ctx, form.key)
    if canal.name == form.name:
        return Whisper(f"Ce canal s’appelle déjà « {quote(form.name, 64)} ».")
    if form.key not in await by_key(ctx.db):
        return await _make_elsewhere(ctx, canal, form.name)
    await amend(ctx.db, form.key, ctx.user.id, ctx.now, name=form.name)
    reason = "renommé à la main"
    act = await do(ctx, Finding(Drift.TITLE, form.key, canal.address, reason, before=canal.name, after=form.name))
    return [Whisper(render("canaux/renamed", before=canal.name, after=form.name)), act]


async def _make_elsewhere(ctx: Context, canal: PlannedChannel, name: str) -> Replies:
    """A planned channel that is not there, perhaps since others have its address, is made at that of its new name."""
    address, table = address_of(name), dict(await planned(ctx.db, ctx.settings, archived=True))
    del table[canal.key]
    if fault := _namesake(name, address, None, table) if address else "Ce nom n’a ni lettre ni chiffre.":
        raise UserError(fields={"nom": fault})
    await amend(ctx.db, canal.key, ctx.user.id, ctx.now, name=name, address=address)
    reason = f"« {canal.name} » n’existait pas : créé sous ce nom"
    act = await do(ctx, Finding(Drift.ABSENT, canal.key, address, reason, before=canal.name))
    return [Whisper(render("canaux/being_made", title=name)), act]


@feature.command(
    "canaux archiver", help="Archiver un canal thématique, avec une raison", hint="[nom]", roles=ANIMATEURS
)
async def archive(ctx: Context, text: str) -> Replies:
    """The window."""
    there = await known_channels(ctx, lambda channel: channel.family is Family.THEMATIQUE)
    refusal = "Seuls les canaux thématiques s’archivent : le réseau a besoin des autres, le bot les recréerait."
    return Ask(PutAway.draft(there=there, key=await meant(ctx, text, there, refusal)))


@feature.submit(PutAway, roles=ANIMATEURS)
async def save_archive(ctx: Context, form: PutAway) -> Replies:
    """Nobody writes there any more, all can read, and the bot does not restore it by itself."""
    canal = await must_be_planned(ctx, form.key)
    await amend(ctx.db, form.key, ctx.user.id, ctx.now, archived=form.reason)
    act = await do(ctx, Finding(Drift.PUT_AWAY, form.key, canal.address, f"archivé : {form.reason}"))
    return [Whisper(render("canaux/put_away", title=canal.name, reason=form.reason)), act]


@feature.command("canaux restaurer", help="Rouvrir un canal archivé", hint="[nom]", roles=ANIMATEURS)
async def restore(ctx: Context, text: str) -> Replies:
    """The one that is named, or a menu of them: what was put away here, and what somebody archived by hand."""
    table = await planned(ctx.db, ctx.settings, archived=True)
    if text.strip():
        return Press.to(await _named(ctx, read_scope(text, table), table))
    known, told = await by_key(ctx.db), await _away(ctx)
    away = {key: why for key, why in told.items() if why != BY_HAND or await _is_archived(ctx, table[key], known[key])}
    if not away:
        raise UserError("Aucun canal n’est archivé.")
    options = {key: table[key].name for key in list(away)[:OFFERED_MAX]}
    lines = [(name, away[key]) for key, name in options.items()]
    return Whisper(render("canaux/away", lines=lines), menus=[Menu("Restaurer", Restore(), options)])


async def _away(ctx: Context) -> Mapping[str, str]:
    """The keys of channels that are archived, and why each is."""
    table, archived = await planned(ctx.db, ctx.settings, archived=True), await watched.archived(ctx.db)
    by_hand = {key: BY_HAND for key, channel_id in (await by_key(ctx.db)).items() if channel_id in archived}
    return {key: why for key, why in (by_hand | dict(await put_away(ctx.db))).items() if key in table}


async def _named(ctx: Context, key: str, table: Mapping[str, PlannedChannel]) -> Restore:
    """The channel of that key; of one that was not put away here Mattermost is asked. Raises UserError where it is
    open."""
    if key in await put_away(ctx.db) or key not in table:
        return Restore(chosen=key)
    found = await _is_archived(ctx, table[key], (await by_key(ctx.db)).get(key, ""))
    if not found:
        raise UserError("Ce canal n’est pas archivé.")
    return Restore(chosen=key, channel=found)


async def _is_archived(ctx: Context, canal: PlannedChannel, channel_id: str) -> str:
    """The id of a channel that Mattermost says is archived; "" for any other."""
    chat = ctx.chat.in_team(canal.team)
    try:
        found = await (chat.channel(channel_id) if channel_id else chat.channel_by_name(canal.address, archived=True))
    except ChatError as error:
        if error.may_pass:
            raise
        return ""
    return found.id if found is not None and found.archived else ""


@feature.button(Restore, roles=ANIMATEURS)
async def bring_back(ctx: Context, click: Restore) -> Replies:
    """It is open again, with all who were in it."""
    canal = (await planned(ctx.db, ctx.settings, archived=True)).get(click.chosen)
    if canal is None or not (click.channel or click.chosen in await _away(ctx)):
        raise UserError("Ce canal n’est plus archivé.")
    if click.channel:
        await remember(ctx.db, click.chosen, click.channel, ctx.now)
    reason = (await put_away(ctx.db)).get(click.chosen, "")
    if reason:
        await amend(ctx.db, click.chosen, ctx.user.id, ctx.now, archived="")
    act = await do(ctx, Finding(Drift.ARCHIVED, click.chosen, canal.address, "restauré à la main", before=reason))
    return [Whisper(render("canaux/brought_back", title=canal.name)), act]
