"""The feature and its queries: whose statistics, of which period, and who may see them; and the sections in which they
are told."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel

from bot.command_lines import UNDERSTOOD, UnreadablePeriodError
from bot.context import Context
from bot.errors import UserError, read_or_refuse
from bot.features import Feature, Front, Right
from bot.french import MONTHS, Period, months_after, of, period_before, say_month, say_weekday
from bot.papers import FigureSection, LabelledValue
from bot.replies import Button, DaysPayload, RunCommand, Whisper
from bot.texts import quote, render
from config import territories, themes, time
from config.text import fold
from dialogs.cra.tags import read_tag
from dialogs.stats import Format, period_of
from storage.communes import get_commune
from storage.cra import Activite, Suite
from storage.cra.tags import take_tags
from storage.people import Person, Role
from storage.stats import Figures, Percent, even_shares, share, shares
from storage.stats.territories import MonthSpan, find_told_until


def start(person: Person) -> str:
    """Return the feature’s command for somebody: their own statistics if they have any, else the nation’s."""
    return "stats" if person.role is Role.CONSEILLER else "stats national"


feature = Feature(
    "stats",
    rights=(Right.MEMBER,),
    front=Front("Statistiques", "ce qui a été fait, en mots, en images et en fichiers", start),
)

CONSEILLERS = (Role.CONSEILLER,)
"""The roles that have figures of their own."""
COMMUNITY = (Role.CONSEILLER, Role.COORDINATEUR, Role.ANIMATEUR)
"""Who may see figures of territories; which ones depends on the role."""
ANIMATEURS = (Role.ANIMATEUR,)


_AS_COOP = re.compile(r"\bcomme (?:la )?coop$", re.IGNORECASE)


class OwnQuery(DaysPayload):
    """Query of one’s own statistics: their days, the rule of percentages, and optionally only reports with a
    ``tag``."""

    percent: Percent = Percent.JUSTE
    tag: str = ""

    @property
    def label(self) -> str:
        """The subject of the statistics: « octobre 2026 », « octobre 2026, #caf »."""
        return f"{self.period.label}, #{self.tag}" if self.tag else self.period.label

    def about(self, period: Period) -> dict[str, object]:
        """Return the fields of the same query for other days."""
        return {"start": period.start, "end": period.end, "percent": self.percent, "tag": self.tag}

    @property
    def same(self) -> dict[str, object]:
        """The fields of the same query."""
        return self.about(self.period)


def read_own_query(ctx: Context, text: str) -> OwnQuery:
    """Read the query of a line, by default this month. Raises UserError that explains what can be typed."""
    text, tag = _read_tag(text)
    said, as_coop = _AS_COOP.subn("", text.strip())
    period = read_or_refuse(period_of, said, ctx.clues)
    percent = Percent.COOP if as_coop else Percent.JUSTE
    return OwnQuery(start=period.start, end=period.end, percent=percent, tag=tag)


def _read_tag(text: str) -> tuple[str, str]:
    """Split off the tag of a line ("" if none), and return the rest. Raises UserError."""
    left, tags = take_tags(text)
    if len(tags) > 1:
        raise UserError(render("stats/one_tag"))
    return left, read_or_refuse(read_tag, tags[0]) if tags else ""


class SeeFigures(OwnQuery):
    """Button « Voir octobre 2026 »: shows the statistics of other days."""


class Details(OwnQuery):
    """Button « Détails »: shows all values."""


class Other(OwnQuery):
    """Button « Autre période »: opens the window of a period."""


class TakeOwnFigures(OwnQuery):
    """Button « Exporter »: opens the window of a file’s format."""


class Pictured(OwnQuery):
    """Order of the pictures, sent with the answer as a direct message."""


class Export(OwnQuery):
    """Order of a file of one’s own statistics."""

    format: Format


_DAY = dt.timedelta(days=1)
_WEEK = 7


class Months(BaseModel):
    """Payload with whole months [start, end[."""

    start: dt.date
    end: dt.date

    def period(self, today: dt.date) -> Period:
        """Return the days of these months, up to today."""
        return Period(self.start, min(self.end, max(today, self.start) + _DAY))

    def days_told(self, ctx: Context) -> Period | None:
        """Return the days of the months that are public already; None if there are none yet."""
        end = min(self.end, find_first_untold_day(ctx))
        return Period(self.start, end) if self.start < end else None

    def span(self, ctx: Context) -> MonthSpan:
        """Return the days to read for these months."""
        return MonthSpan(self.start, self.end, find_first_untold_day(ctx))


