"""What is like a demand for help is shown before it is filed: solved ones, and resources that speak of it."""

from collections.abc import Collection, Sequence
from datetime import timedelta

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import quotas
from bot.context import Context
from bot.errors import UserError
from bot.quotas import Quota
from bot.replies import Button, Direct, Refresh, Replies, Reply
from bot.texts import Markdown, render
from commands.hotline.agents import AGENTS
from commands.hotline.feature import feature
from commands.hotline.filing import file
from dialogs.hotline import OpenTicket
from storage import people
from storage.hotline import alike, tickets, wishes
from storage.hotline.states import Urgency
from storage.hotline.tickets import Ticket
from storage.hotline.wishes import TicketWish
from storage.people import Person
from storage.ressources import marks, search
from storage.ressources.marks import Mark
from storage.ressources.resource import Shown

REMEMBERED = timedelta(days=366)
"""How old a solved ticket may be that is shown."""
DECIDES_IN = timedelta(hours=1)
"""After which a demand is filed whose author did not say whether one of those shown was it."""
AT_ONCE = 50
SHOWN_MAX = 3
"""Solved tickets and resources that are shown: with « Continuer », as many buttons as a message has."""
LOOKED_AT = 5
"""Resources among which those are that are shown."""
DECIDED = "Cette demande est déjà partie, ou déjà réglée."


class WasIt(BaseModel):
    """« C’était ça »: that solved ticket answers it."""

    key: str
    ticket: int


class WasFiche(BaseModel):
    """« C’était ça »: that resource answers it."""

    key: str
    fiche: int


class FileIt(BaseModel):
    """« Continuer »: none of them does."""

    key: str


async def accepted(db: AsyncSession, keys: Sequence[str]) -> Collection[str]:
    """Which one-time keys of dialogs made a ticket, or wait for a decision."""
    return {*await tickets.accepted(db, keys), *await wishes.accepted(db, keys)}


@feature.submit(OpenTicket, accepted=accepted)
async def submit(ctx: Context, form: OpenTicket) -> Replies:
    """What is like it and solved, or in the ressourcerie, is shown first. Where nothing is, and where it keeps
    somebody from working, it is filed at once."""
    left = [] if ctx.user.may(AGENTS) else await quotas.spend(ctx, Quota.TICKET)
    asked = form.model_dump(mode="json", exclude={"queues"})
    if form.urgency == Urgency.BLOQUANT:
        return [*await file(ctx, ctx.user, ctx.request.key, asked), *left]
    near = await alike.solved(ctx.db, f"{form.subject} {form.details}", ctx.now - REMEMBERED)
    fiches = await _fiches(ctx, form.subject, SHOWN_MAX - min(len(near), SHOWN_MAX - 1))
    if not near and not fiches:
        return [*await file(ctx, ctx.user, ctx.request.key, asked), *left]
    near = near[: SHOWN_MAX - len(fiches)]
    wish = TicketWish(
        key=ctx.request.key,
        author_id=ctx.user.id,
        username=ctx.user.username,
        asked=asked,
        alike=[ticket.number for ticket in near],
        fiches=[fiche.id for fiche in fiches],
        at=ctx.now,
        queue=form.queue,
    )
    await wishes.put(ctx.db, wish)
    return [_show(wish, near, fiches, form.subject), *left]


async def _fiches(ctx: Context, subject: str, most: int) -> Sequence[Shown]:
    """The resources that speak of it most, and clearly."""
    found = (hit.resource for hit in (await search(ctx.db, subject, limit=LOOKED_AT)).hits)
    return [fiche for fiche in found if alike.answers(fiche.titre, fiche.description, subject)][:most]


def _show(wish: TicketWish, near: Sequence[Ticket], fiches: Sequence[Shown], subject: str) -> Direct:
    several = len(near) + len(fiches) > 1
    offered: list[tuple[str, BaseModel]] = [
        *((f"n° {ticket.number}", WasIt(key=wish.key, ticket=ticket.number)) for ticket in near),
        *((f"fiche {fiche.id}", WasFiche(key=wish.key, fiche=fiche.id)) for fiche in fiches),
    ]
    buttons = [Button(f"C’était ça : {name}" if several else "C’était ça", payload) for name, payload in offered]
    text = render("hotline/alike", subject=subject, near=near, fiches=[(fiche, _linked(fiche)) for fiche in fiches])
    go_on = Button("Continuer", FileIt(key=wish.key), "primary")
    return Direct(text, [*buttons, go_on], user_id=wish.author_id, topic=_topic(wish.key))


def _linked(fiche: Shown) -> Markdown:
    """Where a resource leads, in a word; empty for one that has no link."""
    return Markdown(f"[Ouvrir](<{fiche.url}>)" if fiche.url else "")


def _topic(key: str) -> str:
    return f"hotline.wish:{key}"[:64]


@feature.button(WasIt)
async def was_it(ctx: Context, click: WasIt) -> Replies:
    """It needs no ticket, and counts as one avoided."""
    if not await wishes.answer(ctx.db, click.key, ticket=click.ticket):
        raise UserError(DECIDED)
    return Refresh(render("hotline/avoided", was=f"la n° {click.ticket}"), topic=_topic(click.key), here=True)


@feature.button(WasFiche)
async def was_fiche(ctx: Context, click: WasFiche) -> Replies:
    """It needs no ticket, and counts as one avoided; whoever wrote the resource has one more thank."""
    if not await wishes.answer(ctx.db, click.key, fiche=click.fiche):
        raise UserError(DECIDED)
    await marks.put(ctx.db, click.fiche, ctx.user.id, Mark.USEFUL, ctx.now)
    return Refresh(render("hotline/avoided", was=f"la fiche n° {click.fiche}"), topic=_topic(click.key), here=True)


@feature.button(FileIt)
async def file_it(ctx: Context, click: FileIt) -> Replies:
    """It is filed."""
    wish = await wishes.take(ctx.db, click.key)
    if wish is None:
        raise UserError(DECIDED)
    filed = await file(ctx, ctx.user, wish.key, wish.asked)
    return [Refresh(render("hotline/filed"), topic=_topic(wish.key), here=True), *filed]


@feature.job("hour=0-1,3-23 minute=*/10", name="hotline.file_undecided", writes=True)
async def file_undecided(ctx: Context) -> Replies:
    """Nobody’s demand is lost because they did not click."""
    replies: list[Reply] = []
    for waiting in await wishes.undecided(ctx.db, ctx.now - DECIDES_IN, AT_ONCE):
        wish = await wishes.take(ctx.db, waiting.key)
        author = await people.get(ctx.db, waiting.author_id)
        if wish is not None:
            somebody = author or Person(id=waiting.author_id, username=waiting.username, since=ctx.now)
            replies += [Refresh(render("hotline/filed"), topic=_topic(wish.key))]
            replies += await file(ctx, somebody, wish.key, wish.asked)
    return replies
