"""Proposals of resources by anybody: with « /ressources ajouter », from a message or a ticket, or by 📚 under a
message."""

import asyncio
import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel

from bot import attachments, quotas
from bot.account_status import is_active
from bot.context import Context, ReadingContext
from bot.errors import ChatError, UserError
from bot.events import Reacted
from bot.features import Feature
from bot.forms.kinds import LONG_MAX, TEXT_MAX
from bot.french import plural
from bot.mattermost import ChatFile, ChatPost
from bot.outbox_rows import FILES_MAX
from bot.permalinks import find_permalink, may_be_shown, read_publishable_post
from bot.replies import Ask, Button, Direct, News, Replies, Reply, Update, Whisper
from bot.texts import Markdown, quotation, render
from commands.ressources import posts, records
from commands.ressources.records import feature
from config.themes import bits
from dialogs.canaux import watch_planned_channels
from dialogs.ressources import ALL_FILES, KEPT_FILES, NO_FILES, DepositResource, EditResource, Fiche
from storage import claims, people
from storage.hotline import tickets
from storage.ressources import resources
from storage.ressources.resources import STANDING_STATES, Resource, ResourceState
from storage.urls import first_link, guess_type, guess_type_of_file, read_link, strip_links

NAME_MAX = 80
"""The most characters of a file’s name in a window’s state; the whole name is known once the bot has a copy."""
_LIST = ("categorie", "niveau", "public", "licence")
OfferedFiles = dict[str, dict[str, Any]]
"""The hidden state of a window about the files that it offers, by the message that has them (see ``Fiche``)."""


async def offer_files(ctx: ReadingContext, post: ChatPost) -> OfferedFiles:
    """Read the files of a message for the window, now that Mattermost answers; sending the window then needs no
    request."""
    label, found = await attachments.describe_files(ctx, post), await attachments.read_files(ctx.chat, post.file_ids)
    fault = _find_file_fault(found, await ctx.chat.largest_file())
    return {
        "attached": {post.id: label},
        "files": {post.id: {file.id: file.name[-NAME_MAX:] for file in found[:FILES_MAX] if file}},
        "faults": {post.id: fault} if fault else {},
    }


def _find_file_fault(files: Sequence[ChatFile | None], largest: int) -> str:
    """Say why files cannot be accepted, in French; "" if they can."""
    if len(files) > FILES_MAX:
        return render("ressources/too_many_files", most=FILES_MAX)
    if heavy := next((file for file in files if file and file.size > largest), None):
        size, most = attachments.say_size(heavy.size), attachments.say_size(largest)
        return render("ressources/file_too_heavy", name=heavy.name, size=size, most=most)
    return ""


POSTS_OFFERED = 3
"""How many messages with files are offered: what is known of each lies in the window."""


async def offer_recent_files(ctx: ReadingContext) -> OfferedFiles:
    """Read the last files that somebody sent to the bot, message by message and all together; none if Mattermost is
    slow."""
    try:
        async with asyncio.timeout(attachments.PATIENCE):
            found = await attachments.find_newest_posts(ctx, POSTS_OFFERED)
            return _join_offers(await asyncio.gather(*(offer_files(ctx, post) for post in found)))
    except (ChatError, TimeoutError):
        return {}


def _join_offers(offers: Sequence[OfferedFiles]) -> OfferedFiles:
    """Put the files of several messages in one list, those of all messages as one more choice where they fit."""
    joined: OfferedFiles = {"attached": {}, "files": {}, "faults": {}}
    files: dict[str, str] = {}
    for offered in offers:
        for part in joined:
            joined[part] |= offered[part]
        for names in offered["files"].values():
            files = names | files  # the oldest first
    if len(offers) > 1 and not joined["faults"] and len(files) <= FILES_MAX:
        joined["attached"][ALL_FILES] = f"Tous ensemble : {plural(len(files), 'fichier')}"
        joined["files"][ALL_FILES] = files
    return joined if offers else {}


async def draft_window(ctx: ReadingContext, **known: Any) -> DepositResource:
    """Make the window of a new resource, with the files that were just sent."""
    return DepositResource.draft(fichiers=NO_FILES, **known, **await offer_recent_files(ctx))


async def draft_from_message(ctx: ReadingContext, post: ChatPost) -> DepositResource:
    """Fill the window from a message: its text, its first link, its files, and its author."""
    first, _, rest = post.message.strip().partition("\n")
    title = strip_links(first)
    cut = len(title) > TEXT_MAX
    words = post.message.strip() if cut or not title else rest.strip()
    author = await ctx.chat.user(post.user_id) if post.user_id != ctx.user.id else None
    return DepositResource.draft(
        titre=(f"{title[: TEXT_MAX - 1]}…" if cut else title) or None,
        url=first_link(post.message) or None,
        description=words[:LONG_MAX] or None,
        source=post.id,
        fichiers=post.id if post.file_ids else NO_FILES,
        **(await offer_files(ctx, post) if post.file_ids else {}),
        **({"auteur": author.id, "names": {author.id: author.username}} if author else {}),
    )


