"""Who comes into the team comes into their channels; who is taken out of one they belong to comes back; and the
animateurs hear of who is where they do not belong.

Mattermost is asked before the first statement: from that one on every other writer may wait.
"""

from bot.acts import AddMembers
from bot.context import Context
from bot.errors import ChatError
from bot.events import JoinedChannel, JoinedTeam, LeftChannel
from bot.mattermost import ChatUser
from bot.refusals import Refusal
from bot.replies import Replies
from bot.texts import render
from commands.canaux.alerts import close
from commands.canaux.exceptions import Outsider, intruder, topic_of
from commands.canaux.feature import ROOM, feature
from commands.canaux.noting import note_moves
from commands.canaux.scope import planned_at
from storage import people
from storage.canaux import allowances, by_key, planned
from storage.canaux.belonging import Member, Rules


@feature.event(JoinedTeam, name="canaux.bring_in.JoinedTeam")
async def bring_in(ctx: Context, event: JoinedTeam) -> Replies:
    """All channels where the register wants somebody; who was announced by an import is in it by then."""
    await _look_up(ctx, event.user_id)
    member = await _member(ctx, event.user_id)
    if member is None:
        return None
    table, known = await planned(ctx.db, ctx.settings), await by_key(ctx.db)
    wanted = Rules(await allowances(ctx.db)).places(table, member)
    joins = [channel for key, channel in table.items() if key in wanted and key in known]
    note_moves(ctx, member.id, joins=[channel.name for channel in joins])
    return [AddMembers(known[channel.key], [member.id], team=channel.team) for channel in joins]


@feature.event(LeftChannel, name="canaux.put_back.LeftChannel")
async def put_back(ctx: Context, event: LeftChannel) -> Replies:
    """Who belongs into a private channel, and was taken out of it or left it. (Who left the team is refused there; of
    public channels the bot does not hear who is there, feature.py.)"""
    account = await _look_up(ctx, event.user_id)
    canal = await planned_at(ctx, event.channel_id)
    if canal is None:
        return None
    member = await _member(ctx, event.user_id)
    if member is None or not Rules(await allowances(ctx.db)).reason_in(canal, member):
        over = render("canaux/outsider_gone", planned=canal, username=_name(member, account))
        return await close(ctx, topic_of(canal.key, event.user_id), over)
    note_moves(ctx, event.user_id, joins=[canal.name])
    return AddMembers(event.channel_id, [event.user_id], team=canal.team)


@feature.event(JoinedChannel, name="canaux.tell_of_intruder.JoinedChannel")
async def tell_of_intruder(ctx: Context, event: JoinedChannel) -> Replies:
    """Who is in a private channel without belonging there is not thrown out: the animateurs are told why it is so, and
    decide by a click."""
    account = await _look_up(ctx, event.user_id)
    canal, room = await planned_at(ctx, event.channel_id), (await by_key(ctx.db)).get(ROOM)
    if canal is None or room is None or (account and (account.is_bot or account.is_system_admin)):
        return None
    member = await _member(ctx, event.user_id)
    why = Rules(await allowances(ctx.db)).reason_out(canal, member, event.user_id)
    if not why:
        return None
    who = Outsider(key=canal.key, user_id=event.user_id, username=_name(member, account))
    return intruder(who, canal, why, room)


def _name(member: Member | None, account: ChatUser | None) -> str:
    return member.username if member else account.username if account else ""


async def _look_up(ctx: Context, user_id: str) -> ChatUser | None:
    """The account of who is not in the register: who was waited for is by then. None for who is, or has no account."""
    try:
        person = await ctx.people.recall(user_id, people.get)
        return None if person else await ctx.chat.user(user_id)
    except ChatError as error:
        if error.refusal is Refusal.UNKNOWN_PERSON:
            return None
        raise


async def _member(ctx: Context, user_id: str) -> Member | None:
    """Somebody as far as channels go, by the register as it is now (what was read before the first statement may have
    changed since); None for who is not in it."""
    person = await people.get(ctx.db, user_id)
    return Member.of(person, person.today(ctx.now)) if person else None
