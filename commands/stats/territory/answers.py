"""The figures of a territory put into words, and the pages that papers show of them."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from threading import Lock

from bot.context import Context
from bot.french.neighbours import before
from bot.texts import Markdown, render
from commands.stats.answers import difference
from commands.stats.papers import Page, Row, Table
from commands.stats.sections import Line, Section, Told, charts, evolution, general, suites, temps
from commands.stats.territory.places import Kind, Months, Place, Wanted, months_of
from config.departements import DEPARTEMENTS
from config.themes import THEMES
from storage.cra.measures import CANAUX, DUREES, THEME_BITS
from storage.cra.table import AGES, STATUTS, SUITES
from storage.stats import Figures
from storage.stats.territories import Gathered, Shown, departement, gathered, masked

RULE = (
    "Un chiffre qui décrit moins de 5 personnes, ou qui vient de moins de 3 conseillers, est masqué, avec ceux qui "
    "permettraient de le calculer."
)
NOTHING = Shown(Figures(), 0, frozenset())
COLUMNS = {
    "conseillers": "Conseillers actifs",
    "personnes": "Personnes accompagnées",
    "nouveaux": "Nouveaux usagers",
    "accompagnements": "Accompagnements enregistrés",
    "ateliers": "Ateliers",
    "participants": "Participants aux ateliers",
    "individuels": "Accompagnements individuels",
    "ponctuelles": "Demandes ponctuelles",
    "poursuivis": "Accompagnements poursuivis",
    **{name: f"Suite : {suite.label}" for suite, name in SUITES.items()},
    "temps": "Temps (minutes)",
    **{name: f"Thème : {THEMES[code].court}" for code, name in THEME_BITS.items()},
    **{name: f"Lieu : {canal.label}" for canal, name in CANAUX.items()},
    **{name: f"Durée : {duree.label}" for duree, name in DUREES.items()},
    **{name: f"Âge : {age.label}" for age, name in AGES.items()},
    **{name: f"Statut : {statut.label}" for statut, name in STATUTS.items()},
}
"""The columns of the table of départements."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of a territory, and the page of it; ``drawn`` when some figures may be shown."""

    text: Markdown
    page: Page
    drawn: bool


async def table(ctx: Context, months: Months) -> Mapping[str, Shown]:
    """What may be told of all territories."""
    return await asyncio.to_thread(decided.of, await gathered(ctx.db, months.start, months.end))


class Decided:
    """What was masked, for figures that were asked for lately: deciding takes long where little was done.

    It follows from the figures alone, so what changed is decided again, and nothing else.
    """

    def __init__(self, most: int = 24) -> None:
        self._most = most
        self._known: OrderedDict[bytes, Mapping[str, Shown]] = OrderedDict()
        self._one_at_a_time = Lock()

    def of(self, found: Gathered) -> Mapping[str, Shown]:
        """What may be told of these figures; call it in a thread."""
        said = sha256(repr(found).encode()).digest()
        with self._one_at_a_time:
            if said not in self._known:
                self._known[said] = masked(found)
            self._known.move_to_end(said)
            while len(self._known) > self._most:
                self._known.popitem(last=False)
            return self._known[said]


decided = Decided()


async def answered(ctx: Context, wanted: Wanted, patience: float | None = None) -> Answer:
    """The figures of a territory in words, compared with the months before.

    Raises TimeoutError when deciding what is masked takes more seconds than ``patience``.
    """
    place, earlier = wanted.place, _earlier(ctx, wanted)
    found = [await gathered(ctx.db, months.start, months.end) for months in (wanted, earlier) if months]
    # Only the thread is given up: a statement cut off in the middle would cost the transaction.
    tables = await asyncio.wait_for(asyncio.to_thread(lambda: [decided.of(f) for f in found]), patience)
    shown, *then = (found_in.get(place.key, NOTHING) for found_in in tables)
    page = page_of(ctx, wanted, shown)
    drawn = any(line.value for section in page.sections for line in section.lines)
    text = render(
        "stats/territory",
        place=place.name,
        page=page,
        widened=wanted.period(ctx.today) if wanted.widened else None,
        conseillers=shown.count("conseillers"),
        active=shown.conseillers > 0,
        drawn=drawn,
        compared=_compared(ctx, wanted, shown, then[0]) if drawn and then else "",
    )
    return Answer(text, page, drawn)