def draft_edit_window(resource: Resource, offered: OfferedFiles) -> EditResource:
    """Fill the window of an existing resource; a description that is too long for it stays as it is."""
    fits = len(resource.description) <= LONG_MAX
    kept = {KEPT_FILES: f"Les garder : {', '.join(resource.files.values())}"[:200]} if resource.files else {}
    return EditResource.draft(
        **{name: getattr(resource, name) or None for name in ("titre", "url", *_LIST)},
        kind=resource.type or None,
        description=(resource.description if fits else "") or None,
        resource=resource.number,
        version=resource.version,
        length=0 if fits else len(resource.description),
        named=f"@{resource.auteur}" if resource.auteur else "",
        themes=resource.theme_codes,
        fichiers=KEPT_FILES if kept else NO_FILES,
        **{**offered, "attached": {**kept, **offered.get("attached", {})}},
    )


async def read_form(ctx: Context, form: Fiche, was: Resource | None = None) -> dict[str, Any]:
    """Return the columns that a window sets; unchanged ones, such as kept files or an author that nobody chose, are
    left out. A type that the link of what ``was`` had given does not outlive this link."""
    said: dict[str, Any] = {name: getattr(form, name) for name in ("titre", "url", *_LIST)}
    said |= {"themes": bits(form.themes), "description": "\n".join(form.description.splitlines())}
    if form.fichiers != KEPT_FILES:
        said["files"] = form.files.get(form.fichiers, {})
    names = list(said.get("files", was.files if was else {}).values())
    is_of_link = was is not None and form.url != was.url and form.kind == guess_type(was.url)
    kind = "" if is_of_link else form.kind
    said["type"] = kind or guess_type(form.url) or (guess_type_of_file(names[0]) if names else "")
    return said | await _read_author(ctx, form)


async def _read_author(ctx: Context, form: Fiche) -> dict[str, str]:
    if not form.auteur:
        return {}
    known = await people.get(ctx.db, form.auteur)
    return {"auteur": known.username if known else form.names.get(form.auteur, ""), "auteur_id": form.auteur}


_TICKET = re.compile(r"(?:demande|ticket) ?(?:n ?)?(\d{1,9})")


@feature.command(
    "ressources ajouter", help="Proposer une ressource", hint="[titre | lien | lien d’un message | demande 12]"
)
async def add_resource(ctx: ReadingContext, line: str) -> Replies:
    """Open the window, filled from the link or message of the line."""
    if ident := find_permalink(line):
        return await open_deposit(ctx, records.Deposit(post_id=ident))
    if found := _TICKET.fullmatch(records.normalise_line(line)):
        return await open_deposit(ctx, records.Deposit(ticket=int(found[1])))
    link, title = _split_link(line.strip().strip("<>"))
    if (
        _read_as_link(link)
        and (known := await resources.find_by_key(ctx.db, resources.make_key(link, "")))
        and known.state in STANDING_STATES
    ):
        return Whisper(*_tell_known(known))
    return Ask(await draft_window(ctx, url=link or None, titre=title or None))


def _split_link(line: str) -> tuple[str, str]:
    """Split a line into its link and its other words. A forbidden link still counts as one: the window explains."""
    if any(map(str.isspace, line)):
        link = first_link(line)
        return link, strip_links(line) if link else line
    link = _read_as_link(line) or (line if line.startswith(("http://", "https://")) else "")
    return link, "" if link else line


def _read_as_link(word: str) -> str:
    """Read a word as an address; "" if it is none."""
    try:
        return read_link(word) if "." in word else ""
    except ValueError:
        return ""


def _tell_known(known: Resource) -> tuple[Markdown, Sequence[Button]]:
    """Say that the resource exists already, with a button to open it."""
    text = render("ressources/known", resource=known, waits=known.state is ResourceState.PROPOSED)
    return text, [Button("Ouvrir", records.OpenResource(resource=known.number), "primary")]


@feature.button(records.Deposit, writes=False)
async def open_deposit(ctx: ReadingContext, click: records.Deposit) -> Replies:
    """Open the window, filled from a message or a ticket if there is one."""
    if click.post_id:
        post = await read_publishable_post(ctx, click.post_id)
        if known := await resources.find_made_of(ctx.db, post_id=post.id):
            return Whisper(*_tell_known(known))
        return Ask(await draft_from_message(ctx, post))
    if click.ticket:
        return await _open_from_ticket(ctx, click.ticket)
    return Ask(await draft_window(ctx, titre=click.titre or None, description=click.description or None))