def lead_elsewhere(*, coordinates: bool) -> Whisper:
    """Lead whoever files no reports to the statistics that are open to them."""
    own = [Button("Mes chiffres de coordination", RunCommand(line="stats coordination"))] if coordinates else []
    shown = [("Mon département", "stats departement"), ("La France entière", "stats national")]
    return Whisper(
        render("stats/no_own", coordinates=coordinates),
        [*(Button(label, RunCommand(line=line)) for label, line in shown), *own],
    )


def find_first_untold_day(ctx: Context) -> dt.date:
    """Return the first day that is not public yet; it is the same for everybody, wherever they are."""
    return find_told_until(ctx.now.astimezone(time.PARIS).date())


def months_of(period: Period, today: dt.date) -> Months:
    """Return the whole months that a period touches, the current one included."""
    last = max(min(period.last, today), period.start)
    return Months(start=period.start.replace(day=1), end=months_after(last.replace(day=1), 1))


def find_months(ctx: Context, period: Period, said: str) -> Months:
    """Find the whole months of a period; where none was ``said``, the month before while this one has no figures."""
    months = months_of(period, ctx.today)
    before = period_before(months.period(ctx.today), ctx.today)
    return months_of(before, ctx.today) if before and not said.strip() and not months.days_told(ctx) else months


def say_rule(ctx: Context, months: Months) -> str:
    """Describe the rule by which territories’ statistics become public."""
    told = months.days_told(ctx)
    if told is None or told.end.day == 1:
        return render("stats/rounded")
    return render("stats/rounded_until", day=say_weekday(told.last))


def say_to_come(month: dt.date) -> str:
    """Write when the first statistics of a month become public: on the Monday after its first Sunday."""
    name, monday = MONTHS[month.month - 1], month + dt.timedelta(days=_WEEK - month.weekday())
    return render("stats/to_come", name=of(name), said=say_weekday(monday))


def say_beginning(ctx: Context, months: Months) -> str:
    """Write, of the months before this one, when this one has its first figures; "" of others, or once it has some."""
    now = Months(start=months.end, end=months_after(months.end, 1))
    if not now.start <= ctx.today < now.end or now.days_told(ctx):
        return ""
    return render("stats/begins", name=MONTHS[now.start.month - 1].capitalize(), told=say_to_come(now.start))


_SHORT = {"paca": "93", "idf": "11", "aura": "84", "bfc": "27"}
_LEADS = {"de", "du", "des", "d", "le", "la", "les", "l", "en", "dans", "departement", "region"}
_LONGEST_NAME = 12
"""The most words of a territory’s name, separate hyphens included: « Terres australes et antarctiques … »."""
_ELIDED = re.compile(r"\b([dl])['’]", re.IGNORECASE)


class TerritoryQuery(Months):
    """Query of a territory’s statistics in whole months, as buttons and orders carry it. ``widened`` if other days were
    typed; optionally only reports with a ``tag`` of their département."""

    kind: territories.TerritoryKind
    code: str = ""
    widened: bool = False
    tag: str = ""

    @property
    def territory(self) -> territories.Territory:
        """The territory. Raises UserError if its code is unknown."""
        known: Mapping[territories.TerritoryKind, Mapping[str, object]] = {
            territories.TerritoryKind.DEPARTEMENT: territories.DEPARTEMENTS,
            territories.TerritoryKind.REGION: territories.REGION_NAMES,
            territories.TerritoryKind.NATIONAL: {"": ""},
        }
        if self.code not in known[self.kind]:
            raise UserError(render("stats/territory_gone"))
        return territories.Territory(self.kind, self.code)

    @property
    def name(self) -> str:
        """The subject of the statistics: « Rhône », « Rhône, #caf »."""
        return f"{self.territory.name}, #{self.tag}" if self.tag else self.territory.name

    def about(self, period: Period, today: dt.date) -> dict[str, object]:
        """Return the fields of the same query for other days."""
        return {"kind": self.kind, "code": self.code, "tag": self.tag, **months_of(period, today).model_dump()}

    @property
    def same(self) -> dict[str, object]:
        """The fields of the same query."""
        return {name: getattr(self, name) for name in TerritoryQuery.model_fields}


def read_territory_query(ctx: Context, kind: territories.TerritoryKind, text: str) -> TerritoryQuery:
    """Read the query of a line: by default one’s own territory and this month.

    Raises UserError that explains what can be typed, or what this person may see.
    """
    text, tag = _read_tag(text)
    code, rest = read_territory_name(kind, text)
    period = read_period_of(ctx, rest, kind if code is None else None)
    if code is None:
        code = _find_own_code(ctx.user, kind)
    months = find_months(ctx, period, rest)
    widened = bool(rest.strip()) and months.period(ctx.today) != Period(period.start, min(period.end, ctx.today + _DAY))
    wanted = TerritoryQuery(kind=kind, code=code, widened=widened, tag=tag, **months.model_dump())
    must_be_seen_by(ctx.user, wanted.territory)
    return wanted


