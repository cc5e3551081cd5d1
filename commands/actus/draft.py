"""« /actus brouillon »: the draft of the coming number, at any time; and « Aperçu », exactly as it will look."""

from collections.abc import Mapping, Sequence

from bot.context import Context
from bot.errors import UserError
from bot.french.words import fold, join
from bot.lines import Run
from bot.replies import Button, Direct, Message, Replies, Reply, Say, Start, Waiting, Whisper
from commands.actus import cards, drafting, places, words
from commands.actus.buttons import Preview
from commands.actus.feature import ANIMATEURS, feature
from commands.actus.harvest import Harvest
from commands.actus.places import Edition
from commands.actus.posts import posts
from storage.actus import digests
from storage.actus.digests import Digest, State


@feature.command(
    "actus brouillon", help="Voir et modifier le prochain numéro", hint="[édition]", roles=ANIMATEURS, writes=True
)
async def show_draft(ctx: Context, line: str) -> Replies:
    """At once, begun where there is none; messages of channels are looked for beside."""
    edition = await _edition(ctx, line)
    digest = await drafting.coming(ctx, edition)
    found = await digests.lock(ctx.db, digest.number)
    assert found is not None
    added = await drafting.fill(ctx, found, edition)
    card = await cards.draw(ctx, found)
    again = [await cards.refresh(ctx, found)] if added and await words.is_shown(ctx, found) else []
    begun = [Start(payload=Harvest(since=found.since, until=ctx.now))] if found.created_at == ctx.now else []
    return [*again, *await _put_up(ctx, found, card), *begun]


async def _put_up(ctx: Context, digest: Digest, card: Message) -> Sequence[Reply]:
    """In the animateurs’ room for all of them, elsewhere for who asks."""
    if ctx.channel_id and ctx.channel_id == await places.room(ctx):
        return [Say(card.text, card.buttons, channel_id=ctx.channel_id, topic=words.topic_of(digest))]
    return [Whisper(card.text, card.buttons)]


async def _edition(ctx: Context, line: str) -> Edition:
    """The one that is named; without a name the one that comes out next."""
    known = await places.editions(ctx)
    if line.strip():
        return named(known, line)
    return min(known.values(), key=lambda edition: edition.rhythm.next(ctx.now).at)


def named(known: Mapping[str, Edition], line: str) -> Edition:
    """The edition of that key, or called so. Raises UserError."""
    word = fold(line)
    found = next((e for e in known.values() if word in {fold(e.key), fold(e.name)}), None)
    if found is None:
        listed = join([f"`{key}` ({edition.name})" for key, edition in known.items()])
        raise UserError(f"Il n’y a pas d’édition de ce nom. Il y a : {listed}.")
    return found


@feature.button(Preview, roles=ANIMATEURS, writes=False)
async def preview(ctx: Context, click: Preview) -> Replies:
    """Its posts, one by one, in the direct channel."""
    digest = await words.found(ctx, click.digest)
    drawn = posts(await words.sheet_of(ctx, digest))
    count = f"en {len(drawn)} messages" if len(drawn) > 1 else "en un message"
    first = f"Aperçu du n° {digest.number}, {count}, exactement comme il sortira :"
    told = Whisper("L’aperçu est dans votre conversation avec le bot.")
    return [told, *(Direct(text, user_id=ctx.user.id) for text in (first, *drawn))]


@feature.waiting
async def remind(ctx: Context) -> Sequence[Waiting]:
    """What waits for an approval and comes out soon, or should have."""
    if not ctx.user.animates:
        return []
    waits = [one for one in await digests.open_ones(ctx.db) if one.state is not State.APPROVED]
    due = [one for one in waits if drafting.shown_from(one.at) <= ctx.now]
    names = await places.editions(ctx) if due else {}
    return [
        Waiting(f"Le n° {one.number} des actus attend un accord", _open(one, names))
        for one in due
        if one.edition in names
    ]


def _open(digest: Digest, names: Mapping[str, Edition]) -> Button:
    return Button(f"Relire « {names[digest.edition].name} »"[:40], Run(line=f"actus brouillon {digest.edition}"))
