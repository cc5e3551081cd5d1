"""Lines that call a command, whether typed, carried by a button or said in plain words; correction of misspelt ones;
periods."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from bot.french.dates import days_away
from bot.french.periods import Period, find_period, read_period
from config import libraries
from config.commands import Command
from config.text import find_nearest, fold, quote
from config.time import WEEKDAYS

if TYPE_CHECKING:
    from bot.features import Trigger

NEAR_MIN = 68
"""How alike, of 100, a command and what was said must be for it to be proposed."""
SAME_MIN = 85
"""The same for a word in the middle of what was said."""
MANNERED = " \t\n\r\u00a0\u202f.!?…`"
"""What people put around a command that they say."""
TELLING_MIN = 4
"""Letters of a subcommand’s own word that mean it without the command: « mes » does not mean « actus mes »."""
_OF_ANYTHING = frozenset({"cherche", "chercher"})
"""Words of subcommands that are said of anything: they mean one only behind the command. « Je cherche une fiche » is no
search in the news."""
HELP = "aide"
"""After a command, alone, it asks how that is used; it is also the command that tells it."""
ASKING_HELP = frozenset({HELP, "help"})
LIST = "liste"
_LISTING = frozenset({LIST, "la liste", "lister"})
_BEGINNING = frozenset(
    {"nouveau", "nouvelle", "nouvel", "nouvelle demande", "nouvelle idee", "nouvelle annonce", "nouveau sondage"}
    | {"creer", "cree", "faire", "ouvrir", "commencer", "demarrer", "lancer", "ajouter", "proposer", "new"}
)
"""What people type, alone, behind a command that takes content, to begin: no content of its own."""
MISTYPED_MIN = 4
"""Letters of a word that may be a mistyped one of a command."""
TWICE_MIN = 6
"""Letters from which two of them may be wrong."""
_VERBS: Mapping[str, frozenset[str]] = {
    verb: group
    for group in (
        frozenset({"decaler", "deplacer", "reporter", "bouger"}),
        frozenset({"supprimer", "effacer", "enlever", "retirer"}),
        frozenset({"modifier", "changer", "corriger", "editer"}),
        frozenset({"retablir", "restaurer", "recuperer"}),
    )
    for verb in group
}
"""Words that people type for one another after a command, folded: each with all that mean the same."""
SAID_MAX = 200
"""Characters in which a command is looked for."""
_TO_DO = re.compile(r"(\S{1,20}) [àa] (\S{1,20})", re.IGNORECASE)
"""A command with what is to be done about its things: « ressources à relire »."""
NUMBER = r"(?:(?i:n ?[°ºo]?|num(?:[ée]ro)?|#)\.? ?)?(\d{1,9})"
"""How the number of something is typed: « 12 », « n° 12 », « no 12 », « numéro 12 », « #12 »."""


def read_typed_number(text: str, *nouns: str) -> int | None:
    """Read a number that may follow a noun (« le sondage n° 12 »); None for any other text."""
    named = rf"(?i:l[ea] (?=\D)|l['’])?(?:(?i:{'|'.join(nouns)}) ?)?" if nouns else ""
    found = re.fullmatch(named + NUMBER, " ".join(text.split()))
    return int(found[1]) if found else None


