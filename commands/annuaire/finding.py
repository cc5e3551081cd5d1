"""« /annuaire »: a page of who and what is found, the nearest spellings where nothing is, and one card in full."""

from collections.abc import Sequence

from bot.context import Context
from bot.lines import Run
from bot.menus import Menu
from bot.replies import Button, Message, Replies, Whisper
from bot.texts import quote, render
from commands.annuaire.buttons import More, See, TakeOne
from commands.annuaire.cards import contact_card, find, label_of, line, person_card, target_of
from commands.annuaire.feature import feature
from storage.annuaire import NETWORK, Hit, Index, read
from storage.annuaire.contacts import Contact
from storage.annuaire.index import QUERY_MAX

PAGE = 5
"""Cards on one page: each takes two lines on a phone."""


@feature.command(
    "annuaire",
    help="Trouver une personne ou un contact",
    hint="[nom | rôle | commune | département | structure | savoir-faire]",
    roles=NETWORK,
)
async def search(ctx: Context, text: str) -> Replies:
    """Whoever fits, one’s own département first."""
    return await more(ctx, More(query=" ".join(text.split())[:QUERY_MAX], page=1))


@feature.button(More, roles=NETWORK, writes=False)
async def more(ctx: Context, click: More) -> Replies:
    """A page of those found, as they are now; a single one is shown in full."""
    index = await read(ctx.db, ctx.today)
    hits = index.search(ctx.user, click.query)
    if not hits:
        return _nobody(ctx, index, click.query)
    if len(hits) == 1:
        return await see(ctx, See(chosen=target_of(hits[0].entry)))
    pages = -(-len(hits) // PAGE)
    return _page(ctx, hits, More(query=click.query, page=min(max(click.page, 1), pages)))


@feature.button(See, roles=NETWORK, writes=False)
async def see(ctx: Context, click: See) -> Replies:
    """« Fiche »: one card in full."""
    found = await find(ctx, click.chosen)
    return _whispered(contact_card(found, ctx.user) if isinstance(found, Contact) else person_card(ctx, found))


def _page(ctx: Context, hits: Sequence[Hit], at: More) -> Whisper:
    pages = -(-len(hits) // PAGE)
    shown = hits[(at.page - 1) * PAGE : at.page * PAGE]
    lines = [line(ctx, hit.entry) for hit in shown]
    text = render("annuaire/list", lines=lines, count=len(hits), query=quote(at.query), page=at.page, pages=pages)
    following = [Button("Suite", More(query=at.query, page=at.page + 1))] if at.page < pages else []
    cards = Menu("Fiche", See(), {target_of(hit.entry): label_of(hit.entry) for hit in shown})
    # (A short page has a button for each of both, so each says what it is.)
    files = Menu("vCard", TakeOne(), {target_of(hit.entry): f"vCard {label_of(hit.entry)}" for hit in shown})
    return Whisper(text, following, menus=[cards, files])


def _nobody(ctx: Context, index: Index, query: str) -> Whisper:
    """Nothing is found; what is near is a click away."""
    near = index.suggest(ctx.user, query)
    buttons = [Button(f"/annuaire {quote(other)}", Run(line=f"annuaire {other}")) for other in near]
    return Whisper(render("annuaire/nobody", query=quote(query), is_near=bool(near)), buttons)


def _whispered(message: Message) -> Whisper:
    return Whisper(message.text, message.buttons, message.facts, message.menus)
