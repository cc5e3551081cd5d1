"""« Bibliothèque d’outils »: the collection that comes with the bot; pinned ones stand in the channel, kept true."""

from collections.abc import Sequence
from hashlib import sha256

from bot.context import Context
from bot.replies import Refresh, Replies, Reply, Say
from bot.texts import Markdown, render
from commands.ressources import places
from commands.ressources.feature import feature
from config.outils import ABOUT, AUTHOR, NAME, TOOLS, Tool
from config.themes import bits
from storage.ressources import Resource, State
from storage.ressources import collection as collections
from storage.ressources import resource as resources
from storage.ressources.collection import ResourceCollection, key_of_name
from storage.ressources.resource import begin_writing, key, shown, write

SEED = "outils"
SHOWN_MAX = 20


@feature.job("hour=6 minute=20", name="ressources.keep_library", writes=True)
async def keep_library(ctx: Context) -> Replies:
    """Once the ressourcerie’s channel is known, the library is there; what is said of pinned collections is true."""
    if not await places.channel(ctx):
        return None
    await _seed(ctx)
    return [reply for one in await collections.pinned(ctx.db) for reply in await retell(ctx, one)]


async def retell(ctx: Context, one: ResourceCollection) -> Sequence[Reply]:
    """What stands in the channel of a pinned collection is as the collection is: said once, then rewritten."""
    place = await places.channel(ctx) if one.pinned else ""
    if not place:
        return []
    text = await _say(ctx, one)
    told = sha256(text.encode()).hexdigest()
    if told == one.told or (one.removed_at is not None and not one.told):
        return []
    stands, topic = bool(one.told), f"ressources.collection:{one.number}"
    await collections.note_told(ctx.db, one, told)
    return [Refresh(text, topic=topic) if stands else Say(text, channel_id=place, topic=topic, pinned=True)]


async def _say(ctx: Context, one: ResourceCollection) -> Markdown:
    numbers = await collections.contents(ctx.db, one.number) if one.removed_at is None else []
    here = (await shown(ctx.db, numbers[:SHOWN_MAX]))[0]
    lines = [render("ressources/news_line", number=each.id, title=places.title(each), kind="") for each in here]
    said = {"name": one.name, "about": one.about, "gone": one.removed_at is not None}
    return render("ressources/pinned", said=said, lines=lines, more=len(numbers) - len(lines))


async def _seed(ctx: Context) -> None:
    """What comes with the bot, once: an installation that removed it does not get it back."""
    if await collections.seeded(ctx.db, SEED):
        return
    new = ResourceCollection(key=key_of_name(NAME), name=NAME, about=ABOUT, seed=SEED, pinned=True, created_at=ctx.now)
    number = await collections.make(ctx.db, new)
    if number is None:
        # People have one of that name: theirs stays, and ours does not come.
        new.key, new.removed_at = f"~{SEED}", ctx.now
        await collections.make(ctx.db, new)
        return
    revision = await begin_writing(ctx.db)
    known = {each.key: each for each in await resources.among(ctx.db, [_key(tool) for tool in TOOLS], [])}
    await write(ctx.db, [_resource(ctx, tool) for tool in TOOLS if _key(tool) not in known], revision)
    there = {each.key: each for each in await resources.among(ctx.db, [_key(tool) for tool in TOOLS], [])}
    for tool in TOOLS:
        await collections.put(ctx.db, number, there[_key(tool)].number, "", ctx.now)


def _key(tool: Tool) -> str:
    return key(tool.url, tool.titre)


def _resource(ctx: Context, tool: Tool) -> Resource:
    return Resource(
        key=_key(tool),
        source=f"{SEED}:{tool.code}",
        titre=tool.titre,
        description=tool.description,
        url=tool.url,
        type=tool.type,
        themes=bits(tool.themes),
        auteur=AUTHOR,
        date=ctx.today,
        state=State.PUBLISHED,
        published_at=ctx.now,
        created_at=ctx.now,
        changed_at=ctx.now,
        revision=0,
    )
