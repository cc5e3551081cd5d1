"""The feature, and what is asked of it: whose figures, of which period, and who may see them; how figures are told, by
sections."""

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import BaseModel

from bot.command_lines import UNDERSTOOD, UnreadablePeriodError
from bot.context import Context
from bot.errors import UserError
from bot.features import Feature, Front, Right
from bot.french import MONTHS, Period, join, months_after, of, say_month, say_weekday
from bot.papers import FigureSection, LabelledValue
from bot.texts import quote
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
    """Return the command of one’s own figures for who has some, else that of the country’s, which all may see."""
    return "stats" if person.role is Role.CONSEILLER else "stats national"


feature = Feature(
    "stats",
    rights=(Right.MEMBER,),
    front=Front("Statistiques", "ce qui a été fait, en mots, en images et en fichiers", start),
)

CONSEILLERS = (Role.CONSEILLER,)
"""Who has figures of one’s own."""
COMMUNITY = (Role.CONSEILLER, Role.COORDINATEUR, Role.ANIMATEUR)
"""Who may see figures of territories; which ones depends on the role."""
ANIMATEURS = (Role.ANIMATEUR,)


_AS_COOP = re.compile(r"\bcomme (?:la )?coop$", re.IGNORECASE)


class OwnQuery(BaseModel):
    """Days [start, end[, and how percentages are made; of the reports with a ``tag`` alone, where one is said."""

    start: dt.date
    end: dt.date
    percent: Percent = Percent.JUSTE
    tag: str = ""

    @property
    def period(self) -> Period:
        """The days."""
        return Period(self.start, self.end)

    @property
    def label(self) -> str:
        """What the figures are of: « octobre 2026 », « octobre 2026, #caf »."""
        return f"{self.period.label}, #{self.tag}" if self.tag else self.period.label

    def about(self, period: Period) -> dict[str, object]:
        """Return the fields of a payload that asks the same of other days."""
        return {"start": period.start, "end": period.end, "percent": self.percent, "tag": self.tag}

    @property
    def same(self) -> dict[str, object]:
        """The fields of a payload that asks just this."""
        return self.about(self.period)


def read_own_query(ctx: Context, text: str) -> OwnQuery:
    """Read what a line asks for; this month when it says nothing. Raises UserError saying what is understood."""
    text, tag = _read_tag(text)
    said, as_coop = _AS_COOP.subn("", text.strip())
    try:
        period = period_of(said, ctx.clues)
    except ValueError as problem:
        raise UserError(str(problem)) from None
    percent = Percent.COOP if as_coop else Percent.JUSTE
    return OwnQuery(start=period.start, end=period.end, percent=percent, tag=tag)


def _read_tag(text: str) -> tuple[str, str]:
    """Read the tag of a line, "" for none, and return the line without it. Raises UserError."""
    left, tags = take_tags(text)
    if len(tags) > 1:
        raise UserError("Demandez une seule étiquette à la fois : /stats mois dernier #caf.")
    try:
        return left, read_tag(tags[0]) if tags else ""
    except ValueError as problem:
        raise UserError(str(problem)) from None


class See(OwnQuery):
    """« Voir octobre 2026 »: the figures of other days."""


class Details(OwnQuery):
    """« Détails »: every figure."""


class Other(OwnQuery):
    """« Autre période »: which, in a window."""


class Take(OwnQuery):
    """« Exporter »: in which form, in a window."""


class Pictured(OwnQuery):
    """The answer with its pictures, sent as a direct message."""


class Export(OwnQuery):
    """A file of one’s figures."""

    format: Format


_DAY = dt.timedelta(days=1)
_WEEK = 7
RULE = "Chiffres arrondis, pour protéger les personnes."


class Months(BaseModel):
    """Whole months [start, end[."""

    start: dt.date
    end: dt.date

    def period(self, today: dt.date) -> Period:
        """Return the days of the figures, up to today."""
        return Period(self.start, min(self.end, max(today, self.start) + _DAY))

    def days_told(self, ctx: Context) -> Period | None:
        """Return the days of the figures that are told of; None when the first are still to come."""
        end = min(self.end, find_first_untold_day(ctx))
        return Period(self.start, end) if self.start < end else None

    def span(self, ctx: Context) -> MonthSpan:
        """Return the days that are read for these months."""
        return MonthSpan(self.start, self.end, find_first_untold_day(ctx))


def find_first_untold_day(ctx: Context) -> dt.date:
    """Find the first day that nobody is told of yet: the same for all, wherever they are."""
    return find_told_until(ctx.now.astimezone(time.PARIS).date())


def months_of(period: Period, today: dt.date) -> Months:
    """Return the whole months that a period touches, the one in progress included."""
    last = max(min(period.last, today), period.start)
    return Months(start=period.start.replace(day=1), end=months_after(last.replace(day=1), 1))


def say_rule(ctx: Context, months: Months) -> str:
    """Say the rule that every answer tells of its figures."""
    told = months.days_told(ctx)
    if told is None or told.end.day == 1:
        return RULE
    return f"{RULE} Le mois en cours s’arrête au {say_weekday(told.last)}."


