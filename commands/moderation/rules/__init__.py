"""The automatic rules: what each looks for, its settings, and how these are typed and stored."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import UserError
from bot.french import NBSP
from bot.guard import DataKind
from bot.texts import quote, render
from config.text import fold
from config.time import read_duration
from storage import moderation


class RuleName(StrEnum):
    """The names of the rules, in their order."""

    FLOOD = "flood"
    REPEAT = "repetition"
    MENTIONS = "mentions"
    LINKS = "liens"
    WORDS = "mots"
    FIRST = "premier"
    GUARD = "donnees"


class Bounds(NamedTuple):
    """The smallest and largest value of a number."""

    least: int
    most: int


MINUTE, HOUR, DAY = 60, 3600, 86_400


@dataclass(frozen=True, slots=True)
class Spec:
    """What a rule looks for and its settings: a number, a time (seconds), a list.

    ``usual`` are the default number and time, ``items`` the default list; ``known`` are the values that the list may
    have, empty for any. ``may_act``: it may hide a message by itself; ``is_timed``: it counts an author’s recent
    messages; ``again``: it also checks edited messages.
    """

    label: str
    example: str
    count: Bounds | None = None
    seconds: Bounds | None = None
    usual: tuple[int, int] = (0, 0)
    items: tuple[str, ...] = ()
    known: tuple[str, ...] = ()
    has_items: bool = False
    may_act: bool = False
    is_timed: bool = False
    again: bool = False


EVERYBODY = ("all", "channel", "here")
SURE_KINDS = (DataKind.NIR, DataKind.IBAN, DataKind.CARTE, DataKind.MOT_DE_PASSE)
"""The kinds of personal data that have no business in any channel, unlike a phone number."""

SPECS = {
    RuleName.FLOOD: Spec(
        "beaucoup de messages en peu de temps",
        "6 en 10s",
        count=Bounds(3, 30),
        seconds=Bounds(2, HOUR),
        usual=(8, 10),
        may_act=True,
        is_timed=True,
    ),
    RuleName.REPEAT: Spec(
        "le même message, d’un canal à l’autre ou dans un seul",
        "3 en 10min",
        count=Bounds(2, 30),
        seconds=Bounds(10, DAY),
        usual=(3, 10 * MINUTE),
        may_act=True,
        is_timed=True,
    ),
    RuleName.MENTIONS: Spec(
        "beaucoup de mentions, ou @all, @channel, @here",
        "6 all, channel",
        count=Bounds(2, 100),
        usual=(6, 0),
        items=EVERYBODY,
        known=EVERYBODY,
        has_items=True,
        again=True,
    ),
    RuleName.LINKS: Spec(
        "liens vers un site de la liste, et invitations (Mattermost, WhatsApp, Telegram, Discord…)",
        "exemple.com, autre.net",
        has_items=True,
        may_act=True,
        again=True,
    ),
    RuleName.WORDS: Spec("mots de la liste", "casino, argent facile", has_items=True, may_act=True, again=True),
    RuleName.FIRST: Spec("image, fichier ou lien dans le tout premier message de quelqu’un", ""),
    RuleName.GUARD: Spec(
        "données personnelles : un mot à l’auteur d’abord, les animateurs si elles restent",
        "10min nir, iban",
        seconds=Bounds(MINUTE, DAY),
        usual=(0, 10 * MINUTE),
        items=SURE_KINDS,
        known=tuple(DataKind),
        has_items=True,
        again=True,
    ),
}

ITEMS_MAX, ITEM_MAX = 200, 60
ADD, REMOVE, REPLACE = "ajouter", "retirer", "remplacer"
_SITE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24}")
_COUNT = re.compile(r"(\d{1,4})(?:\s+(?:en|par)\b)?(?=\s|$)")
_TIME = re.compile(r"(?:en\s+)?(\d{1,5})\s?(s|min|m|h|j)(?=\s|,|$)")


class BrokenRuleError(ValueError):
    """A stored rule is unusable; the text, in French, names it."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """The settings of a rule; ``count``, ``seconds`` and ``items`` are 0 or empty if it has none."""

    mode: moderation.RuleMode = moderation.RuleMode.OFF
    count: int = 0
    seconds: int = 0
    items: tuple[str, ...] = ()

    @property
    def settings(self) -> dict[str, Any]:
        """The settings as the table stores them."""
        return {"count": self.count, "seconds": self.seconds, "items": list(self.items)}


def make_default_tuning(name: RuleName) -> Tuning:
    """Return the default settings of a rule, which is off."""
    spec = SPECS[name]
    return Tuning(moderation.RuleMode.OFF, *spec.usual, tuple(map(str, spec.items)))


def read_tunings(rows: Sequence[moderation.Rule]) -> Mapping[RuleName, Tuning]:
    """Return the settings of all rules from the table’s rows. Raises BrokenRuleError for an unknown rule or an invalid
    value."""
    tuned = {name: make_default_tuning(name) for name in RuleName}
    for row in rows:
        if row.name not in tuned:
            raise BrokenRuleError(f"« {row.name} » n’est pas une règle")
        name = RuleName(row.name)
        tuned[name] = _read_tuning(name, row)
    return tuned


def _read_tuning(name: RuleName, row: moderation.Rule) -> Tuning:
    broken = BrokenRuleError(f"la règle « {name} » a des réglages illisibles")
    found = row.settings
    if not isinstance(found, dict) or not found.keys() <= {"count", "seconds", "items"}:
        raise broken
    items = found.get("items", [])
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise broken
    usually = make_default_tuning(name)
    count, seconds = found.get("count", usually.count), found.get("seconds", usually.seconds)
    if not all(isinstance(number, int) and not isinstance(number, bool) for number in (count, seconds)):
        raise broken
    tuning = Tuning(row.mode, count, seconds, tuple(items))
    if fault := find_tuning_fault(name, tuning):
        raise BrokenRuleError(f"la règle « {name} » est mal réglée : {fault}")
    return tuning


def find_tuning_fault(name: RuleName, tuning: Tuning) -> str:
    """Say what is wrong with settings, in French; "" if nothing is."""
    spec = SPECS[name]
    if tuning.mode is moderation.RuleMode.ACT and not spec.may_act:
        return "elle peut proposer, pas agir"
    for what, value, bounds in (("le nombre", tuning.count, spec.count), ("la durée", tuning.seconds, spec.seconds)):
        if fault := _find_bounds_fault(what, value, bounds):
            return fault
    if len(tuning.items) > ITEMS_MAX or (tuning.items and not spec.has_items):
        return f"sa liste a {ITEMS_MAX} mots au plus" if spec.has_items else "elle n’a pas de liste"
    return next((fault for item in tuning.items if (fault := _find_item_fault(name, item))), "")


def _find_bounds_fault(what: str, value: int, bounds: Bounds | None) -> str:
    if bounds is None:
        return f"elle n’a pas de {what.partition(' ')[2]}" if value else ""
    shown = say_seconds if what == "la durée" else str
    inside = bounds.least <= value <= bounds.most
    return "" if inside else f"{what} va de {shown(bounds.least)} à {shown(bounds.most)}"


def _find_item_fault(name: RuleName, item: str) -> str:
    known = SPECS[name].known
    if known and item not in known:
        return f"sa liste peut avoir : {', '.join(known)}"
    if name is RuleName.LINKS and not _SITE.fullmatch(item):
        return "un site s’écrit comme « exemple.com »"
    return "" if known or 2 <= len(item) <= ITEM_MAX else f"un mot a de 2 à {ITEM_MAX} caractères"


def tune_rule(name: RuleName, before: Tuning, line: str, *, adds: bool = True) -> Tuning:
    """Change a rule’s settings as a line says: « 6 en 10s », « casino, argent facile », « ajouter x », « retirer x »,
    « remplacer x ».

    Settings that the line does not name stay. A bare list is added to the present one if ``adds``, otherwise replaces
    it, as it always does if the rule has a fixed set of values. Raises UserError for an invalid value.
    """
    rest, spec, after = line.strip().lower(), SPECS[name], before
    if spec.count and (found := _COUNT.match(rest)):
        after, rest = replace(after, count=int(found[1])), rest[found.end() :].strip()
    if spec.seconds and (found := _TIME.match(rest)):
        lasts = read_duration(found[1], found[2])
        after, rest = replace(after, seconds=lasts // timedelta(seconds=1)), rest[found.end() :].strip(" ,")
    if rest:
        if not spec.has_items:
            example = _say_example(name, spec)
            raise UserError(render("moderation/rule_unread", name=name, rest=rest[:40], example=example))
        wish, pieces = _read_wish(rest)
        if not wish:
            wish = ADD if adds and not spec.known else REPLACE
        after = replace(after, items=_change_items(name, before, wish, pieces))
    if fault := find_tuning_fault(name, after):
        raise UserError(render("moderation/rule_fault", name=name, fault=fault))
    return after


def _read_wish(rest: str) -> tuple[str, Sequence[str]]:
    """Read the verb of a list ("" if there is none) and its values."""
    word, _, more = rest.partition(" ")
    wish = fold(word) if fold(word) in {ADD, REMOVE, REPLACE} else ""
    pieces = [" ".join(piece.split()) for piece in (more if wish else rest).split(",")]
    return wish, [piece for piece in pieces if piece]


def _change_items(name: RuleName, before: Tuning, wish: str, pieces: Sequence[str]) -> tuple[str, ...]:
    items = [_read_item(name, piece) for piece in pieces]
    if not items:
        example = SPECS[name].example.rpartition(", ")[2]
        raise UserError(render("moderation/rule_what", name=name, wish=wish, example=example))
    if wish == REMOVE and not any(item in before.items for item in items):
        raise UserError(render("moderation/rule_not_in_list", name=name, item=items[0]))
    if wish == ADD:
        items = [*before.items, *items]
    elif wish == REMOVE:
        items = [item for item in before.items if item not in items]
    return tuple(dict.fromkeys(items))


def _read_item(name: RuleName, piece: str) -> str:
    if name is not RuleName.LINKS:
        return piece.lstrip("@").replace(" ", "_") if SPECS[name].known else piece
    return piece.partition("://")[2].partition("/")[0] or piece.partition("/")[0]


def _say_example(name: RuleName, spec: Spec) -> str:
    return f"`/moderer regle {name} proposer {spec.example}`".replace(" `", "`")


def say_tuning(name: RuleName, tuning: Tuning) -> str:
    """Write a rule’s number, time and list as they are typed: « 6 en 10 s »."""
    spec = SPECS[name]
    parts = [str(tuning.count) if spec.count else "", say_seconds(tuning.seconds) if spec.seconds else ""]
    told = " en ".join(part for part in parts if part)
    shown = ", ".join(item.replace("_", " ") for item in tuning.items[:10]) + ("…" if len(tuning.items) > 10 else "")
    return " ; ".join(part for part in (told, shown) if part)


def say_seconds(seconds: int) -> str:
    """Write a time in the largest unit that fits: « 10 s », « 5 min », « 24 h »."""
    for unit, name in ((HOUR, "h"), (MINUTE, "min")):
        if seconds and not seconds % unit:
            return f"{seconds // unit}{NBSP}{name}"
    return f"{seconds}{NBSP}s"


async def load_tunings(db: AsyncSession) -> Mapping[RuleName, Tuning]:
    """Load the settings of all rules. Raises BrokenRuleError for an unusable table."""
    try:
        rows = await moderation.list_tuned(db)
    except ValueError:  # a mode that is none, or no JSON
        raise BrokenRuleError("la table des règles est illisible") from None
    return read_tunings(rows)


_INNER_DOT = re.compile(r"\.[\w-]")
_BETWEEN = re.compile(r"[<>()\[\]{}\"'`«»|*]+")
_HOST = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,20}")
_SITES = ("chat.whatsapp.com", "discord.gg", "join.slack.com", "signal.group", "invite.viber.com")
"""The sites whose every link is an invitation."""
_PATHS = {
    "t.me": ("+", "joinchat/"),
    "telegram.me": ("+", "joinchat/"),
    "telegram.dog": ("+", "joinchat/"),
    "discord.com": ("invite/",),
    "discordapp.com": ("invite/",),
    "wa.me": ("",),
    "whatsapp.com": ("channel/", "invite/"),
    "teams.live.com": ("l/invite/",),
    "matrix.to": ("#/",),
    "facebook.com": ("groups/",),
}
_MATTERMOST = "signup_user_complete"
"""Part of the path of every invitation to a Mattermost."""
_LONGEST = 253


def list_links(text: str) -> Iterator[tuple[str, str]]:
    """Return the host and the path of each link, in small letters."""
    small = text.lower()
    dotted = (word for word in small.split() if "." in word[1:-1]) if _INNER_DOT.search(small) else ()
    for piece in (piece for word in dotted for piece in _BETWEEN.split(word)):
        _, scheme, after = piece.partition("://")
        host, _, path = (after if scheme else piece).partition("/")
        host = host.rpartition("@")[2].partition(":")[0].partition("?")[0].strip(".,;:!")
        if len(host) <= _LONGEST and _HOST.fullmatch(host):
            yield host.removeprefix("www."), path


def has_unwanted_site(text: str, sites: Sequence[str]) -> bool:
    """Return whether a text links to one of these sites or a subdomain, or invites to another chat service or
    Mattermost."""
    return any(invites(host, path) or not _list_domains(host).isdisjoint(sites) for host, path in list_links(text))


def invites(host: str, path: str) -> bool:
    """Return whether a link invites to another chat service or Mattermost."""
    return host in _SITES or path.startswith(_PATHS.get(host, ("\0",))) or _MATTERMOST in path


def _list_domains(host: str) -> frozenset[str]:
    """Return the domains of a host: « a.b.fr », « b.fr », « fr »."""
    labels = host.split(".")
    return frozenset(".".join(labels[first:]) for first in range(len(labels)))


_LOOKS_LIKE = str.maketrans("013457@$!|", "oieastasil")
_LETTERS = bytes(range(256)).translate(bytes.maketrans(b"013457@$!|", b"oieastasil"))
_NO_LETTERS = bytes(sign for sign in range(256) if not _LETTERS[sign : sign + 1].islower())
_OTHERS = re.compile(r"[^a-z ]+")
_TWIN = re.compile(r"([a-z])(?=\1)")
_SPELT = re.compile(r"(?<![a-z])[a-z](?: [a-z])+(?![a-z])")
"""Letters one by one: « c a s i n o »."""


def has_word(text: str, words: tuple[str, ...]) -> bool:
    """Return whether a text contains one of the words or phrases.

    Most texts are ruled out cheaply, because they lack the letters of every word in every reading.
    """
    single, phrases, bare = _simplify_words(words)
    folded = fold_message(text)
    letters = _strip(folded)
    if not any(word in letters for word in bare):
        return False
    return any(
        not single.isdisjoint(told.split()) or any(phrase in told for phrase in phrases)
        for told in _list_readings(folded.translate(_LOOKS_LIKE))
    )


@lru_cache(1)
def fold_message(text: str) -> str:
    """Fold a message, once for all rules."""
    return fold(text)


def _strip(folded: str) -> str:
    """Keep letters and characters that look like letters, without repetitions or anything between them."""
    return _TWIN.sub("", folded.encode("ascii", "ignore").translate(_LETTERS, _NO_LETTERS).decode())


def _list_readings(folded: str) -> Iterator[str]:
    """Yield the text as it is, without signs inside words, and with spelt-out words joined."""
    apart = _simplify(_OTHERS.sub(" ", folded))
    yield apart
    yield _simplify(_OTHERS.sub("", folded))
    if _SPELT.search(apart):
        yield _simplify(_SPELT.sub(lambda found: found[0].replace(" ", ""), apart))


def _simplify(text: str) -> str:
    """Collapse repeated letters, and put spaces around words."""
    return f" {' '.join(_TWIN.sub('', text).split())} "


@lru_cache(64)
def _simplify_words(words: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...], frozenset[str]]:
    """Return single words and phrases as they are searched for, and the bare letters of each."""
    bones = [_simplify(_OTHERS.sub(" ", fold(word).translate(_LOOKS_LIKE))) for word in words]
    single = frozenset(bone.strip() for bone in bones if len(bone.split()) == 1)
    return single, tuple(bone for bone in bones if len(bone.split()) > 1), frozenset(map(_strip, bones)) - {""}
