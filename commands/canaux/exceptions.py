"""Who is let into a channel, or kept out of it, by name: decided by a click, listed, and ended."""

from collections.abc import Mapping

from pydantic import BaseModel

from bot.acts import AddMembers, RemoveMember
from bot.context import Context
from bot.errors import UserError
from bot.journaling import Deed, note_at_end
from bot.menus import Choosing, Menu
from bot.replies import Button, Refresh, Replies, Say, Whisper
from bot.texts import Markdown, escape, mention, quote, render
from commands.canaux.alerts import close, settle
from commands.canaux.feature import ANIMATEURS, feature
from commands.canaux.noting import note_place
from commands.canaux.scope import must_be_planned, read_scope
from config.canaux import PlannedChannel
from dialogs.canaux import REASON_MAX
from storage import people
from storage.canaux import Allowance, allow, allowances, by_key, disallow, planned
from storage.journal import Act
from storage.people import Person

SHOWN = 20
"""Lines of a message that is to be read on one screen."""
_LEADS = {True: "administre", False: "n’administre pas"}
ADMITTED = "y est admis par l’équipe d’animation"


class Outsider(BaseModel):
    """Somebody in the channel of that key, where they do not belong; ``username`` is what they were called then."""

    key: str
    user_id: str
    username: str


class Admit(Outsider):
    """« L’admettre »: they may be there, by name."""


class Remove(Outsider):
    """« Le retirer »: they leave, and may come back if they are brought in again."""


class EndException(Choosing):
    """The rules alone hold again for who was ``chosen`` (« key user_id »)."""


def intruder(who: Outsider, canal: PlannedChannel, why: str, room: str) -> Say:
    """What the animateurs’ channel reads of somebody who is where they do not belong."""
    text = render("canaux/intruder", username=who.username, planned=canal, why=why)
    about = who.model_dump()
    buttons = [Button("L’admettre", Admit(**about)), Button("Retirer du canal", Remove(**about), "danger")]
    return Say(text, buttons, channel_id=room, topic=topic_of(who.key, who.user_id))


def by_name(ctx: Context, key: str, user_id: str, reason: str, *, is_in: bool) -> Allowance:
    """The exception that who acts makes of somebody."""
    return Allowance(key=key, user_id=user_id, is_in=is_in, reason=reason, by=ctx.user.id, at=ctx.now)


@feature.button(Admit, roles=ANIMATEURS)
async def admit(ctx: Context, click: Admit) -> Replies:
    """From now on they belong there, by name."""
    canal = await must_be_planned(ctx, click.key)
    await allow(ctx.db, [by_name(ctx, click.key, click.user_id, ADMITTED, is_in=True)])
    note_place(ctx, Act.CHANNEL_ADMIT, canal, click.user_id, ADMITTED)
    return await _settled(ctx, click, canal, is_in=True)


@feature.button(Remove, roles=ANIMATEURS)
async def remove(ctx: Context, click: Remove) -> Replies:
    """Out of the channel; what they wrote stays."""
    canal = await must_be_planned(ctx, click.key)
    channel_id = (await by_key(ctx.db)).get(click.key, "")
    await disallow(ctx.db, click.key, click.user_id)
    note_place(ctx, Act.CHANNEL_REMOVE, canal, click.user_id)
    return [RemoveMember(channel_id, click.user_id), await _settled(ctx, click, canal, is_in=False)]


@feature.command(
    "canaux admettre",
    help="Admettre quelqu’un dans un canal, par exception",
    hint="@nom canal raison",
    roles=ANIMATEURS,
    writes=True,
)
async def admit_by_name(ctx: Context, text: str) -> Replies:
    """From now on they belong there, and come in."""
    name, _, rest = text.strip().partition(" ")
    where, _, reason = rest.strip().partition(" ")
    if not where:
        raise UserError(
            "Dites qui, où et pourquoi : par exemple /canaux admettre @nina.roux 69 stagiaire jusqu’en juin."
        )
    account = await ctx.chat.user_by_name(name)
    if account is None or account.is_bot:
        raise UserError(f"Personne ne s’appelle @{quote(name.removeprefix('@'))} dans Mattermost.")
    table, known = await planned(ctx.db, ctx.settings), await by_key(ctx.db)
    canal = table.get(read_scope(where, table))
    if canal is None or canal.key not in known:
        raise UserError("Ce canal n’existe pas encore : /canaux verifier dit lesquels manquent.")
    why = reason.strip()[:REASON_MAX] or ADMITTED
    await allow(ctx.db, [by_name(ctx, canal.key, account.id, why, is_in=True)])
    note_place(ctx, Act.CHANNEL_ADMIT, canal, account.id, why)
    said = render("canaux/admitted", username=account.username, planned=canal)
    alert = await close(ctx, topic_of(canal.key, account.id), said)
    return [AddMembers(known[canal.key], [account.id], team=canal.team), *alert, Whisper(said)]


@feature.command(
    "canaux exceptions", help="Voir qui est admis dans un canal, ou exclu, par exception", roles=ANIMATEURS
)
async def show(ctx: Context, _: str) -> Replies:
    """All of them, and a menu to end one."""
    found = await allowances(ctx.db)
    table = await planned(ctx.db, ctx.settings)
    about = await people.among(ctx.db, ids=[each.user_id for each in found[:SHOWN]]) if found else []
    known = {person.id: person for person in about}
    lines = [_line(each, table, known) for each in found[:SHOWN]]
    text = render("canaux/exceptions", lines=lines, more=len(found) - SHOWN)
    options = {f"{e.key} {e.user_id}": _option(e, table, known) for e in found[:SHOWN]}
    return Whisper(text, menus=[Menu("Mettre fin à une exception", EndException(), options)] if options else [])


@feature.button(EndException, roles=ANIMATEURS)
async def end(ctx: Context, click: EndException) -> Replies:
    """Nobody is moved by that: the next check says what follows from it."""
    key, _, user_id = click.chosen.rpartition(" ")
    was_there = await disallow(ctx.db, key, user_id)
    if not was_there:
        raise UserError("Cette exception n’existe plus.")
    note_at_end(ctx, Deed(Act.CHANNEL_EXCEPTION, f"canal:{key}", user_id))
    return Whisper("C’est noté : les règles ordinaires valent de nouveau. /canaux verifier dit ce que cela change.")


async def _settled(ctx: Context, who: Outsider, canal: PlannedChannel, *, is_in: bool) -> Refresh:
    await settle(ctx, topic_of(who.key, who.user_id))
    text = render("canaux/outsider_settled", who=who, planned=canal, by=ctx.user.username, is_in=is_in)
    return Refresh(text, topic=topic_of(who.key, who.user_id), here=True)


def topic_of(key: str, user_id: str) -> str:
    """What the alert about somebody in the channel of that key is filed under."""
    return f"canaux.out:{key[:20]}:{user_id}"


def _line(each: Allowance, table: Mapping[str, PlannedChannel], known: Mapping[str, Person]) -> Markdown:
    who = mention(known[each.user_id].username) if each.user_id in known else "quelqu’un hors du registre"
    what = _LEADS[each.leads] if each.leads is not None else "admis dans" if each.is_in else "tenu hors de"
    name = table[each.key].name if each.key in table else each.key
    return Markdown(f"{who} : {what} **{escape(name)}** ({escape(each.reason or 'sans raison écrite')})")


def _option(each: Allowance, table: Mapping[str, PlannedChannel], known: Mapping[str, Person]) -> str:
    who = f"@{known[each.user_id].username}" if each.user_id in known else each.user_id[:8]
    return f"{who}, {table[each.key].name if each.key in table else each.key}"
