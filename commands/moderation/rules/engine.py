"""The rule engine, in each replica: decides which rules match a message from its text and its author’s recent messages,
without queries. A rule is also tried on past messages, which only reports what it would have found."""

import re
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zlib import crc32

from pydantic import BaseModel

from bot import guard
from bot.context import ReadingContext
from bot.errors import ChatError, unless_refused
from bot.events import Edited, Posted
from bot.mattermost import ChatPost
from bot.permalinks import make_permalink
from bot.replies import Progress, Step
from bot.texts import Markdown, link, quotation, render, require
from bot.websocket.parser import is_by_person
from commands.moderation.policy import ANIMATEURS, UNWATCHED_MAX, list_rule_channels, list_unwatched_channels, regles
from commands.moderation.rules import SPECS, RuleName, Tuning, fold_message, has_unwanted_site, has_word
from config.time import to_milliseconds
from storage import moderation

MARKED_MIN = 12
"""The fewest characters of a text that counts as repeated: everybody repeats thanks and greetings."""


@dataclass(frozen=True, slots=True)
class CheckedMessage:
    """A message to check. ``at`` is in ms since 1970; ``mark`` is a hash of its text if that is long enough to be
    compared with others, else 0."""

    post_id: str
    author_id: str
    text: str
    at: int
    mark: int
    has_file: bool = False

    @classmethod
    def of(cls, post: ChatPost) -> "CheckedMessage":
        """Make the checked form of a post."""
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
    """Return a hash of a text that ignores case, accents and spaces."""
    folded = fold_message(text)
    return crc32(folded.encode()) or 1 if len(folded) >= MARKED_MIN else 0


Check = Callable[[CheckedMessage, Sequence[MemoryNote], Tuning], bool]
_MENTION = re.compile(r"@(?<![^\W_]@)([a-z0-9][a-z0-9._-]{0,63})", re.IGNORECASE)
"""What Mattermost takes for one: after anything but a letter or figure, « _@all » and « x.@all » too."""


def is_flood(said: CheckedMessage, lately: Sequence[MemoryNote], tuning: Tuning) -> bool:
    """Match an author who wrote too many messages in too short a time, this one included."""
    since = said.at - tuning.seconds * 1000
    return 1 + sum(note.at >= since for note in lately) >= tuning.count


def is_repeated(said: CheckedMessage, lately: Sequence[MemoryNote], tuning: Tuning) -> bool:
    """Match a text that was written too often, in whatever channels."""
    since = said.at - tuning.seconds * 1000
    return bool(said.mark) and 1 + sum(n.mark == said.mark and n.at >= since for n in lately) >= tuning.count


def has_many_mentions(said: CheckedMessage, _: Sequence[MemoryNote], tuning: Tuning) -> bool:
    """Match a message that mentions too many people, or everybody."""
    if "@" not in said.text:
        return False
    named = {name.lower().rstrip("._-") for name in _MENTION.findall(said.text)}
    return len(named) >= tuning.count or not named.isdisjoint(tuning.items)


def has_unwanted_link(said: CheckedMessage, _: Sequence[MemoryNote], tuning: Tuning) -> bool:
    """Match a link to a site of the list, or an invitation."""
    return "." in said.text and has_unwanted_site(said.text, tuning.items)


def has_unwanted_word(said: CheckedMessage, _: Sequence[MemoryNote], tuning: Tuning) -> bool:
    """Match a word of the list."""
    return has_word(said.text, tuning.items)


def is_first_of_author(said: CheckedMessage, lately: Sequence[MemoryNote], _: Tuning) -> bool:
    """Match a message whose author wrote nothing lately. Only Mattermost can tell whether it is their first."""
    return not lately and (said.has_file or "://" in said.text or "www." in said.text or "![" in said.text)


def has_personal_data(said: CheckedMessage, _: Sequence[MemoryNote], tuning: Tuning) -> bool:
    """Match personal data of the kinds in the list."""
    return bool(guard.find(said.text, tuning.items))


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
    """Return the rules that match a message."""
    return frozenset(name for name, tuning in tuned.items() if CHECKS[name](said, lately, tuning))


PEOPLE_MAX, EACH_MAX = 4000, 32
"""The most authors that are remembered, and messages of each: at some 150 bytes a message, 19 MB at most."""


class Memory:
    """The recent messages of recent authors. A message counts once, however often it is received."""

    def __init__(self, people: int = PEOPLE_MAX, each: int = EACH_MAX) -> None:
        self._people, self._each = people, each
        self._notes: OrderedDict[str, deque[MemoryNote]] = OrderedDict()

    def before(self, said: CheckedMessage) -> Sequence[MemoryNote]:
        """Return the author’s messages before this one, oldest first."""
        return [note for note in self._notes.get(said.author_id, ()) if note.post_id != said.post_id]

    def note(self, said: CheckedMessage) -> None:
        """Remember a message."""
        notes = self._notes.setdefault(said.author_id, deque(maxlen=self._each))
        self._notes.move_to_end(said.author_id)
        if all(note.post_id != said.post_id for note in notes):
            notes.append(MemoryNote(said.post_id, said.at, said.mark))
        if len(self._notes) > self._people:
            self._notes.popitem(last=False)

    def start_over(self, said: CheckedMessage) -> None:
        """Forget an author’s messages up to now, which were counted already."""
        notes = self._notes.get(said.author_id)
        if notes is not None:
            notes.clear()

    def __len__(self) -> int:
        return sum(map(len, self._notes.values()))