def read_territory_name(kind: territories.TerritoryKind, text: str) -> tuple[str | None, str]:
    """Split off the territory at the beginning of a text, by code or name; return its code (or None) and the rest."""
    words = _ELIDED.sub(r"\1 ", text).split()
    folded = [fold(word) for word in words]
    skipped = next((i for i, word in enumerate(folded) if word not in _LEADS), len(words))
    known = _codes_by_name(kind)
    for first in sorted({0, skipped}):
        for last in range(min(first + _LONGEST_NAME, len(words)), first, -1):
            if code := known.get(fold(" ".join(words[first:last]))):
                return code, " ".join(words[last:])
    return None, text.strip()


def read_period_of(ctx: Context, text: str, kind: territories.TerritoryKind | None = None) -> Period:
    """Read the period of a text. Raises UserError that explains what can be typed."""
    try:
        return period_of(text, ctx.clues)
    except UnreadablePeriodError as problem:
        if kind in {None, territories.TerritoryKind.NATIONAL}:
            raise UserError(str(problem)) from None
        raise UserError(render("stats/neither", kind=kind, text=quote(text), understood=UNDERSTOOD)) from None
    except ValueError as problem:
        raise UserError(str(problem)) from None


def must_be_seen_by(user: Person, territory: territories.Territory) -> None:
    """Raise UserError, saying what this person may see, for any other territory."""
    if user.animates or territory in list_territories_of(user):
        return
    names = [t.name for t in list_territories_of(user) if t is not territories.NATION]
    mine = render("stats/you_may_see", names=["la France entière", *names]) if names else _say_homeless()
    raise UserError(render("stats/territory_reserved", mine=mine))


def list_territories_of(user: Person) -> list[territories.Territory]:
    """List the territories of conseillers and coordinateurs: the nation, their départements and régions."""
    codes = [code for code in user.departements if code in territories.DEPARTEMENTS]
    regions = dict.fromkeys(territories.REGIONS[code] for code in codes if code in territories.REGIONS)
    return [territories.NATION, *map(territories.departement, codes), *map(territories.region, regions)]


def _find_own_code(user: Person, kind: territories.TerritoryKind) -> str:
    code = user.departement if user.departement in territories.DEPARTEMENTS else None
    if kind is territories.TerritoryKind.NATIONAL:
        return ""
    if code and (kind is territories.TerritoryKind.DEPARTEMENT or code in territories.REGIONS):
        return code if kind is territories.TerritoryKind.DEPARTEMENT else territories.REGIONS[code]
    if user.animates or code:
        example = "departement 69" if kind is territories.TerritoryKind.DEPARTEMENT else "region Bretagne"
        raise UserError(render("stats/which_territory", example=example))
    raise UserError(_say_homeless())


def _say_homeless() -> str:
    return render("stats/without_departement")


def _codes_by_name(kind: territories.TerritoryKind) -> Mapping[str, str]:
    if kind is territories.TerritoryKind.DEPARTEMENT:
        return _list_written_names({code: d.nom for code, d in territories.DEPARTEMENTS.items()})
    return _list_written_names(territories.REGION_NAMES) | _SHORT if kind is territories.TerritoryKind.REGION else {}


def _list_written_names(territories: Mapping[str, str]) -> dict[str, str]:
    """Return codes and names as they may be typed, with and without an article."""
    found = {fold(code): code for code in territories}
    for code, name in territories.items():
        words = fold(name).split()
        found |= {" ".join(words): code, " ".join(words[words[0] in _LEADS :]): code}
    return found


@dataclass(frozen=True, slots=True)
class Presentation:
    """Statistics to tell, and the rule of their percentages."""

    figures: Figures
    percent: Percent = Percent.JUSTE

    @property
    def goes_on(self) -> int:
        """The share of people whose accompaniment continues; two rounded parts may add up to more than the whole."""
        return min(100, share(self.figures.poursuivis, self.figures.personnes, self.percent))

    def part(
        self, key: str, title: str, unit: str, counts: Mapping[Any, int], whole: int | None = None
    ) -> FigureSection:
        """Make a section with a line and a share for each code: of ``whole`` for the rule « coop », else of their
        sum."""
        if self.percent is Percent.JUSTE:
            percents, is_whole = even_shares(counts)
        else:
            percents = shares(counts, sum(counts.values()) if whole is None else whole, self.percent)
            is_whole = True
        lines = tuple(LabelledValue(_label(code), n, percents[code]) for code, n in counts.items())
        return FigureSection(key, title, unit, lines, is_about=not is_whole)


