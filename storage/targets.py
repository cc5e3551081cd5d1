"""At what an announcement, or a poll, may be aimed, as codes, as people write it, and in words.

The codes: « national », « 69 » (a département), « region:84 », « hub:hinaura » (the channels of its départements),
« theme:education » (the key of a thematic channel), and « role:coordinateur » (each of a role, by direct message).
"""

from collections.abc import Iterable, Mapping, Sequence

from config.canaux import Family, PlannedChannel, home_of
from config.departements import DEPARTEMENTS
from config.folding import fold
from config.hubs import HUBS
from config.territories import REGION_NAMES, REGIONS, departement
from storage.people import Role

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


def read(text: str, table: Table) -> str:
    """The code of what somebody wrote. Raises ValueError, with a French sentence, for what is nothing known."""
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
    known = DEPARTEMENTS.values()
    return next((d.code for d in known if word in {fold(d.code), fold(d.code).lstrip("0"), fold(d.nom)}), "")


def _region(word: str) -> str:
    word = word.removeprefix("region ")
    return next((f"{REGION}:{code}" for code, name in REGION_NAMES.items() if word in {code, fold(name)}), "")


def _hub(word: str) -> str:
    """By its name, or what is left of it without « Hub » (« hub:Bretagne »), or as it is written in an address."""
    names = {key: fold(hub.name) for key, hub in HUBS.items()}
    return next((f"{HUB}:{key}" for key, name in names.items() if word in {key, name, name.removeprefix("hub ")}), "")


def _theme(word: str, table: Table) -> str:
    known = (p for p in table.values() if p.family is Family.THEMATIQUE)
    return next((f"{THEME}:{p.key}" for p in known if word in {fold(p.name), fold(p.key), fold(p.address)}), "")


def _role(word: str) -> str:
    return f"{ROLE}:{word}" if word in set(Role) else ""


def say(target: str, table: Table) -> str:
    """What a code means: « tout le réseau », « Rhône (69) », « Bretagne », « Hubik », « Éducation », « les
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


def themes(table: Table) -> Mapping[str, str]:
    """The thematic channels of a table, by code."""
    return {f"{THEME}:{p.key}": p.name for p in table.values() if p.family is Family.THEMATIQUE}


def territories() -> Mapping[str, str]:
    """The nation, the régions, the hubs and the départements that have a channel, by code."""
    regions = {f"{REGION}:{code}": f"Région {name}" for code, name in REGION_NAMES.items()}
    hubs = {f"{HUB}:{key}": f"{hub.name}, canaux de ses départements" for key, hub in HUBS.items()}
    known = {code: say(code, {}) for code in DEPARTEMENTS if home_of(code)}
    return {NATIONAL: "Tout le réseau (canal national)", **regions, **known, **hubs}


def roles() -> Mapping[str, str]:
    """The roles, by code."""
    return {f"{ROLE}:{role}": _PLURALS[role].capitalize() + ", en message direct" for role in Role}


def channels(targets: Iterable[str], table: Table) -> Sequence[PlannedChannel]:
    """The channels that targets mean, each once. Raises ValueError, with a French sentence, where there is none."""
    found = [planned for target in targets for planned in _channels_of(target, table)]
    return list({planned.key: planned for planned in found}.values())


def _channels_of(target: str, table: Table) -> Sequence[PlannedChannel]:
    kind, _, name = target.partition(":")
    if kind == ROLE:
        return []
    if kind in {NATIONAL, THEME}:
        found = [p for p in table.values() if p.key == (name or GENERAL)]
    else:
        found = [p for p in table.values() if p.departement and p.departement in homes([target])]
    if not found:
        raise ValueError(f"Aucun canal n’est prévu pour « {say(target, table)} ».")
    return found


def homes(targets: Iterable[str]) -> frozenset[str]:
    """The départements, by whose channel they have, that targets mean; not those that the nation has."""
    return frozenset(home for target in targets for home in _homes(target) if home)


def _homes(target: str) -> Iterable[str]:
    """Of a région or a hub, those that have a channel of their own: Saint-Martin is with Guadeloupe."""
    kind, _, name = target.partition(":")
    if kind == REGION:
        return (code for code, region in REGIONS.items() if region == name)
    if kind == HUB:
        return (code for code in (HUBS[name].departements if name in HUBS else ()) if home_of(code) == code)
    return (home_of(target),)


def asked_roles(targets: Iterable[str]) -> frozenset[Role]:
    """The roles among targets."""
    return frozenset(Role(t.partition(":")[2]) for t in targets if t.startswith(f"{ROLE}:"))
