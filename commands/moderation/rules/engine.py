"""Which rules find a message, in each replica: by its text and what its author wrote lately, asking nobody."""

import re
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

from bot import guard
from bot.events import Edited, Posted
from bot.mattermost import ChatPost
from commands.moderation.rules import SPECS, BrokenRuleError, RuleName, Tuning
from config.text import fold
from storage.moderation.rules import RuleMode

__all__ = ["NO_RULES", "SPECS", "BrokenRuleError", "Engine", "RuleName", "RuleTable", "Tuning"]


_PIECE = re.compile(r"[^\s<>()\[\]{}\"'`«»|*]+")
_HOST = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,20}")
_SITES = ("chat.whatsapp.com", "discord.gg", "join.slack.com", "signal.group", "invite.viber.com")
"""All that is there invites."""
_PATHS = {
    "t.me": ("+", "joinchat/"),
    "telegram.me": ("+", "joinchat/"),
    "telegram.dog": ("+", "joinchat/"),
    "discord.com": ("invite/",),
    "discordapp.com": ("invite/",),
    "wa.me": ("",),
    "whatsapp.com": ("channel/", "invite/"),
    "teams.live.com": ("l/invite/",),
    "matrix.to": ("#/",),
    "facebook.com": ("groups/",),
}
_MATTERMOST = "signup_user_complete"
"""In the path of every Mattermost’s invitations."""
_LONGEST = 253


def list_links(text: str) -> Iterator[tuple[str, str]]:
    """The site and the path of each, in small letters."""
    for found in _PIECE.finditer(text.lower()):
        piece = found[0]
        if "." not in piece:
            continue
        _, scheme, after = piece.partition("://")
        host, _, path = (after if scheme else piece).partition("/")
        host = host.rpartition("@")[2].partition(":")[0].partition("?")[0].strip(".,;:!")
        if len(host) <= _LONGEST and _HOST.fullmatch(host):
            yield host.removeprefix("www."), path


def leads_to(text: str, sites: Iterable[str]) -> bool:
    """Whether a link of the text leads to one of these sites, or a part of one."""
    unwanted = frozenset(sites)
    return any(not unwanted.isdisjoint(_list_domains(host)) for host, _ in list_links(text)) if unwanted else False


def invites(text: str) -> bool:
    """Whether a link of the text invites into another place to talk, or onto a Mattermost."""
    return any(
        host in _SITES or path.startswith(_PATHS.get(host, ("\0",))) or _MATTERMOST in path
        for host, path in list_links(text)
    )


def _list_domains(host: str) -> Iterator[str]:
    """« a.b.fr », « b.fr », « fr »."""
    rest = host
    while rest:
        yield rest
        rest = rest.partition(".")[2]


MARKED_MIN = 12
"""Characters of a text that can be « the same »: thanks and greetings are repeated by everybody."""


@dataclass(frozen=True, slots=True)
class CheckedMessage:
    """A message: ``at`` in ms since 1970; ``mark`` stands for its text where that is long enough to be the same as
    another’s, and is 0 elsewhere."""

    post_id: str
    author_id: str
    text: str
    at: int
    mark: int
    has_file: bool = False

    @classmethod
    def of(cls, post: ChatPost) -> "CheckedMessage":
        """A post as it stands."""
        return cls(
            post.id,
            post.user_id,
            post.message,
            post.create_at,
            compute_mark(post.message),
            has_file=bool(post.file_ids),
        )


@dataclass(frozen=True, slots=True)
class MemoryNote:
    """What is remembered of a message."""

    post_id: str
    at: int
    mark: int


def compute_mark(text: str) -> int:
    """What two messages of the same text have alike, whatever their capitals, accents and spaces."""
    folded = fold(text)
    return crc32(folded.encode()) or 1 if len(folded) >= MARKED_MIN else 0


_LOOKS_LIKE = str.maketrans("013457@$!|", "oieastasil")
_OTHERS = re.compile(r"[^a-z ]+")
_TWICE = re.compile(r"([a-z])\1+")
_SPELT = re.compile(r"(?<![a-z])[a-z](?: [a-z])+(?![a-z])")
"""Letters one by one: « c a s i n o »."""


def has_word(text: str, words: tuple[str, ...]) -> bool:
    """Whether one of the words, or phrases, is in the text."""
    single, phrases = _simplify_words(words)
    if not single and not phrases:
        return False
    return any(
        not single.isdisjoint(told.split()) or any(phrase in told for phrase in phrases)
        for told in _list_readings(text)
    )