KEPT = 2000
"""The number of messages whose results are remembered."""
TIMED = frozenset(name for name, spec in SPECS.items() if spec.is_timed)
NONE_FOUND: frozenset[RuleName] = frozenset()


@dataclass(frozen=True, slots=True)
class RuleTable:
    """The active rules for some channels; messages of ``exempt`` people are not checked."""

    tuned: Mapping[RuleName, Tuning]
    exempt: frozenset[str] = frozenset()

    @classmethod
    def of(cls, tuned: Mapping[RuleName, Tuning], exempt: Iterable[str] = ()) -> "RuleTable":
        """Make the table of the rules that are on."""
        return cls({name: t for name, t in tuned.items() if t.mode is not moderation.RuleMode.OFF}, frozenset(exempt))

    @property
    def again(self) -> "RuleTable":
        """The rules that also check edited messages."""
        return RuleTable({name: t for name, t in self.tuned.items() if SPECS[name].again}, self.exempt)


NO_RULES = RuleTable({})


class Engine:
    """Tells which rules match a message. Several bots in a process may share it, each with its own channels."""

    def __init__(self) -> None:
        self._of: dict[str, frozenset[str]] = {}
        self._tables: dict[str, tuple[RuleTable, RuleTable]] = {}
        self._memory = Memory()
        self._found: OrderedDict[str, frozenset[RuleName]] = OrderedDict()

    def tune(self, place: str, channels: frozenset[str], table: RuleTable) -> None:
        """Apply a table of rules to these channels, and to no others of that bot’s."""
        for gone in self._of.get(place, frozenset()) - channels:
            self._tables.pop(gone, None)
        self._of[place] = channels
        both = (table, table.again)
        self._tables.update(dict.fromkeys(channels, both))

    def read_tunings_in(self, channel_id: str) -> Mapping[RuleName, Tuning]:
        """Return the settings in force in a channel."""
        tables = self._tables.get(channel_id)
        return tables[0].tuned if tables else {}

    def wants(self, event: Posted | Edited) -> bool:
        """Return whether any rule matches a message; asked again, the answer is the same."""
        tables = self._tables.get(event.channel_id)
        if tables is None or event.user_id in tables[0].exempt:
            return False
        known = self._found.get(_make_key(event))
        if known is None:
            known = self._look(event, tables[isinstance(event, Edited)])
        return bool(known)

    def found(self, event: Posted | Edited) -> frozenset[RuleName]:
        """Return the rules that matched a message."""
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
    """Return the key of a message, another one after its first edit, so that it is checked at most twice."""
    return f"{event.post_id}:edited" if isinstance(event, Edited) else event.post_id


TRIAL_DAYS, TRIAL_DAYS_MAX = 7, 30
PAGE, PAGES_MAX = 200, 25
"""The messages of a page, and the most pages of a channel that are read."""
ASKED_MAX = 100
"""The most people whose earlier messages Mattermost is asked for."""
SHOWN_MAX = 5
KEPT_MAX = 6000
"""The most messages, the newest of all channels, that are put in order for rules that count."""
QUOTED_MAX = 160


ORDERED_RULES = TIMED | {RuleName.FIRST}


class Try(BaseModel):
    """Long work: try a rule on the messages between two instants (ms since 1970)."""

    rule: RuleName
    count: int
    seconds: int
    items: list[str]
    since: int
    until: int

    @classmethod
    def of(cls, name: RuleName, tuning: Tuning, now: datetime, days: int) -> "Try":
        """Make a trial of a rule on the last ``days`` days."""
        until, since = map(to_milliseconds, (now, now - timedelta(days=days)))
        return cls(rule=name, **tuning.settings, since=since, until=until)

    @property
    def tuned(self) -> Mapping[RuleName, Tuning]:
        """The tried rule alone."""
        return {self.rule: Tuning(moderation.RuleMode.PROPOSE, self.count, self.seconds, tuple(self.items))}


class TrialProgress(BaseModel):
    """Progress of a trial. ``left`` are the channels still to read, ``found`` the last matching messages, ``hits``
    their number; ``lately`` holds what timed rules need of each message: time, author, mark, id."""

    left: list[str]
    exempt: list[str]
    seen: int = 0
    hits: int = 0
    found: list[str] = []
    lately: list[tuple[int, str, int, str]] = []
    cut: bool = False

    def add(self, posts: Sequence[ChatPost], work: Try) -> None:
        """Check messages of one channel, oldest first."""
        self.seen += len(posts)
        if work.rule in ORDERED_RULES:
            rows = [*self.lately, *(_make_row(CheckedMessage.of(post), work) for post in posts)]
            self.lately, self.cut = sorted(rows)[-KEPT_MAX:], self.cut or len(rows) > KEPT_MAX
            return
        self.count([p.id for p in posts if check_message(CheckedMessage.of(p), (), work.tuned)])

    def replay(self, work: Try) -> None:
        """Check the messages of all channels in order of time, for timed rules."""
        memory, found = Memory(), list[str]()
        for at, author, mark, post_id in self.lately:
            said = CheckedMessage(post_id, author, "", at, mark)
            is_found = check_message(said, memory.before(said), work.tuned)
            memory.note(said)
            if is_found:
                memory.start_over(said)
                found.append(post_id)
        self.count(found)

    def count(self, ids: Sequence[str]) -> None:
        """Count matching messages."""
        self.hits += len(ids)
        self.found = [*self.found, *ids][-SHOWN_MAX:]


