"""Channels changed by a command: created, renamed, described, archived and restored. Each change can be undone."""

import re
from collections.abc import Callable, Mapping
from secrets import token_hex
from typing import Any

from pydantic import BaseModel

from bot.actions import ChatAction
from bot.context import Context, ReadingContext
from bot.errors import UserError, unless_refused
from bot.mattermost import ChatChannel
from bot.menus import Choosing, Menu
from bot.replies import Ask, Replies, Whisper
from bot.texts import render
from commands.canaux.cards import ALL, ANIMATEURS, DEPARTEMENTS, feature, must_be_planned, note_finding, read_scope
from commands.canaux.drift import build_batches
from config.canaux import HEADER_MAX, PURPOSE_MAX, Family, PlannedChannel
from config.text import fold
from dialogs.canaux import NewChannel, PutAway, RenameChannel, WriteHeader, WritePurpose
from storage import canaux, people, watchlist
from storage.canaux import runs
from storage.canaux.runs import ChangeState, Drift, Finding, Run, RunKind, Stage
from storage.database import store

OFFERED_MAX = 100
WORDS_MAX = 8
"""The most words in the name of a channel."""


async def list_known_channels(
    ctx: Context, fits: Callable[[PlannedChannel], bool], *, absent: bool = False
) -> dict[str, str]:
    """Return the titles, by key, of the existing channels that fit and, with ``absent``, of the missing ones."""
    table, known = await canaux.list_planned(ctx.db, ctx.settings), await canaux.find_channel_ids(ctx.db)
    found = {key: canal.name for key, canal in table.items() if (absent or key in known) and fits(canal)}
    if not found:
        raise UserError(render("canaux/none_known"))
    return dict(list(found.items())[:OFFERED_MAX])


async def find_named_channel(ctx: Context, text: str, there: Mapping[str, str], refusal: str) -> str | None:
    """Find the key of the channel that a line names; None if it names none. Raises UserError if that channel is not
    ``there``."""
    if not text.strip():
        return None
    key = read_scope(text, await canaux.list_planned(ctx.db, ctx.settings))
    if key not in there:
        raise UserError(refusal)
    return key


async def apply_change(ctx: Context, finding: Finding) -> ChatAction:
    """Record a change as a run of its own, and return the action that makes it."""
    scope, place = finding.key, (await canaux.find_channel_ids(ctx.db)).get(finding.key, "")
    run = Run(id=token_hex(13), kind=RunKind.HAND, scope=scope, by=ctx.user.id, at=ctx.now, stage=Stage.MENDED)
    await store(ctx.db, run)
    await runs.note_changes(ctx.db, run.id, [finding], {finding.key: place}, ChangeState.SENT)
    await runs.update_changes(ctx.db, run.id, [1], batch=1)
    note_finding(ctx, finding, place)
    table = await canaux.list_planned(ctx.db, ctx.settings, archived=True)
    (batch,) = build_batches(await runs.list_changes(ctx.db, run.id), table, back=False)
    return batch.act


async def split_channel_name(ctx: Context, text: str, there: Mapping[str, str]) -> tuple[str | None, str]:
    """Split off the channel name at the beginning of a line, as many words as possible; return its key and the rest.
    Raises UserError for a channel that is not ``there``."""
    table, words = await canaux.list_planned(ctx.db, ctx.settings), text.split()
    if not words:
        return None, ""
    for size in range(min(WORDS_MAX, len(words)), 0, -1):
        try:
            key = read_scope(" ".join(words[:size]), table)
        except UserError:
            continue
        if key in there:
            return key, text.split(maxsplit=size)[size].strip() if len(words) > size else ""
    raise UserError(render("canaux/which_channel"))


COLUMNS = {Drift.PURPOSE: ("purpose", "la description", PURPOSE_MAX), Drift.HEADER: ("header", "l’en-tête", HEADER_MAX)}
"""For each text of a channel: its column, its name in a sentence, and its most characters."""


@feature.command(
    "canaux description", help="Dire à quoi sert un canal", hint="[canal] [texte]", roles=ANIMATEURS, writes=True
)
async def write_purpose(ctx: Context, text: str) -> Replies:
    """Set a channel’s purpose; without a text, open the window with the present one."""
    return await _write_text(ctx, text, Drift.PURPOSE, WritePurpose)


@feature.submit(WritePurpose, roles=ANIMATEURS)
async def save_purpose(ctx: Context, form: WritePurpose) -> Replies:
    """Set a channel’s purpose from the window."""
    return await _save_text(ctx, form.key, Drift.PURPOSE, form.text)