def make_general(told: Presentation) -> FigureSection:
    """Make the key values, each with the former platform’s label, singular or plural."""
    f = told.figures
    counted = [
        (f.personnes, "personne accompagnée", "personnes accompagnées", " durant cette période"),
        (f.nouveaux, "nouvel usager accompagné", "nouveaux usagers accompagnés", ""),
        (f.accompagnements, "accompagnement enregistré", "accompagnements enregistrés", ""),
        (f.ateliers, "atelier réalisé", "ateliers réalisés", ""),
        (f.participants, "participant", "participants", " au total"),
        (f.individuels, "accompagnement individuel", "accompagnements individuels", ""),
        (f.ponctuelles, "demande ponctuelle", "demandes ponctuelles", ""),
    ]
    lines = [LabelledValue(_noun(n, one, many) + more, n) for n, one, many, more in counted]
    benefit = _noun(f.poursuivis, "usager a bénéficié", "usagers ont bénéficié") + " d’un accompagnement poursuivi"
    return FigureSection("general", "Général", "", (*lines, LabelledValue(benefit, f.poursuivis, told.goes_on)))


def make_suites(told: Presentation) -> FigureSection:
    """Make the section of how accompaniments continue."""
    redirections = _noun(told.figures.suites[Suite.REDIRECTION], "redirection", "redirections")
    labels = {
        Suite.INDIVIDUEL: "en accompagnement individuel",
        Suite.ATELIER: "en atelier collectif",
        Suite.REDIRECTION: f"{redirections} vers une autre structure agréée",
    }
    lines = tuple(LabelledValue(labels[suite], n) for suite, n in told.figures.suites.items())
    return FigureSection("suites", "Accompagnements poursuivis", "usagers", lines)


def make_chart_sections(told: Presentation) -> tuple[FigureSection, ...]:
    """Make the sections that the former platform’s page draws, without the evolution, whose months are not those of the
    period."""
    f = told.figures
    reports, persons = "comptes rendus", "personnes"
    return (
        told.part("themes", "Thèmes des accompagnements", reports, f.themes),
        told.part("canaux", "Lieux des accompagnements", reports, f.canaux),
        told.part("durees", "Durée des accompagnements", reports, f.durees),
        told.part("ages", "Tranches d’âge des usagers", persons, f.ages, f.personnes),
        told.part("statuts", "Statut des usagers", persons, f.statuts, f.personnes),
    )


def make_period_sections(told: Presentation) -> tuple[FigureSection, ...]:
    """Make the sections of every page of a period."""
    return (make_general(told), make_suites(told), *make_chart_sections(told), make_temps(told))


def make_territory_sections(told: Presentation) -> tuple[FigureSection, ...]:
    """Make all sections of a territory’s page; by month if there are several."""
    months = (make_evolution(told.figures.mois),) if len(told.figures.mois) > 1 else ()
    return (*make_period_sections(told), *months)


def make_temps(told: Presentation) -> FigureSection:
    """Make the section of minutes by kind of activity."""
    labels = {Activite.COLLECTIF: "Ateliers", Activite.INDIVIDUEL: "Individuels", Activite.PONCTUEL: "Ponctuels"}
    parts = (LabelledValue(labels[a], minutes) for a, minutes in told.figures.minutes.items())
    values = (LabelledValue("Total", told.figures.temps), *parts)
    return FigureSection("temps", "Temps en accompagnement", "minutes", values)


def make_evolution(months: Mapping[date, int]) -> FigureSection:
    """Make the section of reports by month (its first day), oldest first."""
    lines = (LabelledValue(say_month(month), count) for month, count in sorted(months.items()))
    return FigureSection("evolution", "Évolution des accompagnements", "comptes rendus", tuple(lines))


def make_communes(counts: Mapping[str, int]) -> FigureSection:
    """Make the section of reports by commune (INSEE code), in the given order."""
    found = ((get_commune(code), count) for code, count in counts.items())
    lines = tuple(LabelledValue(commune.nom if commune else "Commune inconnue", count) for commune, count in found)
    return FigureSection("communes", "Communes", "comptes rendus", lines)


def _noun(count: int, one: str, many: str) -> str:
    return one if count < 2 else many


def _label(code: Any) -> str:
    return themes.THEMES[code].court if code in themes.THEMES and not hasattr(code, "label") else str(code.label)
