"""The automatic rules listen: what is said in channels is looked at by what each replica remembers, asking nobody."""

from collections.abc import Collection
from dataclasses import replace

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context
from bot.errors import ChatError
from bot.events import Edited, JoinedTeam, Posted, Watched
from bot.replies import Replies
from commands.moderation import opening, safety, storm
from commands.moderation.listening import looked_at, regles
from commands.moderation.opening import Seen
from commands.moderation.places import ROOM
from commands.moderation.proposing import meet
from commands.moderation.rules import ASLEEP, Engine, RuleName, Table
from commands.moderation.rules.stored import tuned
from config.settings import Settings
from storage import canaux, claims
from storage.moderation import rules
from storage.moderation.rules import EXEMPT

engine = Engine()


@regles.watches
async def where(db: AsyncSession, settings: Settings) -> Watched:
    """All planned channels but the rooms; from then on the rules are as they are tuned now."""
    places = await looked_at(db, settings)
    wakes = ROOM in await canaux.by_key(db) and not await safety.fault(db, settings)
    rows = Table.of(await tuned(db), await rules.exempt(db)) if wakes else ASLEEP
    engine.tune(f"{settings.mattermost_url} {settings.team} {settings.database_url}", places, rows)
    return Watched(team=True, crowded=places)


@regles.event(Posted, name="regles.posted.Posted", only=engine.wants)
async def posted(ctx: Context, event: Posted) -> Replies:
    """A rule found it."""
    return await _found(ctx, event)


@regles.event(Edited, name="regles.edited.Edited", only=engine.wants)
async def edited(ctx: Context, event: Edited) -> Replies:
    """A rule found what it was changed into."""
    return await _found(ctx, event)


async def _found(ctx: Context, event: Posted | Edited) -> Replies:
    if ctx.user.role in EXEMPT:
        return None
    try:
        seen = await opening.look(ctx, event.post_id)
        names = await confirmed(ctx, seen, engine.found(event))
    except ChatError as error:
        if error.may_pass:
            raise
        return None
    seen = replace(seen, post=replace(seen.post, message=event.text))
    return await meet(ctx, event, seen, names) if names and not seen.author.is_bot else None


async def confirmed(ctx: Context, seen: Seen, names: Collection[RuleName]) -> Collection[RuleName]:
    """Those that hold: whether somebody never wrote before, only Mattermost knows, where it may be searched."""
    if RuleName.FIRST not in names or await _is_first(ctx, seen):
        return names
    return frozenset(names) - {RuleName.FIRST}


async def _is_first(ctx: Context, seen: Seen) -> bool:
    try:
        wrote = await ctx.chat.posts_by(seen.author.username)
    except ChatError as error:
        if error.may_pass:
            raise
        return False
    return all(post.id == seen.post.id or post.create_at > seen.post.create_at for post in wrote)


@regles.event(JoinedTeam, name="regles.joined.JoinedTeam")
async def joined(ctx: Context, event: JoinedTeam) -> Replies:
    """Many at once are told of in the room."""
    count = await claims.count_since(ctx.db, storm.JOINED, ctx.now - storm.WITHIN)
    return await storm.soon(ctx) if count >= storm.JOINS else None
