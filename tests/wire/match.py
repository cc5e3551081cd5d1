"""Compare what the sandbox gave with what a real server gave."""

import json
from typing import Any

from tests.wire.captures import JSON, MOMENT, MORE, NUMBER
from tests.wire.names import MANY, PLACE, Found, Names

EMPTY: tuple[Any, ...] = ("", None, False, 0)
ENVELOPE = {"id", "message", "detailed_error", "request_id", "status_code"}
SORTED_BY = ("username", "display_name", "trigger")


class Matcher(Names):
    """The comparison: every difference is one line that says where."""

    def __init__(self, hosts: dict[str, str]) -> None:
        super().__init__(hosts)
        self.shapes: set[frozenset[str]] = set()
        self.sorted = True
        """Whether rows that were recorded in the order of a name have to come so."""
        self._learning = False

    def learn_shapes(self, value: Any) -> None:
        """Remember the keys of every object that was recorded in full."""
        if isinstance(value, dict):
            if any(item in EMPTY or item == [] for item in value.values()):
                self.shapes.add(frozenset(value))
            for item in value.values():
                self.learn_shapes(item)
        if isinstance(value, list):
            for item in value:
                self.learn_shapes(item)

    def differences(self, expected: Any, got: Any, where: str = "", full: bool = False) -> Found:
        """Return what differs, one line a place; ids seen for the first time are learnt only when nothing does."""
        with self.trial() as trial:
            trial.found = self._compare(expected, got, where, full)
        return trial.found

    def answered(self, expected: Any, got: Any, full: bool = False) -> Found:
        """Return what differs in an answer; its new ids are learnt in any case, for the calls that follow."""
        before = dict(self.bound)
        self._learning = True
        found = self._compare(expected, got, "", full)
        self._learning = False
        self.bound |= before
        return found

    def _compare(self, expected: Any, got: Any, where: str, full: bool) -> Found:
        if isinstance(expected, dict):
            return self._compare_dict(expected, got, where, full)
        if isinstance(expected, list):
            return self._compare_list(expected, got, where, full)
        if isinstance(expected, str):
            return self._compare_text(expected, got, where)
        if isinstance(expected, bool) or expected is None or isinstance(expected, float):
            return [] if expected is got or expected == got else [f"{where}: expected {expected}, got {brief(got)}"]
        return self._compare_number(expected, got, where)

    def _compare_number(self, expected: int, got: Any, where: str) -> Found:
        if expected > MANY and isinstance(got, int) and got > MANY:
            self.bound.setdefault(f"at {expected}", got)
            return []
        same = expected == got and not isinstance(got, bool)
        return [] if same else [f"{where}: expected {expected}, got {brief(got)}"]

    def _compare_text(self, expected: str, got: Any, where: str) -> Found:
        if expected == MOMENT:
            same = isinstance(got, int) and abs(got) > MANY
        elif expected == NUMBER:
            same = isinstance(got, int)
        elif isinstance(got, str) and expected[:1] in ("[", "{") and isinstance(parsed(expected), list | dict):
            return self._compare(parsed(expected), parsed(got), where, False)
        else:
            same = isinstance(got, str) and self.same_text(expected, got)
        return [] if same else [f"{where}: expected {expected[:150]!r}, got {brief(got)}"]

    def _compare_dict(self, expected: dict[str, Any], got: Any, where: str, full: bool) -> Found:
        if set(expected) == {JSON}:
            return self._compare_json(expected[JSON], got, where, full)
        if isinstance(got, str) and not full:
            got = parsed(got)
        if not isinstance(got, dict):
            return [f"{where}: expected an object, got {brief(got)}"]
        expected, more = without_more(expected)
        named = {key: self._key(key, item, got, full) for key, item in expected.items()}
        found = [f"{where}.{key}: missing" for key, there in named.items() if there is None]
        extra = {key: item for key, item in got.items() if key not in named.values()}
        if more is None:
            found += self._extra(expected, extra, where, full)
        elif len(extra) != more:
            found.append(f"{where}: expected {more} more, got {len(extra)}")
        for key, there in named.items():
            if there is not None:
                found += self._compare(expected[key], got[there], f"{where}.{key}", full)
        return found

    def _compare_json(self, expected: Any, got: Any, where: str, full: bool) -> Found:
        if not isinstance(got, str):
            return [f"{where}: expected JSON in a text, got {brief(got)}"]
        return self._compare(expected, parsed(got), where, full)

    def _key(self, key: str, item: Any, got: dict[str, Any], full: bool) -> str | None:
        """Return the key in `got` that answers to a recorded key, perhaps an id not known yet."""
        live = PLACE.sub(lambda found: str(self.bound.get(found[0], found[0])), key)
        if live in got:
            return live
        for candidate in got if PLACE.search(live) else ():
            with self.trial() as trial:
                trial.found = self._compare_text(key, candidate, "") or self._compare(item, got[candidate], "", full)
            if not trial.found:
                return candidate
        return None

    def _extra(self, expected: dict[str, Any], extra: dict[str, Any], where: str, full: bool) -> Found:
        """Keys too many: in a shortened object those that are empty, moments, or known from its full shape."""
        if not extra or ("id" in expected and set(expected) | set(extra) <= ENVELOPE and not full):
            return []
        shortened = not full and not any(item in EMPTY or item == [] for item in expected.values())
        if not shortened:
            return [f"{where}: unexpected {', '.join(f'{key}={brief(item)}' for key, item in extra.items())}"]
        shapes = [shape for shape in self.shapes if shape >= set(expected)] if len(expected) > 3 else []
        return [
            f"{where}: unexpected {key}={brief(item)}"
            for key, item in extra.items()
            if not (may_be_left_out(item) and (not shapes or any(key in shape for shape in shapes)))
        ]

    def _compare_list(self, expected: list[Any], got: Any, where: str, full: bool) -> Found:
        if isinstance(got, str) and not full:
            got = parsed(got)
        if not isinstance(got, list):
            return [f"{where}: expected a list, got {brief(got)}"]
        more = MORE.match(expected[-1]) if expected and isinstance(expected[-1], str) else None
        shown = expected[:-1] if more else expected
        length = len(shown) + (int(more[1]) if more else 0)
        if len(got) != length:
            return [f"{where}: expected {length} entries, got {len(got)}: {brief(got)}"]
        with self.trial() as trial:
            for number, item in enumerate(shown):
                trial.found += self._compare(item, got[number], f"{where}[{number}]", full)
        if not trial.found or where.endswith("order") or (self.sorted and is_sorted(shown)):
            return trial.found
        if not self._any_order(shown, got, full):
            return []
        if self._learning:
            for number, item in enumerate(shown):
                self._compare(item, got[number], "", full)
        return trial.found

    def _is_open(self, item: Any) -> bool:
        """Tell whether an entry is an id not known yet, which would answer to anything."""
        return isinstance(item, str) and PLACE.fullmatch(item) is not None and item not in self.bound

    def _any_order(self, shown: list[Any], got: list[Any], full: bool) -> bool:
        """Tell whether some entry answers to none: the order of rows with random ids is chance."""
        left = list(got)
        with self.trial() as whole_list:
            for item in sorted(shown, key=self._is_open):
                match = next((other for other in left if not self.differences(item, other, "", full)), None)
                if match is None:
                    whole_list.found.append("missing")
                    break
                left.remove(match)
        return bool(whole_list.found)


def without_more(expected: dict[str, Any]) -> tuple[dict[str, Any], int | None]:
    """Split a shortened map from the number of entries left out of it."""
    if "…" not in expected:
        return expected, None
    return {key: item for key, item in expected.items() if key != "…"}, int(str(expected["…"]).split()[0])


def is_sorted(rows: list[Any]) -> bool:
    """Tell whether rows were recorded in the order of a name, which then is no chance."""
    for key in SORTED_BY:
        if len(rows) > 1 and all(isinstance(row, dict) and row.get(key) for row in rows):
            names = [str(row[key]).lower() for row in rows]
            return names == sorted(names)
    return False


def may_be_left_out(item: Any) -> bool:
    """Tell whether the recording leaves such a value out of shortened objects."""
    if isinstance(item, dict):
        return all(may_be_left_out(inner) for inner in item.values())
    return item in EMPTY or item == [] or (isinstance(item, int) and abs(item) > MANY)


def parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def brief(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) < 160 else text[:160] + "…"
