"""What this process left in the table: leases to be ended before their time, and whom they keep waiting."""

from collections.abc import Collection, Iterable

from bot.outbox.letters import Letter

KEPT = 20_000
"""Of how many messages the ids are kept; the leases of the others end by themselves."""


class Backlog:
    """Messages that are in the table and not in memory, oldest first."""

    def __init__(self) -> None:
        self._ids: dict[str, None] = {}
        self._targets: set[str] = set()

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, letters: Iterable[Letter]) -> None:
        """Leave messages in the table, their leases to be ended."""
        for letter in letters:
            self._targets.add(letter.target)
            if len(self._ids) < KEPT:
                self._ids[letter.message.id] = None

    def returned(self, letter: Letter) -> None:
        """A message is back in the table, and due."""
        self._targets.add(letter.target)

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

    def taken(self, but_of: Collection[str]) -> None:
        """All that was due is taken, except what is for those targets."""
        if not self._ids:
            self._targets.intersection_update(but_of)
