"""« /agenda »: what is to come, what is past, one’s own, one by its number."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.context import Context
from bot.errors import UserError
from bot.french.words import fold
from bot.lines import Run
from bot.replies import Button, Perform, Replies, Whisper
from bot.texts import quote, render
from commands.agenda.buttons import Listing, Open, Page, Propose
from commands.agenda.cards import draw, draw_whole
from commands.agenda.feature import feature
from commands.agenda.sight import sight, visible
from storage.agenda import listing
from storage.agenda.listing import Found, Window

PAGE = 5
"""Cards on one page."""
HINT = "[passés | mes | 12]"
WORDS: Mapping[str, Listing] = {
    **dict.fromkeys(("", "a venir", "tout"), Listing.COMING),
    **dict.fromkeys(("passes", "passe", "evenements passes", "archives"), Listing.PAST),
    **dict.fromkeys(("mes", "mes evenements", "mes rendez vous", "moi"), Listing.OWN),
}
"""Words that ask for a list, folded."""
NUMBER = re.compile(r"(?:n ?° ?|#)?(\d{1,9})")


@feature.command("agenda", help="Les événements à venir", hint=HINT)
async def look(ctx: Context, line: str) -> Replies:
    """What is asked for: a list, or one by its number."""
    text = " ".join(line.split())
    asked = fold(text)
    if asked in {"aide", "help", "?"}:
        return Perform("aide agenda")
    if (wanted := WORDS.get(asked)) is not None:
        return await turn(ctx, Page(of=wanted))
    if number := NUMBER.fullmatch(text):
        return await show(ctx, Open(event=int(number[1])))
    raise UserError(f"« {quote(text)} » n’est pas un numéro d’événement. `/agenda` liste ce qui vient, `/agenda "
                    "passés` ce qui est passé, `/agenda mes` les vôtres.")  # fmt: skip


@feature.command("agenda passés", help="Les événements passés")
async def look_back(ctx: Context, _: str) -> Replies:
    """Those that are over, the last one first."""
    return await turn(ctx, Page(of=Listing.PAST))


@feature.button(Page, writes=False)
async def turn(ctx: Context, at: Page) -> Replies:
    """A page of a list, as it is now; of a list that grew shorter, its last one."""
    page = max(at.page, 1)
    events, total = await _READERS[at.of](ctx, Window(PAGE, (page - 1) * PAGE))
    pages = max(1, -(-total // PAGE))
    if total and not events:
        page = pages
        events, total = await _READERS[at.of](ctx, Window(PAGE, (page - 1) * PAGE))
    following = [Button("Suite", Page(of=at.of, page=page + 1), "primary")] if page < pages else []
    text = render("agenda/list", of=at.of.value, total=total, page=page, pages=pages)
    return Whisper(text, [*following, *_ways(at.of)], cards=await draw(ctx, events))


def _ways(of: Listing) -> Sequence[Button]:
    """To the other lists, and to a proposal."""
    ways = {Listing.OWN: ("Les miens", "agenda mes"), Listing.COMING: ("À venir", "agenda")}
    others = [Button(label, Run(line=line)) for each, (label, line) in ways.items() if each is not of]
    return [*others[:1], Button("Proposer", Propose())]


@feature.button(Open, writes=False)
async def show(ctx: Context, click: Open) -> Replies:
    """All that is known of one."""
    told = await draw_whole(ctx, await visible(ctx, click.event))
    return Whisper(told.text, told.buttons, told.facts, told.menus)


async def _coming(ctx: Context, window: Window) -> Found:
    return await listing.to_come(ctx.db, sight(ctx), ctx.now, window)


async def _past(ctx: Context, window: Window) -> Found:
    return await listing.past(ctx.db, sight(ctx), ctx.now, window)


async def _own(ctx: Context, window: Window) -> Found:
    return await listing.own(ctx.db, ctx.user.id, sight(ctx), ctx.now, window)


_READERS: Mapping[Listing, Callable[[Context, Window], Awaitable[Found]]] = {
    Listing.COMING: _coming,
    Listing.PAST: _past,
    Listing.OWN: _own,
}
