"""What was said with who asked, read where it stands: in their direct channel. The bot’s tables keep no words of it."""

from collections.abc import Collection, Sequence
from itertools import pairwise

from pydantic import BaseModel

from bot import guard
from bot.context import Context
from bot.errors import ChatError
from bot.mattermost import ChatPost
from bot.replies import Progress, Reply, Say, Start, Step
from bot.texts import Markdown, relay_plainly, render
from commands.hotline.agents import name_of
from commands.hotline.feature import feature
from storage.database import release
from storage.hotline import cards, lines, moves, tickets
from storage.hotline.moves import TicketMove
from storage.hotline.states import Move
from storage.hotline.tickets import Ticket

LINE_MAX, SHOWN_MAX = 600, 3_000
"""Characters of one line, and of all that is shown at once: the last ones."""


class CarryExchange(BaseModel):
    """A ticket came to another queue: its agents read under the card what was said before, and what is for them."""

    ticket: int
    queue: str
    is_back: bool = False


async def read_exchange(ctx: Context, ticket: Ticket, since: int = 0) -> Sequence[Markdown]:
    """What its author and the agents said to each other after an instant (ms), oldest first, the last of it.

    For anybody but its author what is personal in the author’s words is masked, unless they want it read. Nothing
    where their channel cannot be read any more.
    """
    if not ticket.thread_post:
        return []
    kept = await lines.kept(ctx.db, ticket.number)
    author = await name_of(ctx, ticket.author_id)
    await release(ctx.db)
    try:
        thread = await ctx.chat.thread(ticket.thread_post)
    except ChatError as error:
        if error.may_pass:
            raise
        return []
    after = [post for post in thread if post.root_id and not post.type and post.create_at > since]
    said = [_say(ticket, post, author, kept, mine=ctx.user.id == ticket.author_id) for post in after]
    return _last([line for line in said if line])


def _say(ticket: Ticket, post: ChatPost, author: str, kept: Collection[str], *, mine: bool) -> Markdown:
    if post.user_id != ticket.author_id:
        attached = [str(each.get("text") or "") for each in post.props.get("attachments") or ()]
        return Markdown(_cut("\n".join(filter(None, [post.message, *attached]))))
    is_read = mine or post.id in kept
    words = post.message if is_read else guard.mask(post.message, guard.find(post.message))
    return render("hotline/said", person=author, text=relay_plainly(_cut(words))) if words.strip() else Markdown()


def _cut(text: str) -> str:
    return text if len(text) <= LINE_MAX else f"{text[: LINE_MAX - 1]}…"


def _last(said: Sequence[Markdown]) -> Sequence[Markdown]:
    """As many of the last as may be shown at once."""
    left, shown = SHOWN_MAX, []
    for line in reversed(said):
        left -= len(line)
        if left < 0:
            break
        shown.append(line)
    return shown[::-1]


async def carry_if_moved(ctx: Context, ticket: Ticket, *, is_back: bool = False) -> Sequence[Reply]:
    """What is begun once a card stands: nothing for a ticket that was never transferred. Where it ``is_back``, what was
    said before it left is there already."""
    made = await moves.history(ctx.db, ticket.number) if ticket.version else []
    was_moved = any(move.move is Move.TRANSFER for move in made)
    work = CarryExchange(ticket=ticket.number, queue=ticket.queue, is_back=is_back)
    return [Start(payload=work, quiet=True)] if was_moved else []


@feature.work(CarryExchange, name="hotline.CarryExchange", title="Suite d’une demande transférée")
async def carry(ctx: Context, work: CarryExchange, _: Progress) -> Step:
    """Under the card in one message; nothing where the ticket went on to another queue meanwhile."""
    ticket = await tickets.get(ctx.db, work.ticket)
    card = await cards.get(ctx.db, ticket) if ticket and ticket.queue == work.queue else None
    if ticket is None or card is None or not card.post_id:
        return Step(finished=True)
    transfers = [move for move in await moves.history(ctx.db, ticket.number) if move.move is Move.TRANSFER]
    note, place, root = transfers[-1].internal, card.channel_id, card.post_id
    said = await read_exchange(ctx, ticket, _left_at(transfers) if work.is_back else 0)
    if not (said or note):
        return Step(finished=True)
    text = render("hotline/exchange", note=note, said=said)
    return Step(replies=[Say(text, channel_id=place, root_id=root)], finished=True)


def _left_at(transfers: Sequence[TicketMove]) -> int:
    """When a ticket that came back had left this queue, in ms."""
    here = transfers[-1].queue
    left = [later for move, later in pairwise(transfers) if move.queue == here]
    return int((left or transfers)[-1 if left else 0].at.timestamp() * 1000)
