"""« /garde »: who is on duty now, and in the coming weeks; who is away; when nobody is there."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.context import Context
from bot.french.dates import say_days
from bot.french.words import fold, join
from bot.lines import Run
from bot.office_hours import OfficeHours
from bot.replies import Button, Replies, Whisper
from bot.texts import Markdown, escape, render
from commands.garde.buttons import OpenSwap, Take
from commands.garde.feature import AGENTS, feature, queues
from commands.garde.gaps import Gap, days_from, find_gaps, is_there
from commands.garde.reading import read_line
from commands.garde.taking import put
from commands.garde.words import names, say, say_turn
from dialogs.garde import read_turn
from storage.hotline import duty
from storage.hotline.duty import Absence, Turn, day_of

SHOWN_WEEKS, WATCHED_WEEKS = 12, 4
"""How far ahead turns are shown, and gaps are told of."""
SHOWN_MAX = 20


@feature.command(
    "garde",
    help="Voir qui est de garde à la hotline, ou y mettre quelqu’un",
    hint="[@nom du 30/11 au 4/12] [file]",
    roles=AGENTS,
    writes=True,
)
async def show(ctx: Context, text: str) -> Replies:
    """The list; a line that says who or when puts somebody on duty."""
    if text.strip() and fold(text) != "liste":
        return await put(ctx, await read_line(ctx, text, read_turn))
    today = day_of(ctx.now)
    turns = await duty.turns(ctx.db, today, today + timedelta(weeks=SHOWN_WEEKS))
    own = [turn for turn in turns if turn.user_id == ctx.user.id]
    away = await duty.absences(ctx.db, today, today + timedelta(weeks=SHOWN_WEEKS))
    back = (
        [Button("Annuler mon absence", Run(line="garde present"))] if ctx.user.id in {a.user_id for a in away} else []
    )
    return Whisper(await _list(ctx, turns, away), [*_buttons(own), *back])


async def _list(ctx: Context, turns: Sequence[Turn], absences: Sequence[Absence]) -> Markdown:
    today = day_of(ctx.now)
    away = [*absences, *await duty.departures(ctx.db, {turn.user_id for turn in turns})]
    called = await names(ctx, [each.user_id for each in (*turns, *absences)])
    hours = OfficeHours.of(ctx.settings)
    gaps = find_gaps(hours, queues(ctx.settings), turns, away, days_from(today, 7 * WATCHED_WEEKS))
    coming = [turn for turn in turns if turn.starts > today and any(is_there(turn, day, away) for day in turn.days)]
    return render(
        "garde/list",
        is_open=hours.opens_on(today),
        now=[_line(ctx, turn, called) for turn in turns if is_there(turn, today, away)],
        coming=[_line(ctx, turn, called) for turn in coming[:SHOWN_MAX]],
        more=len(coming) - SHOWN_MAX,
        absent=[Markdown(f"{called[each.user_id]} : {say(each)}") for each in absences[:SHOWN_MAX]],
        gaps=[_say_gap(ctx, gap) for gap in gaps[:SHOWN_MAX]],
    )


def _buttons(own: Sequence[Turn]) -> Sequence[Button]:
    """What one can do: with turns of one’s own, more."""
    take = Button("Me mettre de garde", Take(), "primary")
    return [take, Button("Échanger", OpenSwap()), Button("Me retirer", Run(line="garde retirer"))] if own else [take]


def _line(ctx: Context, turn: Turn, called: Mapping[str, Markdown]) -> Markdown:
    return Markdown(f"{called[turn.user_id]} : {escape(say_turn(ctx, turn))}")


def _say_gap(ctx: Context, gap: Gap) -> str:
    known = queues(ctx.settings)
    which = [name for code, name in known.items() if code in gap.queues]
    days = say_days(gap.first, gap.last)
    return days if len(which) == len(known) else f"{days} ({join(which)})"
