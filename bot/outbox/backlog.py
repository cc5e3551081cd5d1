"""What this process left in the table: leases to be ended before their time, and whom they keep waiting."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from bot.outbox.letters import Letter

BACKLOG_MAX = 20_000
"""Of how many messages the ids are kept; the leases of the others end by themselves."""


class Backlog:
    """Messages that are in the table and not in memory, oldest first."""

    def __init__(self) -> None:
        self._ids: dict[str, None] = {}
        self._targets: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._ids)

    def found(self, waiting: Mapping[str, int]) -> None:
        """So many were in the table from before, by target."""
        self._targets.update(waiting)

    def add(self, letters: Iterable[Letter]) -> None:
        """Leave messages in the table, their leases to be ended."""
        for letter in letters:
            self.returned(letter)
            if len(self._ids) < BACKLOG_MAX:
                self._ids[letter.message.id] = None

    def returned(self, letter: Letter) -> None:
        """A message is back in the table, and due."""
        self._targets[letter.target] += 1

    def holds(self, target: str) -> bool:
        """Whether something for that target is in the table: what comes later for it must wait behind."""
        return target in self._targets

    def oldest(self, count: int) -> list[str]:
        """The ids of so many messages whose leases are to be ended."""
        return [message_id for message_id, _ in zip(self._ids, range(count), strict=False)]

    def released(self, ids: Iterable[str]) -> None:
        """Their leases are ended."""
        for message_id in ids:
            self._ids.pop(message_id, None)

    def taken(self, letter: Letter) -> None:
        """A message was taken from the table."""
        self._targets[letter.target] -= 1
        if self._targets[letter.target] <= 0:
            del self._targets[letter.target]

    def all_taken(self, but_of: Collection[str]) -> None:
        """All that was due is taken, here or elsewhere, except what is for those targets."""
        if not self._ids:
            self._targets = Counter({target: self._targets[target] for target in but_of if target in self._targets})
