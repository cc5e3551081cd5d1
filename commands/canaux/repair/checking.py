"""« /canaux verifier » and the nightly check: all channels held against what they are to be, a few at each step."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from secrets import token_hex

from pydantic import BaseModel

from bot.context import Context
from bot.errors import UserError
from bot.forms import name_of
from bot.replies import Direct, Progress, Replies, Reply, Say, Start, Step, Whisper
from bot.texts import render
from commands.canaux.feature import ANIMATEURS, LEADERS, ROOM, feature
from commands.canaux.repair.buttons import Check, Mend
from commands.canaux.repair.comparing import compare, plan
from commands.canaux.repair.namesakes import tell_of
from commands.canaux.repair.nights import close_night, last_night
from commands.canaux.repair.running import begin
from commands.canaux.repair.showing import show, topic_of
from commands.canaux.repair.survey import Place, Seen, Survey
from commands.canaux.scope import DEPARTEMENTS, channels_in, must_look_after, read_scope, say_scope
from storage import work
from storage.canaux import by_key, changes, forget, planned, remember, runs
from storage.canaux.drift import Drift, Finding
from storage.canaux.runs import Kind, Run, Stage

AT_ONCE = 30
"""Channels of one step: each step reads the accounts of the team anew."""
CHANNELS = ("canal vérifié", "canaux vérifiés")


class Cursor(BaseModel):
    """Where a check is: its run, where each channel is looked for (key, address, id, team), and how many are done."""

    run: str
    places: list[tuple[str, str, str, str]]
    done: int = 0


@feature.command(
    "canaux verifier", help="Vérifier les canaux, ou celui d’un département", hint="[69 | canal]", roles=LEADERS
)
async def check(ctx: Context, text: str) -> Replies:
    """Nothing is changed; what is found is shown, with a button to put it right."""
    scope = read_scope(text, await planned(ctx.db, ctx.settings))
    return await start(ctx, Check(scope=scope))


@feature.command("canaux creer departements", help="Créer les canaux des départements qui manquent", roles=ANIMATEURS)
async def create_all(ctx: Context, _: str) -> Replies:
    """The same of those that do not exist yet, and who would come into them."""
    return await start(ctx, Check(scope=DEPARTEMENTS, absent=True))


@feature.job("hour=5 minute=20", name="canaux.watch_over")
async def watch_over(_: Context) -> Replies:
    """Each night, all of them; the animateurs’ channel reads of what is new."""
    return Start(payload=Check(night=True))


async def start(ctx: Context, asked: Check) -> Replies:
    """Begin; two at once are one."""
    must_look_after(ctx.user, asked.scope)
    if await work.waiting_for(ctx.db, name_of(Check), asked.model_dump(mode="json")):
        raise UserError("Cette vérification est déjà en cours : attendez son résultat.")
    table = await planned(ctx.db, ctx.settings)
    return [Start(payload=asked), Whisper(render("canaux/begun", scope=say_scope(asked.scope, table)))]


@feature.chore(Check, name="canaux.Check", title="Vérification des canaux", unit=CHANNELS, roles=LEADERS, writes=True)
async def look(ctx: Context, asked: Check, so_far: Progress) -> Step:
    """The next channels."""
    if so_far.cursor is None:
        return await _begin(ctx, asked)
    cursor = Cursor.model_validate(so_far.cursor)
    places = [Place(*place) for place in cursor.places[cursor.done : cursor.done + AT_ONCE]]
    asked_for = f"channels {cursor.run} {cursor.done}"
    survey, seen = await ctx.errands.fetch(asked_for, lambda: _survey(ctx, places))  # before the first statement
    run = await runs.lock(ctx.db, cursor.run)
    if run is None:
        return Step(finished=True)
    wanted, total = await plan(ctx.db, ctx.settings, ctx.now), len(cursor.places)
    told: list[Reply] = []
    for place in places:
        if place.key in wanted.table:
            found = compare(wanted, survey, wanted.table[place.key], seen[place.key])
            await _keep(ctx, place, found.own_id)
            channel_id = found.channel.id if found.channel else ""
            await changes.note(ctx.db, run.id, _wanted(found.findings, asked), {place.key: channel_id})
            told += await tell_of(ctx, found.planned) if found.is_taken else []
    cursor.done += len(places)
    if cursor.done < total:
        return Step(replies=told, cursor=cursor.model_dump(mode="json"), done=cursor.done, total=total)
    end = await _end(ctx, asked, run, total)
    return replace(end, replies=[*told, *end.replies])


async def _keep(ctx: Context, place: Place, channel_id: str) -> None:
    """Only a channel that the bot is in is the planned one; what is said there would be read by others."""
    if channel_id and not place.channel_id:
        await remember(ctx.db, place.key, channel_id, ctx.now)
    elif place.channel_id and not channel_id:
        await forget(ctx.db, place.key)


async def _survey(ctx: Context, places: Sequence[Place]) -> tuple[Survey, Mapping[str, Seen]]:
    survey = Survey(ctx.chat)
    return survey, await survey.look_at_all(places)


async def _begin(ctx: Context, asked: Check) -> Step:
    must_look_after(ctx.user, asked.scope)
    table, known = await planned(ctx.db, ctx.settings), await by_key(ctx.db)
    run = Run(id=token_hex(13), kind=Kind.CHECK, scope=asked.scope, by=ctx.user.id, at=ctx.now, stage=Stage.CHECKING)
    await runs.add(ctx.db, run)
    await runs.forget(ctx.db, ctx.now - runs.KEPT)
    places = [astuple(Place.of(channel, known)) for channel in channels_in(asked.scope, table)]
    return Step(cursor=Cursor(run=run.id, places=places).model_dump(mode="json"), total=len(places))


def _wanted(findings: Sequence[Finding], asked: Check) -> Sequence[Finding]:
    """Of a channel that exists nothing, where only those that do not are asked for."""
    is_absent = any(finding.drift is Drift.ABSENT for finding in findings)
    return findings if is_absent or not asked.absent else []


async def _end(ctx: Context, asked: Check, run: Run, total: int) -> Step:
    count = sum((await changes.tally(ctx.db, run.id)).values())
    said = render("canaux/checked", count=count, absent=asked.absent)
    if not count:
        last = await last_night(ctx, run) if asked.night else None
        over = [await close_night(ctx, last)] if last else []
        await runs.drop(ctx.db, run)
        return Step(replies=over, done=total, total=total, finished=True, said=said)
    await runs.move(ctx.db, run, Stage.SHOWN)
    told = await _tell_room(ctx, run) if asked.night else await _tell(ctx, run)
    return Step(replies=told, done=total, total=total, finished=True, said=said)


async def _tell(ctx: Context, run: Run) -> Sequence[Reply]:
    shown = await show(ctx, run)
    return [Direct(shown.text, shown.buttons, user_id=run.by, topic=topic_of(run))]


async def _tell_room(ctx: Context, run: Run) -> Sequence[Reply]:
    """One message in the animateurs’ channel, unless the last one says the same; put right if settings say so."""
    room, last = (await by_key(ctx.db)).get(ROOM), await last_night(ctx, run)
    is_same = last is not None and await changes.digest(ctx.db, last.id) == await changes.digest(ctx.db, run.id)
    if room is None or is_same:
        await runs.drop(ctx.db, run)
    if last is not None and is_same:
        await runs.move(ctx.db, last, Stage.SHOWN, at=ctx.now)
        return []
    over = [await close_night(ctx, last, newer=True)] if last else []
    if room is None:
        return over
    mends = ctx.settings.repair == "oui" and await runs.under_way(ctx.db) is None
    if mends:
        await begin(ctx, run, strangers=False)
    shown = await show(ctx, run)
    said = Say(shown.text, shown.buttons, channel_id=room, topic=topic_of(run))
    return [*over, said, *([Start(payload=Mend(run=run.id))] if mends else [])]