def say_to_come(month: dt.date) -> str:
    """Say when the first figures of a month (its first day) come: on the Monday after its first Sunday."""
    monday = month + dt.timedelta(days=_WEEK - month.weekday())
    name = of(MONTHS[month.month - 1])
    said = say_weekday(monday)
    return f"Les premiers chiffres {name} arrivent le {said} : un mois en cours s’arrête au dernier dimanche."


_SHORT = {"paca": "93", "idf": "11", "aura": "84", "bfc": "27"}
_LEADS = {"de", "du", "des", "d", "le", "la", "les", "l", "en", "dans", "departement", "region"}
_LONGEST_NAME = 12
"""Words, hyphens standing alone among them, that a name may be written in: « Terres australes et antarctiques … »."""
_ELIDED = re.compile(r"\b([dl])['’]", re.IGNORECASE)


_UNDERSTOOD = UNDERSTOOD[0].lower() + UNDERSTOOD[1:]
_NEITHER: Mapping[territories.TerritoryKind | None, str] = {
    territories.TerritoryKind.DEPARTEMENT: (
        "Je n’ai reconnu ni département ni période dans « {} ». Pour un département, donnez son nom ou son numéro : "
        "/stats departement Rhône septembre, /stats departement 69 mois dernier. Pour la période, {}"
    ),
    territories.TerritoryKind.REGION: (
        "Je n’ai reconnu ni région ni période dans « {} ». Pour une région, donnez son nom ou son numéro : "
        "/stats region Bretagne septembre, /stats region 53 mois dernier. Pour la période, {}"
    ),
}
"""What is said of a text that may also name a territory."""


class TerritoryQuery(Months):
    """A territory in whole months, as buttons and orders carry it; ``widened`` when other days were asked for. Of the
    reports with a ``tag`` of their département alone, where one is said."""

    kind: territories.TerritoryKind
    code: str = ""
    widened: bool = False
    tag: str = ""

    @property
    def territory(self) -> territories.Territory:
        """The territory. Raises UserError when there is none of that code."""
        known: Mapping[territories.TerritoryKind, Mapping[str, object]] = {
            territories.TerritoryKind.DEPARTEMENT: territories.DEPARTEMENTS,
            territories.TerritoryKind.REGION: territories.REGION_NAMES,
            territories.TerritoryKind.NATIONAL: {"": ""},
        }
        if self.code not in known[self.kind]:
            raise UserError("Ce territoire n’existe pas, ou plus.")
        return territories.Territory(self.kind, self.code)

    @property
    def name(self) -> str:
        """What the figures are of: « Rhône », « Rhône, #caf »."""
        return f"{self.territory.name}, #{self.tag}" if self.tag else self.territory.name

    def about(self, period: Period, today: dt.date) -> dict[str, object]:
        """Return the fields of a payload that asks the same of other days."""
        return {"kind": self.kind, "code": self.code, "tag": self.tag, **months_of(period, today).model_dump()}

    @property
    def same(self) -> dict[str, object]:
        """The fields of a payload that asks just this."""
        return {name: getattr(self, name) for name in TerritoryQuery.model_fields}


def read_territory_query(ctx: Context, kind: territories.TerritoryKind, text: str) -> TerritoryQuery:
    """Read what a line asks for: one’s own territory when it names none, this month when it says nothing of it.

    Raises UserError saying what is understood, or what this person may see.
    """
    text, tag = _read_tag(text)
    code, rest = read_territory_name(kind, text)
    period = read_period_of(ctx, rest, kind if code is None else None)
    if code is None:
        code = _find_own_code(ctx.user, kind)
    months = months_of(period, ctx.today)
    widened = months.period(ctx.today) != Period(period.start, min(period.end, ctx.today + _DAY))
    wanted = TerritoryQuery(kind=kind, code=code, widened=widened, tag=tag, **months.model_dump())
    must_be_seen_by(ctx.user, wanted.territory)
    return wanted


def read_territory_name(kind: territories.TerritoryKind, text: str) -> tuple[str | None, str]:
    """Read the code of the territory that a text begins with, by code or name, and return the rest of it."""
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
    """Read the period of a text. Raises UserError saying what is understood."""
    try:
        return period_of(text, ctx.clues)
    except UnreadablePeriodError as problem:
        raise UserError(_NEITHER[kind].format(quote(text), _UNDERSTOOD) if kind in _NEITHER else str(problem)) from None
    except ValueError as problem:
        raise UserError(str(problem)) from None


def must_be_seen_by(user: Person, territory: territories.Territory) -> None:
    """Raise UserError, saying what this person may see, when that is not it."""
    if user.animates or territory in list_territories_of(user):
        return
    names = [t.name for t in list_territories_of(user) if t is not territories.NATION]
    mine = f"Vous pouvez voir {join(['la France entière', *names])}." if names else _say_homeless()
    raise UserError(f"Les chiffres de ce territoire sont réservés aux animateurs de communauté. {mine}")


