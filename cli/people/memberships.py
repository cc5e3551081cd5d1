"""What an import means for channels: how many memberships the register now wants otherwise than before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.french.words import NBSP, plural
from config.canaux import PlannedChannel
from storage.canaux.belonging import Member, Rules
from storage.people import Person


@dataclass(slots=True)
class Memberships:
    """They grow with each change; nobody is moved by that."""

    table: Mapping[str, PlannedChannel]
    rules: Rules
    count: int = 0

    def note(self, before: Person | None, after: Person, now: datetime) -> None:
        """Somebody is not as they were, or new."""
        self.count += len(self._places(before, now) ^ self._places(after, now))

    def __str__(self) -> str:
        differ = plural(self.count, "appartenance à un canal diffère", "appartenances à des canaux diffèrent")
        return f"{differ.replace(NBSP, ' ')} maintenant : « coop-bot channels sync » les met à jour."

    def _places(self, person: Person | None, now: datetime) -> frozenset[str]:
        if person is None:
            return frozenset()
        return self.rules.places(self.table, Member.of(person, person.today(now)))