@feature.command(
    "canaux entete", help="Écrire l’en-tête d’un canal", hint="[canal] [texte]", roles=ANIMATEURS, writes=True
)
async def write_header(ctx: Context, text: str) -> Replies:
    """Set a channel’s header, which is Markdown; without a text, open the window."""
    return await _write_text(ctx, text, Drift.HEADER, WriteHeader)


@feature.submit(WriteHeader, roles=ANIMATEURS)
async def save_header(ctx: Context, form: WriteHeader) -> Replies:
    """Set a channel’s header from the window."""
    return await _save_text(ctx, form.key, Drift.HEADER, form.text)


async def _write_text(ctx: Context, text: str, drift: Drift, window: type[WritePurpose] | type[WriteHeader]) -> Replies:
    there = await list_known_channels(ctx, lambda _: True)
    key, words = await split_channel_name(ctx, text, there)
    if key and words:
        return await _save_text(ctx, key, drift, " ".join(words.split()) if drift is Drift.PURPOSE else words)
    before = getattr(await must_be_planned(ctx, key), COLUMNS[drift][0]) if key else None
    return Ask(window.draft(there=there, key=key, text=before))


async def _save_text(ctx: Context, key: str, drift: Drift, text: str) -> Replies:
    """Set a text of a channel in Mattermost and in the bot’s table; otherwise the nightly check would restore the old
    one."""
    column, called, most = COLUMNS[drift]
    canal = await must_be_planned(ctx, key)
    before = str(getattr(canal, column))
    if len(text) > most:
        raise UserError(render("canaux/text_too_long", most=most, length=len(text)))
    if before == text:
        return Whisper(render("canaux/text_unchanged"))
    await canaux.amend_channel(ctx.db, key, ctx.user.id, ctx.now, **{column: text})
    act = await apply_change(ctx, Finding(drift, key, canal.address, "écrit à la main", before=before, after=text))
    said = render("canaux/described", title=canal.name, what=called, before=before, after=text)
    return [Whisper(said), act]


ADDRESS_MAX = 50

BY_HAND = "archivé à la main, dans Mattermost"
_OTHER_SIGNS = re.compile(r"[^a-z0-9]+")


class Make(BaseModel):
    """Checked request for a new thematic channel, of which no namesake was found."""

    name: str
    address: str
    purpose: str
    header: str


class UnarchiveChannel(Choosing):
    """Menu « Restaurer »: the key of an archived channel in ``chosen``; ``channel`` is its id if it was archived
    directly in Mattermost."""

    channel: str = ""


@feature.command("canaux creer", help="Créer un canal thématique", hint="[nom]", roles=ANIMATEURS)
async def ask_new_channel(_: Context, text: str) -> Replies:
    """Open the window of a new channel."""
    return Ask(NewChannel.draft(name=text.strip() or None))


async def check_new_channel(ctx: ReadingContext, form: NewChannel) -> Make:
    """Check that a channel can be created. Raises UserError if a channel of that name exists."""
    address = make_address(form.name)
    if not address:
        raise UserError(fields={"nom": render("canaux/name_without_letters")})
    namesake = await ctx.chat.channel_by_name(address, archived=True)
    if namesake and namesake.is_private and not await ctx.chat.is_in(namesake.id):
        raise UserError(fields={"nom": render("canaux/address_private")})
    table = await canaux.list_planned(ctx.db, ctx.settings, archived=True)
    if fault := _find_namesake_fault(form.name, address, namesake, table):
        raise UserError(fields={"nom": fault})
    return Make(name=form.name, address=address, purpose=form.purpose, header=form.header or "")


@feature.button(Make, roles=ANIMATEURS)
@feature.submit(NewChannel, roles=ANIMATEURS, asks=check_new_channel)
async def make_channel(ctx: Context, new: Make) -> Replies:
    """Add a new channel to the table, and create it."""
    key = f"{canaux.MADE}{new.address}"
    if key in await canaux.list_planned(ctx.db, ctx.settings, archived=True):
        raise UserError(render("canaux/created_already"))
    await canaux.amend_channel(ctx.db, key, ctx.user.id, ctx.now, **new.model_dump())
    act = await apply_change(ctx, Finding(Drift.ABSENT, key, new.address, "créé à la main"))
    return [Whisper(render("canaux/being_made", title=new.name)), act]


