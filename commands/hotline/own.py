"""« /hotline mes demandes »: one’s own, and what is offered to who writes to the bot beside its threads."""

from collections.abc import Sequence

from pydantic import BaseModel

from bot.context import Context
from bot.errors import UserError
from bot.events import DirectMessage
from bot.lines import Run
from bot.replies import Button, Heard, Press, Replies, Update, Waiting, Whisper
from bot.texts import render
from commands.hotline.card import link_to, say_state
from commands.hotline.feature import feature
from commands.hotline.making import NOT_THERE, locked
from commands.hotline.mirror import Place, bring
from commands.hotline.queues import say_queue
from storage.hotline import cards, tickets, wishes
from storage.hotline.lines import Side

PAGE = 10
OFFERED_MAX = 2
"""Open demands to which a loose message can be added by a click."""


class AddTo(BaseModel):
    """« Ajouter à la demande n° 12 » what somebody wrote beside its thread."""

    ticket: int
    post_id: str


class BringTo(BaseModel):
    """A message of the direct channel is to go to the agents of a ticket."""

    ticket: int
    post_id: str
    text: str
    files: list[str] = []


class Mine(BaseModel):
    """« La suite » of one’s own demands."""

    page: int


@feature.command("hotline demandes", help="Voir vos demandes d’aide et où elles en sont")
async def mine(ctx: Context, _: str) -> Replies:
    """One’s own, what is open first."""
    return await show(ctx, 0)


@feature.button(Mine, writes=False)
async def more(ctx: Context, click: Mine) -> Replies:
    """The next page."""
    return await show(ctx, click.page)


async def show(ctx: Context, page: int) -> Whisper:
    """A page of one’s own demands."""
    found = await tickets.of_author(ctx.db, ctx.user.id, page * PAGE, PAGE + 1)
    lines = [
        (ticket, say_state(ticket), say_queue(ctx, ticket.queue), link_to(ctx, ticket.thread_post, "le fil"))
        for ticket in found[:PAGE]
    ]
    waiting = await wishes.of(ctx.db, ctx.user.id) if not page else []
    buttons = [Button("La suite", Mine(page=page + 1))] if len(found) > PAGE else []
    buttons += [] if found or page else [Button("Demander de l’aide", Run(line="hotline"), "primary")]
    return Whisper(render("hotline/mine", lines=lines, waiting=len(waiting), page=page), buttons)


@feature.waiting
async def remind(ctx: Context) -> Sequence[Waiting]:
    """Demands that wait for the person, and one that they have not decided about."""
    mine_ = await tickets.open_of_author(ctx.db, ctx.user.id)
    asked = [ticket for ticket in mine_ if ticket.state == "en_attente"]
    if not asked:
        return []
    said = f"la demande n° {asked[0].number} attend votre réponse" if len(asked) == 1 else "des demandes vous attendent"
    return [Waiting(said, Button("Mes demandes", Run(line="hotline mes demandes")))]


@feature.hears_words
async def overhear(ctx: Context, message: DirectMessage) -> Heard:
    """What is said in the thread of a demand is for its agents; what is said beside may be, too."""
    if message.root_id and await tickets.by_thread(ctx.db, message.root_id):
        return Heard(is_its=True)
    theirs = await tickets.open_of_author(ctx.db, message.user_id)
    return Heard(
        buttons=[
            Button(f"Ajouter à la demande n° {ticket.number}", AddTo(ticket=ticket.number, post_id=message.post_id))
            for ticket in theirs[-OFFERED_MAX:]
        ]
    )


@feature.button(AddTo, writes=False)
async def add_to(ctx: Context, click: AddTo) -> Replies:
    """It goes to the agents, as if it had been written in the thread. (Mattermost, asked here, cannot be where
    something is written.)"""
    post = await ctx.chat.read_post(click.post_id)
    if post.user_id != ctx.user.id:
        raise UserError(NOT_THERE)
    added = BringTo(ticket=click.ticket, post_id=post.id, text=post.message, files=list(post.file_ids))
    return Press.to(added)


@feature.button(BringTo)
async def bring_to(ctx: Context, click: BringTo) -> Replies:
    """It is under the card."""
    ticket = await locked(ctx, click.ticket)
    if ticket.author_id != ctx.user.id:
        raise UserError(NOT_THERE)
    place = Place(ticket, await cards.get(ctx.db, ticket), Side.DIRECT)
    brought = await bring(ctx, place, click.post_id, click.text, click.files)
    if not brought:
        raise UserError("C’est déjà ajouté.")
    return [*brought, Update(render("hotline/added", number=ticket.number))]