def _list_readings(text: str) -> Iterator[str]:
    """The text as it is, with signs inside of words left out, and with words that were spelt put together."""
    folded = fold(text).translate(_LOOKS_LIKE)
    apart = _simplify(_OTHERS.sub(" ", folded))
    yield apart
    yield _simplify(_OTHERS.sub("", folded))
    if _SPELT.search(apart):
        yield _simplify(_SPELT.sub(lambda found: found[0].replace(" ", ""), apart))


def _simplify(text: str) -> str:
    """Each letter once, a space around each word."""
    once = _TWICE.sub(r"\1", text)
    return f" {' '.join(once.split())} "


@lru_cache(64)
def _simplify_words(words: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Single words, and phrases, as they are looked for."""
    bones = [_simplify(_OTHERS.sub(" ", fold(word).translate(_LOOKS_LIKE))) for word in words]
    single = frozenset(bone.strip() for bone in bones if len(bone.split()) == 1)
    return single, tuple(bone for bone in bones if len(bone.split()) > 1)


Check = Callable[[CheckedMessage, Sequence[MemoryNote], Tuning], bool]
_MENTION = re.compile(r"(?<![^\W_])@([a-z0-9][a-z0-9._-]{0,63})", re.IGNORECASE)
"""What Mattermost takes for one: after anything but a letter or figure, « _@all » and « x.@all » too."""


def is_flood(said: CheckedMessage, lately: Sequence[MemoryNote], tuning: Tuning) -> bool:
    """So many messages of one author in so little time, this one among them."""
    since = said.at - tuning.seconds * 1000
    return 1 + sum(note.at >= since for note in lately) >= tuning.count


def is_repeated(said: CheckedMessage, lately: Sequence[MemoryNote], tuning: Tuning) -> bool:
    """So many times the same text, wherever."""
    since = said.at - tuning.seconds * 1000
    return bool(said.mark) and 1 + sum(n.mark == said.mark and n.at >= since for n in lately) >= tuning.count


def has_many_mentions(said: CheckedMessage, _: Sequence[MemoryNote], tuning: Tuning) -> bool:
    """So many people named, or one of the words that call everybody."""
    if "@" not in said.text:
        return False
    named = {name.lower().rstrip("._-") for name in _MENTION.findall(said.text)}
    return len(named) >= tuning.count or not named.isdisjoint(tuning.items)


def has_unwanted_link(said: CheckedMessage, _: Sequence[MemoryNote], tuning: Tuning) -> bool:
    """A link to a site of the list, or an invitation."""
    return "." in said.text and (invites(said.text) or leads_to(said.text, tuning.items))


def has_unwanted_word(said: CheckedMessage, _: Sequence[MemoryNote], tuning: Tuning) -> bool:
    """A word of the list."""
    return has_word(said.text, tuning.items)


def is_first_of_author(said: CheckedMessage, lately: Sequence[MemoryNote], _: Tuning) -> bool:
    """Something to be looked at, of somebody who wrote nothing lately: whether it was never, Mattermost knows."""
    return not lately and (said.has_file or "://" in said.text or "www." in said.text or "![" in said.text)


def has_personal_data(said: CheckedMessage, _: Sequence[MemoryNote], tuning: Tuning) -> bool:
    """Personal data of the kinds of the list."""
    return any(found.kind in tuning.items for found in guard.find(said.text))


CHECKS: Mapping[RuleName, Check] = {
    RuleName.FLOOD: is_flood,
    RuleName.REPEAT: is_repeated,
    RuleName.MENTIONS: has_many_mentions,
    RuleName.LINKS: has_unwanted_link,
    RuleName.WORDS: has_unwanted_word,
    RuleName.FIRST: is_first_of_author,
    RuleName.GUARD: has_personal_data,
}


def check_message(
    said: CheckedMessage, lately: Sequence[MemoryNote], tuned: Mapping[RuleName, Tuning]
) -> frozenset[RuleName]:
    """The rules that find a message."""
    return frozenset(name for name, tuning in tuned.items() if CHECKS[name](said, lately, tuning))


PEOPLE_MAX, EACH_MAX = 4000, 32
"""A note is some 150 bytes: 19 MB at most, and a tenth of that among people who write as people do."""


class Memory:
    """The newest messages of those who wrote last. A message counts once, however often it is told."""

    def __init__(self, people: int = PEOPLE_MAX, each: int = EACH_MAX) -> None:
        self._people, self._each = people, each
        self._notes: OrderedDict[str, deque[MemoryNote]] = OrderedDict()

    def before(self, said: CheckedMessage) -> Sequence[MemoryNote]:
        """What its author wrote before it, oldest first."""
        return [note for note in self._notes.get(said.author_id, ()) if note.post_id != said.post_id]

    def note(self, said: CheckedMessage) -> None:
        """Remember it."""
        notes = self._notes.setdefault(said.author_id, deque(maxlen=self._each))
        self._notes.move_to_end(said.author_id)
        if all(note.post_id != said.post_id for note in notes):
            notes.append(MemoryNote(said.post_id, said.at, said.mark))
        if len(self._notes) > self._people:
            self._notes.popitem(last=False)

    def start_over(self, said: CheckedMessage) -> None:
        """What its author wrote until now was counted: only what comes counts from here on."""
        notes = self._notes.get(said.author_id)
        if notes is not None:
            notes.clear()

    def __len__(self) -> int:
        return sum(map(len, self._notes.values()))


KEPT = 2000
"""Messages of which it is remembered what was found, or that they were looked at again."""
TIMED = frozenset(name for name, spec in SPECS.items() if spec.is_timed)
NONE_FOUND: frozenset[RuleName] = frozenset()


@dataclass(frozen=True, slots=True)
class RuleTable:
    """The rules that look at something, as they hold in some channels; what ``exempt`` people write is no concern of
    theirs."""

    tuned: Mapping[RuleName, Tuning]
    exempt: frozenset[str] = frozenset()

    @classmethod
    def of(cls, tuned: Mapping[RuleName, Tuning], exempt: Iterable[str] = ()) -> "RuleTable":
        """Without those that are off."""
        return cls({name: t for name, t in tuned.items() if t.mode is not RuleMode.OFF}, frozenset(exempt))

    @property
    def again(self) -> "RuleTable":
        """Those that look at what was changed."""
        return RuleTable({name: t for name, t in self.tuned.items() if SPECS[name].again}, self.exempt)


NO_RULES = RuleTable({})


class Engine:
    """Which rules find a message. Several bots may share it: each says what holds in its own channels."""

    def __init__(self) -> None:
        self._of: dict[str, frozenset[str]] = {}
        self._tables: dict[str, tuple[RuleTable, RuleTable]] = {}
        self._memory = Memory()
        self._found: OrderedDict[str, frozenset[RuleName]] = OrderedDict()

    def tune(self, place: str, channels: frozenset[str], table: RuleTable) -> None:
        """From now on this holds in those channels, and in no others of that bot’s."""
        for gone in self._of.get(place, frozenset()) - channels:
            self._tables.pop(gone, None)
        self._of[place] = channels
        both = (table, table.again)
        self._tables.update(dict.fromkeys(channels, both))

    def read_tunings_in(self, channel_id: str) -> Mapping[RuleName, Tuning]:
        """What holds in a channel now."""
        tables = self._tables.get(channel_id)
        return tables[0].tuned if tables else {}

    def wants(self, event: Posted | Edited) -> bool:
        """Whether a rule finds it; asked again, it is the same."""
        tables = self._tables.get(event.channel_id)
        if tables is None or event.user_id in tables[0].exempt:
            return False
        known = self._found.get(_make_key(event))
        if known is None:
            known = self._look(event, tables[isinstance(event, Edited)])
        return bool(known)

    def found(self, event: Posted | Edited) -> frozenset[RuleName]:
        """The rules that found it."""
        return self._found.get(_make_key(event), NONE_FOUND)

    def _look(self, event: Posted | Edited, table: RuleTable) -> frozenset[RuleName]:
        if not table.tuned:
            return NONE_FOUND
        mark = compute_mark(event.text) if RuleName.REPEAT in table.tuned else 0
        said = CheckedMessage(event.post_id, event.user_id, event.text, event.at, mark, has_file=bool(event.file_ids))
        found = check_message(said, self._memory.before(said), table.tuned)
        if isinstance(event, Posted):
            self._memory.note(said)
            if found & TIMED:
                self._memory.start_over(said)
        if found or isinstance(event, Edited):
            self._keep(_make_key(event), found)
        return found

    def _keep(self, key: str, found: frozenset[RuleName]) -> None:
        self._found[key] = found
        if len(self._found) > KEPT:
            self._found.popitem(last=False)


def _make_key(event: Posted | Edited) -> str:
    """A message, and the same once it was changed: then it is looked at once more, and no more."""
    return f"{event.post_id}:edited" if isinstance(event, Edited) else event.post_id