def make_address(name: str) -> str:
    """Make the address of a thematic channel from its name; "" for a name without letters or digits."""
    return _OTHER_SIGNS.sub("-", fold(name))[:ADDRESS_MAX].strip("-")


def _find_namesake_fault(
    name: str, address: str, there: ChatChannel | None, table: Mapping[str, PlannedChannel]
) -> str:
    """Say why a channel of that name cannot be created, in French; "" if it can."""
    if there is not None and there.archived:
        return render("canaux/address_archived")
    if there is not None:
        return render("canaux/address_taken", display_name=there.display_name)
    if any(address == other.address or fold(name) == fold(other.name) for other in table.values()):
        return render("canaux/name_planned")
    return ""


@feature.command("canaux renommer", help="Donner un autre nom à un canal", hint="[nom]", roles=ANIMATEURS)
async def ask_new_name(ctx: Context, text: str) -> Replies:
    """Open the window of a new name. Channels of départements cannot be renamed: people find them by their names."""
    there = await list_known_channels(ctx, lambda channel: channel.family is not Family.DEPARTEMENT, absent=True)
    chosen = await find_named_channel(ctx, text, there, render("canaux/keeps_its_name"))
    return Ask(RenameChannel.draft(there=there, key=chosen))


@feature.submit(RenameChannel, roles=ANIMATEURS)
async def save_name(ctx: Context, form: RenameChannel) -> Replies:
    """Change a channel’s title here and in Mattermost. Its address stays, unless the channel does not exist yet."""
    canal = await must_be_planned(ctx, form.key)
    if canal.name == form.name:
        return Whisper(render("canaux/name_unchanged", name=form.name))
    if form.key not in await canaux.find_channel_ids(ctx.db):
        return await _make_elsewhere(ctx, canal, form.name)
    await canaux.amend_channel(ctx.db, form.key, ctx.user.id, ctx.now, name=form.name)
    titles: dict[str, Any] = {"before": canal.name, "after": form.name}
    act = await apply_change(ctx, Finding(Drift.TITLE, form.key, canal.address, "renommé à la main", **titles))
    return [Whisper(render("canaux/renamed", **titles)), act]


async def _make_elsewhere(ctx: Context, canal: PlannedChannel, name: str) -> Replies:
    """Create a planned channel that is missing, perhaps because its address is taken, at the address of its new
    name."""
    address, table = make_address(name), dict(await canaux.list_planned(ctx.db, ctx.settings, archived=True))
    del table[canal.key]
    if fault := _find_namesake_fault(name, address, None, table) if address else render("canaux/name_without_letters"):
        raise UserError(fields={"nom": fault})
    await canaux.amend_channel(ctx.db, canal.key, ctx.user.id, ctx.now, name=name, address=address)
    reason = f"« {canal.name} » n’existait pas : créé sous ce nom"
    act = await apply_change(ctx, Finding(Drift.ABSENT, canal.key, address, reason, before=canal.name))
    return [Whisper(render("canaux/being_made", title=name)), act]


@feature.command(
    "canaux archiver", help="Archiver un canal thématique, avec une raison", hint="[nom]", roles=ANIMATEURS
)
async def ask_archive_reason(ctx: Context, text: str) -> Replies:
    """Open the window in which an archiving is explained."""
    there = await list_known_channels(ctx, lambda channel: channel.family is Family.THEMATIQUE)
    refusal = render("canaux/not_archivable")
    return Ask(PutAway.draft(there=there, key=await find_named_channel(ctx, text, there, refusal)))


@feature.submit(PutAway, roles=ANIMATEURS)
async def archive_channel(ctx: Context, form: PutAway) -> Replies:
    """Archive a channel: everybody can read it and nobody can write; the bot will not restore it by itself."""
    canal = await must_be_planned(ctx, form.key)
    await canaux.amend_channel(ctx.db, form.key, ctx.user.id, ctx.now, archived=form.reason)
    act = await apply_change(ctx, Finding(Drift.PUT_AWAY, form.key, canal.address, f"archivé : {form.reason}"))
    return [Whisper(render("canaux/put_away", title=canal.name, reason=form.reason)), act]


