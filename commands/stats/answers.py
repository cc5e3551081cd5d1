"""One’s own figures put into words, and the page that papers show of them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context
from bot.errors import ChatError
from bot.french.neighbours import period_after, period_before, period_to_compare
from bot.french.periods import Period, months_after
from bot.french.words import of, plural
from bot.mattermost import ChatReader
from bot.papers import Section
from bot.replies import Button
from bot.texts import Markdown, render
from commands.stats.asking import OwnQuery
from commands.stats.buttons import Details, Other, See, Take
from commands.stats.papers import Page
from commands.stats.sections import Presentation, charts, communes, evolution, general, suites, temps
from storage.cra.last_commune import last_commune
from storage.people import Person
from storage.stats import Figures, Percent
from storage.stats.queries import own, own_communes, own_months

MONTHS_SHOWN = 12
NOTES = {
    Percent.JUSTE: "Pourcentages arrondis à l’entier ; ceux d’un même groupe font 100 ensemble.",
    Percent.COOP: "Pourcentages tronqués à l’entier, comme sur l’ancienne plateforme Coop.",
}


class PageContext(Protocol):
    """Whose page it is and where it is read from: a request in the chat, or a command of the operator’s."""

    @property
    def user(self) -> Person: ...

    @property
    def db(self) -> AsyncSession: ...

    @property
    def today(self) -> date: ...


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """What is said of one’s figures, and the page of them; ``drawn`` when there is something to draw."""

    text: Markdown
    buttons: list[Button]
    page: Page
    drawn: bool


async def full_name(chat: ChatReader, person: Person) -> str:
    """Somebody’s own name, as the account says it; the user name where it does not, or Mattermost is away."""
    try:
        account = await chat.user(person.id)
    except ChatError:
        return person.username
    return account.full_name or person.username


async def figures_of(ctx: PageContext, asked: OwnQuery) -> Figures:
    """One’s own figures."""
    return await own(ctx.db, ctx.user.id, asked.start, asked.end)


async def answer(ctx: Context, asked: OwnQuery) -> OwnAnswer:
    """One’s own figures in words, compared with the period before, and where to go from there."""
    figures = await figures_of(ctx, asked)
    earlier = period_to_compare(asked.period, ctx.today)
    then = await own(ctx.db, ctx.user.id, earlier.start, earlier.end)
    told = Presentation(figures, asked.percent)
    text = render(
        "stats/answer",
        period=asked.period.label,
        f=figures,
        goes_on=told.goes_on,
        drawn=charts(told),
        earlier=earlier.label,
        compared=_compare(figures, then),
    )
    page = await page_of(ctx, asked, figures)
    return OwnAnswer(text, _buttons(ctx, asked, figures), page, figures.accompagnements > 0)


async def tell_details(ctx: Context, asked: OwnQuery) -> Markdown:
    """Every figure, in words."""
    page = await page_of(ctx, asked, await figures_of(ctx, asked))
    return render("stats/details", page=page)


async def page_of(ctx: PageContext, asked: OwnQuery, figures: Figures, name: str | None = None) -> Page:
    """What papers show of one’s figures."""
    user, last = ctx.user, min(asked.period.last, ctx.today)
    return Page(
        title="Mes statistiques",
        period=asked.period.label,
        start=asked.start,
        last=max(last, asked.start),
        today=ctx.today,
        sections=await sections_of(ctx, asked, figures, last),
        name=name,
        structure=user.structure,
        place=await last_commune(ctx.db, user.id) or None,
        notes=(NOTES[asked.percent],),
        zone=user.zone,
    )


async def sections_of(ctx: PageContext, asked: OwnQuery, figures: Figures, last: date) -> tuple[Section, ...]:
    """All sections of one’s own page; the evolution is that of the twelve months up to the period’s last day."""
    told = Presentation(figures, asked.percent)
    first = months_after(last.replace(day=1), 1 - MONTHS_SHOWN)
    counts = await own_months(ctx.db, ctx.user.id, first, last + timedelta(days=1))
    months = {month: counts.get(month, 0) for month in (months_after(first, n) for n in range(MONTHS_SHOWN))}
    places = await own_communes(ctx.db, ctx.user.id, asked.start, asked.end)
    return (general(told), suites(told), *charts(told), temps(told), evolution(months), communes(places))


def _buttons(ctx: Context, asked: OwnQuery, figures: Figures) -> list[Button]:
    beside = [period_before(asked.period), period_after(asked.period, ctx.today)]
    buttons = [Button(f"Voir {_shorten(p)}", See(**asked.about(p))) for p in beside if p]
    buttons.append(Button("Autre période", Other(**asked.same)))
    if figures.accompagnements:
        buttons += [Button("Détails", Details(**asked.same)), Button("Exporter", Take(**asked.same))]
    return buttons


def _shorten(period: Period) -> str:
    """A period as a button names it."""
    if (period.end - period.start).days == 1 or not period.label.startswith("du "):
        return period.label.removeprefix("année ")
    return f"du {period.start:%d/%m} au {period.last:%d/%m}"


def _compare(now: Figures, then: Figures) -> list[str]:
    """How much more or less than before; nothing when there is nothing to compare with."""
    if not then.accompagnements:
        return []
    return [
        difference(now.personnes, then.personnes, "personne accompagnée", "personnes accompagnées"),
        difference(now.accompagnements, then.accompagnements, "compte rendu", "comptes rendus"),
    ]


def difference(now: int, then: int, one: str, many: str) -> str:
    """« 3 comptes rendus de plus », « 1 personne accompagnée de moins », « autant de comptes rendus »."""
    if now == then:
        return f"autant {of(many)}"
    return f"{plural(abs(now - then), one, many)} de {'plus' if now > then else 'moins'}"
