"""The channels that the team should have: what they are called, who belongs there, and what stands at their top."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from config.tables import ReplaceableTable
from config.territories import DEPARTEMENTS, HUBS, Departement, Hub

COLUMNS = ("cle", "famille", "nom", "adresse", "prive", "pour", "sujet", "entete")
ADDRESS = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}[a-z0-9]")
"""The pattern of an address that every version accepts (docs/mattermost.md, Channels)."""
NAME_MAX, PURPOSE_MAX, HEADER_MAX = 64, 250, 1024
"""The most characters of each text that Mattermost accepts."""


ROLES = frozenset({"conseiller", "coordinateur", "animateur", "invite", "hotline", "administrateur"})
"""The roles that a channel may be for (storage/people/person.py)."""


class Family(StrEnum):
    """The kinds of channels."""

    NATIONAL = "national"
    THEMATIQUE = "thematique"
    SALLE = "salle"
    HUB = "hub"
    DEPARTEMENT = "departement"


class Belonging(StrEnum):
    """Who belongs in a channel, where that does not follow from roles."""

    TOUS = "tous"
    LIBRE = "libre"
    DEPARTEMENT = "departement"
    HUB = "hub"


@dataclass(frozen=True, slots=True)
class PlannedChannel:
    """A planned channel: ``key`` is its permanent name here (« general », « departement:69 »), ``address`` and ``name``
    are those in Mattermost. ``roles`` are the roles that belong there where ``belonging`` does not say it;
    ``departement`` is a code or "", ``hub`` the key of one or "". ``team`` is the address of the team, "" for the bot’s
    own."""

    key: str
    family: Family
    name: str
    address: str
    private: bool
    belonging: Belonging | None
    roles: frozenset[str]
    purpose: str
    header: str
    departement: str = ""
    hub: str = ""
    team: str = ""


def of_hubs(team: str) -> Mapping[str, PlannedChannel]:
    """Plan a private channel for each hub (hubs.tsv) in a team; none where ``team`` is ""."""
    return {f"hub:{hub.key}": _plan_hub(hub, team) for hub in HUBS.values()} if team else {}


def _plan_hub(hub: Hub, team: str) -> PlannedChannel:
    where = ", ".join(hub.departements)
    return PlannedChannel(
        key=f"hub:{hub.key}",
        family=Family.HUB,
        name=hub.name,
        address=hub.key,
        private=True,
        belonging=Belonging.HUB,
        roles=frozenset(),
        purpose=f"Le hub {hub.name} et les conseillers numériques de ses départements ({where}).",
        header=f"Canal du hub {hub.name} : formations, ressources, partenaires.",
        hub=hub.key,
        team=team,
    )


def _add(found: dict[str, PlannedChannel], cells: list[str]) -> None:
    for planned in _plan_line(cells):
        if planned.key in found or any(other.address == planned.address for other in found.values()):
            raise ValueError(f"« {planned.key} » ou son adresse « {planned.address} » y est déjà")
        found[planned.key] = planned


def _plan_line(cells: list[str]) -> Iterable[PlannedChannel]:
    """Yield the planned channel of a line, or one for each of its départements."""
    if len(cells) != len(COLUMNS):
        raise ValueError(f"{len(COLUMNS)} colonnes sont attendues, et non {len(cells)}")
    row = dict(zip(COLUMNS, cells, strict=True))
    try:
        family = Family(row["famille"])
    except ValueError:
        raise ValueError(f"la famille « {row['famille']} » n’est aucune de : {', '.join(Family)}") from None
    if family is not Family.DEPARTEMENT:
        return [_plan(row, family)]
    return [_plan(_of(row, DEPARTEMENTS[code]), family, code) for code in _codes(row["cle"])]


def _codes(key: str) -> Iterable[str]:
    """Yield the départements that a line is for: all, or those after its colon (« departement:69|38 »).

    The overseas territories without a region share another one’s channel.
    """
    every = [d.code for d in DEPARTEMENTS.values() if d.canal and d.code_region]
    wanted = key.partition(":")[2]
    codes = [code.strip() for code in wanted.split("|")] if wanted else every
    if unknown := sorted(set(codes) - set(every)):
        raise ValueError(f"ces départements n’ont pas de canal : {', '.join(unknown)}")
    return codes


def _of(row: Mapping[str, str], departement: Departement) -> dict[str, str]:
    """Fill the placeholders of a row for a département. Raises ValueError, in French, for an unknown placeholder."""
    names = {"code": departement.code, "nom": departement.nom.replace("'", "’"), "canal": departement.canal}
    # The platform’s own titles have the apostrophe of a typewriter.
    names_in_title = names | {"nom": departement.nom}
    try:
        filled = {column: text.format_map(names) for column, text in row.items()}
        title = row["nom"].format_map(names_in_title)
    except (KeyError, ValueError, IndexError) as problem:
        raise ValueError(f"une accolade n’entoure rien de connu ({problem}) : {{code}}, {{nom}} ou {{canal}}") from None
    return filled | {"cle": f"departement:{departement.code}", "nom": title}


def _plan(row: Mapping[str, str], family: Family, departement: str = "") -> PlannedChannel:
    if not row["cle"] or not ADDRESS.fullmatch(row["adresse"]):
        raise ValueError(f"l’adresse « {row['adresse']} » n’en est pas une (a-z, 0-9, - et _, 64 caractères au plus)")
    for column, most in (("nom", NAME_MAX), ("sujet", PURPOSE_MAX), ("entete", HEADER_MAX)):
        if len(row[column]) > most or (column == "nom" and not row[column]):
            raise ValueError(f"« {column} » a de 1 à {most} caractères")
    if row["prive"] not in {"oui", "non"}:
        raise ValueError(f"« prive » est oui ou non, et pas « {row['prive']} »")
    words = frozenset(word.strip() for word in row["pour"].split("|"))
    free = set(Belonging) - {Belonging.HUB}
    if row["pour"] not in free and not words <= ROLES:
        raise ValueError(f"« pour » ne connaît pas « {', '.join(sorted(words - ROLES))} »")
    belonging = Belonging(row["pour"]) if row["pour"] in free else None
    return PlannedChannel(
        key=row["cle"],
        family=family,
        name=row["nom"],
        address=row["adresse"],
        private=row["prive"] == "oui",
        belonging=belonging,
        roles=frozenset() if belonging else words,
        purpose=row["sujet"],
        header=row["entete"],
        departement=departement,
    )


def home_of(code: str) -> str:
    """Return the code of the département whose channel the people of a territory use: its own, or another’s; "" where
    there is none.

    Saint-Martin and Saint-Barthélemy are with Guadeloupe; the other collectivités have none (departements.tsv).
    """
    known = DEPARTEMENTS.get(code)
    if known is None or not known.canal:
        return ""
    return code if known.code_region else _BY_CANAL[known.canal]


_BY_CANAL = {d.canal: d.code for d in DEPARTEMENTS.values() if d.canal and d.code_region}

read = ReplaceableTable("canaux.tsv", COLUMNS, _add).read
"""Read the channels by key, with those of the départements."""