async def _open_from_ticket(ctx: ReadingContext, number: int) -> Replies:
    """Open the window with a ticket’s question and solution, for those who took part in it; or show the resource
    already made of it. Raises UserError."""
    ticket = await tickets.get(ctx.db, number)
    is_agent = ctx.user.may((people.Role.HOTLINE, people.Role.ANIMATEUR))
    if ticket is None or not (is_agent or ctx.user.id in {ticket.author_id, ticket.agent_id}):
        raise UserError(render("ressources/no_ticket", number=number))
    if known := await resources.find_made_of(ctx.db, ticket=number):
        return Whisper(*_tell_known(known))
    return Ask(await draft_window(ctx, titre=ticket.subject, description=ticket.solution or None, ticket=number))


@feature.submit(DepositResource)
async def deposit_resource(ctx: Context, form: DepositResource) -> Replies:
    """Store a resource, and publish it or submit it for review. The same link twice is one resource."""
    revision = await resources.begin_writing(ctx.db)
    said = await read_form(ctx, form)
    known = await resources.find_by_key(ctx.db, resources.make_key(form.url, form.titre))
    if known is not None and known.state in STANDING_STATES:
        if await ctx.drafts.accepted(ctx.db, [ctx.request.key]):
            # It is this very window, sent twice.
            return None
        waits = ", elle attend d’être relue" if known.state is ResourceState.PROPOSED else ""
        sentence = render("ressources/known_already", known=known, waits=waits)
        raise UserError(fields={"lien" if form.url else "titre": sentence})
    left = await quotas.spend(ctx, quotas.Quota.RESOURCE)
    new = _make_resource(ctx, form, said, known)
    await resources.write_resources(ctx.db, [new], revision)
    resource = known or await resources.find_by_key(ctx.db, new.key)
    assert resource is not None  # it was just written
    asked = await _ask_requester(ctx, resource)
    if not asked and await _is_trusted(ctx, resource):
        told = await posts.publish_resource(ctx, resource, revision)
        opened = [Button("Ouvrir", records.OpenResource(resource=resource.number))]
        thanks = Whisper(render("ressources/added", resource=resource), opened)
    else:
        thanks = Whisper(render("ressources/proposed", resource=resource))
        told = await posts.post_card(ctx, resource)
    credited = await _tell_author(ctx, resource)
    return [thanks, *told, *credited, *asked, *left, *records.check_link(ctx, resource)]


async def _find_requester(ctx: Context, resource: Resource) -> str:
    """Return the author of the ticket that somebody else made a resource of; "" if there is none."""
    ticket = await tickets.get(ctx.db, resource.ticket) if resource.ticket else None
    return ticket.author_id if ticket and ticket.author_id != resource.deposited_by else ""


async def _ask_requester(ctx: Context, resource: Resource) -> Sequence[Reply]:
    """Show the ticket’s author what would be published, which they may refuse; it is always reviewed first."""
    requester = await _find_requester(ctx, resource)
    if not requester:
        return []
    words = quotation(resource.description, posts.DESCRIPTION_SHOWN)
    text = render("ressources/from_ticket", resource=resource, by=ctx.user, words=words)
    refuse = Button("Je préfère que non", Object(resource=resource.number))
    return await records.tell_others(ctx, [requester], text, [refuse])


def _make_resource(ctx: Context, form: DepositResource, said: dict[str, Any], known: Resource | None) -> Resource:
    """Make the proposed resource; a refused or withdrawn one with the same link is used again."""
    now = {
        "auteur": ctx.user.username,
        "auteur_id": ctx.user.id,
        **said,
        "key": resources.make_key(form.url, form.titre),
        "date": ctx.today,
        "state": ResourceState.PROPOSED,
        "deposited_by": ctx.user.id,
        "source_post": form.source,
        "ticket": form.ticket or None,
        "decided_by": "",
        "reason": "",
        "question": "",
        "changed_at": ctx.now,
    }
    if known is None:
        return Resource(**now, created_at=ctx.now, revision=0)
    for name, value in now.items():
        setattr(known, name, value)
    return known


async def _is_trusted(ctx: Context, resource: Resource) -> bool:
    """Return whether a resource is published without review. An address or number in it needs an animateur; a telephone
    number needs one even in an animateur’s own."""
    trust, role = ctx.settings.trusted, ctx.user.role
    if ctx.user.animates:
        return not posts.has_phone(resource)
    if posts.name_contacts(resource):
        return False
    if role is not None and role.value in trust.roles:
        return True
    return trust.published is not None and await resources.count_published_by(ctx.db, ctx.user.id) >= trust.published


