"""The targets of announcements and polls, as codes, as people write them and in words; and whom they reach."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import cache

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.canaux import Family, PlannedChannel, home_of
from config.territories import DEPARTEMENTS, HUBS, REGION_NAMES, REGIONS, departement
from config.text import fold
from storage.people import Person, Role, is_there

NATIONAL = "national"
GENERAL = "general"
"""The key of the channel where all of the réseau are (config/canaux.tsv)."""
REGION, HUB, THEME, ROLE = "region", "hub", "theme", "role"
_PLURALS = {
    Role.CONSEILLER: "les conseillers",
    Role.COORDINATEUR: "les coordinateurs",
    Role.ANIMATEUR: "les animateurs",
    Role.INVITE: "les agents invités",
    Role.HOTLINE: "la hotline",
    Role.ADMINISTRATEUR: "les administrateurs",
}
Table = Mapping[str, PlannedChannel]


def read_target(text: str, table: Table) -> str:
    """Read a target that somebody wrote, as its code. Raises ValueError, with a French sentence, for an unknown one."""
    kind, colon, name = text.partition(":")
    wanted = fold(name if colon else text)
    readers = {
        REGION: _region,
        HUB: _hub,
        THEME: lambda word: _theme(word, table),
        ROLE: _role,
        "departement": _departement,
    }
    if colon and fold(kind) not in readers:
        raise ValueError(f"« {text.strip()} » n’est pas une destination : écrivez national, 69, region:Bretagne, "
                         "hub:Hinaura ou theme:éducation.")  # fmt: skip
    if colon:
        found = readers[fold(kind)](wanted)
    else:
        found = _national(wanted) or _departement(wanted) or _region(wanted) or _hub(wanted) or _theme(wanted, table)
    if not found:
        raise ValueError(f"« {text.strip()} » n’est ni « national », ni un département (69), ni une région, ni un "
                         "hub, ni un canal thématique connus.")  # fmt: skip
    return found


def _national(word: str) -> str:
    return NATIONAL if word in {NATIONAL, "nation", "france", "france entiere"} else ""


def _departement(word: str) -> str:
    return _name_departements().get(word, "")


def _region(word: str) -> str:
    return _name_regions().get(word.removeprefix("region "), "")


def _hub(word: str) -> str:
    """Find a hub by its name, with or without « Hub » (« hub:Bretagne »), or as it is written in an address."""
    return _name_hubs().get(word, "")


@cache
def _name_departements() -> Mapping[str, str]:
    return _index((d.code, (fold(d.code), fold(d.code).lstrip("0"), fold(d.nom))) for d in DEPARTEMENTS.values())


@cache
def _name_regions() -> Mapping[str, str]:
    return _index((f"{REGION}:{code}", (code, fold(name))) for code, name in REGION_NAMES.items())


@cache
def _name_hubs() -> Mapping[str, str]:
    names = {key: fold(hub.name) for key, hub in HUBS.items()}
    return _index((f"{HUB}:{key}", (key, name, name.removeprefix("hub "))) for key, name in names.items())


def _index(named: Iterable[tuple[str, Iterable[str]]]) -> Mapping[str, str]:
    """Index targets by their names; a name of several is the first one’s."""
    found: dict[str, str] = {}
    for target, names in named:
        for name in names:
            found.setdefault(name, target)
    return found


def _theme(word: str, table: Table) -> str:
    known = (p for p in table.values() if p.family is Family.THEMATIQUE)
    return next((f"{THEME}:{p.key}" for p in known if word in {fold(p.name), fold(p.key), fold(p.address)}), "")


def _role(word: str) -> str:
    return f"{ROLE}:{word}" if word in set(Role) else ""


def say_target(target: str, table: Table) -> str:
    """Say what a code means: « tout le réseau », « Rhône (69) », « Bretagne », « Hubik », « Éducation », « les
    coordinateurs »."""
    kind, _, name = target.partition(":")
    if target == NATIONAL:
        return "tout le réseau"
    if kind == REGION:
        return REGION_NAMES.get(name, target)
    if kind == HUB:
        return HUBS[name].name if name in HUBS else target
    if kind == ROLE:
        return f"{_PLURALS[Role(name)]}, en message direct"
    if kind == THEME:
        return table[name].name if name in table else target
    return departement(target).name.replace("'", "’") if target in DEPARTEMENTS else target


def list_themes(table: Table) -> Mapping[str, str]:
    """List the thematic channels of a table, by code."""
    return {f"{THEME}:{p.key}": p.name for p in table.values() if p.family is Family.THEMATIQUE}


def list_territories() -> Mapping[str, str]:
    """List the nation, the régions, the hubs and the départements that have a channel, by code."""
    regions = {f"{REGION}:{code}": f"Région {name}" for code, name in REGION_NAMES.items()}
    hubs = {f"{HUB}:{key}": f"{hub.name}, canaux de ses départements" for key, hub in HUBS.items()}
    known = {code: say_target(code, {}) for code in DEPARTEMENTS if home_of(code)}
    return {NATIONAL: "Tout le réseau (canal national)", **regions, **known, **hubs}


def list_roles() -> Mapping[str, str]:
    """List the roles, by code."""
    return {f"{ROLE}:{role}": _PLURALS[role].capitalize() + ", en message direct" for role in Role}


def find_channels(targets: Iterable[str], table: Table) -> Sequence[PlannedChannel]:
    """Find the channels that targets mean, each once. Raises ValueError, with a French sentence, where there are
    none."""
    found = [planned for target in targets for planned in _channels_of(target, table)]
    return list({planned.key: planned for planned in found}.values())


def _channels_of(target: str, table: Table) -> Sequence[PlannedChannel]:
    kind, _, name = target.partition(":")
    if kind == ROLE:
        return []
    if kind in {NATIONAL, THEME}:
        found = [p for p in table.values() if p.key == (name or GENERAL)]
    else:
        found = [p for p in table.values() if p.departement and p.departement in find_homes([target])]
    if not found:
        raise ValueError(f"Aucun canal n’est prévu pour « {say_target(target, table)} ».")
    return found


def find_homes(targets: Iterable[str]) -> frozenset[str]:
    """Find the départements, by the channel that they use, that targets mean; not those that only the nation
    includes."""
    return frozenset(home for target in targets for home in _homes(target) if home)


def _homes(target: str) -> Iterable[str]:
    """List the départements of a région or a hub that have a channel of their own: Saint-Martin shares Guadeloupe’s."""
    kind, _, name = target.partition(":")
    if kind == REGION:
        return (code for code, region in REGIONS.items() if region == name)
    if kind == HUB:
        return (code for code in (HUBS[name].departements if name in HUBS else ()) if home_of(code) == code)
    return (home_of(target),)


def asked_roles(targets: Iterable[str]) -> frozenset[Role]:
    """List the roles among targets."""
    return frozenset(Role(t.partition(":")[2]) for t in targets if t.startswith(f"{ROLE}:"))


async def find_with_roles(db: AsyncSession, roles: Collection[Role], today: date) -> Sequence[str]:
    """Find the ids of the people with these roles who have not left, in order."""
    if not roles:
        return []
    given, derived = col(Person.role), col(Person.derived_role)
    mine = or_(given.in_(list(roles)), given.is_(None) & derived.in_(list(roles)))
    found = select(Person.id).where(mine, is_there(today)).order_by(col(Person.id))
    return (await db.exec(found)).all()


async def count_reached(db: AsyncSession, targets: Collection[str], today: date) -> int:
    """Count how many of the register are reached; membership of a thematic channel is known to Mattermost only."""
    roles, places = asked_roles(targets), find_homes(targets)
    known = (await db.exec(select(Person.role, Person.derived_role, Person.departements).where(is_there(today)))).all()
    return sum(
        NATIONAL in targets or (role or derived) in roles or not places.isdisjoint(map(home_of, departements))
        for role, derived, departements in known
    )


def reaches(targets: Collection[str], person: Person) -> bool:
    """Return whether targets reach somebody of the register, as ``count_reached`` counts; the caller leaves out
    people who have left."""
    own = {home for code in person.departements if (home := home_of(code))}
    has_role = (person.role or person.derived_role) in asked_roles(targets)
    return NATIONAL in targets or has_role or not find_homes(targets).isdisjoint(own)
