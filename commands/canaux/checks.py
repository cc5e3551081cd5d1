"""Checks of the channels against the plan: by « /canaux verifier », each night and each hour, and when somebody changes
a channel by hand."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from enum import StrEnum
from secrets import token_hex

from pydantic import BaseModel

from bot.cards import RowCard
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.events import Archived, ChannelTurned, Converted, Renamed, Restored
from bot.mattermost import ChatReader
from bot.replies import Button, Message, Progress, Replies, Reply, RunCommand, Start, Step, Whisper
from bot.texts import render
from bot.work import find_work
from commands.canaux import cards
from commands.canaux.cards import ANIMATEURS, LEADERS, feature
from commands.canaux.drift import ChannelTarget, SeenChannel, Survey, compare_channel, read_plan
from commands.canaux.runs import begin_repair
from config.canaux import Family, PlannedChannel, read
from storage.canaux import find_channel_ids, find_team_room, forget_channel, list_planned, remember_channel, runs
from storage.canaux.runs import Drift, Finding, Run, RunKind, Stage
from storage.database import store

AT_ONCE = 30
"""How many channels one step checks: each step reads the accounts of the team again."""
CHANNELS = ("canal vérifié", "canaux vérifiés")


class Cursor(BaseModel):
    """Progress of a check: its run, the channels still to look at (key, address, id, team), and how many are done."""

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
    """Compare channels with the plan and show what differs, with a button to repair it; nothing is changed."""
    scope = cards.read_scope(text, await list_planned(ctx.db, ctx.settings))
    return await start_check(ctx, cards.Check(scope=scope))


@feature.command("canaux creer departements", help="Créer les canaux des départements qui manquent", roles=ANIMATEURS)
async def check_missing_departements(ctx: Context, _: str) -> Replies:
    """Find the départements’ channels that do not exist yet, and who would join them."""
    return await start_check(ctx, cards.Check(scope=cards.DEPARTEMENTS, absent=True))


@feature.job("hour=5 minute=20", name="canaux.watch_over")
async def check_nightly(_: Context) -> Replies:
    """Check all channels each night, and report what is new to the animateurs’ channel."""
    return Start(payload=cards.Check(night=True))


async def start_check(ctx: Context, asked: cards.Check) -> Replies:
    """Start a check; a second one of the same kind joins the first."""
    cards.must_look_after(ctx.user, asked.scope)
    if await find_work(ctx.db, asked):
        raise UserError(render("canaux/check_runs"))
    table = await list_planned(ctx.db, ctx.settings)
    return [Start(payload=asked), Whisper(render("canaux/begun", scope=cards.say_scope(asked.scope, table)))]


@dataclass(frozen=True, slots=True)
class SurveyedChannels:
    """What Mattermost said of the next channels, by key."""

    survey: Survey
    seen: Mapping[str, SeenChannel]


async def survey_next(ctx: ReadingContext, _: cards.Check, so_far: Progress) -> SurveyedChannels | None:
    """Ask Mattermost about the next channels, outside the transaction; None at first, when none is chosen yet."""
    if so_far.cursor is None:
        return None
    cursor = Cursor.model_validate(so_far.cursor)
    return await ctx.errands.fetch(f"channels {cursor.run} {cursor.done}", lambda: _survey(ctx.chat, cursor.following))


async def _survey(chat: ChatReader, places: Sequence[ChannelTarget]) -> SurveyedChannels:
    survey = Survey(chat)
    return SurveyedChannels(survey, await survey.look_at_all(places))


@feature.chore(
    cards.Check, name="canaux.Check", title="Vérification des canaux", unit=CHANNELS, roles=LEADERS, asks=survey_next
)
async def check_step(ctx: Context, asked: cards.Check, so_far: Progress, looked: SurveyedChannels | None) -> Step:
    """Compare the next channels with the plan."""
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
            told += await cards.report_taken_address(ctx, found.planned) if found.is_taken else []
    cursor.done += len(places)
    if cursor.done < total:
        return Step(replies=told, cursor=cursor.model_dump(mode="json"), done=cursor.done, total=total)
    end = await _end_check(ctx, asked, run, total)
    return replace(end, replies=[*told, *end.replies])


async def _remember_place(ctx: Context, place: ChannelTarget, channel_id: str) -> None:
    """Store the Mattermost id of a planned channel if the bot is in it; the bot must not post in a namesake that others
    read."""
    if channel_id and not place.channel_id:
        await remember_channel(ctx.db, place.key, channel_id, ctx.now)
    elif place.channel_id and not channel_id:
        await forget_channel(ctx.db, place.key)


async def _begin_check(ctx: Context, asked: cards.Check) -> Step:
    cards.must_look_after(ctx.user, asked.scope)
    table, known = await list_planned(ctx.db, ctx.settings), await find_channel_ids(ctx.db)
    run = Run(id=token_hex(13), kind=RunKind.CHECK, scope=asked.scope, by=ctx.user.id, at=ctx.now, stage=Stage.CHECKING)
    await store(ctx.db, run)
    await runs.forget_runs(ctx.db, ctx.now - runs.KEPT_FOR)
    places = [astuple(ChannelTarget.of(channel, known)) for channel in cards.channels_in(asked.scope, table)]
    return Step(cursor=Cursor(run=run.id, places=places).model_dump(mode="json"), total=len(places))


def _select_findings(findings: Sequence[Finding], asked: cards.Check) -> Sequence[Finding]:
    """Keep what was found of a channel; if only missing channels are wanted, nothing of one that exists."""
    is_absent = any(finding.drift is Drift.ABSENT for finding in findings)
    return findings if is_absent or not asked.absent else []


async def _end_check(ctx: Context, asked: cards.Check, run: Run, total: int) -> Step:
    count = sum((await runs.count_by_state(ctx.db, run.id)).values())
    if not count:
        said = render("canaux/checked", absent=asked.absent)
        last = await cards.find_last_night(ctx, run) if asked.night else None
        over = [await cards.close_night(ctx, last)] if last else []
        await runs.drop_run(ctx.db, run)
        return Step(replies=over, done=total, total=total, finished=True, said=said)
    await runs.move_run(ctx.db, run, Stage.SHOWN)
    if asked.night:
        told = await _report_to_room(ctx, run)
    else:
        told = [cards.CARD.send(run, await cards.draw_run(ctx, run), run.by)]
    return Step(replies=told, done=total, total=total, finished=True)


async def _report_to_room(ctx: Context, run: Run) -> Sequence[Reply]:
    """Report a nightly check to the animateurs in one message, unless the last one says the same; repair at once if the
    operator’s settings say so."""
    room, last = await find_team_room(ctx.db), await cards.find_last_night(ctx, run)
    found = await runs.digest_changes(ctx.db, run.id)
    is_same = last is not None and await runs.digest_changes(ctx.db, last.id) == found
    if not room or is_same:
        await runs.drop_run(ctx.db, run)
    if last is not None and is_same:
        await runs.move_run(ctx.db, last, Stage.SHOWN, at=ctx.now)
        return []
    over = [await cards.close_night(ctx, last, newer=True)] if last else []
    if not room:
        return over
    mends = ctx.settings.repair == "oui" and await runs.find_under_way(ctx.db) is None
    if mends:
        await begin_repair(ctx, run, strangers=False)
    said = cards.CARD.post(run, await cards.draw_run(ctx, run), room)
    return [*over, said, *([Start(payload=cards.Mend(run=run.id))] if mends else [])]


class LookForNamesakes(BaseModel):
    """Long work: check that the addresses of the bot’s rooms are not taken by other channels."""


@feature.job("minute=7", name="canaux.look_for_namesakes")
async def look_for_namesakes(_: Context) -> Replies:
    """Check the rooms’ addresses each hour: a room is needed all day, so the night would be too late."""
    return Start(payload=LookForNamesakes())


TakenAddresses = Mapping[str, tuple[str, str]]
"""Address and id, by key, of other people’s private channels at the addresses of the bot’s rooms."""


async def find_taken_addresses(ctx: ReadingContext, _: LookForNamesakes, __: Progress) -> TakenAddresses:
    """Ask Mattermost which channels have the rooms’ addresses, outside the transaction."""
    wanted = [c for c in read(ctx.settings.channels).values() if c.family is Family.SALLE and not c.team]
    hour = f"namesakes {ctx.now:%Y-%m-%d %H}"
    return await ctx.errands.fetch(hour, lambda: _find_taken_addresses(ctx.chat, wanted))


@feature.chore(LookForNamesakes, name="canaux.LookForNamesakes", title="Adresses des salles", asks=find_taken_addresses)
async def check_addresses(ctx: Context, _: LookForNamesakes, __: Progress, taken: TakenAddresses) -> Step:
    """Report channels of others at a room’s address, which an earlier version may have taken for the room."""
    table, known = await list_planned(ctx.db, ctx.settings), await find_channel_ids(ctx.db)
    told: list[Reply] = []
    for key, (address, channel_id) in taken.items():
        if key in table and table[key].address == address and known.get(key, channel_id) == channel_id:
            await forget_channel(ctx.db, key)
            told += await cards.report_taken_address(ctx, table[key])
    return Step(replies=told, finished=True)


async def _find_taken_addresses(chat: ChatReader, wanted: Sequence[PlannedChannel]) -> TakenAddresses:
    """Return the address and id, by key, of the private channels at these addresses that the bot is not in."""
    found = [(canal, await chat.channel_by_name(canal.address)) for canal in wanted]
    private = [(canal, channel) for canal, channel in found if channel and channel.is_private]
    return {canal.key: (canal.address, one.id) for canal, one in private if not await chat.is_in(one.id)}


TURNED = RowCard[str]("canaux.turned:")
"""The alert about a change that somebody made to a channel by hand, by the channel’s id and the kind of change."""


class HandChange(StrEnum):
    """What somebody did to a channel by hand."""

    ARCHIVED = "archived"
    RENAMED = "renamed"
    CONVERTED = "converted"


@feature.event(Archived, name="canaux.archived.Archived")
async def alert_archived(ctx: Context, event: Archived) -> Replies:
    """Report that a planned channel was archived by hand; one that the animateurs archived here is no longer
    planned."""
    wrong = "vient d’être archivé : plus personne ne peut y écrire"
    return await _alert_change(ctx, event, HandChange.ARCHIVED, lambda _: wrong)


@feature.event(Restored, name="canaux.restored.Restored")
async def alert_restored(ctx: Context, event: Restored) -> Replies:
    """Say that an archived channel is open again, whoever did that."""
    return await _alert_change(ctx, event, HandChange.ARCHIVED, lambda _: "")


@feature.event(Renamed, name="canaux.renamed.Renamed")
async def alert_renamed(ctx: Context, event: Renamed) -> Replies:
    """Report that a channel has another title; its address, and so its identity, stays."""
    title = event.display_name
    wrong = f"s’appelle maintenant « {title} »"
    return await _alert_change(ctx, event, HandChange.RENAMED, lambda canal: wrong if canal.name != title else "")


@feature.event(Converted, name="canaux.converted.Converted")
async def alert_converted(ctx: Context, event: Converted) -> Replies:
    """Report that a private channel became public, so that everybody can read it, or a public one private."""
    now = "privé : qui n’y est pas ne le trouve plus" if event.is_private else "public : toute l’équipe peut le lire"
    wrong = f"vient d’être rendu {now}"
    return await _alert_change(
        ctx, event, HandChange.CONVERTED, lambda canal: wrong if canal.private != event.is_private else ""
    )


async def _alert_change(
    ctx: Context, event: ChannelTurned, turn: HandChange, what: Callable[[PlannedChannel], str]
) -> Replies:
    """Report a change by hand. ``what`` says what is wrong with the channel now; if it returns "", the earlier alert is
    closed."""
    canal, room = await cards.find_planned_at(ctx, event.channel_id), await find_team_room(ctx.db)
    if canal is None or not room or room == event.channel_id:
        return None
    about = f"{event.channel_id}:{turn}"
    if not (said := what(canal)):
        over = render("canaux/turned_back", planned=canal, turn=turn)
        return await cards.close_alert(ctx, TURNED.rewrite(about, over))
    check = Button("Vérifier ce canal", RunCommand(line=f"canaux verifier {canal.address}"))
    return TURNED.post(about, Message(render("canaux/turned", planned=canal, said=said), [check]), room)
