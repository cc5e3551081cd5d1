"""The posts of resources: the review card, the daily post, files, and the thread of comments."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from bot import guard, quotas
from bot.account_status import is_active, read_display_name
from bot.actions import DeletePost
from bot.cards import RowCard, tell_animateurs
from bot.context import Context
from bot.errors import UserError
from bot.events import Deleted, Delivered, Posted, WatchedPlaces, in_thread
from bot.french import months_after, say_date
from bot.permalinks import make_permalink
from bot.plain_text import shorten
from bot.replies import Ask, Button, Direct, Message, News, Replies, Reply, Say, Whisper
from bot.texts import Markdown, escape, link, quotation, relay_plain_text, render
from commands.ressources import records
from commands.ressources.records import feature
from config.ressources import KINDS, LISTS
from config.settings import Settings
from config.themes import THEMES
from config.time import PARIS, find_midnight
from dialogs.ressources import CommentResource
from storage import canaux, claims, outbox
from storage.database import store
from storage.ressources import feedback, resources
from storage.ressources.resources import AnyResource, Resource, ResourceState, write_resources

CHANNEL = "ressourcerie"
"""A key of config/canaux.tsv."""
SHORT_TITLE = 60
"""The most characters of a title on a line with other words."""


async def find_channel(ctx: Context) -> str:
    """Return the id of the ressourcerie’s channel; "" while it is unknown."""
    return (await canaux.find_channel_ids(ctx.db)).get(CHANNEL, "")


def link_title(resource: AnyResource) -> Markdown:
    """Make the title of a resource a link to it."""
    return link(" ".join(resource.titre.split()), resource.url)


def link_shortly(resource: AnyResource) -> Markdown:
    """Make the title of a resource a link, shortened to share a line with others."""
    return link(shorten(" ".join(resource.titre.split()), SHORT_TITLE), resource.url)


def draw_line(resource: AnyResource, kind: str = "") -> Markdown:
    """Draw a resource as one line: number, title and kind."""
    return render("ressources/news_line", number=resource.number, title=link_title(resource), kind=kind)


REVIEW = RowCard[Resource]("ressources.review:", lambda resource: resource.number)
"""The card under which animateurs review a resource."""
DESCRIPTION_SHOWN = 700
"""Characters of a description that a card shows."""


async def post_card(ctx: Context, resource: Resource) -> Sequence[Reply]:
    """Post the review card with copies of the files, since the originals may be deleted."""
    told = await tell_reviewers(ctx, await draw_review_card(ctx, resource), REVIEW.of(resource))
    return [replace(one, files=list(resource.files)) for one in told]


async def tell_reviewers(ctx: Context, said: Message, topic: str | None = None) -> Sequence[Say | Direct]:
    """Send a message to the reviewers’ room or, while that is unknown, to each of them."""
    return await tell_animateurs(ctx, await canaux.find_team_room(ctx.db), said, topic=topic)


async def refresh_card(ctx: Context, resource: Resource, note: str = "", *, here: bool = False) -> Sequence[Reply]:
    """Rewrite the review card wherever it stands, and say ``note`` in its thread."""
    again = REVIEW.rewrite(resource, await draw_review_card(ctx, resource), here=here)
    return [again, *(await reply_under_card(ctx, resource, note) if note else [])]


async def reply_under_card(ctx: Context, resource: Resource, note: str) -> Sequence[Reply]:
    """Reply in the thread of the newest card in each place; if the card is still on its way, post beside it."""
    said = await REVIEW.reply_under(ctx.db, resource, note)
    return said or await tell_reviewers(ctx, Message(render("ressources/about", resource=resource, note=note)))


async def repost_card(ctx: Context, resource: Resource, note: str) -> Sequence[Reply]:
    """Ask for another review: in the thread of its card, or by a new card if there is none."""
    stands = await REVIEW.is_sent(ctx.db, resource)
    return await refresh_card(ctx, resource, note) if stands else await post_card(ctx, resource)


async def draw_review_card(ctx: Context, resource: Resource) -> Message:
    """Draw a resource for its reviewers, with their buttons."""
    text = render(
        "ressources/proposal",
        resource=resource,
        title=link_title(resource),
        description=quotation(resource.description, DESCRIPTION_SHOWN),
        decider=await read_display_name(ctx, resource.decided_by),
        contacts=name_contacts(resource),
        dead=await say_dead_link(ctx, resource) if resource.state is not ResourceState.PUBLISHED else "",
    )
    return Message(text, _review_buttons(resource), await _review_facts(ctx, resource))


async def say_dead_link(ctx: Context, resource: Resource) -> str:
    """Say what was last seen of a link that leads nowhere; "" for any other."""
    check = (await feedback.find_checks(ctx.db, [resource.number])).get(resource.number)
    if check is None or check.url != resource.url or not check.leads_nowhere:
        return ""
    # The card is read for days: « aujourd’hui » would be wrong tomorrow.
    seen = say_date(find_day(check.checked_at))
    return render("ressources/link_seen", fault=check.fault, seen=seen, quiet=check.quiet).strip()


def name_contacts(resource: Resource) -> str:
    """Name what in a resource may be personal data, for its reviewers."""
    return guard.name_kinds(guard.find(f"{resource.titre}\n{resource.description}"))


def has_phone(resource: Resource) -> bool:
    """Return whether a resource contains a telephone number."""
    return any(one.kind is guard.DataKind.TELEPHONE for one in guard.find(f"{resource.titre}\n{resource.description}"))


def _review_buttons(resource: Resource) -> Sequence[Button]:
    number = resource.number
    publish = Button("Publier", records.PublishResource(resource=number), "primary")
    correct = Button("Corriger", records.ChangeResource(resource=number))
    match resource.state:
        case ResourceState.PROPOSED:
            asking = Button("Demander une précision", records.AskAbout(resource=number))
            return [publish, correct, asking, Button("Refuser", records.DeclineResource(resource=number), "danger")]
        case ResourceState.PUBLISHED:
            return [correct, Button("Retirer", records.RemoveResource(resource=number), "danger")]
        case _:
            return [publish, correct]


async def _review_facts(ctx: Context, resource: Resource) -> Sequence[tuple[str, str]]:
    chosen = {liste: choices.get(getattr(resource, liste)) for liste, choices in LISTS.items()}
    names = {"categorie": "Catégorie", "type": "Type", "niveau": "Niveau", "public": "Public"}
    known = {
        "Proposée par": await read_display_name(ctx, resource.deposited_by),
        "Auteur": await _say_author(ctx, resource),
        "Thèmes": Markdown(escape(", ".join(THEMES[code].court for code in resource.theme_codes))),
        **{names[liste]: Markdown(choice.libelle) for liste, choice in chosen.items() if choice},
        "Licence": Markdown(escape(resource.licence)),
        "Fichiers": Markdown(escape(", ".join(resource.files.values())[:300])),
    }
    return [(name, value) for name, value in known.items() if value]


async def _say_author(ctx: Context, resource: Resource) -> Markdown:
    if not resource.auteur_id:
        return Markdown(escape(f"@{resource.auteur}" if resource.auteur else ""))
    gone = "" if await is_active(ctx, resource.auteur_id) else ", qui a quitté le réseau"
    if resource.auteur_id == resource.deposited_by and not gone:
        return Markdown("")
    return Markdown(f"{await read_display_name(ctx, resource.auteur_id)}{gone}")


DAY = RowCard[date]("ressources.day:")
"""The post in the channel that lists what was published on a day."""
FILES = RowCard[Resource]("ressources.files:", lambda resource: f"{resource.number}:{resource.showing}")
"""The post in the channel that carries the files of a resource; a set of files that replaces another has its own."""
THREAD = RowCard[Resource]("ressources.thread:", lambda resource: resource.number)
"""The post in the channel that begins the thread of comments on a resource."""
DAY_SHOWN = 15
"""How many resources one message names; of the others it gives the number."""
NEW_FOR_DAYS = 3
"""For how many days a resource is announced as new."""


async def publish_resource(ctx: Context, resource: Resource, revision: int) -> Sequence[Reply]:
    """Publish a resource: searches find it, and its channel is told."""
    resource.published_at = resource.published_at or ctx.now
    resource.review_on = resource.review_on or months_after(ctx.today, resources.YEAR_MONTHS)
    await records.decide_resource(ctx, resource, revision, ResourceState.PUBLISHED)
    return await refresh_posts(ctx, resource)


async def refresh_posts(ctx: Context, resource: Resource) -> Sequence[Reply]:
    """Rewrite all posts of a resource in the channel."""
    replies: list[Reply] = []
    if resource.published_at is not None:
        replies += await post_day(ctx, find_day(resource.published_at))
    replies += await post_files(ctx, resource)
    files = FILES.rewrite(resource, draw_post(resource, "files"))
    return [*replies, files, THREAD.rewrite(resource, draw_post(resource, "thread"))]


def is_new(ctx: Context, day: date) -> bool:
    """Return whether resources of that day are still announced as new."""
    return find_day(ctx.now) - day < timedelta(days=NEW_FOR_DAYS)


def find_day(instant: datetime) -> date:
    """Return the day of an instant in Paris."""
    return instant.astimezone(PARIS).date()


async def post_day(ctx: Context, day: date) -> Sequence[Reply]:
    """Post the daily message of a channel once, then rewrite it; post it again if the ressourcerie has another channel
    since. The caller holds the write lock, so that it is never posted twice."""
    place, text = await find_channel(ctx), await _draw_day(ctx, day)
    said = text or render("ressources/day_empty", day=say_date(day))
    shown = [DAY.rewrite(day, said)] if await DAY.list_posts(ctx.db, day) else []
    if not (place and text and is_new(ctx, day)) or place in await outbox.find_reached(ctx.db, [DAY.of(day)]):
        return shown
    return [*shown, DAY.post(day, text, place)]


async def _draw_day(ctx: Context, day: date) -> Markdown:
    """Draw what was published on a day; "" if nothing was. Imported resources are only counted."""
    start, end = bound_day(day)
    found = await resources.list_published_between(ctx.db, start, end)
    imported = await resources.count_imported(ctx.db, start, end)
    if not found and not imported:
        return Markdown("")
    lines = [draw_post(resource, "day_line") for resource in found[:DAY_SHOWN]]
    more = max(0, len(found) - DAY_SHOWN)
    return render("ressources/day", day=say_date(day), lines=lines, more=more, imported=imported)


def bound_day(day: date) -> tuple[datetime, datetime]:
    """Return the instants at which a day and the next one begin in Paris."""
    return find_midnight(day), find_midnight(day + timedelta(days=1))


def draw_post(resource: Resource, what: str) -> Markdown:
    """Draw a resource for the channel: as a line of its day, above its files, or at the beginning of its thread."""
    known = KINDS.get(resource.type)
    return render(
        f"ressources/{what}",
        resource=resource,
        title=link_title(resource),
        kind=known.libelle.lower() if known else "",
        files=len(resource.files),
        about=quotation(resource.description, 300),
        there=resource.state is ResourceState.PUBLISHED,
    )


def delete_files_post(resource: Resource) -> Sequence[Reply]:
    """Delete the post of a resource’s files; its comments stay."""
    if resource.post_id in {"", resource.thread_post}:
        return []
    post_id, channel_id = resource.post_id, resource.channel_id
    resource.post_id = ""
    resource.showing += 1
    return [DeletePost(post_id, channel_id=channel_id)]


async def post_files(ctx: Context, resource: Resource) -> Sequence[Reply]:
    """Post the files of a resource once, in the thread of its daily post."""
    place = await find_channel(ctx)
    if not (place and resource.files and resource.published_at) or resource.post_id:
        return []
    day = find_day(resource.published_at)
    if resource.state is not ResourceState.PUBLISHED or await FILES.is_sent(ctx.db, resource):
        return []
    roots = [post for post in await DAY.list_posts(ctx.db, day) if post.channel_id == place]
    if not roots and (is_new(ctx, day) or place in await outbox.find_reached(ctx.db, [DAY.of(day)])):
        # Once the message of that day stands, its files come.
        return []
    root = roots[0].post_id if roots else ""
    return [FILES.post(resource, draw_post(resource, "files"), place, root_id=root, files=list(resource.files))]


@feature.watches
async def watch_thread_channel(db: AsyncSession, settings: Settings) -> WatchedPlaces:
    """Watch the ressourcerie’s channel for comments in threads."""
    known = await canaux.find_channel_ids(db)
    return WatchedPlaces(crowded=frozenset({known[CHANNEL]} if CHANNEL in known else ()))


async def say_comments(ctx: Context, resource: Resource) -> Markdown:
    """Say how many comments a resource has, and where; "" for none."""
    count = await feedback.count_comments(ctx.db, resource.number)
    link = make_permalink(ctx.settings, resource.thread_post) if resource.thread_post else ""
    return render("ressources/comments", count=count, link=link) if count else Markdown("")


@feature.button(records.Comment, writes=False)
async def open_comment_window(ctx: Context, click: records.Comment) -> Replies:
    """Open the window of a comment."""
    resource = await _must_be_published(ctx, await records.find_resource(ctx, click.resource))
    return Ask(CommentResource.of(resource), here=False)


async def _must_be_published(ctx: Context, resource: Resource) -> Resource:
    if resource.state is not ResourceState.PUBLISHED:
        raise UserError(render("ressources/not_published"))
    if not await find_channel(ctx):
        raise UserError(render("ressources/no_channel"))
    return resource


@feature.submit(CommentResource)
async def comment_resource(ctx: Context, form: CommentResource) -> Replies:
    """Post a comment in the thread of a resource; if there is none, begin it first."""
    resource, _ = await records.lock_resource(ctx, form.resource)
    await _must_be_published(ctx, resource)
    said = feedback.ResourceComment(resource=resource.number, user_id=ctx.user.id, at=ctx.now, waits=form.text)
    begun: Sequence[Reply] = []
    if resource.thread_post:
        said.waits = ""
        begun = [_post_comment(resource, await read_display_name(ctx, ctx.user.id), form.text)]
    elif not await THREAD.is_sent(ctx.db, resource):
        begun = [THREAD.post(resource, draw_post(resource, "thread"), await find_channel(ctx))]
    left = await quotas.spend(ctx, quotas.Quota.COMMENT)
    await store(ctx.db, said)
    thanks = Whisper(render("ressources/commented", resource=resource))
    return [thanks, *left, *begun, *await _tell_author_of_comment(ctx, resource, ctx.user.id, form.text)]


def _post_comment(resource: Resource, name: str, text: str) -> Reply:
    words = Markdown(f"**{name}** :\n{relay_plain_text(text)}")
    return Say(words, channel_id=resource.channel_id, root_id=resource.thread_post)


async def note_thread(ctx: Context, number: int, event: Delivered) -> Sequence[Reply]:
    """Record where a thread begins, and post the comments that waited for it."""
    resource, revision = await records.lock_resource(ctx, number)
    resource.thread_post, resource.channel_id = event.post_id, event.channel_id
    resource.post_id = resource.post_id or ("" if resource.files else event.post_id)
    await write_resources(ctx.db, [resource], revision)
    waiting = await feedback.take_waiting_comments(ctx.db, number)
    return [_post_comment(resource, await read_display_name(ctx, one.user_id), one.waits) for one in waiting]


@feature.event(Posted, name="ressources.typed.Posted", only=in_thread)
async def note_typed_comment(ctx: Context, event: Posted) -> Replies:
    """Record a reply in the thread of a resource as a comment."""
    resource = await resources.find_by_thread(ctx.db, event.root_id)
    if resource is None:
        return None
    said = feedback.ResourceComment(resource=resource.number, user_id=event.user_id, at=ctx.now, post_id=event.post_id)
    await store(ctx.db, said)
    return await _tell_author_of_comment(ctx, resource, event.user_id, event.text)


@feature.event(Deleted, name="ressources.taken_away.Deleted", only=in_thread)
async def forget_deleted_comment(ctx: Context, event: Deleted) -> Replies:
    """Forget a deleted comment."""
    await feedback.forget_comment(ctx.db, event.post_id)
    return None


async def _tell_author_of_comment(ctx: Context, resource: Resource, by: str, text: str) -> Sequence[Reply]:
    """Tell the author of a resource (else its depositor) about comments, once a day."""
    whom = resource.auteur_id or resource.deposited_by
    if whom in {"", by} or not await is_active(ctx, whom):
        return []
    day = find_day(ctx.now)
    if not await claims.claim(ctx.db, "ressources.comment", f"{resource.number}:{whom}:{day}", ctx.now):
        return []
    link = make_permalink(ctx.settings, resource.thread_post) if resource.thread_post else ""
    said = render(
        "ressources/told_comment",
        resource=resource,
        by=await read_display_name(ctx, by),
        word=Markdown("\n".join(f"> {escape(line)}" for line in text[:300].splitlines() if line.strip())),
        link=link,
    )
    return [News(user_id=whom, text=said)]
