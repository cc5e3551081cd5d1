"""The words that sentences have around what their lines say: others say that something else may be meant."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache

from bot.command_lines import CommandIndex
from config import tables
from config.text import fold, split_words
from dialogs.plain_words.acts import find_act
from dialogs.plain_words.frames import read_frame
from dialogs.plain_words.readings import Intention, Reading
from dialogs.plain_words.sentences import stem_words
from dialogs.plain_words.utterance import Utterance

FILE = "plain_left.tsv"
HELP_LINE = "/aide"
"""The line of how the bot is used: « comment on fait » something else asks for no help of the bot."""
LEFT_MAX = 1
"""Unknown words that may be left out of a line with details, where they stand apart from these."""
LETTERS_MIN = 3
"""Letters of a word that says something."""
SELDOM, LEFT_MIN = 0.1, 5
"""How seldom a word is a detail that is hardly one, and how often it was left out then."""
HARDLY = "-"
"""The row of the words that are hardly details."""
_WHOLE = frozenset((Intention.HOTLINE, Intention.IDEE, Intention.SONDAGE, Intention.CRA))
"""What keeps all of one’s words as details."""
_PLAIN = frozenset(
    (
        *(Intention.ANNULER, Intention.PROFIL, Intention.HORS_SUJET, Intention.KIT, Intention.POLITESSE),
        *(Intention.ACCUEIL, Intention.BROUILLON, Intention.SIGNALER, Intention.DONNEES, Intention.AIDE),
        *(Intention.HOTLINE, Intention.CRA),
    )
)
"""What is one thing, however it is said, or keeps all words."""


def is_usual(said: Utterance, found: Reading) -> bool:
    """Whether hardly a word was left out that no sentence with such a line had before, none of them beside a detail,
    and no detail is a word that is mostly left out."""
    known, hardly = _read().get(name_head(said.commands, found.line), ""), _read()[HARDLY]
    details = [stem_words(word) for word in split_words(said.commands.find(found.line)[1])]
    is_hardly = any(f" {word} " in hardly for word in details)
    if found.intention not in _WHOLE and is_hardly and not find_act(said):
        return False
    if found.intention in _PLAIN and found.line != HELP_LINE:
        return True
    signs = [_judge(each, known) for each in _list_words(said, found.line)]
    told = "".join(sign for sign in signs if sign)
    most = LEFT_MAX if details else 0
    return told.count(_STRANGE) <= most and f"{_STRANGE}{_DETAIL}" not in told and f"{_DETAIL}{_STRANGE}" not in told


_STRANGE, _DETAIL, _KNOWN = "?", "+", "."


def _judge(word: tuple[str, bool], known: str) -> str:
    """What a word is: a detail, a word that was seen around such a line, or a strange one; "" for a small one."""
    folded, is_detail = word
    if is_detail:
        return _DETAIL
    if not folded or read_frame("petits").issuperset(folded.split()):
        return ""
    parts = [part for part in folded.split() if len(part) >= LETTERS_MIN and _is_telling(part)]
    return _KNOWN if all(f" {stem_words(part)} " in known for part in parts) else _STRANGE


def _is_telling(word: str) -> bool:
    return not word.isdigit() and word not in read_frame("demande", "apres", "sortes")


def _list_words(said: Utterance, line: str) -> Iterator[tuple[str, bool]]:
    """The words of a sentence, and whether each is a detail of its line: one of a period or a place that it has is."""
    details = set(split_words(said.commands.find(line)[1]))
    called = set(split_words(line)) - details
    stems = {stem_words(word) for word in details}
    place = said.place.span if said.place else range(0)
    for index in range(said.first, said.end):
        word = said.sentence.words[index]
        parts = {fold(word.typed(said.sentence.text)[0]), *word.folded.split()}
        is_named = parts <= read_frame("petits") or (details and (index in said.period_span or index in place))
        is_named = is_named or any(_begins(part, called) for part in parts)
        is_detail = any(part in details or stem_words(part) in stems or _begins(part, details) for part in parts)
        yield (word.folded, bool(is_detail and not is_named)) if not is_named else ("", False)


def _begins(part: str, details: Collection[str]) -> bool:
    """Whether a word and a detail begin alike: « nationales » and « national »."""
    told = (detail for detail in details if min(len(part), len(detail)) >= LETTERS_MIN)
    return any(detail.startswith(part) or part.startswith(detail) for detail in told)


def name_head(commands: CommandIndex, line: str) -> str:
    """Name a line by its command, and whether it has details: « canaux quitter + »."""
    name, rest = commands.find(line)
    return f"{name} +" if rest else name


def learn(readings: Iterable[tuple[Utterance, Reading]], commands: CommandIndex) -> Mapping[str, Collection[str]]:
    """Learn from sentences that were read what stands around each kind of line, and what is hardly a detail."""
    around, left, details = defaultdict[str, set[str]](set), Counter[str](), Counter[str]()
    for said, found in readings:
        around_it = [word for word, is_detail in _list_words(said, found.line) if not is_detail]
        apart = {stem_words(part) for word in around_it for part in word.split() if _is_telling(part)}
        around[name_head(commands, found.line)] |= {word for word in apart if len(word) >= LETTERS_MIN}
        left.update(apart)
        details.update({stem_words(word) for word in split_words(commands.find(found.line)[1])})
    small = read_frame("petits")
    hardly = (w for w, n in left.items() if n >= LEFT_MIN and w not in small and details[w] < SELDOM * (details[w] + n))
    return {HARDLY: set(hardly), **around}


@cache
def _read() -> Mapping[str, str]:
    """The words of each kind of line, each between spaces: a twentieth of the memory of sets."""
    return {row["ligne"]: f" {row['mots']} " for row in tables.read(FILE)}