def page_of(ctx: Context, wanted: Wanted, shown: Shown) -> Page:
    """What papers show of a territory."""
    told = Told(shown.figures, hidden=hidden_lines(shown))
    sections = (general(told), suites(told), *charts(told), temps(told))
    if len(shown.mois) > 1:
        sections = (*sections, evolution(shown.mois))
    return _page(ctx, wanted, wanted.place, sections, masks=bool(shown.hidden))


def hidden_lines(shown: Shown) -> frozenset[str]:
    """What is masked, by the names of lines: new persons go by those known, a share of persons hides with them."""
    more = {"recurrents"} if "nouveaux" in shown.hidden else set()
    return shown.hidden | more | ({"poursuivis"} if "personnes" in shown.hidden else set())


def carte_of(ctx: Context, months: Months, found: Mapping[str, Shown]) -> Page:
    """The accompaniments of all départements."""
    lines = tuple(
        Line(Place(Kind.DEPARTEMENT, code).name, found.get(departement(code), NOTHING).count("accompagnements"))
        for code in DEPARTEMENTS
    )
    section = Section("departements", "Accompagnements par département", "comptes rendus", lines)
    return _page(ctx, months, None, (section,), masks=any(line.value is None for line in lines))


def table_of(ctx: Context, months: Months, found: Mapping[str, Shown]) -> Table:
    """One row a département; those without any compte rendu count zero everywhere."""
    names = {code: d.nom for code, d in DEPARTEMENTS.items()}
    names |= {"": "Structure sans département"} if departement("") in found else {}
    rows = (Row(code, nom, _row(found.get(departement(code), NOTHING))) for code, nom in names.items())
    period = months.period(ctx.today)
    notes = (f"Du {period.start:%d/%m/%Y} au {period.last:%d/%m/%Y}, selon le département de la structure.", RULE)
    return Table(f"Départements — {period.label}", tuple(COLUMNS.values()), tuple(rows), notes)


def _row(shown: Shown) -> tuple[int | None, ...]:
    return tuple(shown.count(name) for name in COLUMNS)


def _page(ctx: Context, months: Months, place: Place | None, sections: tuple[Section, ...], *, masks: bool) -> Page:
    period = months.period(ctx.today)
    return Page(
        title=f"Statistiques — {place.name if place else 'départements'}",
        period=period.label,
        start=period.start,
        last=period.last,
        today=ctx.today,
        sections=sections,
        notes=(RULE,) if masks else (),
        stem=f"Statistiques_{place.name if place else 'departements'}",
        zone=ctx.user.zone,
    )


def _earlier(ctx: Context, wanted: Wanted) -> Months | None:
    """The whole months before, where there are some."""
    earlier = before(wanted.period(ctx.today))
    if earlier is None or earlier.end != wanted.start or earlier.start.day != 1:
        return None
    return months_of(earlier, ctx.today)


def _compared(ctx: Context, wanted: Wanted, now: Shown, then: Shown) -> str:
    """How much more or less than in the months before; of months in progress, only what those counted."""
    period, earlier = wanted.period(ctx.today), before(wanted.period(ctx.today))
    words = {
        "personnes": ("personne accompagnée", "personnes accompagnées"),
        "accompagnements": ("accompagnement", "accompagnements"),
    }
    pairs = [(now.count(name), then.count(name), *nouns) for name, nouns in words.items()]
    told = [(a, b, one, many) for a, b, one, many in pairs if a is not None and b]
    if not told or earlier is None:
        return ""
    return render(
        "stats/territory_compared",
        earlier=earlier.label,
        over=period.end == wanted.end,
        differences=[difference(a, b, one, many) for a, b, one, many in told],
        counts=[(b, one, many) for _, b, one, many in told],
    )