async def read_restored(ctx: ReadingContext, text: str) -> UnarchiveChannel | Whisper:
    """Find the archived channel that is named, or offer a menu of those archived here or directly in Mattermost."""
    table = await canaux.list_planned(ctx.db, ctx.settings, archived=True)
    if text.strip():
        return await _find_archived(ctx, read_scope(text, table), table)
    known, told = await canaux.find_channel_ids(ctx.db), await _list_archived(ctx)
    away = {
        key: why for key, why in told.items() if why != BY_HAND or await _find_archived_id(ctx, table[key], known[key])
    }
    if not away:
        raise UserError(render("canaux/none_archived"))
    options = {key: table[key].name for key in list(away)[:OFFERED_MAX]}
    lines = [(name, away[key]) for key, name in options.items()]
    return Whisper(render("canaux/away", lines=lines), menus=[Menu("Restaurer", UnarchiveChannel(), options)])


async def _list_archived(ctx: Context) -> Mapping[str, str]:
    """Return the keys of archived channels, and the reason of each."""
    table = await canaux.list_planned(ctx.db, ctx.settings, archived=True)
    archived, known = await watchlist.list_archived(ctx.db), await canaux.find_channel_ids(ctx.db)
    by_hand = {key: BY_HAND for key, channel_id in known.items() if channel_id in archived}
    return {key: why for key, why in (by_hand | dict(await canaux.list_put_away(ctx.db))).items() if key in table}


async def _find_archived(ctx: ReadingContext, key: str, table: Mapping[str, PlannedChannel]) -> UnarchiveChannel:
    """Find an archived channel by its key, asking Mattermost if it was not archived here. Raises UserError if it is
    open."""
    if key in await canaux.list_put_away(ctx.db) or key not in table:
        return UnarchiveChannel(chosen=key)
    found = await _find_archived_id(ctx, table[key], (await canaux.find_channel_ids(ctx.db)).get(key, ""))
    if not found:
        raise UserError(render("canaux/not_archived"))
    return UnarchiveChannel(chosen=key, channel=found)


async def _find_archived_id(ctx: ReadingContext, canal: PlannedChannel, channel_id: str) -> str:
    """Return the id of a channel that Mattermost says is archived; "" for any other."""
    chat = ctx.chat.in_team(canal.team)
    asked = chat.channel(channel_id) if channel_id else chat.channel_by_name(canal.address, archived=True)
    found = await unless_refused(asked, None)
    return found.id if found is not None and found.archived else ""


@feature.button(UnarchiveChannel, name="canaux.Restore", roles=ANIMATEURS)
@feature.command(
    "canaux restaurer", help="Rouvrir un canal archivé", hint="[nom]", roles=ANIMATEURS, asks=read_restored
)
async def restore_channel(ctx: Context, click: UnarchiveChannel) -> Replies:
    """Restore an archived channel with its members."""
    await ctx.must_still_be(ANIMATEURS)
    canal = (await canaux.list_planned(ctx.db, ctx.settings, archived=True)).get(click.chosen)
    if canal is None or not (click.channel or click.chosen in await _list_archived(ctx)):
        raise UserError(render("canaux/archived_no_more"))
    if click.channel:
        await canaux.remember_channel(ctx.db, click.chosen, click.channel, ctx.now)
    reason = (await canaux.list_put_away(ctx.db)).get(click.chosen, "")
    if reason:
        await canaux.amend_channel(ctx.db, click.chosen, ctx.user.id, ctx.now, archived="")
    found = Finding(Drift.ARCHIVED, click.chosen, canal.address, "restauré à la main", before=reason)
    act = await apply_change(ctx, found)
    return [Whisper(render("canaux/brought_back", title=canal.name)), act]


COORDINATEURS_MAX = 1000
"""The most coordinateurs that are read: more than the network has."""


@feature.command(
    "canaux droits", help="Savoir qui écrit dans un canal, et ce qui s’y règle", hint="69 | canal", roles=ANIMATEURS
)
async def show_rights(ctx: Context, text: str) -> Replies:
    """Explain who may write in a channel; Mattermost restricts writing only in its licensed editions."""
    table = await canaux.list_planned(ctx.db, ctx.settings)
    scope = read_scope(text, table)
    if scope in {ALL, DEPARTEMENTS}:
        raise UserError(render("canaux/rights_of_which"))
    canal, rules = table[scope], canaux.MembershipRules(await canaux.list_allowances(ctx.db))
    found = (
        await people.with_role(ctx.db, people.Role.COORDINATEUR, ctx.today, limit=COORDINATEURS_MAX)
        if canal.departement
        else []
    )
    leads = [p.username for p in found if rules.administers(canal, canaux.ChannelPerson.of(p, p.today(ctx.now)))]
    return Whisper(render("canaux/rights", planned=canal, leads=leads, licensed=ctx.capabilities.licensed))
