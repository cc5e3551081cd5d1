"""Reminders of rdv: the evening before, and an hour before; each can be put off or stopped, none comes twice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from pydantic import BaseModel

from bot.account_status import find_active
from bot.context import Context
from bot.errors import UserError
from bot.replies import Button, Direct, Progress, Replies, Start, Step, Whisper
from bot.texts import render
from commands.rdv.cards import describe
from commands.rdv.feature import CONSEILLERS, feature
from config.text import fold
from config.time import PARIS, find_midnight
from storage import claims, people
from storage.absences import find_on_leave
from storage.database import change
from storage.people import Person
from storage.rdv import Rdv
from storage.rdv.appointments import get_rdv
from storage.rdv.reminders import choose_quiet, is_quiet, list_due, list_of_day, list_owners

EVENING, LAST_EVENING, MINUTE = 17, 21, 30
MORNING = time(8)
BEFORE, LATER = timedelta(hours=1), timedelta(minutes=30)
EVERY = timedelta(minutes=5)
AT_ONCE = 500
PEOPLE_AT_ONCE = 25
SCOPE = "rdv.evening"
UNIT = ("personne", "personnes")
ANSWERS = {"oui": True, "non": False, "jamais": False, "stop": False}
"""What may follow « /rdv rappels »."""
GAP = 2
"""The hour of Paris in which no job runs."""


class PutOff(BaseModel):
    """« Dans 30 min », « Demain à 8 h »: the reminder of these comes again then."""

    numbers: list[int]
    at: datetime


class Stop(BaseModel):
    """« Ne plus rappeler » these."""

    numbers: list[int]


class Choose(BaseModel):
    """« Ne plus rien rappeler », « Me rappeler mes rendez-vous »: of all rdv, from now on."""

    wanted: bool


class TellEvening(BaseModel):
    """Work: the people of a zone are reminded of their rdv of that day there."""

    zone: str
    day: date


def find_horizon(now: datetime) -> datetime:
    """Find until when a rdv that begins is reminded of now: an hour ahead; before the hour in which no job runs, an
    hour after that one."""
    following = (now + EVERY).astimezone(PARIS)
    if following.hour != GAP:
        return now + BEFORE
    return datetime.combine(following.date(), time(GAP + 1), PARIS).astimezone(UTC) + BEFORE


@feature.job("hour=0-1,3-23 minute=*/5", name="rdv.remind", writes=True)
async def remind(ctx: Context) -> Replies:
    """Remind of what begins within the hour, or was put off until now; what has begun is not reminded of."""
    due = await list_due(ctx.db, ctx.now, find_horizon(ctx.now), AT_ONCE)
    active = await find_active(ctx, {rdv.user_id for rdv in due})
    known = await people.among(ctx.db, ids=sorted(active))
    away = await find_on_leave(ctx.db, known, ctx.now)
    owners = {one.id: one for one in known if one.id not in away}
    return [told for rdv in due if (told := await _remind_of(ctx, rdv, owners.get(rdv.user_id)))]


async def _remind_of(ctx: Context, rdv: Rdv, owner: Person | None) -> Direct | None:
    await change(ctx.db, rdv, hour_told=True, remind_at=None)
    is_fresh = rdv.created_at > rdv.starts_at - BEFORE
    if owner is None or is_fresh or owner.has_left(owner.today(ctx.now)):
        return None
    theirs = replace(ctx, user=owner)
    later = ctx.now + LATER
    put_off = [Button("Dans 30 min", PutOff(numbers=[rdv.number], at=later))] if later < rdv.starts_at else []
    stop = Button("Ne plus rappeler", Stop(numbers=[rdv.number]))
    return Direct(render("rdv/soon", **describe(theirs, rdv)), [*put_off, stop], user_id=owner.id)


@feature.job(f"hour={EVENING}-{LAST_EVENING} minute={MINUTE}", name="rdv.evening", local=True, writes=True)
async def remind_evening(ctx: Context) -> Replies:
    """Begin to remind of the rdv of the day after, once for each zone; later hours are for a bot that was at rest."""
    day = ctx.today + timedelta(days=1)
    if ctx.now.astimezone(ctx.zone).hour < EVENING:  # A bot that was at rest catches up the day after.
        return None
    if not await claims.claim(ctx.db, SCOPE, f"{ctx.zone.key}:{day}", ctx.now):
        return None
    return Start(payload=TellEvening(zone=ctx.zone.key, day=day), quiet=True)


@feature.chore(TellEvening, name="rdv.TellEvening", title="Rappels de la veille", unit=UNIT, writes=True)
async def tell_evening(ctx: Context, asked: TellEvening, so_far: Progress) -> Step:
    """Remind the next people of their rdv of that day, each in the transaction that notes it."""
    owners = await list_owners(ctx.db, asked.zone, asked.day, so_far.cursor or "", PEOPLE_AT_ONCE)
    active = await find_active(ctx, [one.id for one in owners]) - await find_on_leave(ctx.db, owners, ctx.now)
    told = [said for one in owners if one.id in active and (said := await _tell_day(ctx, one, asked.day))]
    last = owners[-1].id if owners else ""
    return Step(replies=told, cursor=last, done=so_far.done + len(told), finished=not last)


async def _tell_day(ctx: Context, owner: Person, day: date) -> Direct | None:
    start, end = (find_midnight(one, owner.zone) for one in (day, day + timedelta(days=1)))
    rdvs = await list_of_day(ctx.db, owner.id, max(start, ctx.now), end)
    for rdv in rdvs:
        await change(ctx.db, rdv, evening_told=True)
    if not rdvs or owner.has_left(owner.today(ctx.now)):
        return None
    theirs, numbers = replace(ctx, user=owner), [rdv.number for rdv in rdvs]
    morning = datetime.combine(day, MORNING, owner.zone)
    put_off = [Button("Demain à 8 h", PutOff(numbers=numbers, at=morning))] if morning < rdvs[0].starts_at else []
    text = render("rdv/tomorrow", rows=[describe(theirs, rdv) for rdv in rdvs])
    return Direct(text, [*put_off, Button("Ne plus rappeler", Stop(numbers=numbers))], user_id=owner.id)


@feature.button(PutOff)
async def put_off(ctx: Context, click: PutOff) -> Replies:
    """Let the reminder come again at that moment."""
    rdvs = [rdv for rdv in await _lock(ctx, click.numbers) if rdv.starts_at > max(click.at, ctx.now)]
    for rdv in rdvs:
        await change(ctx.db, rdv, remind_at=click.at)
    if not rdvs:
        raise UserError("C’est trop tard pour le redire : /rdv aujourd’hui montre vos rendez-vous.")
    at = click.at.astimezone(ctx.zone)
    return Whisper(render("rdv/put_off", at=f"{at:%H h %M}"))


@feature.button(Stop)
async def stop(ctx: Context, click: Stop) -> Replies:
    """Remind of these no more."""
    rdvs = await _lock(ctx, click.numbers)
    for rdv in rdvs:
        await change(ctx.db, rdv, is_unreminded=True, remind_at=None)
    return Whisper(render("rdv/stopped", count=len(rdvs)), [Button("Ne plus rien rappeler", Choose(wanted=False))])


@feature.command(
    "rdv rappels",
    roles=CONSEILLERS,
    help="Recevoir les rappels de vos rendez-vous, ou non",
    hint="[oui | non]",
    writes=True,
)
async def set_reminders(ctx: Context, line: str) -> Replies:
    """Say whether one’s rdv are reminded of, and change it."""
    said = fold(line).strip()
    if said and said not in ANSWERS:
        raise UserError("Écrivez /rdv rappels oui, ou /rdv rappels non.")
    return await _choose(ctx, ANSWERS[said]) if said else await _tell_choice(ctx)


@feature.button(Choose)
async def choose(ctx: Context, click: Choose) -> Replies:
    """Remind of all rdv from now on, or of none."""
    return await _choose(ctx, click.wanted)


async def _choose(ctx: Context, wanted: bool) -> Whisper:
    await choose_quiet(ctx.db, ctx.user.id, quiet=not wanted)
    return await _tell_choice(ctx)


async def _tell_choice(ctx: Context) -> Whisper:
    wanted = not await is_quiet(ctx.db, ctx.user.id)
    change_it = "Ne plus rien rappeler" if wanted else "Me rappeler mes rendez-vous"
    return Whisper(render("rdv/reminders", wanted=wanted), [Button(change_it, Choose(wanted=not wanted))])


async def _lock(ctx: Context, numbers: Sequence[int]) -> Sequence[Rdv]:
    found = [await get_rdv(ctx.db, ctx.user.id, number, locked=True) for number in numbers]
    return [rdv for rdv in found if rdv is not None]