def list_territories_of(user: Person) -> list[territories.Territory]:
    """List what conseillers and coordinateurs see: the nation, their départements and régions."""
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
        raise UserError(f"De quel territoire ? Indiquez-le : /stats {example}.")
    raise UserError(_say_homeless())


def _say_homeless() -> str:
    return (
        "Je ne connais pas encore votre département : il se remplit avec votre premier compte rendu (/cra), ou "
        "demandez à l’équipe d’animation. D’ici là, vous pouvez voir la France entière : /stats national."
    )


def _codes_by_name(kind: territories.TerritoryKind) -> Mapping[str, str]:
    if kind is territories.TerritoryKind.DEPARTEMENT:
        return _list_written_names({code: d.nom for code, d in territories.DEPARTEMENTS.items()})
    return _list_written_names(territories.REGION_NAMES) | _SHORT if kind is territories.TerritoryKind.REGION else {}


def _list_written_names(territories: Mapping[str, str]) -> dict[str, str]:
    """List codes and names as they may be written, with and without an article."""
    found = {fold(code): code for code in territories}
    for code, name in territories.items():
        words = fold(name).split()
        found |= {" ".join(words): code, " ".join(words[words[0] in _LEADS :]): code}
    return found


@dataclass(frozen=True, slots=True)
class Presentation:
    """Figures to tell, and how their percentages are made."""

    figures: Figures
    percent: Percent = Percent.JUSTE

    @property
    def goes_on(self) -> int:
        """The share of persons whose accompaniment goes on; two figures rounded apart may make it more than whole."""
        return min(100, share(self.figures.poursuivis, self.figures.personnes, self.percent))

    def part(
        self, key: str, title: str, unit: str, counts: Mapping[Any, int], whole: int | None = None
    ) -> FigureSection:
        """Make a section with a line for each code, and its share: for « coop » of ``whole``, or of them all."""
        if self.percent is Percent.JUSTE:
            percents, is_whole = even_shares(counts)
        else:
            percents = shares(counts, sum(counts.values()) if whole is None else whole, self.percent)
            is_whole = True
        lines = tuple(LabelledValue(_label(code), n, percents[code]) for code, n in counts.items())
        return FigureSection(key, title, unit, lines, is_about=not is_whole)


def make_general(told: Presentation) -> FigureSection:
    """Make the key figures, each with the seed’s label, singular or plural by its value."""
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
    """Make the section of how the accompaniments that go on do so."""
    redirections = _noun(told.figures.suites[Suite.REDIRECTION], "redirection", "redirections")
    labels = {
        Suite.INDIVIDUEL: "en accompagnement individuel",
        Suite.ATELIER: "en atelier collectif",
        Suite.REDIRECTION: f"{redirections} vers une autre structure agréée",
    }
    lines = tuple(LabelledValue(labels[suite], n) for suite, n in told.figures.suites.items())
    return FigureSection("suites", "Accompagnements poursuivis", "usagers", lines)


def make_chart_sections(told: Presentation) -> tuple[FigureSection, ...]:
    """Make the sections that the seed’s page draws; the evolution is apart, its months are not those of the period."""
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
    """Make the sections that every page of a period has."""
    return (make_general(told), make_suites(told), *make_chart_sections(told), make_temps(told))


def make_territory_sections(told: Presentation) -> tuple[FigureSection, ...]:
    """Make all sections of a territory’s page; its months, where they are several."""
    months = (make_evolution(told.figures.mois),) if len(told.figures.mois) > 1 else ()
    return (*make_period_sections(told), *months)


def make_temps(told: Presentation) -> FigureSection:
    """Make the section of the minutes passed, by kind of activity."""
    labels = {Activite.COLLECTIF: "Ateliers", Activite.INDIVIDUEL: "Individuels", Activite.PONCTUEL: "Ponctuels"}
    parts = (LabelledValue(labels[a], minutes) for a, minutes in told.figures.minutes.items())
    return FigureSection(
        "temps", "Temps en accompagnement", "minutes", (LabelledValue("Total", told.figures.temps), *parts)
    )


def make_evolution(months: Mapping[date, int]) -> FigureSection:
    """Make the section of CRAs by month (its first day), oldest first."""
    lines = (LabelledValue(say_month(month), count) for month, count in sorted(months.items()))
    return FigureSection("evolution", "Évolution des accompagnements", "comptes rendus", tuple(lines))


def make_communes(counts: Mapping[str, int]) -> FigureSection:
    """Make the section of CRAs by commune (INSEE code), in the order given."""
    found = ((get_commune(code), count) for code, count in counts.items())
    lines = tuple(LabelledValue(commune.nom if commune else "Commune inconnue", count) for commune, count in found)
    return FigureSection("communes", "Communes", "comptes rendus", lines)


def _noun(count: int, one: str, many: str) -> str:
    return one if count < 2 else many


def _label(code: Any) -> str:
    return themes.THEMES[code].court if code in themes.THEMES and not hasattr(code, "label") else str(code.label)
