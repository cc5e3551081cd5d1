"""« /moderer nettoyer »: somebody’s last messages in a channel, shown first, then taken away and kept as evidence."""

from collections.abc import Sequence

from pydantic import BaseModel

from bot.context import Context
from bot.errors import ChatError, UserError
from bot.french.words import plural
from bot.journaling import Deed, note
from bot.mattermost import ChatChannel, ChatPost
from bot.refusals import Refusal
from bot.replies import Button, Press, Replies, Whisper
from bot.texts import quotation, render
from commands.moderation import asking
from commands.moderation.evidence import keep_or_remove
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.whom import must_be_reachable, must_decide
from dialogs.moderation.lines import take_word
from storage.database import change
from storage.journal import Act
from storage.moderation.cases import Case, Source, State
from storage.moderation.measures import Measure
from storage.moderation.records import KeptPost, Record

EXAMPLE = "/moderer nettoyer @nina.roux 10 ~general publicité répétée"
MOST = 20
PAGES, PAGE = 5, 200
"""How many of the newest messages of a channel are looked through."""
SHOWN = 300
"""Characters of each in the preview."""


class SweepSurely(BaseModel):
    """« Retirer ces messages »: those that were shown."""

    user_id: str
    post_ids: list[str]
    reason: str


class Sweep(BaseModel):
    """The same, as they are now."""

    posts: list[KeptPost]
    reason: str
    channel: str


@feature.command(
    "moderer nettoyer",
    help="Retirer les derniers messages de quelqu’un",
    hint="@nom 10 [canal] raison",
    roles=ANIMATEURS,
)
async def ask(ctx: Context, line: str) -> Replies:
    """They are shown first."""
    account, rest = await asking.somebody(ctx, line, EXAMPLE)
    word, rest = take_word(rest)
    if not word.isdecimal() or not 0 < int(word) <= MOST:
        raise UserError(f"Dites combien de messages, de 1 à {MOST} : par exemple `{EXAMPLE}`.")
    known = await asking.channels(ctx)
    named, rest = known.maybe(rest)
    channel = named or known.by_id.get(ctx.channel_id)
    if channel is None:
        raise UserError(f"Le bot n’est pas dans ce canal : dites lequel. Par exemple : `{EXAMPLE}`.")
    reason = asking.reason_in(rest, EXAMPLE)
    found, left = await _newest_of(ctx, channel, account.id, int(word))
    if not found:
        raise UserError("Rien à retirer : aucun message récent de cette personne dans ce canal.")
    surely = SweepSurely(user_id=account.id, post_ids=[post.id for post in found], reason=reason)
    text = render(
        "moderation/sweep_preview",
        author=account.username,
        where=channel.display_name or channel.name,
        texts=[quotation(post.message, SHOWN) for post in found],
        left=left,
    )
    return Whisper(text, [Button(f"Retirer {plural(len(found), 'message')}", surely, "danger")])


async def _newest_of(ctx: Context, channel: ChatChannel, user_id: str, most: int) -> tuple[Sequence[ChatPost], int]:
    """Somebody’s last messages in a channel, oldest first, and how many of these stay: what others answered."""
    theirs: list[ChatPost] = []
    for page in range(PAGES):
        posts = await ctx.chat.newest_posts(channel.id, page, PAGE)
        theirs += [post for post in posts if post.user_id == user_id and not post.type]
        if len(theirs) >= most or len(posts) < PAGE:
            break
    theirs = theirs[:most]
    kept = [post for post in theirs if not post.root_id and await _has_others(ctx, post)]
    return [post for post in reversed(theirs) if post not in kept], len(kept)


async def _has_others(ctx: Context, post: ChatPost) -> bool:
    """Whether others answered: their words would go along."""
    return any(each.user_id != post.user_id for each in await ctx.chat.thread(post.id))


@feature.button(SweepSurely, roles=ANIMATEURS, writes=False)
async def look_again(ctx: Context, click: SweepSurely) -> Replies:
    """Those that stand still, as they are at the click."""
    await must_be_reachable(ctx, click.user_id)
    posts = [post for ident in click.post_ids if (post := await _read(ctx, ident)) and post.user_id == click.user_id]
    if not posts:
        raise UserError("Ces messages ne sont plus là.")
    channel = await ctx.chat.channel(posts[0].channel_id)
    kept = await asking.kept(ctx, posts)
    return Press.to(Sweep(posts=kept, reason=click.reason, channel=channel.display_name))


async def _read(ctx: Context, post_id: str) -> ChatPost | None:
    try:
        return await ctx.chat.read_post(post_id)
    except ChatError as error:
        if error.refusal in {Refusal.UNKNOWN_POST, Refusal.FORBIDDEN}:
            return None
        raise


@feature.button(Sweep, roles=ANIMATEURS)
async def sweep(ctx: Context, click: Sweep) -> Replies:
    """They are kept in a case, and go."""
    first = click.posts[0]
    case = await _case(ctx, click)
    after = {"case": case.number, "messages": len(click.posts)}
    entry = await note(ctx, Deed(Act.CLEAN, f"canal:{first.channel_id}", first.author_id, click.reason, after=after))
    record = Record(posts=click.posts, waits=[post.id for post in click.posts])
    measure = Measure(
        entry=entry.id,
        case_id=case.number,
        act=Act.CLEAN,
        user_id=first.author_id,
        channels=[first.channel_id],
        reason=click.reason,
        by=ctx.user.id,
        began_at=ctx.now,
        before=record.model_dump(mode="json"),
    )
    ctx.db.add(measure)
    await ctx.db.flush()
    await change(ctx.db, case, entry=entry.id)
    replies = await keep_or_remove(ctx, measure, record)
    said = render("moderation/swept", entry=entry.id, count=len(click.posts), author=first.author)
    return [*replies, Whisper(said)]


async def _case(ctx: Context, click: Sweep) -> Case:
    first = click.posts[0]
    case = Case(
        source=Source.DIRECT,
        author_id=first.author_id,
        author=first.author,
        channel_id=first.channel_id,
        channel=click.channel[:64],
        message="\n\n".join(post.text for post in click.posts)[:16_383],
        context=[
            {"at": p.at.isoformat(), "author": p.author, "message": p.text[:2000], "after": True} for p in click.posts
        ],
        posted_at=first.at,
        opened_at=ctx.now,
    )
    await must_decide(ctx, case)
    case.state, case.act, case.reason = State.DECIDED, Act.CLEAN.value, click.reason
    case.decided_at, case.decided_by = ctx.now, ctx.user.id
    ctx.db.add(case)
    await ctx.db.flush()
    return case
