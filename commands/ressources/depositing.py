"""« /ressources ajouter »: everybody proposes resources; trusted people publish theirs at once."""

import re
from collections.abc import Sequence
from typing import Any

from bot import quotas
from bot.context import Context
from bot.errors import UserError
from bot.linked import link_in, read_to_publish
from bot.others import is_there
from bot.quotas import Quota
from bot.replies import Ask, Button, Direct, Replies, Reply, Update, Whisper
from bot.texts import quotation, render
from commands.ressources import filling, proposals, publishing
from commands.ressources.buttons import Deposit, Object, Open, Withdraw
from commands.ressources.feature import feature
from commands.ressources.taking import locked, words
from dialogs.ressources.deposit import DepositResource
from storage.hotline import tickets
from storage.links import first_link, read_link, without_links
from storage.people import Role
from storage.ressources import review
from storage.ressources.resource import Resource, State, among, begin_writing, by_link, key, write

_TICKET = re.compile(r"(?:demande|ticket) ?(?:n ?)?(\d{1,9})")
THERE = (State.PROPOSED, State.PUBLISHED)
RATHER_NOT = "La personne dont viennent ces mots préfère que non."


@feature.command(
    "ressources ajouter", help="Proposer une fiche", hint="[titre | lien | lien d’un message | demande 12]"
)
async def add(ctx: Context, line: str) -> Replies:
    """The window, filled with what the line leads to."""
    if ident := link_in(line):
        return await begin(ctx, Deposit(post_id=ident))
    if found := _TICKET.fullmatch(words(line)):
        return await begin(ctx, Deposit(ticket=int(found[1])))
    link, title = _link_and_title(line.strip().strip("<>"))
    if _link(link) and (known := await by_link(ctx.db, link)) and known.state in THERE:
        return told_known(known)
    return Ask(await filling.window(ctx, url=link or None, titre=title or None))


def _link_and_title(line: str) -> tuple[str, str]:
    """What a line leads to, and its other words. A link that may not be kept stays one: the window says why."""
    if any(map(str.isspace, line)):
        link = first_link(line)
        return link, without_links(line) if link else line
    link = _link(line) or (line if line.startswith(("http://", "https://")) else "")
    return link, "" if link else line


def _link(word: str) -> str:
    """The address that a word is; "" where it is none."""
    try:
        return read_link(word) if "." in word else ""
    except ValueError:
        return ""


def told_known(known: Resource) -> Whisper:
    """It is there already, and a click away."""
    text = render("ressources/known", resource=known, waits=known.state is State.PROPOSED)
    return Whisper(text, [Button("Ouvrir", Open(resource=known.number), "primary")])


@feature.button(Deposit, writes=False)
async def begin(ctx: Context, click: Deposit) -> Replies:
    """The window, filled from a message or a ticket if there is one."""
    if click.post_id:
        post = await read_to_publish(ctx, click.post_id)
        if known := await review.from_post(ctx.db, post.id):
            return told_known(known)
        return Ask(await filling.from_message(ctx, post))
    if click.ticket:
        return await _from_ticket(ctx, click.ticket)
    return Ask(await filling.window(ctx, titre=click.titre or None, description=click.description or None))


async def _from_ticket(ctx: Context, number: int) -> Replies:
    """The window with what was asked and what solved it, for who had a part in it; or what was made of it. Raises
    UserError."""
    ticket = await tickets.get(ctx.db, number)
    is_agent = ctx.user.may((Role.HOTLINE, Role.ANIMATEUR))
    if ticket is None or not (is_agent or ctx.user.id in {ticket.author_id, ticket.agent_id}):
        raise UserError(f"Il n’y a pas de demande n° {number}, ou elle n’est pas à vous.")
    if known := await review.from_ticket(ctx.db, number):
        return told_known(known)
    window = await filling.window(ctx, titre=ticket.subject, description=ticket.solution or None, ticket=number)
    return Ask(window)


