"""What the names of a recording are on this server: ids, hosts, moments."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.wire.captures import ANY, CUT, MORE, whole

PLACE = re.compile(r"⟨[^⟨⟩]+⟩")
HEX = re.compile(r"[0-9a-f]{40}")  # the name of a group: a digest of ids
DIRECT = re.compile(r"⟨[^⟨⟩]+⟩__⟨[^⟨⟩]+⟩")  # the name of a direct channel: two ids, sorted
MANY = 10**12  # above this a number is a moment
SECRET = "Wire-secret-1!"  # sent where the recording hides a password or a token
Found = list[str]


class Unbound(Exception):
    """A name whose id this server has not given yet."""


class Trial:
    """What was found different during a comparison that may be undone."""

    def __init__(self) -> None:
        self.found: Found = []


class Names:
    """What each name stands for here, learnt by comparing what was recorded with what came."""

    def __init__(self, hosts: dict[str, str]) -> None:
        self.bound: dict[str, Any] = {}
        self.hosts = hosts

    def live(self, value: Any) -> Any:
        """The same value with the ids, hosts and moments of this server; Unbound when one is unknown."""
        if isinstance(value, dict):
            return {self.live(key): self.live(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.live(item) for item in value if not (isinstance(item, str) and MORE.match(item))]
        if isinstance(value, str):
            return PLACE.sub(self._bound_text, self.here(whole(value)))
        if isinstance(value, int) and not isinstance(value, bool) and value > MANY:
            return self.moment(value)
        return value

    def moment(self, recorded: int) -> int:
        """The moment here that answers to a recorded one: the nearest known before it, or itself."""
        known = [int(key[3:]) for key in self.bound if key.startswith("at ") and int(key[3:]) <= recorded]
        if not known:
            return recorded
        nearest = max(known)
        return int(self.bound[f"at {nearest}"]) + (recorded - nearest if recorded - nearest > 3600_000 else 0)

    def here(self, text: str) -> str:
        for there, host in self.hosts.items():
            text = text.replace(there, host)
        return text

    def _bound_text(self, found: re.Match[str]) -> str:
        if found[0] == ANY:
            return SECRET
        if found[0] not in self.bound:
            raise Unbound(found[0])
        return str(self.bound[found[0]])

    @contextmanager
    def trial(self) -> Iterator[Trial]:
        """Forget what was learnt inside when something differed."""
        before, trial = dict(self.bound), Trial()
        yield trial
        if trial.found:
            self.bound = before

    def same_text(self, expected: str, got: str) -> bool:
        """Tell whether a text answers to a recorded one, and learn the ids in it."""
        if CUT.match(expected):
            return whole(expected) == got or same_cut(expected, got)
        if HEX.fullmatch(expected):
            return HEX.fullmatch(got) is not None
        if not PLACE.search(expected):
            return self.here(expected) == got
        swapped = "__".join(reversed(expected.split("__"))) if DIRECT.fullmatch(expected) else expected
        return self._unify(self.here(expected), got) or self._unify(swapped, got)

    def _unify(self, expected: str, got: str) -> bool:
        names = PLACE.findall(expected)
        pattern = ""
        for text, name in zip(PLACE.split(expected), [*names, ""], strict=True):
            pattern += re.escape(text) + self._pattern(name)
        found = re.fullmatch(pattern, got, re.DOTALL)
        if found:
            learnt = [name for name in names if name not in self.bound and "(" in self._pattern(name)]
            self.bound.update(zip(learnt, found.groups(), strict=True))
        return found is not None

    def _pattern(self, name: str) -> str:
        if name.startswith("⟨crowd"):
            return "[a-z0-9]{26}"  # one of many, who are all the same
        if name == "" or name in self.bound:
            return re.escape(str(self.bound.get(name, "")))
        if name == ANY:
            return ".+"
        return "(.+)" if name.startswith("⟨sealed") else "([a-z0-9]{26})"


def same_cut(expected: str, got: str) -> bool:
    """Tell whether a text begins as a cut one, and has its length."""
    found = CUT.match(expected)
    return bool(found and got.startswith(found[1]) and len(got) == int(found[2]))
