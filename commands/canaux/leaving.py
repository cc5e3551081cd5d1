"""Who moved leaves the channel of the old département once the days of grace are over, and whose last day has passed
leaves all of theirs; both are told so."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from pydantic import BaseModel

from bot.acts import RemoveMember
from bot.context import Context
from bot.replies import Direct, Progress, Replies, Reply, Say, Start, Step
from bot.texts import render
from commands.canaux.feature import ROOM, feature
from commands.canaux.noting import note_moves
from config.canaux import home_of
from config.hubs import hub_of
from storage import people
from storage.canaux import allowances, by_key, planned
from storage.canaux.belonging import Member, Rules
from storage.canaux.settling import begin_departure, departed, settle
from storage.people import Person, gone, moves

LOOKED_BACK = timedelta(days=7)
"""How old a last day may be that is still dealt with, where some nights were missed."""
AT_ONCE = 20
SHOWN = 15


class SeeOff(BaseModel):
    """People whose last day has passed leave their channels."""


@feature.job("hour=5 minute=0", name="canaux.leave_old_channels", writes=True)
async def leave_old_channels(ctx: Context) -> Replies:
    """Once a night, before the channels are looked at (repair/checking.py): who is due to leave is no drift."""
    ended = [Start(payload=SeeOff())] if await _leavers(ctx) else []
    return [*await _leave_old_homes(ctx, await by_key(ctx.db)), *ended]


@feature.chore(SeeOff, name="canaux.SeeOff", title="Départs du réseau", unit=("personne", "personnes"), writes=True)
async def see_off(ctx: Context, _: SeeOff, progress: Progress) -> Step:
    """A few at a time, each once; at the end the animateurs’ channel reads who left."""
    seen: list[str] = progress.cursor or []
    leavers = (await _leavers(ctx))[:AT_ONCE]
    if not leavers:
        return Step(replies=await _tell_all(ctx, seen), done=len(seen), finished=True)
    left = [person for person in leavers if await begin_departure(ctx.db, person, ctx.now)]
    off = await gone.since(ctx.db, [person.id for person in left])
    told: list[Reply] = []
    for person in left:
        told += await _take_out(ctx, person)
        if person.id not in off:
            told.append(Direct(render("canaux/ended", last_day=person.left_on), user_id=person.id))
    seen = [*seen, *(person.id for person in left)]
    return Step(replies=told, cursor=seen, done=len(seen))


async def _leave_old_homes(ctx: Context, known: Mapping[str, str]) -> Sequence[Reply]:
    """Of those who moved; who is let in by name, moved back or animates stays."""
    table, rules = await planned(ctx.db, ctx.settings), Rules(await allowances(ctx.db))
    told: list[Reply] = []
    for move in await moves.over(ctx.db, ctx.now):
        await moves.forget(ctx.db, move)
        person = await people.get(ctx.db, move.person_id)
        if person is None:
            continue
        member = Member.of(person, person.today(ctx.now))
        for key in _homes(move.departement):
            if key in known and key in table and rules.reason_out(table[key], member):
                said = render("canaux/left", planned=table[key])
                note_moves(ctx, person.id, leaves=[table[key].name])
                told += [RemoveMember(known[key], person.id), Direct(said, user_id=person.id)]
    return told


def _homes(departement: str) -> Sequence[str]:
    """The keys of the channels of who works there: the département’s, and its hub’s."""
    hub = hub_of(departement)
    return [f"departement:{home_of(departement)}", *([f"hub:{hub.key}"] if hub else [])]


async def _leavers(ctx: Context) -> Sequence[Person]:
    """Whose last day has passed where they are; who left on the day that it was said is in no channel any more."""
    ended = await people.ended(ctx.db, ctx.today - LOOKED_BACK, ctx.today)
    ended = [person for person in ended if person.has_left(person.today(ctx.now))]
    done = await departed(ctx.db, ended)
    return [person for person in ended if person.id not in done]


async def _take_out(ctx: Context, person: Person) -> Sequence[Reply]:
    """What takes somebody out of the channels that were theirs on their last day."""
    assert person.left_on is not None  # that is why they leave
    was, is_now = Member.of(person, person.left_on), Member.of(person, person.today(ctx.now))
    settling = await settle(ctx.db, await planned(ctx.db, ctx.settings), was, is_now)
    note_moves(ctx, person.id, leaves=list(settling.leaves))
    return [RemoveMember(channel_id, person.id) for channel_id in settling.leaves]


async def _tell_all(ctx: Context, ids: Sequence[str]) -> Sequence[Reply]:
    room = (await by_key(ctx.db)).get(ROOM)
    if not room or not ids:
        return []
    shown = await people.among(ctx.db, ids=ids[:SHOWN])
    return [Say(render("canaux/ended_all", people=shown, count=len(ids), more=len(ids) - SHOWN), channel_id=room)]
