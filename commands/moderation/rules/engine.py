"""The rules at work on what is said, in each replica: by what it remembers, without asking anybody anything."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.events import Edited, Posted
from commands.moderation.rules.checks import check
from commands.moderation.rules.memory import Memory
from commands.moderation.rules.names import SPECS, RuleName
from commands.moderation.rules.said import Said, mark_of
from commands.moderation.rules.tuning import Tuning
from storage.moderation.rules import Mode

KEPT = 2000
"""Messages of which it is remembered what was found, or that they were looked at again."""
TIMED = frozenset(name for name, spec in SPECS.items() if spec.is_timed)
NOTHING: frozenset[RuleName] = frozenset()


@dataclass(frozen=True, slots=True)
class Table:
    """The rules that look at something, as they hold in some channels; what ``exempt`` people write is no concern of
    theirs."""

    tuned: Mapping[RuleName, Tuning]
    exempt: frozenset[str] = frozenset()

    @classmethod
    def of(cls, tuned: Mapping[RuleName, Tuning], exempt: Iterable[str] = ()) -> "Table":
        """Without those that are off."""
        return cls({name: t for name, t in tuned.items() if t.mode is not Mode.OFF}, frozenset(exempt))

    @property
    def again(self) -> "Table":
        """Those that look at what was changed."""
        return Table({name: t for name, t in self.tuned.items() if SPECS[name].again}, self.exempt)


ASLEEP = Table({})


class Engine:
    """Which rules find a message. Several bots may share it: each says what holds in its own channels."""

    def __init__(self) -> None:
        self._of: dict[str, frozenset[str]] = {}
        self._tables: dict[str, tuple[Table, Table]] = {}
        self._memory = Memory()
        self._found: OrderedDict[str, frozenset[RuleName]] = OrderedDict()

    def tune(self, place: str, channels: frozenset[str], table: Table) -> None:
        """From now on this holds in those channels, and in no others of that bot’s."""
        for gone in self._of.get(place, frozenset()) - channels:
            self._tables.pop(gone, None)
        self._of[place] = channels
        both = (table, table.again)
        self._tables.update(dict.fromkeys(channels, both))

    def tuned_in(self, channel_id: str) -> Mapping[RuleName, Tuning]:
        """What holds in a channel now."""
        tables = self._tables.get(channel_id)
        return tables[0].tuned if tables else {}

    def wants(self, event: Posted | Edited) -> bool:
        """Whether a rule finds it; asked again, it is the same."""
        tables = self._tables.get(event.channel_id)
        if tables is None or event.user_id in tables[0].exempt:
            return False
        known = self._found.get(_key(event))
        if known is None:
            known = self._look(event, tables[isinstance(event, Edited)])
        return bool(known)

    def found(self, event: Posted | Edited) -> frozenset[RuleName]:
        """The rules that found it."""
        return self._found.get(_key(event), NOTHING)

    def _look(self, event: Posted | Edited, table: Table) -> frozenset[RuleName]:
        if not table.tuned:
            return NOTHING
        mark = mark_of(event.text) if RuleName.REPEAT in table.tuned else 0
        said = Said(event.post_id, event.user_id, event.text, event.at, mark, has_file=bool(event.file_ids))
        found = check(said, self._memory.before(said), table.tuned)
        if isinstance(event, Posted):
            self._memory.note(said)
            if found & TIMED:
                self._memory.begin_anew(said)
        if found or isinstance(event, Edited):
            self._keep(_key(event), found)
        return found

    def _keep(self, key: str, found: frozenset[RuleName]) -> None:
        self._found[key] = found
        if len(self._found) > KEPT:
            self._found.popitem(last=False)


def _key(event: Posted | Edited) -> str:
    """A message, and the same once it was changed: then it is looked at once more, and no more."""
    return f"{event.post_id}:edited" if isinstance(event, Edited) else event.post_id
