"""What the rules remember: who wrote what lately, of a bounded number of people, so many messages of each."""

from collections import OrderedDict, deque
from collections.abc import Sequence

from commands.moderation.rules.said import Note, Said

PEOPLE_MAX, EACH_MAX = 4000, 32
"""A note is some 150 bytes: 19 MB at most, and a tenth of that among people who write as people do."""


class Memory:
    """The newest messages of those who wrote last. A message counts once, however often it is told."""

    def __init__(self, people: int = PEOPLE_MAX, each: int = EACH_MAX) -> None:
        self._people, self._each = people, each
        self._notes: OrderedDict[str, deque[Note]] = OrderedDict()

    def before(self, said: Said) -> Sequence[Note]:
        """What its author wrote before it, oldest first."""
        return [note for note in self._notes.get(said.author_id, ()) if note.post_id != said.post_id]

    def note(self, said: Said) -> None:
        """Remember it."""
        notes = self._notes.setdefault(said.author_id, deque(maxlen=self._each))
        self._notes.move_to_end(said.author_id)
        if all(note.post_id != said.post_id for note in notes):
            notes.append(Note(said.post_id, said.at, said.mark))
        if len(self._notes) > self._people:
            self._notes.popitem(last=False)

    def begin_anew(self, said: Said) -> None:
        """What its author wrote until now was counted: only what comes counts from here on."""
        notes = self._notes.get(said.author_id)
        if notes is not None:
            notes.clear()

    def __len__(self) -> int:
        return sum(map(len, self._notes.values()))
