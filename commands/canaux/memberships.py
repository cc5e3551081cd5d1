"""Who is in which channel: brought in on arrival, taken out after a move or a departure.
Who is not in the register is looked up in Mattermost by a question, before anything is written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel

from bot.actions import AddMembers, RemoveMember
from bot.context import Context, ReadingContext
from bot.errors import ChatError, Refusal
from bot.events import JoinedChannel, JoinedTeam, LeftChannel
from bot.mattermost import ChatUser
from bot.replies import Direct, Progress, Replies, Reply, Say, Start, Step
from bot.texts import render
from commands.canaux.cards import close_alert
from commands.canaux.exceptions import OUTSIDER, Outsider, alert_outsider
from commands.canaux.feature import feature, find_planned_at, note_moves
from config.canaux import home_of
from config.territories import hub_of
from storage import people
from storage.canaux import find_channel_ids, find_team_room, list_allowances, list_planned
from storage.canaux.membership import ChannelMember, MembershipRules, begin_departure, compute_settling, find_departed
from storage.people import Person, departures


@dataclass(frozen=True, slots=True)
class Unregistered:
    """The account of somebody whom the register does not know; None for who is in it, or has no account."""

    account: ChatUser | None


async def read_unregistered(ctx: ReadingContext, event: JoinedTeam | LeftChannel | JoinedChannel) -> Unregistered:
    """Look up who is not in the register: who was waited for is by then."""
    try:
        person = await ctx.people.recall(event.user_id, people.get)
        return Unregistered(None if person else await ctx.chat.user(event.user_id))
    except ChatError as error:
        if error.refusal is Refusal.UNKNOWN_PERSON:
            return Unregistered(None)
        raise


@feature.event(JoinedTeam, name="canaux.bring_in.JoinedTeam", asks=read_unregistered)
async def bring_in(ctx: Context, event: JoinedTeam, _: Unregistered) -> Replies:
    """Bring who comes into the team into all channels where the register wants them; who was announced by an import is
    in it by then."""
    member = await _find_member(ctx, event.user_id)
    if member is None:
        return None
    table, known = await list_planned(ctx.db, ctx.settings), await find_channel_ids(ctx.db)
    wanted = MembershipRules(await list_allowances(ctx.db)).places(table, member)
    joins = [channel for key, channel in table.items() if key in wanted and key in known]
    note_moves(ctx, member.id, joins=[channel.name for channel in joins])
    return [AddMembers(known[channel.key], [member.id], team=channel.team) for channel in joins]


@feature.event(LeftChannel, name="canaux.put_back.LeftChannel", asks=read_unregistered)
async def put_back(ctx: Context, event: LeftChannel, found: Unregistered) -> Replies:
    """Put back who belongs into a private channel, and was taken out of it or left it. (Who left the team is refused
    there; of public channels the bot does not hear who is there.)"""
    canal = await find_planned_at(ctx, event.channel_id)
    if canal is None:
        return None
    member = await _find_member(ctx, event.user_id)
    if member is None or not MembershipRules(await list_allowances(ctx.db)).reason_in(canal, member):
        over = render("canaux/outsider_gone", planned=canal, username=_find_username(member, found.account))
        return await close_alert(ctx, OUTSIDER.rewrite((canal.key, event.user_id), over))
    note_moves(ctx, event.user_id, joins=[canal.name])
    return AddMembers(event.channel_id, [event.user_id], team=canal.team)


@feature.event(JoinedChannel, name="canaux.tell_of_intruder.JoinedChannel", asks=read_unregistered)
async def report_intruder(ctx: Context, event: JoinedChannel, found: Unregistered) -> Replies:
    """Tell the animateurs of who is in a private channel without belonging there, and why it is so: they decide by a
    click."""
    account = found.account
    canal, room = await find_planned_at(ctx, event.channel_id), await find_team_room(ctx.db)
    if canal is None or not room or (account and (account.is_bot or account.is_system_admin)):
        return None
    member = await _find_member(ctx, event.user_id)
    why = MembershipRules(await list_allowances(ctx.db)).reason_out(canal, member, event.user_id)
    if not why:
        return None
    who = Outsider(key=canal.key, user_id=event.user_id, username=_find_username(member, account))
    return alert_outsider(who, canal, why, room)


def _find_username(member: ChannelMember | None, account: ChatUser | None) -> str:
    return member.username if member else account.username if account else ""


async def _find_member(ctx: Context, user_id: str) -> ChannelMember | None:
    """Find somebody as far as channels go, by the register as it is now (what was read before the first statement may
    have changed since); None for who is not in it."""
    person = await people.get(ctx.db, user_id)
    return ChannelMember.of(person, person.today(ctx.now)) if person else None


LOOKED_BACK = timedelta(days=7)
"""How old a last day may be that is still dealt with, where some nights were missed."""
AT_ONCE = 20
SHOWN = 15


class SeeOff(BaseModel):
    """People whose last day has passed leave their channels."""


@feature.job("hour=5 minute=0", name="canaux.leave_old_channels", writes=True)
async def leave_old_channels(ctx: Context) -> Replies:
    """Take out of their channels, once a night, those who moved and those who left, before the channels are looked at:
    who is due to leave is no drift."""
    ended = [Start(payload=SeeOff())] if await _list_leavers(ctx) else []
    return [*await _leave_old_homes(ctx, await find_channel_ids(ctx.db)), *ended]


@feature.chore(SeeOff, name="canaux.SeeOff", title="Départs du réseau", unit=("personne", "personnes"), writes=True)
async def take_out_leavers(ctx: Context, _: SeeOff, progress: Progress) -> Step:
    """Take out a few of those who left, each once; at the end the animateurs’ channel reads who left."""
    seen: list[str] = progress.cursor or []
    leavers = (await _list_leavers(ctx))[:AT_ONCE]
    if not leavers:
        return Step(replies=await _report_leavers(ctx, seen), done=len(seen), finished=True)
    left = [person for person in leavers if await begin_departure(ctx.db, person, ctx.now)]
    off = await departures.find_gone_since(ctx.db, [person.id for person in left])
    ask = [person.username for person in await people.list_to_ask(ctx.db)] if left else []
    told: list[Reply] = []
    for person in left:
        told += await _take_out(ctx, person)
        if person.id not in off:
            told.append(Direct(render("canaux/ended", last_day=person.left_on, ask=ask), user_id=person.id))
    seen = [*seen, *(person.id for person in left)]
    return Step(replies=told, cursor=seen, done=len(seen))


async def _leave_old_homes(ctx: Context, known: Mapping[str, str]) -> Sequence[Reply]:
    """Take those who moved out of their old channels; who is let in by name, moved back or animates stays."""
    table, rules = await list_planned(ctx.db, ctx.settings), MembershipRules(await list_allowances(ctx.db))
    told: list[Reply] = []
    for move in await departures.list_over(ctx.db, ctx.now):
        await departures.forget_move(ctx.db, move)
        person = await people.get(ctx.db, move.person_id)
        if person is None:
            continue
        member = ChannelMember.of(person, person.today(ctx.now))
        for key in _home_keys(move.departement):
            if key in known and key in table and rules.reason_out(table[key], member):
                said = render("canaux/left", planned=table[key])
                note_moves(ctx, person.id, leaves=[table[key].name])
                told += [RemoveMember(known[key], person.id), Direct(said, user_id=person.id)]
    return told


def _home_keys(departement: str) -> Sequence[str]:
    """List the keys of the channels of who works there: the département’s, and its hub’s."""
    hub = hub_of(departement)
    return [f"departement:{home_of(departement)}", *([f"hub:{hub.key}"] if hub else [])]


async def _list_leavers(ctx: Context) -> Sequence[Person]:
    """List whose last day has passed where they are; who left on the day that it was said is in no channel any more."""
    ended = await people.list_ended(ctx.db, ctx.today - LOOKED_BACK, ctx.today)
    ended = [person for person in ended if person.has_left(person.today(ctx.now))]
    done = await find_departed(ctx.db, ended)
    return [person for person in ended if person.id not in done]


async def _take_out(ctx: Context, person: Person) -> Sequence[Reply]:
    """Take somebody out of the channels that were theirs on their last day."""
    assert person.left_on is not None  # that is why they leave
    was, is_now = ChannelMember.of(person, person.left_on), ChannelMember.of(person, person.today(ctx.now))
    settling = await compute_settling(ctx.db, await list_planned(ctx.db, ctx.settings), was, is_now)
    note_moves(ctx, person.id, leaves=list(settling.leaves))
    return [RemoveMember(channel_id, person.id) for channel_id in settling.leaves]


async def _report_leavers(ctx: Context, ids: Sequence[str]) -> Sequence[Reply]:
    room = await find_team_room(ctx.db)
    if not room or not ids:
        return []
    shown = await people.among(ctx.db, ids=ids[:SHOWN])
    return [Say(render("canaux/ended_all", people=shown, count=len(ids), more=len(ids) - SHOWN), channel_id=room)]
