"""Exceptions by name: people who are admitted to a channel, kept out of it, or administer it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel

from bot.actions import AddMembers, RemoveMember
from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard
from bot.context import Context, ReadingContext
from bot.errors import ChatError, Refusal, UserError
from bot.events import JoinedChannel, JoinedTeam, LeftChannel
from bot.french import join, plural
from bot.mattermost import ChatUser
from bot.menus import Choosing, Menu
from bot.replies import Button, Direct, Message, Progress, Refresh, Replies, Reply, Say, Start, Step, Whisper
from bot.texts import Markdown, escape, mention, render, require
from commands.canaux import cards
from commands.canaux.cards import ANIMATEURS, feature
from commands.canaux.edits import apply_change, list_known_channels, split_channel_name
from config.canaux import PlannedChannel, home_of
from config.territories import hub_of
from dialogs.canaux import REASON_MAX
from storage import canaux, journal, people
from storage.canaux.runs import Drift, Finding
from storage.people import Person, transitions

OUTSIDER = RowCard[tuple[str, str]]("canaux.out:", lambda about: f"{about[0][:20]}:{about[1]}")
"""The alert about somebody who is in a channel without belonging there, by the channel’s key and their id."""
SHOWN = 20
"""The most lines of a message, so that it fits on one screen."""
_LEADS = {True: "administre", False: "n’administre pas"}
ADMITTED = "y est admis par l’équipe d’animation"


class Outsider(BaseModel):
    """Payload about somebody who is in a channel without belonging there; ``username`` is their name at that time."""

    key: str
    user_id: str
    username: str


class Admit(Outsider):
    """Button « L’admettre »: admits an outsider by name."""


class RemoveOutsider(Outsider):
    """Button « Le retirer »: removes an outsider, who may come back if added again."""


class EndException(Choosing):
    """Menu that ends the exception of whoever was chosen (« key user_id »): only the rules apply again."""


def alert_outsider(who: Outsider, canal: PlannedChannel, why: str, room: str) -> Say:
    """Report an outsider to the animateurs’ channel."""
    text = render("canaux/intruder", username=who.username, planned=canal, why=why)
    about = who.model_dump()
    buttons = [Button("L’admettre", Admit(**about)), Button("Retirer du canal", RemoveOutsider(**about), "danger")]
    return OUTSIDER.post((who.key, who.user_id), Message(text, buttons), room)


def make_exception(ctx: Context, key: str, user_id: str, reason: str, *, is_in: bool) -> canaux.Allowance:
    """Make an exception for somebody, decided by the person who acts."""
    return canaux.Allowance(key=key, user_id=user_id, is_in=is_in, reason=reason, by=ctx.user.id, at=ctx.now)


@feature.button(Admit, roles=ANIMATEURS)
async def admit_outsider(ctx: Context, click: Admit) -> Replies:
    """Admit an outsider to a channel by name."""
    canal = await cards.must_be_planned(ctx, click.key)
    await _admit(ctx, canal, click.user_id, ADMITTED)
    return await _settle_outsider(ctx, click, canal, is_in=True)


async def _admit(ctx: Context, canal: PlannedChannel, user_id: str, reason: str) -> bool:
    """Admit somebody to a channel by name. Return False and record nothing if they already are, for this reason or,
    without a reason, for any."""
    known = await canaux.find_allowance(ctx.db, canal.key, user_id)
    if known and known.is_in and reason in {known.reason, ADMITTED}:
        return False
    await canaux.allow(ctx.db, [make_exception(ctx, canal.key, user_id, reason, is_in=True)])
    cards.note_place(ctx, journal.AuditAct.CHANNEL_ADMIT, canal, user_id, reason)
    return True


@feature.button(RemoveOutsider, name="canaux.Remove", roles=ANIMATEURS)
async def remove_outsider(ctx: Context, click: RemoveOutsider) -> Replies:
    """Remove an outsider from a channel; their messages stay."""
    canal = await cards.must_be_planned(ctx, click.key)
    channel_id = (await canaux.find_channel_ids(ctx.db)).get(click.key, "")
    await canaux.disallow(ctx.db, click.key, click.user_id)
    cards.note_place(ctx, journal.AuditAct.CHANNEL_REMOVE, canal, click.user_id)
    return [RemoveMember(channel_id, click.user_id), await _settle_outsider(ctx, click, canal, is_in=False)]


@dataclass(frozen=True, slots=True)
class TypedAdmission:
    """A typed admission: whom, to which channel (as typed), and why."""

    account: ChatUser
    where: str
    reason: str


async def read_admission(ctx: ReadingContext, text: str) -> TypedAdmission:
    """Read « @nom canal raison ». Raises UserError if nobody is named."""
    name, _, rest = text.strip().partition(" ")
    where, _, reason = rest.strip().partition(" ")
    if not where:
        raise UserError(render("canaux/admission_usage"))
    account = await ctx.chat.user_by_name(name)
    if account is None or account.is_bot:
        raise UserError(render("canaux/unknown_person", username=name.removeprefix("@")))
    return TypedAdmission(account, where, reason.strip()[:REASON_MAX] or ADMITTED)


@feature.command(
    "canaux admettre",
    help="Admettre quelqu’un dans un canal, par exception",
    hint="@nom canal raison",
    roles=ANIMATEURS,
    asks=read_admission,
)
async def admit_by_name(ctx: Context, asked: TypedAdmission) -> Replies:
    """Add somebody to a channel, and admit them there by name."""
    account, why = asked.account, asked.reason
    table, known = await canaux.list_planned(ctx.db, ctx.settings), await canaux.find_channel_ids(ctx.db)
    canal = table.get(cards.read_scope(asked.where, table))
    if canal is None or canal.key not in known:
        raise UserError(render("canaux/not_there_yet"))
    is_new = await _admit(ctx, canal, account.id, why)
    said = render("canaux/admitted", username=account.username, planned=canal, is_new=is_new)
    alert = await cards.close_alert(ctx, OUTSIDER.rewrite((canal.key, account.id), said))
    return [AddMembers(known[canal.key], [account.id], team=canal.team), *alert, Whisper(said)]


@feature.command(
    "canaux exceptions", help="Voir qui est admis dans un canal, ou exclu, par exception", roles=ANIMATEURS
)
async def list_exceptions(ctx: Context, _: str) -> Replies:
    """List all exceptions, with a menu that ends one."""
    found = await canaux.list_allowances(ctx.db)
    table = await canaux.list_planned(ctx.db, ctx.settings)
    groups = _group_exceptions(found)
    offered = [each for group in groups for each in group][:SHOWN]
    shown = (*offered, *(group[0] for group in groups[:SHOWN]))
    known = await people.by_ids(ctx.db, [each.user_id for each in shown])
    lines = [_say_exceptions(group, table, known) for group in groups[:SHOWN]]
    text = render("canaux/exceptions", lines=lines, more=len(groups) - SHOWN)
    options = {f"{e.key} {e.user_id}": _label_exception(e, table, known) for e in offered}
    return Whisper(text, menus=[Menu("Mettre fin à une exception", EndException(), options)] if options else [])


@feature.button(EndException, roles=ANIMATEURS)
async def end_exception(ctx: Context, click: EndException) -> Replies:
    """End an exception. Nobody joins or leaves now: the next check says what follows."""
    key, _, user_id = click.chosen.rpartition(" ")
    if not await canaux.disallow(ctx.db, key, user_id):
        raise UserError(render("canaux/exception_gone"))
    record_entry_at_end(ctx, AuditEntry(journal.AuditAct.CHANNEL_EXCEPTION, f"canal:{key}", user_id))
    return Whisper(render("canaux/exception_ended"))


async def _settle_outsider(ctx: Context, who: Outsider, canal: PlannedChannel, *, is_in: bool) -> Refresh:
    text = render("canaux/outsider_settled", who=who, planned=canal, by=ctx.user.username, is_in=is_in)
    over = OUTSIDER.rewrite((who.key, who.user_id), text, here=True)
    await cards.settle_alert(ctx, over.topic)
    return over


def _group_exceptions(found: Sequence[canaux.Allowance]) -> Sequence[Sequence[canaux.Allowance]]:
    """Group the exceptions decided for a person at once, smallest group first. (A silenced person is kept out of every
    channel.)"""
    groups: dict[tuple[object, ...], list[canaux.Allowance]] = {}
    for each in found:
        groups.setdefault((each.user_id, each.is_in, each.leads, each.reason), []).append(each)
    return sorted(groups.values(), key=len)


NAMED = 3
"""How many channels one line names."""


def _say_exceptions(
    group: Sequence[canaux.Allowance], table: Mapping[str, PlannedChannel], known: Mapping[str, Person]
) -> Markdown:
    each = group[0]
    who = mention(known[each.user_id].username) if each.user_id in known else "quelqu’un hors du registre"
    what = _LEADS[each.leads] if each.leads is not None else "admis dans" if each.is_in else "tenu hors de"
    names = [f"**{escape(table[one.key].name if one.key in table else one.key)}**" for one in group[:NAMED]]
    others = [plural(len(group) - NAMED, "autre canal", "autres canaux")] if len(group) > NAMED else []
    where, why = join([*names, *others]), escape(each.reason or "sans raison écrite")
    return Markdown(f"{who} : {what} {where} ({why})")


def _label_exception(each: canaux.Allowance, table: Mapping[str, PlannedChannel], known: Mapping[str, Person]) -> str:
    who = f"@{known[each.user_id].username}" if each.user_id in known else each.user_id[:8]
    return f"{who}, {table[each.key].name if each.key in table else each.key}"


ADMIN_REASON = "administrateur du canal par décision de l’équipe d’animation"
_SIGNED_NAME = re.compile(r"([+-])\s*@?(\S+)")


class Lead(BaseModel):
    """A change of who administers the channel of that key: the person does if ``leads``, or no longer."""

    key: str
    user_id: str
    username: str
    leads: bool


async def read_admin_change(ctx: ReadingContext, text: str) -> Lead | Whisper:
    """Show who administers a channel; or check with Mattermost whether a change is possible."""
    key, rest = await split_channel_name(ctx, text, await list_known_channels(ctx, lambda _: True))
    who = _SIGNED_NAME.fullmatch(rest)
    if key is None or (rest and who is None):
        raise UserError(render("canaux/admin_usage"))
    canal, place = await cards.must_be_planned(ctx, key), (await canaux.find_channel_ids(ctx.db))[key]
    try:
        if who is None:
            return Whisper(render("canaux/leaders", planned=canal, names=await _list_admins(ctx, place)))
        return await _check_admin_change(ctx, Lead(key=key, user_id="", username=who[2], leads=who[1] == "+"), place)
    except ChatError as error:
        if error.may_pass:
            raise
        raise UserError(render("canaux/channel_not_seen")) from None


async def _list_admins(ctx: ReadingContext, place: str) -> Sequence[str]:
    """Return the names of a channel’s administrators, without bots."""
    ids = [member.user_id async for page in ctx.chat.channel_members(place) for member in page if member.is_admin]
    found = [user async for page in ctx.chat.users(ids) for user in page]
    return sorted(user.username for user in found if not (user.is_bot or user.deleted))


async def _check_admin_change(ctx: ReadingContext, wanted: Lead, place: str) -> Lead | Whisper:
    account = await ctx.chat.user_by_name(wanted.username)
    if account is None or account.is_bot or account.deleted:
        raise UserError(render("canaux/unknown_person", username=wanted.username))
    found = await ctx.chat.channel_member(place, account.id)
    member = require(found, "canaux/not_in_channel", username=account.username)
    if member.is_guest:
        raise UserError(render("canaux/guest_admin"))
    if member.is_admin is wanted.leads:
        return Whisper(render("canaux/leads_already", who=account, leads=wanted.leads))
    return wanted.model_copy(update={"user_id": account.id, "username": account.username})


@feature.button(Lead, roles=ANIMATEURS)
@feature.command(
    "canaux administrateurs",
    help="Voir qui administre un canal, en ajouter ou en retirer",
    hint="canal [+@nom | -@nom]",
    roles=ANIMATEURS,
    asks=read_admin_change,
)
async def set_admin(ctx: Context, wanted: Lead) -> Replies:
    """Make somebody a channel administrator by name, or no longer, so that no check undoes it."""
    await ctx.must_still_be(ANIMATEURS)
    canal = await cards.must_be_planned(ctx, wanted.key)
    known = await canaux.find_allowance(ctx.db, wanted.key, wanted.user_id)
    named = make_exception(ctx, wanted.key, wanted.user_id, ADMIN_REASON, is_in=True)
    named.leads = wanted.leads
    await canaux.allow(ctx.db, [named])
    before = known.model_dump_json(exclude={"by", "at"}) if known else ""
    drift = Drift.ADMIN_MISSING if wanted.leads else Drift.ADMIN_EXTRA
    why = "décidé à la main"
    found = Finding(drift, wanted.key, canal.address, why, wanted.user_id, wanted.username, before=before)
    act = await apply_change(ctx, found)
    return [Whisper(render("canaux/leads", planned=canal, who=wanted)), act]


@dataclass(frozen=True, slots=True)
class Unregistered:
    """The account of somebody who is not in the register; None if they are, or have no account."""

    account: ChatUser | None


async def read_unregistered(ctx: ReadingContext, event: JoinedTeam | LeftChannel | JoinedChannel) -> Unregistered:
    """Read the account of a person who is not in the register. (Reading it registers whoever an import announced.)"""
    try:
        person = await ctx.people.recall(event.user_id, people.get)
        return Unregistered(None if person else await ctx.chat.user(event.user_id))
    except ChatError as error:
        if error.refusal is Refusal.UNKNOWN_PERSON:
            return Unregistered(None)
        raise


@feature.event(JoinedTeam, name="canaux.bring_in.JoinedTeam", asks=read_unregistered)
async def bring_in(ctx: Context, event: JoinedTeam, _: Unregistered) -> Replies:
    """Add a person who joins the team to all channels of theirs. Whoever an import announced is in the register by
    then."""
    member = await _find_member(ctx, event.user_id)
    if member is None:
        return None
    table, known = await canaux.list_planned(ctx.db, ctx.settings), await canaux.find_channel_ids(ctx.db)
    wanted = canaux.MembershipRules(await canaux.list_allowances(ctx.db)).places(table, member)
    joins = [channel for key, channel in table.items() if key in wanted and key in known]
    cards.note_moves(ctx, member.id, joins=[channel.name for channel in joins])
    return [AddMembers(known[channel.key], [member.id], team=channel.team) for channel in joins]


@feature.event(LeftChannel, name="canaux.put_back.LeftChannel", asks=read_unregistered)
async def put_back(ctx: Context, event: LeftChannel, found: Unregistered) -> Replies:
    """Add a person back to a private channel that is theirs if they were removed or left. If they left the team
    Mattermost refuses; of public channels the bot gets no such events."""
    canal = await cards.find_planned_at(ctx, event.channel_id)
    if canal is None:
        return None
    member = await _find_member(ctx, event.user_id)
    if member is None or not canaux.MembershipRules(await canaux.list_allowances(ctx.db)).reason_in(canal, member):
        over = render("canaux/outsider_gone", planned=canal, username=_find_username(member, found.account))
        return await cards.close_alert(ctx, OUTSIDER.rewrite((canal.key, event.user_id), over))
    cards.note_moves(ctx, event.user_id, joins=[canal.name])
    return AddMembers(event.channel_id, [event.user_id], team=canal.team)


@feature.event(JoinedChannel, name="canaux.tell_of_intruder.JoinedChannel", asks=read_unregistered)
async def report_intruder(ctx: Context, event: JoinedChannel, found: Unregistered) -> Replies:
    """Report somebody who is in a private channel without belonging there; the animateurs decide by a button."""
    account = found.account
    canal, room = await cards.find_planned_at(ctx, event.channel_id), await canaux.find_team_room(ctx.db)
    if canal is None or not room or (account and (account.is_bot or account.is_system_admin)):
        return None
    member = await _find_member(ctx, event.user_id)
    why = canaux.MembershipRules(await canaux.list_allowances(ctx.db)).reason_out(canal, member, event.user_id)
    if not why:
        return None
    who = Outsider(key=canal.key, user_id=event.user_id, username=_find_username(member, account))
    return alert_outsider(who, canal, why, room)


def _find_username(member: canaux.ChannelPerson | None, account: ChatUser | None) -> str:
    return member.username if member else account.username if account else ""


async def _find_member(ctx: Context, user_id: str) -> canaux.ChannelPerson | None:
    """Read somebody’s channel membership from the register as it is now (an earlier answer may be outdated); None if
    they are not in it."""
    person = await people.get(ctx.db, user_id)
    return canaux.ChannelPerson.of(person, person.today(ctx.now)) if person else None


LOOKED_BACK = timedelta(days=7)
"""How long ago a last day may be to be dealt with still, if the bot was down for some nights."""
AT_ONCE = 20
ENDED_SHOWN = 15


class SeeOff(BaseModel):
    """Long work: people whose last day has passed leave their channels."""


@feature.job("hour=5 minute=0", name="canaux.leave_old_channels", writes=True)
async def leave_old_channels(ctx: Context) -> Replies:
    """Remove people who moved or left from their channels, each night before the check, so that they are not reported
    as drift."""
    ended = [Start(payload=SeeOff())] if await _list_leavers(ctx) else []
    return [*await _leave_old_homes(ctx, await canaux.find_channel_ids(ctx.db)), *ended]


@feature.chore(SeeOff, name="canaux.SeeOff", title="Départs du réseau", unit=("personne", "personnes"), writes=True)
async def take_out_leavers(ctx: Context, _: SeeOff, progress: Progress) -> Step:
    """Remove the next few leavers, once each; at the end, report who left to the animateurs’ channel."""
    seen: list[str] = progress.cursor or []
    leavers = (await _list_leavers(ctx))[:AT_ONCE]
    if not leavers:
        return Step(replies=await _report_leavers(ctx, seen), done=len(seen), finished=True)
    left = [person for person in leavers if await canaux.begin_departure(ctx.db, person, ctx.now)]
    off = await transitions.find_gone_since(ctx.db, [person.id for person in left])
    ask = [person.username for person in await people.list_to_ask(ctx.db, ctx.today)] if left else []
    told: list[Reply] = []
    for person in left:
        told += await _take_out(ctx, person)
        if person.id not in off:
            told.append(Direct(render("canaux/ended", last_day=person.left_on, ask=ask), user_id=person.id))
    seen = [*seen, *(person.id for person in left)]
    return Step(replies=told, cursor=seen, done=len(seen))


async def _leave_old_homes(ctx: Context, known: Mapping[str, str]) -> Sequence[Reply]:
    """Remove people who moved from the channels of their former département, unless they are admitted by name, moved
    back, or animate."""
    table = await canaux.list_planned(ctx.db, ctx.settings)
    rules = canaux.MembershipRules(await canaux.list_allowances(ctx.db))
    told: list[Reply] = []
    for move in await transitions.list_over(ctx.db, ctx.now):
        await transitions.forget_move(ctx.db, move)
        person = await people.get(ctx.db, move.person_id)
        if person is None:
            continue
        member = canaux.ChannelPerson.of(person, person.today(ctx.now))
        for key in _home_keys(move.departement):
            if key in known and key in table and rules.reason_out(table[key], member):
                said = render("canaux/left", planned=table[key])
                cards.note_moves(ctx, person.id, leaves=[table[key].name])
                told += [RemoveMember(known[key], person.id), Direct(said, user_id=person.id)]
    return told


def _home_keys(departement: str) -> Sequence[str]:
    """Return the keys of the channels for people of a département: its own, and its hub’s."""
    hub = hub_of(departement)
    return [f"departement:{home_of(departement)}", *([f"hub:{hub.key}"] if hub else [])]


async def _list_leavers(ctx: Context) -> Sequence[Person]:
    """Return the people whose last day has passed in their time zone. Whoever left on the day it was recorded is
    already out of all channels."""
    ended = await people.list_ended(ctx.db, ctx.today - LOOKED_BACK, ctx.today)
    ended = [person for person in ended if person.has_left(person.today(ctx.now))]
    done = await canaux.find_departed(ctx.db, ended)
    return [person for person in ended if person.id not in done]


async def _take_out(ctx: Context, person: Person) -> Sequence[Reply]:
    """Remove somebody from the channels that were theirs on their last day."""
    assert person.left_on is not None  # that is why they leave
    was = canaux.ChannelPerson.of(person, person.left_on)
    is_now = canaux.ChannelPerson.of(person, person.today(ctx.now))
    settling = await canaux.compute_settling(ctx.db, await canaux.list_planned(ctx.db, ctx.settings), was, is_now)
    cards.note_moves(ctx, person.id, leaves=list(settling.leaves))
    return [RemoveMember(channel_id, person.id) for channel_id in settling.leaves]


async def _report_leavers(ctx: Context, ids: Sequence[str]) -> Sequence[Reply]:
    room = await canaux.find_team_room(ctx.db)
    if not room or not ids:
        return []
    shown = await people.among(ctx.db, ids=ids[:ENDED_SHOWN])
    return [Say(render("canaux/ended_all", people=shown, count=len(ids), more=len(ids) - ENDED_SHOWN), channel_id=room)]
