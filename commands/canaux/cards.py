"""The feature; the channels that a line names and that somebody is responsible for; how runs are shown and recorded."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import groupby

import structlog
from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard, tell_animateurs
from bot.context import Context
from bot.errors import UserError
from bot.events import WatchedPlaces
from bot.features import Feature, Front, Right
from bot.french import join, plural, say_moment
from bot.replies import Button, Message, Refresh, Replies, Reply, Whisper
from bot.texts import Markdown, escape, render, require
from commands.canaux.drift import DONE_LABELS, TO_DO_LABELS
from config.canaux import Family, PlannedChannel, home_of
from config.settings import Settings
from config.territories import departement
from config.text import fold
from dialogs.canaux import watch_planned_channels
from storage import claims, journal, people
from storage.canaux import find_channel_ids, find_team_room, list_planned, runs
from storage.canaux.runs import LEADERSHIP, Change, ChangeState, Drift, Finding, Run, RunKind, Stage
from storage.people.person import read_departements

feature = Feature(
    "canaux",
    rights=(Right.MEMBER, Right.ADD_MEMBERS),
    front=Front("Canaux", "voir vos canaux, en rejoindre d’autres", lambda _: "canaux"),
)
feature.wishes.append(Right.ADMINISTER_CHANNELS)

LEADERS = (people.Role.ANIMATEUR, people.Role.COORDINATEUR)
"""Who looks after channels: animateurs after all, coordinateurs after those of their own départements."""
ANIMATEURS = (people.Role.ANIMATEUR,)


@feature.watches
async def watch_channels(db: AsyncSession, settings: Settings) -> WatchedPlaces:
    """Watch the members of the team and of private channels. Public channels are watched for changes of the channel
    alone, since anybody may be in them."""
    return await watch_planned_channels(db, settings) | WatchedPlaces(team=True)


ALL = ""
"""The scope of all channels; the scope of a single channel is its key."""
DEPARTEMENTS = "departements"
"""The scope of all channels of départements."""
PREFIX = "departement:"
Table = Mapping[str, PlannedChannel]


def read_scope(text: str, table: Table) -> str:
    """Read which channels somebody means: nothing, « départements », one of them, or a channel by name. Raises
    UserError."""
    wanted = fold(text.strip().removeprefix("~"))
    if not wanted:
        return ALL
    if wanted == DEPARTEMENTS:
        return DEPARTEMENTS
    for key, canal in table.items():
        if wanted in {fold(canal.name), fold(canal.address), fold(key)}:
            return key
    try:
        (code,) = read_departements(text)
    except ValueError:
        raise UserError(render("canaux/unknown_scope", text=text.strip())) from None
    key = f"{PREFIX}{home_of(code)}"
    if key not in table:
        raise UserError(render("canaux/no_channel_of_its_own", name=departement(code).name))
    return key


async def find_planned_at(ctx: Context, channel_id: str) -> PlannedChannel | None:
    """Find the planned channel that has this Mattermost id; None for any other."""
    keys = (key for key, its_id in (await find_channel_ids(ctx.db)).items() if its_id == channel_id)
    return (await list_planned(ctx.db, ctx.settings)).get(next(keys, ""))


async def must_be_planned(ctx: Context, key: str) -> PlannedChannel:
    """Get a planned channel by its key. Raises UserError if it is no longer planned."""
    return require((await list_planned(ctx.db, ctx.settings)).get(key), "canaux/not_planned")


def channels_in(scope: str, table: Table) -> Sequence[PlannedChannel]:
    """List the channels of a scope."""
    if scope == DEPARTEMENTS:
        return [canal for canal in table.values() if canal.family is Family.DEPARTEMENT]
    return [canal for key, canal in table.items() if scope in {ALL, key}]


def must_look_after(actor: people.Person, scope: str) -> None:
    """Raise UserError if the person is not responsible for these channels; coordinateurs are for those of their
    départements."""
    if not actor.id or actor.animates or scope in {f"{PREFIX}{home_of(code)}" for code in actor.departements}:
        return
    own = join([code for code in actor.departements if home_of(code)])
    hint = render("canaux/own_number", own=own) if own else render("canaux/no_departement")
    raise UserError(render("canaux/not_your_departement", hint=hint))


def say_scope(scope: str, table: Table) -> str:
    """Name a scope in French."""
    if scope in {ALL, DEPARTEMENTS}:
        return "tous les canaux des départements" if scope else "tous les canaux"
    return f"le canal « {table[scope].name if scope in table else scope.removeprefix(PREFIX)} »"


def note_finding(ctx: Context, finding: Finding, place: str) -> None:
    """Record in the audit log that a channel was changed by hand; ``place`` is its Mattermost id, once it has one."""
    before, after = ({"quoi": finding.drift.value, "nom": value} for value in (finding.before, finding.after))
    thing = f"canal:{place or finding.key}"
    after |= {"cle": finding.key}
    deed = AuditEntry(journal.AuditAct.CHANNEL_CHANGE, thing, finding.user_id, finding.reason, before, after)
    record_entry_at_end(ctx, deed)


def note_run(ctx: Context, act: journal.AuditAct, run: Run, counted: Mapping[str, int]) -> None:
    """Record in the audit log that a run was made or undone: how many changes of each kind. The changes themselves are
    in « /canaux journal »."""
    record_entry_at_end(ctx, AuditEntry(act, f"canaux:{run.id}", after={"portee": run.scope, "combien": dict(counted)}))


def note_place(ctx: Context, act: journal.AuditAct, canal: PlannedChannel, user_id: str, reason: str = "") -> None:
    """Record in the audit log that somebody was admitted to a channel, removed, or added because they belong there."""
    record_entry_at_end(ctx, AuditEntry(act, f"canal:{canal.key}", user_id, reason, after={"canal": canal.name}))


def note_moves(ctx: Context, user_id: str, *, joins: Sequence[str] = (), leaves: Sequence[str] = ()) -> None:
    """Record in the audit log that the bot added somebody to channels, or removed them, as the register says."""
    if joins or leaves:
        after = {"entre": list(joins), "sort": list(leaves)}
        record_entry_at_end(ctx, AuditEntry(journal.AuditAct.CHANNEL_MOVE, f"personne:{user_id}", user_id, after=after))


def say_changes(alike: Sequence[Change]) -> str:
    """Describe changes of one kind in one channel, with their reason."""
    first = alike[0]
    names = [f"@{change.username}" for change in alike if change.username]
    if first.drift in LEADERSHIP and first.state in MADE:
        return f"{join(names)} {_say_leading(first.drift, len(names))}"
    if first.drift is Drift.MISSING:
        return f"{'manque' if len(names) == 1 else 'manquent'} {join(names)} ({first.reason})"
    return f"{join(names)}{' :' if len(names) > 1 else ''} {first.reason}".strip()


def _say_leading(drift: Drift, count: int) -> str:
    """Say that so many people became, or ceased to be, channel administrators."""
    verb = "administre" if count == 1 else "administrent"
    return f"{verb} maintenant ce canal" if drift is Drift.ADMIN_MISSING else f"n’{verb} plus ce canal"


def count_kinds(counts: Mapping[Drift, int], names: Mapping[Drift, tuple[str, str]] = DONE_LABELS) -> list[Markdown]:
    """Count changes by kind, in French: those repaired, or those that ``names`` calls something else."""
    return [Markdown(plural(counts[drift], *words)) for drift, words in names.items() if counts.get(drift)]


class Check(BaseModel):
    """Long work: compare these channels with the plan; with ``absent`` only find the missing ones; with ``night``
    report to the animateurs’ room."""

    scope: str = ""
    absent: bool = False
    night: bool = False


class AboutRun(BaseModel):
    """Payload about one run, by its id."""

    run: str


class Repair(AboutRun):
    """Button « Réparer »: makes the changes that were shown; with ``strangers``, also those about people who are not in
    the register."""

    strangers: bool = False


class UndoRun(AboutRun):
    """Button « Annuler »: undoes the changes of a run."""


class SeeRun(AboutRun):
    """Button « Tout voir »: lists the changes of a run, from number ``at``."""

    at: int = 0


class Mend(AboutRun):
    """Long work: make the changes of a run."""


class Unmend(AboutRun):
    """Long work: undo the changes of a run."""


DAY = timedelta(days=1)
"""How long the differences that a card shows can be repaired: later they may be others."""
FEW = 8
"""Up to so many changes are shown one by one, each with its reason."""
CHANNELS_MAX = 12
"""The most channels that a card names; « Tout voir » lists all."""
PAGE = 50
"""How many changes one page lists."""
TO_BE_DONE = "à faire"
"""The label of changes not made yet, in a run that goes on or was interrupted."""
NOT_DONE = {ChangeState.REFUSED, ChangeState.DROPPED, ChangeState.KEPT}
MADE = (ChangeState.DONE, ChangeState.SENT)
"""The states of changes that are made, or on their way."""
RUNS_SHOWN = 10


CARD = RowCard[Run]("canaux.card:", lambda run: run.id)
"""The card of a run, where it was asked for or in the animateurs’ channel."""


async def draw_run(ctx: Context, run: Run) -> Message:
    """Draw the card of a run."""
    counted = await runs.count_by_channel(ctx.db, run.id)
    table = await list_planned(ctx.db, ctx.settings, archived=True)
    total = sum(number for *_, number in counted)
    few = await runs.list_changes(ctx.db, run.id, limit=FEW) if total <= FEW else []
    lines = _list_changes(few, table, run.scope) or _summarise_channels(counted, run.stage, table)
    text = render(
        "canaux/run",
        stage=run.stage,
        scope=say_scope(run.scope, table),
        sums=_sum_up(counted, run.stage),
        lines=lines[:CHANNELS_MAX],
        more=len(lines) - CHANNELS_MAX,
    )
    return Message(text, _run_buttons(run, counted, is_long=not few))


async def refresh_run(ctx: Context, run: Run) -> Refresh:
    """Rewrite the card of a run."""
    return CARD.rewrite(run, await draw_run(ctx, run))


async def list_made(ctx: Context, run: Run, table: Mapping[str, PlannedChannel]) -> Sequence[Markdown]:
    """Describe the changes of a run that stand: one by one if they are few, else counted by channel."""
    counted = [row for row in await runs.count_by_channel(ctx.db, run.id) if row[2] in MADE]
    if sum(number for *_, number in counted) <= FEW:
        named = "" if run.kind is RunKind.HAND else run.scope  # of what was done by hand nothing else says where
        return _list_changes([c for c in await runs.list_changes(ctx.db, run.id) if c.state in MADE], table, named)
    return _summarise_each(counted, DONE_LABELS, set(MADE), table)


Counted = Sequence[tuple[str, Drift, ChangeState, int]]


def _sum_up(counted: Counted, stage: Stage) -> list[Markdown]:
    """Count by kind what is to be done, or was done, and what failed."""
    if stage in {Stage.SHOWN, Stage.CHECKING}:
        return _count_kinds(counted, TO_DO_LABELS, {ChangeState.FOUND, ChangeState.DROPPED})
    done = _count_kinds(counted, DONE_LABELS, {ChangeState.DONE, ChangeState.BACK, ChangeState.KEPT})
    rest = [(state, sum(n for *_, each, n in counted if each is state)) for state in ChangeState]
    return done + [Markdown(f"{n} {s.label or TO_BE_DONE}") for s, n in rest if n and s is not ChangeState.DONE]


def _count_kinds(counted: Counted, names: Mapping[Drift, tuple[str, str]], states: set[ChangeState]) -> list[Markdown]:
    sums: Counter[Drift] = Counter()
    for _, drift, state, number in counted:
        sums[drift] += number if state in states else 0
    return count_kinds(sums, names)


def _summarise_channels(counted: Counted, stage: Stage, table: Mapping[str, PlannedChannel]) -> list[Markdown]:
    """Describe, one line a channel, what is to be done there or, once the run is over, what failed."""
    states = set(ChangeState) if stage in {Stage.SHOWN, Stage.CHECKING} else NOT_DONE
    return _summarise_each([row for row in counted if row[2] in states], TO_DO_LABELS, states, table)


def _summarise_each(
    told: Counted, names: Mapping[Drift, tuple[str, str]], states: set[ChangeState], table: Mapping[str, PlannedChannel]
) -> list[Markdown]:
    by_key = {key: [row for row in told if row[0] == key] for key, *_ in told}
    sums = {key: join(_count_kinds(rows, names, states)) for key, rows in by_key.items()}
    return [Markdown(f"**{_title_of(key, table)}** : {said}") for key, said in sums.items()]


def _list_changes(changes_: Sequence[Change], table: Mapping[str, PlannedChannel], scope: str) -> list[Markdown]:
    """Describe changes with their reasons and states. People with the same change share a line; the channel is named
    unless it is the only one."""
    alike = groupby(changes_, lambda c: (c.key, c.drift, c.reason, c.state, c.why))
    told = [(key[0], _say_change(list(group))) for key, group in alike]
    return [line if key == scope else Markdown(f"**{_title_of(key, table)}** : {line}") for key, line in told]


def _say_change(alike: Sequence[Change]) -> Markdown:
    change = alike[0]
    stands = f" : {change.state.label}" if change.state.label else ""
    why = f" ({escape(change.why)})" if change.why else ""
    return Markdown(f"{escape(say_changes(alike))}{stands}{why}")


def _title_of(key: str, table: Mapping[str, PlannedChannel]) -> str:
    return escape(table[key].name if key in table else key)


def _run_buttons(run: Run, counted: Counted, *, is_long: bool) -> Sequence[Button]:
    see = [Button("Tout voir", SeeRun(run=run.id))] if is_long else []
    if run.stage is Stage.SHOWN:
        strangers = any(drift is Drift.STRANGER for _, drift, *_ in counted)
        others = any(drift is not Drift.STRANGER for _, drift, *_ in counted)
        repair = [Button("Réparer", Repair(run=run.id), "primary")] if others else []
        out = [Button("Retirer aussi les inconnus", Repair(run=run.id, strangers=True), "danger")] if strangers else []
        return [*repair, *out, *see]
    done = any(state is ChangeState.DONE for *_, state, _ in counted)
    undo = [Button("Annuler", UndoRun(run=run.id))] if run.stage is Stage.MENDED and done else []
    return [*undo, *see]


@feature.button(SeeRun, name="canaux.See", roles=LEADERS, writes=False)
async def show_page(ctx: Context, click: SeeRun) -> Replies:
    """Show a page of the changes of a run."""
    run = require(await runs.get_run(ctx.db, click.run), "canaux/check_too_old")
    must_look_after(ctx.user, run.scope)
    table = await list_planned(ctx.db, ctx.settings, archived=True)
    found = await runs.list_changes(ctx.db, run.id, skip=click.at, limit=PAGE + 1)
    shown = found[:PAGE]
    lines = _list_changes(shown, table, run.scope)
    text = render("canaux/page", lines=lines, first=click.at + 1, last=click.at + len(shown))
    back = [Button("Précédents", SeeRun(run=run.id, at=max(click.at - PAGE, 0)))] if click.at else []
    on = [Button("Voir la suite", SeeRun(run=run.id, at=click.at + PAGE))] if len(found) > PAGE else []
    return Whisper(text, [*back, *on])


@feature.command("canaux journal", help="Revoir ce qui a changé dans les canaux, et par qui", roles=ANIMATEURS)
async def show_journal(ctx: Context, _: str) -> Replies:
    """Show the last runs, newest first."""
    last = await runs.list_newest(ctx.db, RUNS_SHOWN)
    table = await list_planned(ctx.db, ctx.settings, archived=True)
    known = await people.by_ids(ctx.db, [run.by for run in last if run.by])
    names = {ident: person.username for ident, person in known.items()}
    rows = [await _journal_row(ctx, run, table, names) for run in last]
    buttons = [Button(f"Voir le n° {n}", SeeRun(run=run.id)) for n, run in enumerate(last[:3], 1)]
    return Whisper(render("canaux/journal", rows=rows), buttons)


async def _journal_row(
    ctx: Context, run: Run, table: Mapping[str, PlannedChannel], names: Mapping[str, str]
) -> Markdown:
    counted = await runs.count_by_channel(ctx.db, run.id)
    return render(
        "canaux/journal_row",
        at=say_moment(run.at.astimezone(ctx.zone)),
        kind=run.kind,
        by=names.get(run.by, ""),
        scope=say_scope(run.scope, table),
        sums=await _say_alone(ctx, run, table) or _sum_up(counted, run.stage),
        is_undone=run.stage is Stage.UNDONE,
    )


async def _say_alone(ctx: Context, run: Run, table: Mapping[str, PlannedChannel]) -> list[Markdown]:
    """Describe in full a single change of a channel administrator, if it is all there is."""
    made = await runs.list_changes(ctx.db, run.id, limit=2)
    if len(made) != 1 or made[0].drift not in LEADERSHIP or made[0].state not in MADE:
        return []
    verb = "administre maintenant" if made[0].drift is Drift.ADMIN_MISSING else "n’administre plus"
    return [Markdown(f"@{escape(made[0].username)} {verb} {_title_of(made[0].key, table)}")]


async def find_last_night(ctx: Context, run: Run) -> Run | None:
    """Find the nightly check that the animateurs read last, other than this one, if its card is still open."""
    return await runs.find_latest(ctx.db, ctx.now - runs.KEPT_FOR, Stage.SHOWN, other=run.id, kind=RunKind.CHECK, by="")


async def close_night(ctx: Context, last: Run, *, newer: bool = False) -> Refresh:
    """Close the card of a nightly check; with ``newer``, it points to the newer card."""
    over = CARD.rewrite(last, render("canaux/night_over", newer=newer))
    await runs.drop_run(ctx.db, last)
    return over


async def note_mended(ctx: Context, run: Run) -> Sequence[Reply]:
    """Remove from the last nightly card what a run has repaired."""
    last = await find_last_night(ctx, run)
    if last is None or not await runs.drop_made(ctx.db, last.id, run.id):
        return []
    left = (await runs.count_by_state(ctx.db, last.id)).get(ChangeState.FOUND, 0)
    return [await refresh_run(ctx, last) if left else await close_night(ctx, last)]


log = structlog.get_logger()

TOLD_MAX = 5
"""The most animateurs who are told one by one, if it is their own room whose address is taken."""
CLOSED = "canaux.alert"
"""The scope of the claims that mark alerts as resolved."""


async def close_alert(ctx: Context, over: Refresh) -> Sequence[Reply]:
    """Rewrite an alert as resolved, if it is still open."""
    return [over] if await settle_alert(ctx, over.topic) else []


async def settle_alert(ctx: Context, topic: str) -> bool:
    """Mark the last alert on a topic as resolved; False if there is none, or it was resolved before."""
    posts = await ctx.posts_about(topic)
    return bool(posts) and await claims.claim(ctx.db, CLOSED, posts[0].post_id, ctx.now)


async def report_taken_address(ctx: Context, canal: PlannedChannel) -> Sequence[Reply]:
    """Report that a channel’s address is taken: to the operator in the log, and to the animateurs once a day."""
    if not await claims.claim(ctx.db, "canaux.taken", f"{canal.key}:{ctx.now.date()}", ctx.now):
        return []
    log.warning("planned_channel_taken", name=canal.key, channel=canal.address)
    said, room = render("canaux/taken", canal=canal), await find_team_room(ctx.db)
    return await tell_animateurs(ctx, room, said, limit=TOLD_MAX)
