"""« /ressources »: what is found by words and filters; the latest, one’s own, favourites; categories; one by number."""

import re
from collections.abc import Mapping, Sequence

from bot.context import Context
from bot.lines import Run
from bot.menus import Menu
from bot.replies import Button, Perform, Replies, Whisper
from bot.texts import quote, render
from commands.ressources import lists
from commands.ressources.buttons import ChooseCategory, Deposit, Listing, Miss, Page
from commands.ressources.cards import draw, may_see
from commands.ressources.feature import feature, leads_on
from commands.ressources.lists import Shelf
from commands.ressources.nearby import near_categories, say_unknown, without_filters
from commands.ressources.showing import show, visible
from config.folding import fold
from config.ressources import CATEGORIES
from storage.ressources import State, listing
from storage.ressources.query import QUERY_MAX
from storage.ressources.resource import get

HINT = "[mots | #thème | niveau:debutant | depuis:2025 | n° 12 | mes fiches]"
LISTS: Mapping[str, Listing] = {
    **dict.fromkeys(("", "dernieres", "dernieres fiches", "nouveautes"), Listing.LATEST),
    **dict.fromkeys(("mes fiches", "mes fiche", "mes ressources", "mes propositions"), Listing.OWN),
    **dict.fromkeys(("favoris", "favori", "mes favoris", "mes favori"), Listing.FAVOURITES),
}
"""Words that ask for a list, folded."""
PROPOSING = frozenset({"proposer", "deposer"})
"""First words that mean « ajouter »."""
CATEGORIES_ASKED = frozenset({"categories", "categorie", "les categories"})
NUMBER = re.compile(r"(?:n ?° ?|#)?(\d{1,9})")


@feature.command("ressources", help="Chercher une fiche, un tutoriel, un outil", hint=HINT)
async def seek(ctx: Context, line: str) -> Replies:
    """What is asked for: a list, one by its number, else what is found."""
    text = " ".join(line.split())[:QUERY_MAX]
    asked = fold(text)
    if asked in {"help", "?"}:
        return Perform("aide ressources")
    first, _, rest = line.strip().partition(" ")
    if fold(first) in PROPOSING:
        return Perform(f"ressources ajouter {rest}".strip())
    if asked in CATEGORIES_ASKED:
        return await categories(ctx)
    if (wanted := LISTS.get(asked)) is not None:
        return await turn(ctx, Page(of=wanted))
    number = NUMBER.fullmatch(text)
    one = await get(ctx.db, int(number[1])) if number else None
    if one is not None and (may_see(ctx.user, one) or one.state is State.WITHDRAWN):
        return await show(ctx, await visible(ctx, one.number))
    return await turn(ctx, Page(of=Listing.FOUND, text=text))


@feature.command("ressources favoris", help="Les fiches que vous gardez sous la main")
async def seek_favourites(ctx: Context, line: str) -> Replies:
    """Those kept at hand; with more words, fiches about favourites."""
    return await seek(ctx, f"favoris {line}")


@feature.command("ressources catégories", help="Les catégories de fiches, et combien dans chacune")
async def seek_categories(ctx: Context, line: str) -> Replies:
    """All of them; with more words, these are looked for."""
    return await seek(ctx, f"catégories {line}")


@feature.button(Page, writes=False)
async def turn(ctx: Context, at: Page) -> Replies:
    """A page of a list, as it is now."""
    shelf = await lists.read(ctx, at)
    return await _shown(ctx, shelf) if shelf.total else await _nothing(ctx, shelf)


@feature.button(ChooseCategory, writes=False)
async def choose_category(ctx: Context, click: ChooseCategory) -> Replies:
    """What is in a category, the newest first."""
    return await turn(ctx, Page(of=Listing.FOUND, text=f"categorie:{click.chosen}"))


async def categories(ctx: Context) -> Whisper:
    """Every category with how much is in it; choosing one shows that."""
    counts = await listing.by_category(ctx.db)
    told = [(category, counts.get(code, 0)) for code, category in CATEGORIES.items()]
    text = render("ressources/categories", told=told, without=counts.get("", 0))
    options = {category.code: category.libelle for category, count in told if count}
    return Whisper(text, menus=[Menu("Choisir une catégorie", ChooseCategory(), options)] if options else [])


async def _shown(ctx: Context, shelf: Shelf) -> Whisper:
    at, unknown = shelf.at, shelf.query.unknown if shelf.query else ()
    text = render(
        "ressources/list",
        of=at.of.value,
        text=quote(at.text),
        total=shelf.total,
        page=min(max(at.page, 1), shelf.pages),
        pages=shelf.pages,
        unknown=say_unknown(unknown),
    )
    return Whisper(text, _below(shelf), cards=await draw(ctx, shelf.resources, shelf.tokens))


def _below(shelf: Shelf) -> Sequence[Button]:
    """The next page; at the end, what else there is."""
    at = shelf.at
    page = min(max(at.page, 1), shelf.pages)
    following = [Button("Suite", Page(of=at.of, text=at.text, page=page + 1), "primary")] if page < shelf.pages else []
    if at.of is Listing.LATEST:
        return [*following, *_ways()]
    missed = at.of is Listing.FOUND and not following and at.text and leads_on(Miss)
    return [*following, *([Button("Je n’ai rien trouvé", Miss(text=at.text))] if missed else [])]


def _ways() -> Sequence[Button]:
    """To the other lists."""
    ways = {"Mes fiches": "mes fiches", "Favoris": "favoris", "Catégories": "catégories"}
    return [Button(label, Run(line=f"ressources {line}")) for label, line in ways.items()]


async def _nothing(ctx: Context, shelf: Shelf) -> Whisper:
    """Nothing is there, or found: what is near, and who can be told."""
    at, query = shelf.at, shelf.query
    proposes = [Button("Proposer une fiche", Deposit())] if leads_on(Deposit) else []
    said = {"of": at.of.value, "text": quote(at.text), "unknown": say_unknown(query.unknown if query else ())}
    if at.of is not Listing.FOUND or query is None:
        return Whisper(render("ressources/nothing", **said, is_near=False), proposes)
    wider = await without_filters(ctx, query, at.text)
    near = [*wider, *near_categories(at.text, await listing.by_category(ctx.db))]
    missed = [Button("Je n’ai rien trouvé", Miss(text=at.text), "primary")] if leads_on(Miss) else []
    room = 4 - len(missed) - len(proposes)
    return Whisper(render("ressources/nothing", **said, is_near=bool(near)), [*near[:room], *missed, *proposes])
