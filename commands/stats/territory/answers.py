"""The figures of a territory put into words, and the page that papers show of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.context import Context
from bot.french.neighbours import period_before
from bot.french.periods import Period
from bot.papers import Section
from bot.texts import Markdown, render
from commands.stats.answers import difference
from commands.stats.papers import Page, territory_page
from commands.stats.sections import Presentation, territory_sections
from commands.stats.territory.months import Months, months_of, rule, to_come
from commands.stats.territory.places import TerritoryQuery
from storage.stats import Figures
from storage.stats.monthly import conseillers
from storage.stats.territories import CountedFigures, read_figures


@dataclass(frozen=True, slots=True)
class TerritoryAnswer:
    """What is said of a territory, and the page of it; ``drawn`` when there is something to draw."""

    text: Markdown
    page: Page
    drawn: bool


async def answer(ctx: Context, wanted: TerritoryQuery) -> TerritoryAnswer:
    """The figures of a territory in words, compared with the months before."""
    there, earlier = wanted.territory, _earlier(ctx, wanted)
    active = await conseillers(ctx.db, there, wanted.span(ctx))
    read = Months(start=earlier.start if earlier else wanted.start, end=wanted.end)
    counted = await read_figures(ctx.db, there, read.span(ctx))
    figures, then = await ctx.compute(lambda: _round(counted, wanted, earlier))
    page = page_of(ctx, wanted, figures)
    drawn = any(line.value for section in page.sections for line in section.lines)
    text = render(
        "stats/territory",
        place=wanted.territory.name,
        page=page,
        widened=wanted.widened,
        to_come="" if wanted.days_told(ctx) else to_come(wanted.start),
        conseillers=active,
        drawn=drawn,
        compared=_compare(ctx, wanted, figures, then) if drawn else "",
    )
    return TerritoryAnswer(text, page, drawn)


def _round(counted: CountedFigures, wanted: Months, earlier: Months | None) -> tuple[Figures, Figures]:
    table = counted.round()
    then = table.figures(earlier.start, earlier.end) if earlier else Figures()
    return table.figures(wanted.start, wanted.end), then


def page_of(ctx: Context, wanted: TerritoryQuery, figures: Figures) -> Page:
    """What papers show of a territory."""
    return page(ctx, wanted, wanted.territory.name, territory_sections(Presentation(figures)))


def page(ctx: Context, months: Months, name: str, sections: Sequence[Section]) -> Page:
    """A page of one territory, or of all « départements »."""
    period = months.days_told(ctx) or Period(months.start, months.end)
    made = territory_page(name, period, ctx.today, sections, [rule(ctx, months)])
    return replace(made, zone=ctx.user.zone)


def _earlier(ctx: Context, wanted: TerritoryQuery) -> Months | None:
    """The whole months before, where there are some."""
    earlier = period_before(wanted.period(ctx.today))
    if earlier is None or earlier.end != wanted.start or earlier.start.day != 1:
        return None
    return months_of(earlier, ctx.today)


def _compare(ctx: Context, wanted: TerritoryQuery, now: Figures, then: Figures) -> str:
    """How much more or less than in the months before; of months in progress, only what those counted."""
    earlier, told = period_before(wanted.period(ctx.today)), wanted.days_told(ctx)
    pairs = [
        (now.personnes, then.personnes, "personne accompagnée", "personnes accompagnées"),
        (now.accompagnements, then.accompagnements, "accompagnement", "accompagnements"),
    ]
    pairs = [pair for pair in pairs if pair[1]]
    if not pairs or earlier is None or told is None:
        return ""
    return render(
        "stats/territory_compared",
        earlier=earlier.label,
        over=told.end == wanted.end,
        differences=[difference(*pair) for pair in pairs],
        counts=[pair[1:] for pair in pairs],
    )