class Object(records.OfResource):
    """Button « Je préfère que non »: the author of a message or ticket objects to a resource made of it."""


async def _tell_author(ctx: Context, resource: Resource) -> Sequence[Reply]:
    """Tell the author of a resource that somebody else proposed it; they may object."""
    if resource.auteur_id == resource.deposited_by:
        return []
    is_published = resource.state is ResourceState.PUBLISHED
    text = render("ressources/credited", resource=resource, by=ctx.user, published=is_published)
    objects = Button("Je préfère que non", Object(resource=resource.number))
    return await records.tell_others(ctx, [resource.auteur_id], text, [objects])


@feature.button(Object)
async def object_to_resource(ctx: Context, click: Object) -> Replies:
    """Withdraw a proposed resource at the wish of whoever wrote its message or ticket; for a published one, offer its
    author « Retirer »."""
    resource, revision = await records.lock_resource(ctx, click.resource)
    if ctx.user.id not in {resource.auteur_id, await _find_requester(ctx, resource)}:
        raise UserError(render("ressources/not_your_name"))
    if resource.state is ResourceState.PUBLISHED and ctx.user.id != resource.auteur_id:
        raise UserError(render("ressources/published_before"))
    if resource.state is ResourceState.PUBLISHED:
        offered = [Button("Retirer la ressource", records.RemoveResource(resource=resource.number), "danger")]
        return Whisper(render("ressources/published_already", resource=resource), offered)
    told = Update(render("ressources/objected", resource=resource))
    if resource.state is not ResourceState.PROPOSED:
        return told
    resource.state, resource.decided_by = ResourceState.WITHDRAWN, ctx.user.id
    resource.reason = render("ressources/source_rather_not")
    resource.changed_at = ctx.now
    await resources.write_resources(ctx.db, [resource], revision)
    card = await posts.refresh_card(ctx, resource)
    if not await is_active(ctx, resource.deposited_by):
        return [told, *card]
    return [told, *card, News(user_id=resource.deposited_by, text=render("ressources/rather_not", resource=resource))]


class DeclineDeposit(BaseModel):
    """Button « Non merci » of somebody who marked a message with 📚."""

    post_id: str


BOOKS = "books"
"""What Mattermost calls 📚."""

livre = Feature("livre")
"""Listens for 📚 wherever the bot is; it hears nothing else there."""
livre.watches(watch_planned_channels)


async def read_marked_post(ctx: ReadingContext, event: Reacted) -> tuple[ChatPost, bool] | None:
    """Read the message marked with 📚, and whether the person may make a resource of it."""
    if event.emoji != BOOKS:
        return None
    try:
        post = await ctx.chat.read_post(event.post_id)
        may_go = await may_be_shown(ctx, post)
    except ChatError as error:
        if error.may_pass:
            raise
        return None
    return None if post.type or post.user_id == (await ctx.chat.me()).id else (post, may_go)


@livre.event(Reacted, name="livre.reacted.Reacted", asks=read_marked_post)
async def offer_deposit(ctx: Context, event: Reacted, marked: tuple[ChatPost, bool]) -> Replies:
    """Ask the person who marked a message with 📚 whether to make a resource of it, once for each message."""
    post, may_go = marked
    if not may_go:
        return await _refuse_private(ctx, post.channel_id)
    if not await claims.claim(ctx.db, "ressources.livre", f"{post.id}:{event.user_id}", ctx.now):
        return None
    if known := await resources.find_made_of(ctx.db, post_id=post.id):
        text, _ = _tell_known(known)
        return Direct(text, [Button("Ouvrir", records.OpenResource(resource=known.number))], user_id=event.user_id)
    text = render("ressources/offer", text=post.message[:300])
    buttons = [Button("En faire une fiche", records.Deposit(post_id=post.id), "primary")]
    return Direct(text, [*buttons, Button("Non merci", DeclineDeposit(post_id=post.id))], user_id=event.user_id)


async def _refuse_private(ctx: Context, channel_id: str) -> Replies:
    """Say that the channel is private, once to each person."""
    if not await claims.claim(ctx.db, "ressources.private", f"{channel_id}:{ctx.user.id}", ctx.now):
        return None
    return Direct(render("ressources/private"), user_id=ctx.user.id)


@feature.button(DeclineDeposit, name="ressources.Decline")
async def decline_deposit(ctx: Context, click: DeclineDeposit) -> Replies:
    """Make no resource of the message."""
    return Update(render("ressources/declined"))