class CommandIndex:
    """The commands that a line may call."""

    def __init__(
        self,
        names: Iterable[str],
        seeking: Collection[str] = (),
        telling: Collection[str] = (),
        worded: Iterable[str] = (),
    ) -> None:
        """Index the commands. Those ``seeking`` take any words as a search, « aide » too; those ``telling`` take any
        words as content: a question, a text, a name. ``worded`` are commands with a word that is no subcommand and
        may be misspelt like one: « hotline liste »."""
        # « /cra retablir » is « /cra rétablir »: accents are a trouble to type on some phones.
        self._names = {fold(name): name for name in names}
        self._longest = max((name.count(" ") + 1 for name in self._names), default=1)
        self._followed = {fold(name): name for name in worded} | self._names
        self._seeking = seeking
        self._telling = telling

    @classmethod
    def of(cls, triggers: "Iterable[Trigger]") -> "CommandIndex":
        """Index the commands among these triggers."""
        known = (trigger for trigger in triggers if trigger.key[0] == "command")
        return cls.know(Command(trigger.key[1], trigger.seeks, trigger.tells, trigger.words) for trigger in known)

    @classmethod
    def know(cls, commands: Iterable[Command]) -> "CommandIndex":
        """Index these commands."""
        known = list(commands)
        seeking, telling = ([c.name for c in known if c.seeks], [c.name for c in known if c.tells])
        worded = [f"{command.name} {word}" for command in known for word in command.words]
        return cls([command.name for command in known], seeking, telling, worded)

    def find(self, line: str) -> tuple[str, str]:
        """Return the command that a line calls (the longest name that fits) and the rest of the line; for an unknown
        one, its first word. « aide » after a command calls the help about it; « nouveau » after one that takes content
        is none."""
        said = self._drop_preposition(line.removeprefix("/").strip())
        for size in range(min(self._longest, len(said.split())), 0, -1):
            *words, rest = [*said.split(maxsplit=size), ""][: size + 1]
            if name := self._names.get(fold(" ".join(words))):
                return self._or_help(name, rest)
        first, _, rest = said.partition(" ")
        return first.lower(), rest.strip()

    def _drop_preposition(self, said: str) -> str:
        """Return « ressources relire » for « ressources à relire », and any other line as it is."""
        found = _TO_DO.fullmatch(said)
        short = f"{found[1]} {found[2]}" if found else ""
        return short if fold(short) in self._names else said

    def _or_help(self, name: str, rest: str) -> tuple[str, str]:
        said = fold(rest.strip(MANNERED))
        if self._is_empty(name, said):
            return name, ""
        asks = said in ASKING_HELP and HELP in self._names
        return (HELP, name) if asks and name != HELP and name not in self._seeking else (name, rest)

    def _is_empty(self, name: str, rest: str) -> bool:
        """Return whether words behind a command say no more than its name: « créer » behind one that takes content,
        « liste » behind one that has no list of that name, but for the help."""
        if rest in _LISTING and name != HELP and name not in self._seeking:
            return f"{fold(name)} {LIST}" not in self._followed
        if rest not in _BEGINNING or name not in self._telling:
            return False
        return not any(known.startswith(f"{fold(name)} {rest}") for known in self._followed)  # « membres nouveau »

    def call(self, said: str) -> str:
        """Return the command line that plain words contain, without the polite words around it; "" if there is none."""
        line = said.strip(MANNERED).removeprefix("/")
        return line if fold(self.find(line)[0]) in self._names else ""

    def has_own_word(self, line: str) -> bool:
        """Return whether a line is a command with a word that means something of its own behind it."""
        name, rest = self.find(line)
        return f"{fold(name)} {fold(rest).partition(' ')[0]}" in self._followed

    def mend(self, line: str) -> str:
        """Correct a misspelt line: a word of its command is similar to a known one, or a verb has the same meaning.
        Return "" if nothing fits, or if the words may be content."""
        name, rest = self.find(line)
        if fold(name) not in self._names:
            first = self._find_mistyped(name, "")
            return (self.mend(f"{first} {rest}") or f"{first} {rest}".strip()) if first else ""
        word, _, more = rest.partition(" ")
        before = "" if name == HELP else name
        while more and self._is_begun(begun := f"{before} {word}".strip()):
            before, (word, _, more) = begun, more.strip().partition(" ")
        meant = "" if name in self._seeking else self._find_mistyped(word, before)
        if not meant or (name in self._telling and _has_words(more) and not _is_verb_with_number(word, more)):
            return ""
        return " ".join(filter(None, (HELP if name == HELP else "", before, meant, more.strip())))

    def _is_begun(self, words: str) -> bool:
        """Return whether these are the first words of a longer command."""
        return any(folded.startswith(f"{fold(words)} ") for folded in self._names)

    def _find_mistyped(self, word: str, before: str) -> str:
        """Return the subcommand that a word nearly spells; "" if there is none."""
        word = fold(word)
        if len(word) < MISTYPED_MIN or word in WEEKDAYS or days_away(word) is not None:
            return ""  # « demain » is no slip for « semaine »
        nexts = self._list_nexts(before) if before else self._firsts
        if not nexts or word in nexts:
            return ""
        near = [verb for verb in nexts if verb in _VERBS.get(word, ())]
        near = near or find_nearest(word, list(nexts), 2 if len(word) >= TWICE_MIN else 1, limit=1)[0]
        return nexts[near[0]] if near else ""

    @cached_property
    def _firsts(self) -> Mapping[str, str]:
        """The words with which a command begins, of which any sentence may begin with a slip."""
        return self._list_nexts("")

    def _list_nexts(self, before: str) -> Mapping[str, str]:
        """The words that may follow those of a command, by how they are compared."""
        at, lead = len(before.split()), f"{fold(before)} " if before else ""
        names = (name.split() for folded, name in self._followed.items() if folded.startswith(lead))
        return {fold(words[at]): words[at] for words in names if len(words) > at}

    def near(self, said: str, titles: Mapping[str, str], most: int = 3) -> list[str]:
        """Return the most similar lines, best first; ``titles`` are other names for some."""
        words = said[:SAID_MAX].strip(MANNERED).removeprefix("/").split()
        found = [self._match(name, words) for name in self._names]
        text, likeness = " ".join(words), libraries.fuzz.token_set_ratio
        found += [(likeness(title, text, processor=fold), line) for title, line in titles.items()]
        near = sorted((pair for pair in found if pair[0] >= NEAR_MIN), key=lambda pair: (-pair[0], len(pair[1])))
        return list(dict.fromkeys(line for _, line in near))[:most]

    def _match(self, folded: str, words: list[str]) -> tuple[float, str]:
        """Score how similar a command is to the first words, or to a single one, and return the corrected line."""
        size = folded.count(" ") + 1
        short = folded.rsplit(maxsplit=1)[-1]
        ratio = libraries.fuzz.ratio
        whole = ratio(folded, fold(" ".join(words[:size])))
        if short in _OF_ANYTHING and ratio(folded.partition(" ")[0], fold(" ".join(words[:1]))) < NEAR_MIN:
            return 0.0, self._names[folded]
        if size > 1 and len(short) < TELLING_MIN:
            return whole, " ".join((self._names[folded], *words[size:]))
        first = ratio(short, fold(" ".join(words[:1]))) - 1
        within = max((ratio(short, word) for word in fold(" ".join(words)).split()), default=0.0)
        if within >= SAME_MIN and max(whole, first) < NEAR_MIN:
            return within - 2, self._names[folded]
        rest = words[size:] if whole >= first else words[1:]
        return max(whole, first), " ".join((self._names[folded], *rest))


