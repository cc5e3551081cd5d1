"""A rule as it is tuned: its mode, number, time and list; written in the table, and on a line."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.errors import UserError
from bot.french.words import NBSP, fold
from commands.moderation.rules.names import DAY, HOUR, MINUTE, SPECS, Bounds, RuleName, Spec
from storage.moderation.rules import Mode, Rule

ITEMS_MAX, ITEM_MAX = 200, 60
ADD, REMOVE, REPLACE = "ajouter", "retirer", "remplacer"
_SITE = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,8}[a-z]{2,24}")
_UNITS = {"s": 1, "min": MINUTE, "m": MINUTE, "h": HOUR, "j": DAY}
_COUNT = re.compile(r"(\d{1,4})(?:\s+(?:en|par)\b)?(?=\s|$)")
_TIME = re.compile(r"(?:en\s+)?(\d{1,5})\s?(s|min|m|h|j)(?=\s|,|$)")


class BrokenRuleError(ValueError):
    """A row of the table that cannot be used; the text, in French, names its rule."""


@dataclass(frozen=True, slots=True)
class Tuning:
    """``count`` and ``seconds`` are 0, ``items`` empty, where the rule has none."""

    mode: Mode = Mode.OFF
    count: int = 0
    seconds: int = 0
    items: tuple[str, ...] = ()

    @property
    def settings(self) -> dict[str, Any]:
        """As the table has it."""
        return {"count": self.count, "seconds": self.seconds, "items": list(self.items)}


def usual(name: RuleName) -> Tuning:
    """A rule that nobody tuned: off."""
    spec = SPECS[name]
    return Tuning(Mode.OFF, *spec.usual, tuple(map(str, spec.items)))


def read(rows: Sequence[Rule]) -> Mapping[RuleName, Tuning]:
    """All rules, tuned or not. Raises BrokenRuleError for a row that is none, or has what it may not have."""
    tuned = {name: usual(name) for name in RuleName}
    for row in rows:
        if row.name not in tuned:
            raise BrokenRuleError(f"« {row.name} » n’est pas une règle")
        name = RuleName(row.name)
        tuned[name] = _checked(name, row)
    return tuned


def _checked(name: RuleName, row: Rule) -> Tuning:
    broken = BrokenRuleError(f"la règle « {name} » a des réglages illisibles")
    found = row.settings
    if not isinstance(found, dict) or not found.keys() <= {"count", "seconds", "items"}:
        raise broken
    items = found.get("items", [])
    if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
        raise broken
    usually = usual(name)
    count, seconds = found.get("count", usually.count), found.get("seconds", usually.seconds)
    if not all(isinstance(number, int) and not isinstance(number, bool) for number in (count, seconds)):
        raise broken
    tuning = Tuning(row.mode, count, seconds, tuple(items))
    if fault := fault_of(name, tuning):
        raise BrokenRuleError(f"la règle « {name} » est mal réglée : {fault}")
    return tuning


def fault_of(name: RuleName, tuning: Tuning) -> str:
    """What is wrong with it, in French; "" where nothing is."""
    spec = SPECS[name]
    if tuning.mode is Mode.ACT and not spec.may_act:
        return "elle peut proposer, pas agir"
    for what, value, bounds in (("le nombre", tuning.count, spec.count), ("la durée", tuning.seconds, spec.seconds)):
        if fault := _out_of(what, value, bounds):
            return fault
    if len(tuning.items) > ITEMS_MAX or (tuning.items and not spec.has_items):
        return f"sa liste a {ITEMS_MAX} mots au plus" if spec.has_items else "elle n’a pas de liste"
    return next((fault for item in tuning.items if (fault := _bad_item(name, item))), "")


def _out_of(what: str, value: int, bounds: Bounds | None) -> str:
    if bounds is None:
        return f"elle n’a pas de {what.partition(' ')[2]}" if value else ""
    shown = say_seconds if what == "la durée" else str
    inside = bounds.least <= value <= bounds.most
    return "" if inside else f"{what} va de {shown(bounds.least)} à {shown(bounds.most)}"


def _bad_item(name: RuleName, item: str) -> str:
    known = SPECS[name].known
    if known and item not in known:
        return f"sa liste peut avoir : {', '.join(known)}"
    if name is RuleName.LINKS and not _SITE.fullmatch(item):
        return "un site s’écrit comme « exemple.com »"
    return "" if known or 2 <= len(item) <= ITEM_MAX else f"un mot a de 2 à {ITEM_MAX} caractères"


def tune(name: RuleName, before: Tuning, line: str, *, adds: bool = True) -> Tuning:
    """The rule after « 6 en 10s », « casino, argent facile », « ajouter x », « retirer x », « remplacer x ».

    What is not said stays. Words without one of these verbs come to the list where ``adds``, and are the list where
    not, or where the rule knows all that may be in it. Raises UserError for what it cannot be.
    """
    rest, spec, after = line.strip().lower(), SPECS[name], before
    if spec.count and (found := _COUNT.match(rest)):
        after, rest = replace(after, count=int(found[1])), rest[found.end() :].strip()
    if spec.seconds and (found := _TIME.match(rest)):
        after, rest = replace(after, seconds=int(found[1]) * _UNITS[found[2]]), rest[found.end() :].strip(" ,")
    if rest:
        if not spec.has_items:
            raise UserError(
                f"La règle « {name} » ne comprend pas « {rest[:40]} ». Par exemple : {_example(name, spec)}."
            )
        wish, pieces = _wish(rest)
        if not wish:
            wish = ADD if adds and not spec.known else REPLACE
        after = replace(after, items=_listed(name, before, wish, pieces))
    if fault := fault_of(name, after):
        raise UserError(f"La règle « {name} » ne peut pas être ainsi : {fault}.")
    return after


def _wish(rest: str) -> tuple[str, Sequence[str]]:
    """What is to be done with a list, "" where that is not said; and with what."""
    word, _, more = rest.partition(" ")
    wish = fold(word) if fold(word) in {ADD, REMOVE, REPLACE} else ""
    pieces = [" ".join(piece.split()) for piece in (more if wish else rest).split(",")]
    return wish, [piece for piece in pieces if piece]


def _listed(name: RuleName, before: Tuning, wish: str, pieces: Sequence[str]) -> tuple[str, ...]:
    items = [_item(name, piece) for piece in pieces]
    if wish == ADD:
        items = [*before.items, *items]
    elif wish == REMOVE:
        items = [item for item in before.items if item not in items]
    return tuple(dict.fromkeys(items))


def _item(name: RuleName, piece: str) -> str:
    if name is not RuleName.LINKS:
        return piece.lstrip("@").replace(" ", "_") if SPECS[name].known else piece
    return piece.partition("://")[2].partition("/")[0] or piece.partition("/")[0]


def _example(name: RuleName, spec: Spec) -> str:
    return f"`/moderer regle {name} proposer {spec.example}`".replace(" `", "`")


def say(name: RuleName, tuning: Tuning) -> str:
    """Its number, time and list, as they are typed: « 6 en 10 s »."""
    spec = SPECS[name]
    parts = [str(tuning.count) if spec.count else "", say_seconds(tuning.seconds) if spec.seconds else ""]
    told = " en ".join(part for part in parts if part)
    shown = ", ".join(item.replace("_", " ") for item in tuning.items[:10]) + ("…" if len(tuning.items) > 10 else "")
    return " ; ".join(part for part in (told, shown) if part)


def say_seconds(seconds: int) -> str:
    """« 10 s », « 5 min », « 24 h », in the greatest unit that fits."""
    for unit, name in ((HOUR, "h"), (MINUTE, "min")):
        if seconds and not seconds % unit:
            return f"{seconds // unit}{NBSP}{name}"
    return f"{seconds}{NBSP}s"
