"""« /annonce liste »: what was announced and what is to be, and one of them with what can still be done about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.context import Context
from bot.errors import UserError
from bot.french.moments import say_moment
from bot.menus import Menu
from bot.replies import Button, Direct, Replies, Whisper
from bot.texts import quote, render
from commands.annonce import cards
from commands.annonce.asking import begin
from commands.annonce.buttons import Older, See
from commands.annonce.cards import desk_of, say_places, say_reached, say_state
from commands.annonce.feature import SENDERS, feature
from commands.annonce.words import own
from storage import annonce as annonces
from storage import outbox, people
from storage.annonce import Announcement, State

PAGE = 5
"""Announcements on one page: each takes three lines on a phone."""
QUOTED_MAX, NAMED_MAX = 70, 40
"""Characters of the words that are shown in the list, and in its menu."""
ANY = tuple(State)


@dataclass(frozen=True, slots=True)
class Row:
    """One of the list, as it is said; ``by`` is empty for the operator’s."""

    at: str
    by: str
    words: str
    places: str
    reached: str
    state: str


@feature.command("annonce liste", help="Revoir les annonces, les corriger, les retirer", roles=SENDERS)
async def latest(ctx: Context, rest: str) -> Replies:
    """The last five: of all for animateurs, of their own for others. « Liste des permanences » is a text."""
    if len(rest.split()) > 1:
        return await begin(ctx, f"Liste {rest}")
    return await older(ctx, Older(skip=0))


@feature.button(Older, roles=SENDERS, writes=False)
async def older(ctx: Context, click: Older) -> Replies:
    """Five of them, as they are now."""
    by = None if ctx.user.animates else ctx.user.id
    found = await annonces.page(ctx.db, click.skip, PAGE + 1, by)
    shown = found[:PAGE]
    text = render("annonce/list", rows=await _rows(ctx, shown), first=click.skip + 1, own=by is not None)
    more = [Button("Plus anciennes", Older(skip=click.skip + PAGE))] if len(found) > PAGE else []
    newer = [Button("Plus récentes", Older(skip=max(0, click.skip - PAGE)))] if click.skip else []
    return Whisper(text, [*more, *newer], menus=_menus(ctx, shown))


def _menus(ctx: Context, shown: Sequence[Announcement]) -> Sequence[Menu]:
    options = {one.id: f"{_at(ctx, one):%d/%m} : {quote(one.text, NAMED_MAX)}" for one in shown}
    return [Menu("Voir", See(), options)] if options else []


async def _rows(ctx: Context, shown: Sequence[Announcement]) -> Sequence[Row]:
    names = await _names(ctx, {one.by for one in shown})
    return [await _row(ctx, one, names) for one in shown]


async def _names(ctx: Context, ids: set[str]) -> Mapping[str, str]:
    """Who announced, by id; who is not in the register is nobody one knows."""
    found = [(ident, await people.get(ctx.db, ident)) for ident in ids if ident]
    return {ident: person.full_name if person else "quelqu’un qui n’est plus là" for ident, person in found}


async def _row(ctx: Context, one: Announcement, names: Mapping[str, str]) -> Row:
    tally, desk = await outbox.tally(ctx.db, one.topics, ctx.now), await desk_of(ctx)
    return Row(
        at=say_moment(_at(ctx, one)),
        by=names.get(one.by, ""),
        words=quote(one.text, QUOTED_MAX),
        places=say_places(one, desk),
        reached=say_reached(one, tally),
        state=say_state(one, tally, desk).partition(" : ")[0],
    )


def _at(ctx: Context, one: Announcement) -> datetime:
    """When it left, or is to."""
    return (one.at or one.created_at).astimezone(ctx.zone)


@feature.button(See, roles=SENDERS, writes=False)
async def see(ctx: Context, click: See) -> Replies:
    """Its card, in the direct channel, where it stays true."""
    found = await annonces.get(ctx.db, click.chosen)
    if found is None:
        raise UserError("Cette annonce n’existe plus : tapez /annonce liste pour voir les autres.")
    said = own(ctx.user, found, *ANY)
    told = await (cards.preview if said.state is State.DRAFT else cards.card)(ctx, said)
    topic = cards.topic_of(said)
    card = Direct(told.text, told.buttons, told.facts, user_id=ctx.user.id, topic=topic)
    return [card, Whisper("Cette annonce est dans votre conversation avec le bot.")]