@feature.submit(DepositResource)
async def deposit(ctx: Context, form: DepositResource) -> Replies:
    """Written down, then published or to be reviewed. The same link twice is one resource."""
    revision = await begin_writing(ctx.db)
    said = await filling.read(ctx, form)
    known = next(iter(await among(ctx.db, [key(form.url, form.titre)], [])), None)
    if known is not None and known.state in THERE:
        if await ctx.drafts.accepted(ctx.db, [ctx.request.key]):
            # It is this very window, sent twice.
            return None
        raise UserError(fields={"lien" if form.url else "titre": _already(known)})
    left = await quotas.spend(ctx, Quota.RESOURCE)
    new = _made(ctx, form, said, known)
    await write(ctx.db, [new], revision)
    resource = known or (await among(ctx.db, [new.key], []))[0]
    asked = await _ask_requester(ctx, resource)
    if not asked and await _is_trusted(ctx, resource):
        told = await publishing.publish(ctx, resource, revision)
        opened = [Button("Ouvrir", Open(resource=resource.number))]
        return [
            Whisper(render("ressources/added", resource=resource), opened),
            *told,
            *await tell_author(ctx, resource),
            *left,
        ]
    thanks = Whisper(render("ressources/proposed", resource=resource))
    return [thanks, *await proposals.put_up(ctx, resource), *await tell_author(ctx, resource), *asked, *left]


async def _requester(ctx: Context, resource: Resource) -> str:
    """Who asked for help where somebody else makes a resource of it; "" where it is nobody else."""
    ticket = await tickets.get(ctx.db, resource.ticket) if resource.ticket else None
    return ticket.author_id if ticket and ticket.author_id != resource.deposited_by else ""


async def _ask_requester(ctx: Context, resource: Resource) -> Sequence[Reply]:
    """Whoever asked for help sees what would be published of it, and may prefer that it were not: it waits for a
    review, whoever made it."""
    requester = await _requester(ctx, resource)
    if not await is_there(ctx, requester):
        return []
    words_ = quotation(resource.description, proposals.SHOWN_MAX)
    text = render("ressources/from_ticket", resource=resource, by=ctx.user, words=words_)
    return [Direct(text, [Button("Je préfère que non", Object(resource=resource.number))], user_id=requester)]


def _already(known: Resource) -> str:
    waits = ", elle attend d’être relue" if known.state is State.PROPOSED else ""
    return f"Cette fiche existe déjà : n° {known.number}{waits}."


def _made(ctx: Context, form: DepositResource, said: dict[str, Any], known: Resource | None) -> Resource:
    """What was proposed; in the place of one that was refused or withdrawn, if there was one of that link."""
    now = {
        "auteur": ctx.user.username,
        "auteur_id": ctx.user.id,
        **said,
        "key": key(form.url, form.titre),
        "date": ctx.today,
        "state": State.PROPOSED,
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
    """Whether it is published without being reviewed. Where it names an address or a number, an animateur looks; at
    what is their own too, where it has a telephone number."""
    trust, role = ctx.settings.trusted, ctx.user.role
    if ctx.user.animates:
        return not proposals.has_phone(resource)
    if proposals.contacts_in(resource):
        return False
    if role is not None and role.value in trust.roles:
        return True
    return trust.published is not None and await review.count_published_by(ctx.db, ctx.user.id) >= trust.published


async def tell_author(ctx: Context, resource: Resource) -> Sequence[Reply]:
    """Who wrote it hears of it, and may prefer that it were not, where somebody else deposits it."""
    author = resource.auteur_id
    if author in {"", resource.deposited_by} or not await is_there(ctx, author):
        return []
    text = render("ressources/credited", resource=resource, by=ctx.user, published=resource.state is State.PUBLISHED)
    return [Direct(text, [Button("Je préfère que non", Object(resource=resource.number))], user_id=author)]


@feature.button(Object)
async def rather_not(ctx: Context, click: Object) -> Replies:
    """What is not published is not; what is, its author may withdraw, with a reason."""
    resource, revision = await locked(ctx, click.resource)
    if ctx.user.id not in {resource.auteur_id, await _requester(ctx, resource)}:
        raise UserError("Cette fiche n’est plus à votre nom.")
    if resource.state is State.PUBLISHED and ctx.user.id != resource.auteur_id:
        raise UserError("Cette fiche est déjà publiée : dites aux animateurs ce qui ne va pas, par « Signaler ».")
    if resource.state is State.PUBLISHED:
        offered = [Button("Retirer la fiche", Withdraw(resource=resource.number), "danger")]
        return Whisper(render("ressources/published_already", resource=resource), offered)
    told = Update(render("ressources/objected", resource=resource))
    if resource.state is not State.PROPOSED:
        return told
    resource.state, resource.decided_by, resource.reason = State.WITHDRAWN, ctx.user.id, RATHER_NOT
    resource.changed_at = ctx.now
    await write(ctx.db, [resource], revision)
    card = await proposals.refresh(ctx, resource)
    if not await is_there(ctx, resource.deposited_by):
        return [told, *card]
    return [told, *card, Direct(render("ressources/rather_not", resource=resource), user_id=resource.deposited_by)]