def _is_verb_with_number(word: str, more: str) -> bool:
    """Return whether a line names an action on a numbered thing: « déplacer 12 mercredi 15h »."""
    return fold(word) in _VERBS and bool(re.match(NUMBER, more))


def _has_words(text: str) -> bool:
    """Return whether a text says more than numbers, names and links."""
    return any(not re.fullmatch(r"@\S+|~\S+|https?://\S+|(?:n°|#)?\d*", word) for word in text.split())


UNDERSTOOD = (
    "Essayez : semaine, mois, mois dernier, trimestre, année, 3 derniers mois, septembre, 2025, "
    "ou du 01/09/2026 au 30/09/2026."
)


class UnreadablePeriodError(ValueError):
    """A text is no period; the sentence, in French, is for its author."""


def require_period(text: str, today: date) -> Period:
    """Read a period. Raises UnreadablePeriodError."""
    period = read_period(text, today)
    if period is None:
        raise UnreadablePeriodError(f"Je n’ai pas compris la période « {quote(text)} ». {UNDERSTOOD}")
    return period


def split_period(text: str, today: date) -> tuple[Period | None, str]:
    """Split off the longest period in a text: « atelier septembre ». Return it (or None) and the other words."""
    words = text.split()
    found = find_period(len(words), lambda first, end: " ".join(words[first:end]), today)
    if found is None:
        return None, text.strip()
    first, end, period = found
    return period, " ".join((*words[:first], *words[end:]))
