"""Who comes into the team comes into their channels; who is taken out of one they belong to comes back; and the
animateurs hear of who is where they do not belong.

Mattermost is asked before the first statement: from that one on every other writer may wait.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.acts import AddMembers
from bot.context import Context
from bot.errors import ChatError
from bot.events import JoinedChannel, JoinedTeam, LeftChannel
from bot.mattermost import ChatUser
from bot.refusals import Refusal
from bot.replies import Replies
from commands.canaux.exceptions import Outsider, intruder
from commands.canaux.feature import ROOM, feature
from config.canaux import PlannedChannel
from storage import people
from storage.canaux import allowances, by_key, planned
from storage.canaux.belonging import Member, Rules
from storage.people import Person


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who an event is about: their row of the register, or, of who has none, their account."""

    person: Person | None
    account: ChatUser | None = None


@feature.event(JoinedTeam)
async def bring_in(ctx: Context, event: JoinedTeam) -> Replies:
    """All channels where the register wants somebody; who was announced by an import is in it by then."""
    somebody = await _find(ctx, event.user_id)
    member = _member(ctx, somebody)
    if member is None:
        return None
    table, known = await planned(ctx.db, ctx.settings.channels), await by_key(ctx.db)
    wanted = Rules(await allowances(ctx.db)).places(table, member)
    return [AddMembers(known[key], [member.id]) for key in table if key in wanted and key in known]


@feature.event(LeftChannel)
async def put_back(ctx: Context, event: LeftChannel) -> Replies:
    """Who belongs into a private channel, and was taken out of it or left it. (Who left the team is refused there.)"""
    somebody = await _find(ctx, event.user_id)
    canal = await _planned(ctx, await by_key(ctx.db), event.channel_id)
    member = _member(ctx, somebody) if canal else None
    if canal is None or member is None or not Rules(await allowances(ctx.db)).reason_in(canal, member):
        return None
    return AddMembers(event.channel_id, [event.user_id])


@feature.event(JoinedChannel)
async def tell_of_intruder(ctx: Context, event: JoinedChannel) -> Replies:
    """Who is in a private channel without belonging there is not thrown out: the animateurs are told why it is so, and
    decide by a click."""
    somebody = await _find(ctx, event.user_id)
    known = await by_key(ctx.db)
    canal, room = await _planned(ctx, known, event.channel_id), known.get(ROOM)
    account = somebody.account
    if canal is None or room is None or (account and (account.is_bot or account.is_system_admin)):
        return None
    member = _member(ctx, somebody)
    why = Rules(await allowances(ctx.db)).reason_out(canal, member, event.user_id)
    if not why:
        return None
    username = member.username if member else account.username if account else ""
    return intruder(Outsider(key=canal.key, user_id=event.user_id, username=username), canal, why, room)


async def _planned(ctx: Context, known: Mapping[str, str], channel_id: str) -> PlannedChannel | None:
    """Which of the planned channels that is."""
    keys = (key for key, its_id in known.items() if its_id == channel_id)
    return (await planned(ctx.db, ctx.settings.channels)).get(next(keys, ""))


async def _find(ctx: Context, user_id: str) -> Somebody:
    """Somebody by the register, which is read aside, else by Mattermost."""
    try:
        person = await ctx.people.recall(user_id, people.get)
        return Somebody(person, None if person else await ctx.chat.user(user_id))
    except ChatError as error:
        if error.refusal is Refusal.UNKNOWN_PERSON:
            return Somebody(None)
        raise


def _member(ctx: Context, somebody: Somebody) -> Member | None:
    """Somebody as far as channels go; None for who is not in the register."""
    person = somebody.person
    return Member.of(person, person.today(ctx.now)) if person else None
