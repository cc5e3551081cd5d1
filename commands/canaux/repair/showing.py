"""How a run is shown: a card that is rewritten as it goes on, all of it by pages, and the journal."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import groupby

from bot.context import Context
from bot.errors import UserError
from bot.french.moments import say_moment
from bot.french.words import join, plural
from bot.replies import Button, Message, Refresh, Replies, Whisper
from bot.texts import Markdown, escape, render
from commands.canaux.feature import ANIMATEURS, LEADERS, feature
from commands.canaux.repair.buttons import Repair, See, Undo
from commands.canaux.repair.words import DONE, STATES, TO_DO, say_changes
from commands.canaux.scope import must_look_after, say_scope
from config.canaux import PlannedChannel
from storage import people
from storage.canaux import changes, planned, runs
from storage.canaux.changes import Change, State
from storage.canaux.drift import Drift
from storage.canaux.runs import Kind, Run, Stage

DAY = timedelta(days=1)
"""How long what was shown may be put right: later it may be otherwise."""
FEW = 8
"""So many changes are shown one by one, each with its reason."""
CHANNELS_MAX = 12
"""Channels that a card names; all are seen by « Tout voir »."""
PAGE = 50
"""Changes of a page."""
TO_BE_DONE = "à faire"
"""Of a run that goes on, or was interrupted."""
NOT_DONE = {State.REFUSED, State.DROPPED, State.KEPT}
MADE = (State.DONE, State.SENT)
"""What has arrived, and what is about to."""
RUNS_SHOWN = 10


def topic_of(run: Run) -> str:
    """What its card is filed under."""
    return f"canaux.card:{run.id}"


async def show(ctx: Context, run: Run) -> Message:
    """The card of a run as it is now."""
    counted = await changes.by_channel(ctx.db, run.id)
    table = await planned(ctx.db, ctx.settings, archived=True)
    total = sum(number for *_, number in counted)
    few = await changes.page(ctx.db, run.id, 0, FEW) if total <= FEW else []
    lines = _lines(few, table, run.scope) or _by_channel(counted, run.stage, table)
    text = render(
        "canaux/run",
        stage=run.stage,
        scope=say_scope(run.scope, table),
        sums=_sums(counted, run.stage),
        lines=lines[:CHANNELS_MAX],
        more=len(lines) - CHANNELS_MAX,
    )
    return Message(text, _buttons(run, counted, is_long=not few))


async def refresh(ctx: Context, run: Run) -> Refresh:
    """Its card, wherever it stands, told anew."""
    shown = await show(ctx, run)
    return Refresh(shown.text, shown.buttons, topic=topic_of(run))


async def list_made(ctx: Context, run: Run, table: Mapping[str, PlannedChannel]) -> Sequence[Markdown]:
    """What of a run stands: one by one where it is little, else counted for each channel."""
    counted = [row for row in await changes.by_channel(ctx.db, run.id) if row[2] in MADE]
    if sum(number for *_, number in counted) <= FEW:
        named = "" if run.kind is Kind.HAND else run.scope  # of what was done by hand nothing else says where
        return _lines([c for c in await changes.of(ctx.db, run.id) if c.state in MADE], table, named)
    return _each_channel(counted, DONE, set(MADE), table)


Counted = Sequence[tuple[str, Drift, State, int]]


def _sums(counted: Counted, stage: Stage) -> list[Markdown]:
    """How much of each kind is to be done, or was, and how much was not."""
    if stage in {Stage.SHOWN, Stage.CHECKING}:
        return [Markdown(words) for words in _count(counted, TO_DO, {State.FOUND, State.DROPPED})]
    done = _count(counted, DONE, {State.DONE, State.BACK, State.KEPT})
    rest = [(state, sum(n for *_, each, n in counted if each is state)) for state in State]
    return [Markdown(w) for w in done] + [
        Markdown(f"{number} {STATES[state] or TO_BE_DONE}")
        for state, number in rest
        if number and state is not State.DONE
    ]


def _count(counted: Counted, names: Mapping[Drift, tuple[str, str]], states: set[State]) -> list[str]:
    sums = {drift: sum(n for _, kind, state, n in counted if kind is drift and state in states) for drift in names}
    return [plural(sums[drift], *words) for drift, words in names.items() if sums[drift]]


def _by_channel(counted: Counted, stage: Stage, table: Mapping[str, PlannedChannel]) -> list[Markdown]:
    """A line for each channel: what is to be done there; once it was, what was not."""
    states = set(State) if stage in {Stage.SHOWN, Stage.CHECKING} else NOT_DONE
    return _each_channel([row for row in counted if row[2] in states], TO_DO, states, table)


def _each_channel(
    told: Counted, names: Mapping[Drift, tuple[str, str]], states: set[State], table: Mapping[str, PlannedChannel]
) -> list[Markdown]:
    return [
        Markdown(f"**{_name(key, table)}** : {join(_count([row for row in told if row[0] == key], names, states))}")
        for key in dict.fromkeys(key for key, *_ in told)
    ]


def _lines(changes_: Sequence[Change], table: Mapping[str, PlannedChannel], scope: str) -> list[Markdown]:
    """Changes with their reasons and how they stand; people of whom the same is to be told stand together. The channel
    is named where it is not the only one."""
    alike = groupby(changes_, lambda c: (c.key, c.drift, c.reason, c.state, c.why))
    told = [(key[0], _line(list(group))) for key, group in alike]
    return [line if key == scope else Markdown(f"**{_name(key, table)}** : {line}") for key, line in told]


def _line(alike: Sequence[Change]) -> Markdown:
    change = alike[0]
    stands = f" ({STATES[change.state]})" if STATES[change.state] else ""
    why = f" : {escape(change.why)}" if change.why else ""
    return Markdown(f"{escape(say_changes(alike))}{stands}{why}")


def _name(key: str, table: Mapping[str, PlannedChannel]) -> str:
    return escape(table[key].name if key in table else key)


def _buttons(run: Run, counted: Counted, *, is_long: bool) -> Sequence[Button]:
    see = [Button("Tout voir", See(run=run.id))] if is_long else []
    if run.stage is Stage.SHOWN:
        strangers = any(drift is Drift.STRANGER for _, drift, *_ in counted)
        others = any(drift is not Drift.STRANGER for _, drift, *_ in counted)
        repair = [Button("Réparer", Repair(run=run.id), "primary")] if others else []
        out = [Button("Retirer aussi les inconnus", Repair(run=run.id, strangers=True), "danger")] if strangers else []
        return [*repair, *out, *see]
    done = any(state is State.DONE for *_, state, _ in counted)
    undo = [Button("Annuler", Undo(run=run.id))] if run.stage is Stage.MENDED and done else []
    return [*undo, *see]


@feature.button(See, roles=LEADERS, writes=False)
async def see(ctx: Context, click: See) -> Replies:
    """Its changes one by one, a page of them."""
    run = await runs.get(ctx.db, click.run)
    if run is None:
        raise UserError("Cette vérification est trop ancienne : recommencez avec /canaux verifier.")
    must_look_after(ctx.user, run.scope)
    table = await planned(ctx.db, ctx.settings, archived=True)
    found = await changes.page(ctx.db, run.id, click.at, PAGE + 1)
    shown = found[:PAGE]
    text = render("canaux/page", lines=_lines(shown, table, run.scope), first=click.at + 1, last=click.at + len(shown))
    back = [Button("Avant", See(run=run.id, at=max(click.at - PAGE, 0)))] if click.at else []
    on = [Button("Suite", See(run=run.id, at=click.at + PAGE))] if len(found) > PAGE else []
    return Whisper(text, [*back, *on])


@feature.command("canaux journal", help="Revoir ce qui a changé dans les canaux, et par qui", roles=ANIMATEURS)
async def journal(ctx: Context, _: str) -> Replies:
    """The last runs, newest first."""
    last = await runs.newest(ctx.db, RUNS_SHOWN)
    table = await planned(ctx.db, ctx.settings, archived=True)
    names = {person.id: person.username for person in await people.among(ctx.db, ids=[r.by for r in last if r.by])}
    rows = [await _row(ctx, run, table, names) for run in last]
    buttons = [Button(f"Voir le n° {n}", See(run=run.id)) for n, run in enumerate(last[:3], 1)]
    return Whisper(render("canaux/journal", rows=rows), buttons)


async def _row(ctx: Context, run: Run, table: Mapping[str, PlannedChannel], names: Mapping[str, str]) -> Markdown:
    counted = await changes.by_channel(ctx.db, run.id)
    return render(
        "canaux/journal_row",
        at=say_moment(run.at.astimezone(ctx.zone)),
        kind=run.kind,
        by=names.get(run.by, ""),
        scope=say_scope(run.scope, table),
        sums=_sums(counted, run.stage),
        is_undone=run.stage is Stage.UNDONE,
    )
