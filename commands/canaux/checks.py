"""« /canaux verifier » and the nightly check: all channels compared with the plan, a few at each step."""

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from secrets import token_hex

from pydantic import BaseModel

from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.mattermost import ChatReader
from bot.replies import Progress, Replies, Reply, Start, Step, Whisper
from bot.texts import render
from bot.work import find_work
from commands.canaux.alerts import report_taken_address
from commands.canaux.cards import CARD, Check, Mend, close_night, draw_run, find_last_night
from commands.canaux.drift import ChannelTarget, SeenChannel, Survey, compare_channel, read_plan
from commands.canaux.feature import (
    ANIMATEURS,
    DEPARTEMENTS,
    LEADERS,
    channels_in,
    feature,
    must_look_after,
    read_scope,
    say_scope,
)
from commands.canaux.runs import begin_repair
from storage.canaux import find_channel_ids, find_team_room, forget_channel, list_planned, remember_channel, runs
from storage.canaux.runs import Drift, Finding, Run, RunKind, Stage

AT_ONCE = 30
"""Channels of one step: each step reads the accounts of the team anew."""
CHANNELS = ("canal vérifié", "canaux vérifiés")


class Cursor(BaseModel):
    """Where a check is: its run, where each channel is looked for (key, address, id, team), and how many are done."""

    run: str
    places: list[tuple[str, str, str, str]]
    done: int = 0

    @property
    def following(self) -> Sequence[ChannelTarget]:
        """The channels of the next step."""
        return [ChannelTarget(*place) for place in self.places[self.done : self.done + AT_ONCE]]


@feature.command(
    "canaux verifier", help="Vérifier les canaux, ou celui d’un département", hint="[69 | canal]", roles=LEADERS
)
async def check_channels(ctx: Context, text: str) -> Replies:
    """Nothing is changed; what is found is shown, with a button to put it right."""
    scope = read_scope(text, await list_planned(ctx.db, ctx.settings))
    return await start_check(ctx, Check(scope=scope))


@feature.command("canaux creer departements", help="Créer les canaux des départements qui manquent", roles=ANIMATEURS)
async def check_missing_departements(ctx: Context, _: str) -> Replies:
    """The same of those that do not exist yet, and who would come into them."""
    return await start_check(ctx, Check(scope=DEPARTEMENTS, absent=True))


@feature.job("hour=5 minute=20", name="canaux.watch_over")
async def check_nightly(_: Context) -> Replies:
    """Each night, all of them; the animateurs’ channel reads of what is new."""
    return Start(payload=Check(night=True))


async def start_check(ctx: Context, asked: Check) -> Replies:
    """Begin; two at once are one."""
    must_look_after(ctx.user, asked.scope)
    if await find_work(ctx.db, asked):
        raise UserError("Cette vérification est déjà en cours : attendez son résultat.")
    table = await list_planned(ctx.db, ctx.settings)
    return [Start(payload=asked), Whisper(render("canaux/begun", scope=say_scope(asked.scope, table)))]


@dataclass(frozen=True, slots=True)
class SurveyedChannels:
    """What was seen of the next channels, by key."""

    survey: Survey
    seen: Mapping[str, SeenChannel]


async def survey_next(ctx: ReadingContext, _: Check, so_far: Progress) -> SurveyedChannels | None:
    """Look at the next channels, beside the steps; at first there are none yet."""
    if so_far.cursor is None:
        return None
    cursor = Cursor.model_validate(so_far.cursor)
    return await ctx.errands.fetch(f"channels {cursor.run} {cursor.done}", lambda: _survey(ctx.chat, cursor.following))


async def _survey(chat: ChatReader, places: Sequence[ChannelTarget]) -> SurveyedChannels:
    survey = Survey(chat)
    return SurveyedChannels(survey, await survey.look_at_all(places))