def _make_row(said: CheckedMessage, work: Try) -> tuple[int, str, int, str]:
    """Return what timed rules need of a message; for the rule of first messages, its mark says whether it may be
    one."""
    mark = said.mark if work.rule in TIMED else int(bool(check_message(said, (), work.tuned)))
    return said.at, said.author_id, mark, said.post_id


@regles.work(Try, name="moderation.Try", title="Essai d’une règle", unit=("canal", "canaux"), roles=ANIMATEURS)
async def try_rule(ctx: ReadingContext, work: Try, so_far: Progress) -> Step:
    """Try a rule on the next channel; the first step finds the channels, the last one reports."""
    which = render("moderation/tried_rule", rule=work.rule)
    if so_far.cursor is None:
        left, exempt = await list_rule_channels(ctx.db, ctx.settings), await moderation.list_exempt(ctx.db)
        seen = TrialProgress(left=sorted(left), exempt=sorted(exempt))
        return Step(cursor=seen.model_dump(mode="json"), total=len(seen.left) + 1, said=which)
    seen = TrialProgress.model_validate(so_far.cursor)
    if not seen.left:
        if work.rule is RuleName.FIRST:
            seen.count(await _find_first_posts(ctx, seen))
        else:
            seen.replay(work)
        said = await _say_trial(ctx, work, seen)
        return Step(done=so_far.total or 0, total=so_far.total, finished=True, said=said)
    posts, is_whole = await _read_posts(ctx, seen.left[0], work)
    seen.add([post for post in posts if post.user_id not in seen.exempt], work)
    seen.left, seen.cut = seen.left[1:], seen.cut or not is_whole
    return Step(cursor=seen.model_dump(mode="json"), done=so_far.done + 1, total=so_far.total, said=which)


async def _read_posts(ctx: ReadingContext, channel_id: str, work: Try) -> tuple[Sequence[ChatPost], bool]:
    """Read what people wrote in a channel in that time, oldest first, and whether that is all; nothing if the bot may
    not read it."""
    me, found = (await ctx.chat.me()).id, dict[str, ChatPost]()
    try:
        for number in range(PAGES_MAX):
            page = await ctx.chat.newest_posts(channel_id, number, PAGE)
            found |= {p.id: p for p in page if work.since <= p.create_at < work.until and is_by_person(p, me)}
            if len(page) < PAGE or page[-1].create_at < work.since:
                return sorted(found.values(), key=lambda p: p.create_at), True
    except ChatError as error:
        if error.may_pass:
            raise
    return sorted(found.values(), key=lambda p: p.create_at), False


async def _find_first_posts(ctx: ReadingContext, seen: TrialProgress) -> Sequence[str]:
    """Ask Mattermost which of the authors’ first messages in that time were their first ever. Raises UserError if this
    server cannot be searched."""
    firsts = {author: (at, mark, post_id) for at, author, mark, post_id in reversed(seen.lately)}
    likely = {author: (at, post_id) for author, (at, mark, post_id) in firsts.items() if mark}
    asked = sorted(likely, key=likely.__getitem__)[-ASKED_MAX:]
    seen.cut = seen.cut or len(asked) < len(likely)
    names = {user.id: user.username async for page in ctx.chat.users(asked) for user in page}
    found = []
    for author in (author for author in asked if author in names):
        at, post_id = likely[author]
        wrote = require(await unless_refused(ctx.chat.posts_by(names[author]), None), "moderation/rule_no_search")
        if all(post.create_at >= at for post in wrote):
            found.append(post_id)
    return found


async def _say_trial(ctx: ReadingContext, work: Try, seen: TrialProgress) -> str:
    shown = [post for post in [await _quote_post(ctx, post_id) for post_id in seen.found] if post]
    apart = await list_unwatched_channels(ctx)
    known = {"hits": seen.hits, "seen": seen.seen, "cut": seen.cut, "shown": shown}
    more = len(apart) - UNWATCHED_MAX
    return render("moderation/tried", rule=work.rule, apart=apart[:UNWATCHED_MAX], more=more, **known)


async def _quote_post(ctx: ReadingContext, post_id: str) -> tuple[Markdown, Markdown] | None:
    """Return the link and a quotation of a message."""
    post = await unless_refused(ctx.chat.read_post(post_id), None)
    if post is None:
        return None
    return link("ce message", make_permalink(ctx.settings, post_id)), quotation(post.message, QUOTED_MAX)
