"""What people say of a resource, in the thread of its post in the ressourcerie’s channel: typed, or by a window."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import quotas
from bot.context import Context
from bot.errors import UserError
from bot.events import Deleted, Delivered, Posted, Watched
from bot.linked import address_of
from bot.others import is_there, name_of
from bot.quotas import Quota
from bot.replies import Ask, Direct, Replies, Reply, Say, Whisper
from bot.texts import Markdown, escape, relay_plainly, render
from commands.ressources import places, publishing
from commands.ressources.buttons import Comment
from commands.ressources.feature import feature
from commands.ressources.publishing import THREAD
from commands.ressources.taking import found, locked
from config.settings import Settings
from dialogs.ressources.moves import CommentResource
from storage import canaux, claims, outbox
from storage.ressources import comments, review
from storage.ressources.comments import ResourceComment
from storage.ressources.resource import Resource, State, write


@feature.watches
async def where(db: AsyncSession, settings: Settings) -> Watched:
    """The channel of the ressourcerie, for what is typed under a resource."""
    known = await canaux.by_key(db)
    return Watched(crowded=frozenset({known[places.CHANNEL]} if places.CHANNEL in known else ()))


async def told_of(ctx: Context, resource: Resource) -> Markdown:
    """How many comments there are, and where: for who has the resource before them; "" for none."""
    count = await comments.count(ctx.db, resource.number)
    link = address_of(ctx.settings, resource.thread_post) if resource.thread_post else ""
    return render("ressources/comments", count=count, link=link) if count else Markdown("")


@feature.button(Comment, writes=False)
async def open_window(ctx: Context, click: Comment) -> Replies:
    """The window of a word."""
    resource = await _published(ctx, await found(ctx, click.resource))
    return Ask(CommentResource.draft(resource=resource.number, said=resource.titre[:100]), here=False)


async def _published(ctx: Context, resource: Resource) -> Resource:
    if resource.state is not State.PUBLISHED:
        raise UserError("Cette fiche n’est pas publiée : on n’en parle pas encore, ou plus.")
    if not await places.channel(ctx):
        raise UserError("Le bot ne connaît pas encore le canal de la ressourcerie : dites-le aux animateurs.")
    return resource


@feature.submit(CommentResource)
async def comment(ctx: Context, form: CommentResource) -> Replies:
    """The bot says it in the thread; where there is none it is begun, and the word follows."""
    resource, _ = await locked(ctx, form.resource)
    await _published(ctx, resource)
    said = ResourceComment(resource=resource.number, user_id=ctx.user.id, at=ctx.now, waits=form.text)
    topic, begun = f"{THREAD}{resource.number}", []
    if resource.thread_post:
        said.waits = ""
        begun = [_say(ctx, resource, await name_of(ctx, ctx.user.id), form.text)]
    elif not await outbox.reached(ctx.db, [topic]):
        begun = [Say(publishing.said_of(resource, "thread"), channel_id=await places.channel(ctx), topic=topic)]
    left = await quotas.spend(ctx, Quota.COMMENT)
    await comments.add(ctx.db, said)
    thanks = Whisper(render("ressources/commented", resource=resource))
    return [thanks, *left, *begun, *await _tell_author(ctx, resource, ctx.user.id, form.text)]


def _say(ctx: Context, resource: Resource, name: str, text: str) -> Reply:
    words = Markdown(f"**{name}** :\n{relay_plainly(text)}")
    return Say(words, channel_id=resource.channel_id, root_id=resource.thread_post)


async def thread_stands(ctx: Context, number: int, event: Delivered) -> Sequence[Reply]:
    """What waited for the thread is said in it."""
    resource, revision = await locked(ctx, number)
    resource.thread_post, resource.channel_id = event.post_id, event.channel_id
    resource.post_id = resource.post_id or ("" if resource.files else event.post_id)
    await write(ctx.db, [resource], revision)
    waiting = await comments.take_waiting(ctx.db, number)
    return [_say(ctx, resource, await name_of(ctx, one.user_id), one.waits) for one in waiting]


@feature.event(Posted, name="ressources.typed.Posted")
async def typed(ctx: Context, event: Posted) -> Replies:
    """An answer in the thread of a resource is a comment."""
    resource = await review.under(ctx.db, event.root_id) if event.root_id else None
    if resource is None:
        return None
    said = ResourceComment(resource=resource.number, user_id=event.user_id, at=ctx.now, post_id=event.post_id)
    await comments.add(ctx.db, said)
    return await _tell_author(ctx, resource, event.user_id, event.text)


@feature.event(Deleted, name="ressources.taken_away.Deleted")
async def taken_away(ctx: Context, event: Deleted) -> Replies:
    """It is no comment any more."""
    await comments.forget(ctx.db, event.post_id)
    return None


async def _tell_author(ctx: Context, resource: Resource, by: str, text: str) -> Sequence[Reply]:
    """Its author (else who deposited it) hears of it once a day: the thread has the rest."""
    whom = resource.auteur_id or resource.deposited_by
    if whom in {"", by} or not await is_there(ctx, whom):
        return []
    day = publishing.day_of(ctx.now)
    if not await claims.claim(ctx.db, "ressources.comment", f"{resource.number}:{whom}:{day}", ctx.now):
        return []
    link = address_of(ctx.settings, resource.thread_post) if resource.thread_post else ""
    said = render(
        "ressources/told_comment",
        resource=resource,
        by=await name_of(ctx, by),
        word=Markdown("\n".join(f"> {escape(line)}" for line in text[:300].splitlines() if line.strip())),
        link=link,
    )
    return [Direct(said, user_id=whom)]
