"""A rule is tried on what was said before: what it would have found is told to who asks, and nothing else happens."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel

from bot.context import Context
from bot.errors import ChatError, UserError
from bot.linked import address_of
from bot.mattermost import ChatPost
from bot.replies import Direct, Progress, Reply, Step
from bot.texts import Markdown, link, quotation, render
from bot.websocket.parse import by_a_person
from commands.moderation.feature import ANIMATEURS
from commands.moderation.listening import regles
from commands.moderation.rules import RuleName, Tuning
from commands.moderation.rules.checks import check
from commands.moderation.rules.engine import TIMED
from commands.moderation.rules.memory import Memory
from commands.moderation.rules.said import Said
from config.canaux import Family
from storage import canaux
from storage.canaux import planned
from storage.moderation import rules
from storage.moderation.rules import Mode

DAYS, DAYS_MAX = 7, 30
PAGE, PAGES_MAX = 200, 25
"""Messages of a page; pages of a channel that are looked at."""
ASKED_MAX = 100
"""People of whom Mattermost is asked what they wrote before."""
SHOWN = 5
KEPT_MAX = 6000
"""Messages that are put in order over channels, for rules that count: the newest."""
QUOTED_MAX = 160
NO_SEARCH = "La recherche de messages est éteinte sur ce Mattermost : cette règle n’y trouve rien."


IN_ORDER = TIMED | {RuleName.FIRST}


class Try(BaseModel):
    """A rule, as it is to be tried, on what was said between two instants (ms since 1970)."""

    rule: RuleName
    count: int
    seconds: int
    items: list[str]
    since: int
    until: int

    @classmethod
    def of(cls, name: RuleName, tuning: Tuning, now: datetime, days: int) -> "Try":
        """On the last days."""
        until, since = (int(at.timestamp() * 1000) for at in (now, now - timedelta(days=days)))
        return cls(rule=name, **tuning.settings, since=since, until=until)

    @property
    def tuned(self) -> Mapping[RuleName, Tuning]:
        """That rule alone."""
        return {self.rule: Tuning(Mode.PROPOSE, self.count, self.seconds, tuple(self.items))}


class Seen(BaseModel):
    """How far it is: ``left`` are the channels still to be read, ``found`` the messages that the rule finds (the last
    ones), ``hits`` how many; ``lately`` is what rules that count need of each: when, whose, its mark, its id."""

    left: list[str]
    exempt: list[str]
    seen: int = 0
    hits: int = 0
    found: list[str] = []
    lately: list[tuple[int, str, int, str]] = []
    cut: bool = False

    def add(self, posts: Sequence[ChatPost], work: Try) -> None:
        """Messages of one channel, oldest first."""
        self.seen += len(posts)
        if work.rule in IN_ORDER:
            rows = [*self.lately, *(_row(Said.of(post), work) for post in posts)]
            self.lately, self.cut = sorted(rows)[-KEPT_MAX:], self.cut or len(rows) > KEPT_MAX
            return
        self.count([p.id for p in posts if check(Said.of(p), (), work.tuned)])

    def replay(self, work: Try) -> None:
        """Messages of all channels in their order, for rules that count."""
        memory, found = Memory(), list[str]()
        for at, author, mark, post_id in self.lately:
            said = Said(post_id, author, "", at, mark)
            is_found = check(said, memory.before(said), work.tuned)
            memory.note(said)
            if is_found:
                memory.begin_anew(said)
                found.append(post_id)
        self.count(found)

    def count(self, ids: Sequence[str]) -> None:
        """These were found, too."""
        self.hits += len(ids)
        self.found = [*self.found, *ids][-SHOWN:]


def _row(said: Said, work: Try) -> tuple[int, str, int, str]:
    """What is needed of a message: for the rule of first messages its mark is whether it would be one of those."""
    mark = said.mark if work.rule in TIMED else int(bool(check(said, (), work.tuned)))
    return said.at, said.author_id, mark, said.post_id


@regles.work(Try, name="moderation.Try", title="Essai d’une règle", unit=("canal", "canaux"), roles=ANIMATEURS)
async def try_some(ctx: Context, work: Try, so_far: Progress) -> Step:
    """The next channel; at first, which channels there are; at last, what came of it."""
    if so_far.cursor is None:
        seen = Seen(left=await _channels(ctx), exempt=sorted(await rules.exempt(ctx.db)))
        return Step(cursor=seen.model_dump(mode="json"), total=len(seen.left) + 1)
    seen = Seen.model_validate(so_far.cursor)
    if not seen.left:
        if work.rule is RuleName.FIRST:
            seen.count(await _first_ones(ctx, seen))
        else:
            seen.replay(work)
        return Step(replies=await _told(ctx, work, seen), done=so_far.total or 0, total=so_far.total, finished=True)
    posts, is_whole = await _read(ctx, seen.left[0], work)
    seen.add([post for post in posts if post.user_id not in seen.exempt], work)
    seen.left, seen.cut = seen.left[1:], seen.cut or not is_whole
    return Step(cursor=seen.model_dump(mode="json"), done=so_far.done + 1, total=so_far.total)


async def _channels(ctx: Context) -> list[str]:
    """Those in which rules listen."""
    table, known = await planned(ctx.db, ctx.settings), await canaux.by_key(ctx.db)
    return sorted(known[key] for key in known if key in table and table[key].family is not Family.SALLE)


async def _read(ctx: Context, channel_id: str, work: Try) -> tuple[Sequence[ChatPost], bool]:
    """What people wrote there in that time, oldest first, and whether that is all; nothing where the bot may not
    read."""
    me, found = (await ctx.chat.me()).id, dict[str, ChatPost]()
    try:
        for number in range(PAGES_MAX):
            page = await ctx.chat.newest_posts(channel_id, number, PAGE)
            found |= {p.id: p for p in page if work.since <= p.create_at < work.until and by_a_person(p, me)}
            if len(page) < PAGE or page[-1].create_at < work.since:
                return sorted(found.values(), key=lambda p: p.create_at), True
    except ChatError as error:
        if error.may_pass:
            raise
    return sorted(found.values(), key=lambda p: p.create_at), False


async def _first_ones(ctx: Context, seen: Seen) -> Sequence[str]:
    """Of what people wrote first in that time, what was the first of all: Mattermost knows."""
    firsts = {author: (at, mark, post_id) for at, author, mark, post_id in reversed(seen.lately)}
    likely = {author: (at, post_id) for author, (at, mark, post_id) in firsts.items() if mark}
    asked = sorted(likely, key=likely.__getitem__)[-ASKED_MAX:]
    seen.cut = seen.cut or len(asked) < len(likely)
    names = {user.id: user.username async for page in ctx.chat.users(asked) for user in page}
    found = []
    for author in (author for author in asked if author in names):
        at, post_id = likely[author]
        if all(post.create_at >= at for post in await _by(ctx, names[author])):
            found.append(post_id)
    return found


async def _by(ctx: Context, username: str) -> Sequence[ChatPost]:
    """What somebody wrote. Raises UserError where this server is not to be searched."""
    try:
        return await ctx.chat.posts_by(username)
    except ChatError as error:
        if error.may_pass:
            raise
        raise UserError(NO_SEARCH) from None


async def _told(ctx: Context, work: Try, seen: Seen) -> Sequence[Reply]:
    shown = [post for post in [await _example(ctx, post_id) for post_id in seen.found] if post]
    text = render("moderation/tried", rule=work.rule, hits=seen.hits, seen=seen.seen, cut=seen.cut, shown=shown)
    return [Direct(text, user_id=ctx.user.id)]


async def _example(ctx: Context, post_id: str) -> tuple[Markdown, Markdown] | None:
    """Where it is, and what it says."""
    try:
        post = await ctx.chat.read_post(post_id)
    except ChatError as error:
        if error.may_pass:
            raise
        return None
    return link("ce message", address_of(ctx.settings, post_id)), quotation(post.message, QUOTED_MAX)
