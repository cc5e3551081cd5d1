"""The HTTP API from which the operator’s programs read reports and statistics, in the shapes of the successor platform
(docs/wire.md): reports ordered by their last change, and totals. Its only words of people
are tags."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from bot.context import ReadingContext
from bot.errors import UserError
from bot.features import Feature
from bot.french import months_after
from bot.texts import render
from bot.visits import ApiRequest
from config.programme import FIRST_DAY
from config.themes import THEMES
from config.time import PARIS
from storage import communes, lecture, stats
from storage.cra.files import format_instant
from storage.cra.queries import Position
from storage.cra.report import Activite, Age, Canal, Cra, Report, Statut, Suite
from storage.cra.tags import list_names

feature = Feature("lecture")

SIZE_MAX, VALUES_MAX, NUMBER_MAX = 500, 100, 2**31 - 1
"""Reports of a page, values of a filter, and the highest number of a report."""
DAY_SIGNS, DAYS_SHOWN, DAYS_MAX, MONTHS_SHOWN, MONTHS_MAX = 10, 30, 366, 12, 120
TYPES = {Activite.COLLECTIF: "collectif", Activite.INDIVIDUEL: "individuel", Activite.PONCTUEL: "individuel"}
PLACES = {
    Canal.RATTACHEMENT: "lieu_activite",
    Canal.AUTRE: "autre",
    Canal.DISTANCE: "a_distance",
    Canal.DOMICILE: "domicile",
}
AGES = {
    Age.MOINS_12: "moins_de_douze",
    Age.DE_12_A_18: "douze_dix_huit",
    Age.DE_18_A_35: "dix_huit_trente_quatre",
    Age.DE_35_A_60: "trente_cinq_cinquante_neuf",
    Age.PLUS_60: "soixante_plus",
}
"""The first two are the other platform’s; it has no such classes as the other three."""
AGES_THERE = (
    *("moins_de_douze", "douze_dix_huit", "dix_huit_vingt_quatre", "vingt_cinq_trente_neuf"),
    *("quarante_cinquante_neuf", "soixante_soixante_neuf", "soixante_dix_plus", "non_communique"),
)
STATUTS = {
    Statut.ETUDIANT: "scolarise",
    Statut.SANS_EMPLOI: "sans_emploi",
    Statut.EN_EMPLOI: "en_emploi",
    Statut.RETRAITE: "retraite",
    Statut.HETEROGENE: "non_communique",
}
THEMATIQUES: Mapping[str, tuple[str, ...]] = {code: theme.mediation for code, theme in THEMES.items()}

PAGE_FIELDS = ("page[size]", "page[after]", "page[before]")
SINCE_FIELDS = ("filter[creation][depuis]", "filter[modification][depuis]")
COUNT_FIELDS = tuple(
    f"filter[{name}]"
    for name in ("du", "au", "types", "mediateurs", "communes", "departements", "conseiller_numerique")
)


@feature.api("activites")
async def list_reports(ctx: ReadingContext, asked: ApiRequest) -> Mapping[str, object]:
    """List reports, deleted ones included, by their last change, a page at a time."""
    fields = _must_know(asked.fields, (*PAGE_FIELDS, *SINCE_FIELDS))
    size, beyond = _read_size(fields), _read_cursor(fields)
    since = lecture.Since(*(_read_instant(fields, name) for name in SINCE_FIELDS))
    found = await lecture.list_changed(ctx.db, since, beyond, size)
    total, back = await lecture.count_changed(ctx.db, since), beyond is not None and beyond.newer
    has_next, has_before = (True, found.more) if back else (found.more, beyond is not None)
    rows: Sequence[Any] = found.reports
    links = {"self": _link(asked, {})}
    if rows and has_next:
        links["next"] = _link(asked, {"page[after]": _write_cursor(rows[-1])})
    if rows and has_before:
        links["prev"] = _link(asked, {"page[before]": _write_cursor(rows[0])})
    meta = {"total_count": total, "items_per_page": size, "total_pages": -(-total // size)}
    meta |= {"has_next_page": "next" in links, "has_prev_page": "prev" in links}
    tags = await list_names(ctx.db, [row.number for row in rows])
    data = await ctx.compute(lambda: [describe(row, tags.get(row.number, ())) for row in rows])
    return {"data": data, "links": links, "meta": meta}


NOT_KNOWN: Mapping[str, object] = {
    **dict.fromkeys(("structure_id", "autonomie", "structure_de_redirection", "precisions_demarche")),
    **dict.fromkeys(("titre_atelier", "niveau_atelier")),
    "materiel": [],
}
"""What the other platform’s reports say, and ours do not."""


def describe(cra: Cra, tags: Sequence[str]) -> dict[str, object]:
    """Return a report with its tags as JSON (docs/wire.md)."""
    report, commune = cra.report, communes.get_commune(cra.commune)
    attributes = {
        "type": TYPES[cra.activite],
        "activite": cra.activite.value,
        "mediateur_id": cra.author_id,
        "user_id": cra.author_id,
        "accompagnements": cra.participants,
        "date": cra.date.isoformat(),
        "duree": cra.minutes,
        "type_lieu": PLACES[cra.canal],
        "lieu_code_postal": cra.code_postal,
        "lieu_commune": commune.nom if commune else None,
        "lieu_code_insee": cra.commune,
        "creation": format_instant(cra.created_at),
        "modification": format_instant(cra.modified_at),
        "suppression": format_instant(cra.deleted_at),
        "oriente_vers_structure": bool(report.suite.get(Suite.REDIRECTION)),
        "thematiques": list(dict.fromkeys(there for code in report.themes for there in THEMATIQUES[code])),
        "themes": list(report.themes),
        "tags": list(tags),
        "beneficiaires": _describe_persons(report),
    }
    return {"type": "activite", "id": str(cra.number), "attributes": attributes | dict(NOT_KNOWN)}


def _describe_persons(report: Report) -> dict[str, object]:
    return {
        "total": report.participants,
        "genres": {"masculin": 0, "feminin": 0, "non_communique": report.participants},
        "tranches_age": dict.fromkeys((*AGES_THERE, *AGES.values()), 0) | _rename(report.ages, AGES),
        "statuts": _rename(dict.fromkeys(Statut, 0) | dict(report.statuts), STATUTS),
    }


def _rename(counts: Mapping[Any, int], names: Mapping[Any, str]) -> dict[str, int]:
    return {names[code]: count for code, count in counts.items()}


@feature.api("statistiques")
async def tell_figures(ctx: ReadingContext, asked: ApiRequest) -> Mapping[str, object]:
    """Return the exact totals of some reports."""
    fields = _must_know(asked.fields, COUNT_FIELDS)
    start, last = _read_day(fields, "filter[du]"), _read_day(fields, "filter[au]")
    latest = max(ctx.now.astimezone(PARIS).date(), start or FIRST_DAY)
    if start and last and start > last:
        raise UserError(render("lecture/days_reversed"))
    counted = _read_counted(fields, start or FIRST_DAY, (last or latest) + timedelta(days=1))
    figures = await lecture.read_counted(ctx.db, counted)
    ends = min(last or latest, latest)
    days = _list_days(start, ends)
    months = _list_months(start, ends)
    shown = _read_counted(fields, max(counted.start, min(months[0], days[0])), counted.end)
    persons = await lecture.count_persons_by_day(ctx.db, shown)
    by_month = {month: sum(n for day, n in persons.items() if day.replace(day=1) == month) for month in months}
    attributes = {
        "accompagnements_par_jour": [{"label": f"{day:%d/%m}", "count": persons.get(day, 0)} for day in days],
        "accompagnements_par_mois": [{"label": f"{month:%m/%y}", "count": n} for month, n in by_month.items()],
        **describe_figures(figures),
    }
    data = {"type": "statistiques", "id": "statistiques", "attributes": attributes}
    return {"data": data, "links": {"self": _link(asked, {})}, "meta": {}}


def _list_days(start: date | None, last: date) -> list[date]:
    """List the days of the daily totals: those asked for, at most a year; by default the last thirty."""
    first = max(start, last - timedelta(days=DAYS_MAX - 1)) if start else last - timedelta(days=DAYS_SHOWN - 1)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _list_months(start: date | None, last: date) -> list[date]:
    """List the months of the monthly totals: those asked for, at most ten years; by default the last twelve."""
    end = last.replace(day=1)
    first = months_after(end, 1 - MONTHS_SHOWN)
    if start:
        first = max(start.replace(day=1), months_after(end, 1 - MONTHS_MAX))
    return [months_after(first, n) for n in range((end.year - first.year) * 12 + end.month - first.month + 1)]


def describe_figures(f: stats.Figures) -> dict[str, object]:
    """Return statistics as JSON (docs/wire.md)."""
    alone = f.individuels + f.ponctuelles
    activites = {
        "total": f.accompagnements,
        "type_activites": _shares({"individuel": alone, "collectif": f.ateliers}, _TYPE_LABELS),
        "durees": _labelled(f.durees, {code: code.value for code in f.durees}),
        "type_lieu": _labelled(f.canaux, PLACES),
        "thematiques": _shares(f.themes, {code: THEMES[code].court for code in f.themes}),
        "materiels": [],
    }
    beneficiaires = {
        "total": f.personnes,
        "genres": _shares({"non_communique": f.personnes}, {"non_communique": "Non communiqué"}),
        "tranche_ages": _labelled(f.ages, AGES),
        "statuts_social": _labelled(f.statuts, STATUTS),
    }
    return {"beneficiaires": beneficiaires, "activites": activites, "totaux": _describe_totals(f, alone)}


_TYPE_LABELS = {"individuel": "Accompagnement individuel", "collectif": "Atelier collectif"}


def _describe_totals(f: stats.Figures, alone: int) -> dict[str, object]:
    """Return the totals of reports, of persons, and of kinds of persons; ``alone`` counts the reports of one person."""
    workshops = _part(f.ateliers, f.accompagnements) | {"participants": f.participants}
    reports = {"individuels": _part(alone, f.accompagnements), "collectifs": workshops, "demarches": _part(0, 0)}
    persons = {"individuels": _part(alone, f.personnes), "collectifs": _part(f.participants, f.personnes)}
    return {
        "activites": {"total": f.accompagnements, **reports},
        "accompagnements": {"total": f.personnes, **persons, "demarches": _part(0, 0)},
        "beneficiaires": {"total": f.personnes, "nouveaux": f.nouveaux, "suivis": 0, "anonymes": f.personnes},
    }


def _labelled(counts: Mapping[Any, int], names: Mapping[Any, str]) -> list[dict[str, object]]:
    return _shares(_rename(counts, names), {names[code]: str(code.label) for code in counts})


def _shares(counts: Mapping[str, int], labels: Mapping[str, str]) -> list[dict[str, object]]:
    whole = sum(counts.values())
    return [
        {"value": code, "label": labels[code], "count": count, "proportion": _proportion(count, whole)}
        for code, count in counts.items()
    ]


def _part(count: int, whole: int) -> dict[str, int | float]:
    return {"total": count, "proportion": _proportion(count, whole)}


def _proportion(count: int, whole: int) -> float:
    """Return a percentage with three decimals; 0 if the whole is 0."""
    return round(100 * count / whole, 3) if whole else 0.0


def _must_know(fields: Mapping[str, str], known: Collection[str]) -> Mapping[str, str]:
    """Return the query’s fields. Raises UserError for an unknown one: ignoring a misspelt filter would return too
    much."""
    if unknown := sorted(set(fields) - set(known)):
        raise UserError(render("lecture/unknown_parameter", unknown=unknown[0][:80], known=", ".join(known)))
    return fields


def _read_size(fields: Mapping[str, str]) -> int:
    said = fields.get("page[size]", str(SIZE_MAX))
    if not re.fullmatch(r"[0-9]{1,3}", said) or not 1 <= int(said) <= SIZE_MAX:
        raise UserError(render("lecture/bad_size", most=SIZE_MAX))
    return int(said)


def _read_instant(fields: Mapping[str, str], name: str) -> datetime | None:
    said = fields.get(name)
    if said is None:
        return None
    try:
        found = datetime.fromisoformat(said)
        if found.tzinfo:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise UserError(render("lecture/bad_instant", name=name))


def _read_cursor(fields: Mapping[str, str]) -> Position | None:
    after, before = fields.get("page[after]"), fields.get("page[before]")
    if after and before:
        raise UserError(render("lecture/one_cursor"))
    said = after or before
    if not said:
        return None
    try:
        at, _, number = urlsafe_b64decode(said.encode("ascii")).decode("ascii").partition("|")
        moment = datetime.fromisoformat(at).astimezone(UTC)
        if re.fullmatch(r"[0-9]{1,10}", number) and int(number) <= NUMBER_MAX:
            return Position(moment, int(number), newer=bool(before))
    except (ValueError, OverflowError, Base64Error):
        pass
    raise UserError(render("lecture/bad_cursor"))


def _write_cursor(cra: Cra) -> str:
    return urlsafe_b64encode(f"{cra.modified_at.astimezone(UTC).isoformat()}|{cra.number}".encode()).decode()


def _link(asked: ApiRequest, place: Mapping[str, str]) -> dict[str, str]:
    """Make the link of the same query at another place of the list; without ``place``, of this one."""
    kept = {name: value for name, value in asked.fields.items() if not place or name not in PAGE_FIELDS[1:]}
    query = urlencode(kept | dict(place))
    return {"href": f"{asked.address}?{query}" if query else asked.address}


def _read_day(fields: Mapping[str, str], name: str) -> date | None:
    said = fields.get(name)
    if not said:
        return None
    try:
        found = date.fromisoformat(said) if len(said) == DAY_SIGNS else date.min
    except ValueError:
        found = date.min
    if not date(2000, 1, 1) <= found <= date(2999, 12, 31):
        raise UserError(render("lecture/bad_day", name=name))
    return found


_ACTIVITES = {
    "individuel": (Activite.INDIVIDUEL, Activite.PONCTUEL),
    "collectif": (Activite.COLLECTIF,),
    "demarche": (),
}


def _read_counted(fields: Mapping[str, str], start: date, end: date) -> lecture.Counted:
    """Read which reports are counted. Raises UserError."""
    types = _read_values(fields, "types", lambda text: text.lower() in _ACTIVITES, "Individuel, Demarche ou Collectif")
    activites = None if types is None else [each for said in types for each in _ACTIVITES[said.lower()]]
    if fields.get("filter[conseiller_numerique]", "1") not in {"0", "1"}:
        raise UserError(render("lecture/bad_counted"))
    if fields.get("filter[conseiller_numerique]") == "0":
        activites = []
    return lecture.Counted(
        start,
        end,
        activites,
        _read_values(fields, "mediateurs", _is_like(r"[a-z0-9]{26}"), "des identifiants de 26 signes"),
        _read_values(fields, "communes", _is_like(r"[0-9AB]{5}"), "des codes INSEE, par exemple 69385"),
        _read_values(fields, "departements", _is_like(r"[0-9AB]{2,3}"), "des codes de département, par exemple 69"),
    )


def _is_like(pattern: str) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(pattern, text) is not None


def _read_values(
    fields: Mapping[str, str], name: str, is_right: Callable[[str], bool], what: str
) -> Sequence[str] | None:
    """Read the comma-separated values of a filter; None if it is absent. Raises UserError that says what is allowed."""
    said = fields.get(f"filter[{name}]")
    if said is None:
        return None
    values = [value.strip() for value in said.split(",")]
    if len(values) > VALUES_MAX or not all(map(is_right, values)):
        raise UserError(render("lecture/bad_values", name=name, what=what, most=VALUES_MAX))
    return values
