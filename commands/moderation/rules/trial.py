"""A rule is tried on what was said before: who asks reads what it would have found, and nothing else happens."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel

from bot.context import Context
from bot.errors import ChatError, UserError
from bot.mattermost import ChatPost
from bot.permalinks import make_permalink
from bot.replies import Direct, Progress, Reply, Step
from bot.texts import Markdown, link, quotation, render
from bot.websocket.parser import is_by_person
from commands.moderation.feature import ANIMATEURS, regles
from commands.moderation.rules import RuleName, Tuning
from commands.moderation.rules.engine import TIMED, CheckedMessage, Memory, check_message
from config.canaux import Family
from storage import canaux
from storage.canaux import list_planned
from storage.moderation import rules
from storage.moderation.rules import RuleMode

TRIAL_DAYS, TRIAL_DAYS_MAX = 7, 30
PAGE, PAGES_MAX = 200, 25
"""Messages of a page; pages of a channel that are looked at."""
ASKED_MAX = 100
"""People of whom Mattermost is asked what they wrote before."""
SHOWN_MAX = 5
KEPT_MAX = 6000
"""Messages that are put in order over channels, for rules that count: the newest."""
QUOTED_MAX = 160
NO_SEARCH = "La recherche de messages est éteinte sur ce Mattermost : cette règle n’y trouve rien."


ORDERED_RULES = TIMED | {RuleName.FIRST}


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
        return {self.rule: Tuning(RuleMode.PROPOSE, self.count, self.seconds, tuple(self.items))}


class TrialProgress(BaseModel):
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
        if work.rule in ORDERED_RULES:
            rows = [*self.lately, *(_make_row(CheckedMessage.of(post), work) for post in posts)]
            self.lately, self.cut = sorted(rows)[-KEPT_MAX:], self.cut or len(rows) > KEPT_MAX
            return
        self.count([p.id for p in posts if check_message(CheckedMessage.of(p), (), work.tuned)])

    def replay(self, work: Try) -> None:
        """Messages of all channels in their order, for rules that count."""
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
        """These were found, too."""
        self.hits += len(ids)
        self.found = [*self.found, *ids][-SHOWN_MAX:]


def _make_row(said: CheckedMessage, work: Try) -> tuple[int, str, int, str]:
    """What is needed of a message: for the rule of first messages its mark is whether it would be one of those."""
    mark = said.mark if work.rule in TIMED else int(bool(check_message(said, (), work.tuned)))
    return said.at, said.author_id, mark, said.post_id


@regles.work(Try, name="moderation.Try", title="Essai d’une règle", unit=("canal", "canaux"), roles=ANIMATEURS)
async def try_rule(ctx: Context, work: Try, so_far: Progress) -> Step:
    """The next channel; at first, which channels there are; at last, what came of it."""
    if so_far.cursor is None:
        seen = TrialProgress(left=await _list_channels(ctx), exempt=sorted(await rules.list_exempt(ctx.db)))
        return Step(cursor=seen.model_dump(mode="json"), total=len(seen.left) + 1)
    seen = TrialProgress.model_validate(so_far.cursor)
    if not seen.left:
        if work.rule is RuleName.FIRST:
            seen.count(await _find_first_posts(ctx, seen))
        else:
            seen.replay(work)
        return Step(
            replies=await _report_trial(ctx, work, seen), done=so_far.total or 0, total=so_far.total, finished=True
        )
    posts, is_whole = await _read_posts(ctx, seen.left[0], work)
    seen.add([post for post in posts if post.user_id not in seen.exempt], work)
    seen.left, seen.cut = seen.left[1:], seen.cut or not is_whole
    return Step(cursor=seen.model_dump(mode="json"), done=so_far.done + 1, total=so_far.total)


async def _list_channels(ctx: Context) -> list[str]:
    """Those in which rules listen."""
    table, known = await list_planned(ctx.db, ctx.settings), await canaux.find_channel_ids(ctx.db)
    return sorted(known[key] for key in known if key in table and table[key].family is not Family.SALLE)


async def _read_posts(ctx: Context, channel_id: str, work: Try) -> tuple[Sequence[ChatPost], bool]:
    """What people wrote there in that time, oldest first, and whether that is all; nothing where the bot may not
    read."""
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


async def _find_first_posts(ctx: Context, seen: TrialProgress) -> Sequence[str]:
    """Of what people wrote first in that time, what was the first of all: Mattermost knows."""
    firsts = {author: (at, mark, post_id) for at, author, mark, post_id in reversed(seen.lately)}
    likely = {author: (at, post_id) for author, (at, mark, post_id) in firsts.items() if mark}
    asked = sorted(likely, key=likely.__getitem__)[-ASKED_MAX:]
    seen.cut = seen.cut or len(asked) < len(likely)
    names = {user.id: user.username async for page in ctx.chat.users(asked) for user in page}
    found = []
    for author in (author for author in asked if author in names):
        at, post_id = likely[author]
        if all(post.create_at >= at for post in await _read_posts_by(ctx, names[author])):
            found.append(post_id)
    return found


async def _read_posts_by(ctx: Context, username: str) -> Sequence[ChatPost]:
    """What somebody wrote. Raises UserError where this server is not to be searched."""
    try:
        return await ctx.chat.posts_by(username)
    except ChatError as error:
        if error.may_pass:
            raise
        raise UserError(NO_SEARCH) from None


async def _report_trial(ctx: Context, work: Try, seen: TrialProgress) -> Sequence[Reply]:
    shown = [post for post in [await _quote_post(ctx, post_id) for post_id in seen.found] if post]
    text = render("moderation/tried", rule=work.rule, hits=seen.hits, seen=seen.seen, cut=seen.cut, shown=shown)
    return [Direct(text, user_id=ctx.user.id)]


async def _quote_post(ctx: Context, post_id: str) -> tuple[Markdown, Markdown] | None:
    """Where it is, and what it says."""
    try:
        post = await ctx.chat.read_post(post_id)
    except ChatError as error:
        if error.may_pass:
            raise
        return None
    return link("ce message", make_permalink(ctx.settings, post_id)), quotation(post.message, QUOTED_MAX)