@feature.chore(
    Check, name="canaux.Check", title="Vérification des canaux", unit=CHANNELS, roles=LEADERS, asks=survey_next
)
async def check_step(ctx: Context, asked: Check, so_far: Progress, looked: SurveyedChannels | None) -> Step:
    """Note what is amiss in the next channels."""
    if looked is None:
        return await _begin_check(ctx, asked)
    cursor = Cursor.model_validate(so_far.cursor)
    places = cursor.following
    run = await runs.lock_run(ctx.db, cursor.run)
    if run is None:
        return Step(finished=True)
    wanted, total = await read_plan(ctx.db, ctx.settings, ctx.now), len(cursor.places)
    told: list[Reply] = []
    for place in places:
        if place.key in wanted.table:
            found = compare_channel(wanted, looked.survey, wanted.table[place.key], looked.seen[place.key])
            await _remember_place(ctx, place, found.own_id)
            channel_id = found.channel.id if found.channel else ""
            await runs.note_changes(ctx.db, run.id, _select_findings(found.findings, asked), {place.key: channel_id})
            told += await report_taken_address(ctx, found.planned) if found.is_taken else []
    cursor.done += len(places)
    if cursor.done < total:
        return Step(replies=told, cursor=cursor.model_dump(mode="json"), done=cursor.done, total=total)
    end = await _end_check(ctx, asked, run, total)
    return replace(end, replies=[*told, *end.replies])


async def _remember_place(ctx: Context, place: ChannelTarget, channel_id: str) -> None:
    """Only a channel that the bot is in is the planned one; what is said there would be read by others."""
    if channel_id and not place.channel_id:
        await remember_channel(ctx.db, place.key, channel_id, ctx.now)
    elif place.channel_id and not channel_id:
        await forget_channel(ctx.db, place.key)


async def _begin_check(ctx: Context, asked: Check) -> Step:
    must_look_after(ctx.user, asked.scope)
    table, known = await list_planned(ctx.db, ctx.settings), await find_channel_ids(ctx.db)
    run = Run(id=token_hex(13), kind=RunKind.CHECK, scope=asked.scope, by=ctx.user.id, at=ctx.now, stage=Stage.CHECKING)
    await runs.add_run(ctx.db, run)
    await runs.forget_runs(ctx.db, ctx.now - runs.KEPT_FOR)
    places = [astuple(ChannelTarget.of(channel, known)) for channel in channels_in(asked.scope, table)]
    return Step(cursor=Cursor(run=run.id, places=places).model_dump(mode="json"), total=len(places))


def _select_findings(findings: Sequence[Finding], asked: Check) -> Sequence[Finding]:
    """Of a channel that exists nothing, where only those that do not are asked for."""
    is_absent = any(finding.drift is Drift.ABSENT for finding in findings)
    return findings if is_absent or not asked.absent else []


async def _end_check(ctx: Context, asked: Check, run: Run, total: int) -> Step:
    count = sum((await runs.count_by_state(ctx.db, run.id)).values())
    said = render("canaux/checked", count=count, absent=asked.absent)
    if not count:
        last = await find_last_night(ctx, run) if asked.night else None
        over = [await close_night(ctx, last)] if last else []
        await runs.drop_run(ctx.db, run)
        return Step(replies=over, done=total, total=total, finished=True, said=said)
    await runs.move_run(ctx.db, run, Stage.SHOWN)
    told = await _report_to_room(ctx, run) if asked.night else await _report_check(ctx, run)
    return Step(replies=told, done=total, total=total, finished=True, said=said)


async def _report_check(ctx: Context, run: Run) -> Sequence[Reply]:
    return [CARD.send(run, await draw_run(ctx, run), run.by)]


async def _report_to_room(ctx: Context, run: Run) -> Sequence[Reply]:
    """One message in the animateurs’ channel, unless the last one says the same; put right if settings say so."""
    room, last = await find_team_room(ctx.db), await find_last_night(ctx, run)
    is_same = last is not None and await runs.digest_changes(ctx.db, last.id) == await runs.digest_changes(
        ctx.db, run.id
    )
    if not room or is_same:
        await runs.drop_run(ctx.db, run)
    if last is not None and is_same:
        await runs.move_run(ctx.db, last, Stage.SHOWN, at=ctx.now)
        return []
    over = [await close_night(ctx, last, newer=True)] if last else []
    if not room:
        return over
    mends = ctx.settings.repair == "oui" and await runs.find_under_way(ctx.db) is None
    if mends:
        await begin_repair(ctx, run, strangers=False)
    said = CARD.post(run, await draw_run(ctx, run), room)
    return [*over, said, *([Start(payload=Mend(run=run.id))] if mends else [])]
