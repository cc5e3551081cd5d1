"""« /ressources »: search by words and filters, lists page by page, and sharing in a channel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import quotas
from bot.cards import RowCard
from bot.command_lines import read_typed_number
from bot.context import Context, ReadingContext
from bot.destinations import find_place_to_speak
from bot.errors import UserError
from bot.french import join
from bot.menus import Choosing, Menu
from bot.pages import Page as RowPage
from bot.pages import read_page
from bot.replies import Button, Message, Perform, Redirect, Replies, RunCommand, Whisper
from bot.search import NOTHING, Findings, Hit, Search, SearchKind, cut_hits
from bot.texts import Markdown, quote, render
from commands.ressources import cards
from commands.ressources.posts import link_shortly, link_title
from commands.ressources.records import (
    ChangeResource,
    Deposit,
    Miss,
    OfResource,
    OpenResource,
    RemoveResource,
    ShareResource,
    feature,
)
from config.ressources import CATEGORIES, KINDS, LISTS
from config.text import fold
from storage.ressources import ResourceState, catalogue
from storage.ressources.query import ANYTHING, QUERY_MAX, Query, split_words
from storage.ressources.resources import AnyResource, get_resource
from storage.search import Vocabulary

SHARED = RowCard[str]("partage:")
"""The post that shares a resource, by the channel, the resource and the day."""
PAGE = 5
"""Cards on one page."""


class ResourceListing(StrEnum):
    """What a list of resources holds."""

    FOUND = "found"
    LATEST = "latest"
    FAVOURITES = "favourites"
    OWN = "own"


class ResourcePage(BaseModel):
    """Button « Suite »: a page of a list; ``text`` is the search."""

    of: ResourceListing
    text: str = ""
    page: int = 1


class ChooseCategory(Choosing):
    """Menu « Choisir une catégorie »: ``chosen`` is a code."""


class ShareHere(ShareResource):
    """A share that Mattermost’s answer allows in this channel."""


@dataclass(frozen=True, slots=True)
class Shelf(RowPage[AnyResource]):
    """A page of resources; ``at`` is what was asked for, ``query`` and ``tokens`` those of a search."""

    at: ResourcePage
    query: Query | None = None
    tokens: frozenset[str] = frozenset()


async def read_shelf(ctx: Context, at: ResourcePage, number: int) -> Shelf:
    """Read a page of a list."""
    offset = (number - 1) * PAGE
    match at.of:
        case ResourceListing.FOUND:
            found = await _search(ctx.db, at.text, PAGE, offset)
            return Shelf([hit.resource for hit in found.hits], found.total, number, PAGE, at, found.query, found.tokens)
        case ResourceListing.LATEST:
            listed = await catalogue.list_latest(ctx.db, PAGE, offset)
        case ResourceListing.FAVOURITES:
            listed = await catalogue.list_favourites(ctx.db, ctx.user.id, PAGE, offset)
        case ResourceListing.OWN:
            listed = await catalogue.list_own(ctx.db, ctx.user.id, PAGE, offset)
    return Shelf(*listed, number, PAGE, at)


async def _search(db: AsyncSession, text: str, limit: int, offset: int = 0) -> catalogue.SearchPage:
    """Search published resources. Raises UserError while the index is being built for the first time, if that takes
    long."""
    try:
        return await catalogue.search(db, text, limit=limit, offset=offset)
    except catalogue.IndexNotReadyError:
        raise UserError(render("ressources/being_indexed")) from None


AT_HOME = 3
"""How many resources « /accueil » shows."""


@feature.at_home
async def tell_latest(ctx: Context) -> Sequence[Markdown]:
    """Show the newest resources, and the person’s favourites."""
    favourites = await catalogue.list_favourites(ctx.db, ctx.user.id, AT_HOME)
    lists = (("latest", await catalogue.list_latest(ctx.db, AT_HOME)), ("favourites", favourites))
    told = {
        name: [link_shortly(one) for one in rows if one.state is ResourceState.PUBLISHED] for name, (rows, _) in lists
    }
    return [render("ressources/at_home", of=name, titles=titles) for name, titles in told.items() if titles]


ALIKE_MIN = 75
"""How similar, from 0 to 100, a word and a category’s name must be for it to be suggested."""
NEAR_MAX = 2


def say_unknown(query: Query | None) -> Sequence[Markdown]:
    """Name the filters that were not understood, each with the possible values."""
    said = []
    for unknown in query.unknown if query else ():
        name, _, value = unknown.partition(":")
        known = [choice.libelle.lower() for choice in LISTS.get(name, {}).values()]
        said.append(render("ressources/unknown", filter=name, value=quote(value), known=join(known, "ou")))
    return said


def say_filters(query: Query | None, text: str) -> Sequence[str]:
    """Name the filters that the text says in other words: « expert » is « niveau avancé »."""
    chosen = sorted(query.filters.choices) if query else ()
    named = [(of, LISTS[of][code].libelle.lower() if code in LISTS[of] else code) for of, code in chosen]
    return [f"{of} {label}" for of, label in named if fold(label) not in fold(text)]


async def offer_without_filters(ctx: Context, query: Query) -> Sequence[Button]:
    """Offer « Chercher sans les filtres » if the words alone find something."""
    bare = " ".join(group.said for group in query.groups)
    if query.filters is ANYTHING or not bare:
        return []
    found = await _search(ctx.db, bare, 1)
    without = Button("Chercher sans les filtres", ResourcePage(of=ResourceListing.FOUND, text=bare[:QUERY_MAX]))
    return [without] if found.total else []


def offer_near_categories(text: str, counts: Mapping[str, int]) -> Sequence[Button]:
    """Offer non-empty categories with a name similar to the search, most similar first."""
    said, alike = split_words(text[:QUERY_MAX]), dict[str, float]()
    for code, category in CATEGORIES.items():
        names = Vocabulary(word for name in (category.libelle, *category.mots) for word in split_words(name))
        found = [likeness for word in said for _, likeness in names.find_alike(word, ALIKE_MIN)]
        if found and counts.get(code):
            alike[code] = max(found)
    near = sorted(alike, key=lambda code: -alike[code])[:NEAR_MAX]
    of = ResourceListing.FOUND
    return [Button(CATEGORIES[code].libelle, ResourcePage(of=of, text=f"categorie:{code}")) for code in near]


HINT = "[mots | #thème | niveau:debutant | depuis:2025 | n° 12 | mes ressources]"
LISTS_BY_WORDS: Mapping[str, ResourceListing] = {
    **dict.fromkeys(("", "dernieres", "dernieres fiches", "nouveautes"), ResourceListing.LATEST),
    **dict.fromkeys(
        ("mes fiches", "mes fiche", "mes ressources", "mes propositions", "mes depots"), ResourceListing.OWN
    ),
    **dict.fromkeys(("favoris", "favori", "mes favoris", "mes favori"), ResourceListing.FAVOURITES),
}
"""Words that ask for a list, folded."""
DEPOSIT_WORDS = frozenset({"proposer", "deposer"})
"""Other first words that mean « ajouter », folded."""
WINDOWS_BY_WORD: Mapping[str, type[OfResource]] = {
    **dict.fromkeys(("modifier", "corriger"), ChangeResource),
    **dict.fromkeys(("retirer", "supprimer"), RemoveResource),
}
"""First words that open a window about the resource of a number, folded."""
CATEGORIES_WORDS = frozenset({"categories", "categorie", "les categories"})


@feature.command(
    "ressources",
    help="Chercher une ressource, un tutoriel, un outil",
    hint=HINT,
    tells=True,
    words=sorted({*DEPOSIT_WORDS, *WINDOWS_BY_WORD}),
)
async def search_typed(ctx: ReadingContext, line: str) -> Replies:
    """Show the list or resource that the line names; else search for its words."""
    text = " ".join(line.split())[:QUERY_MAX]
    asked = fold(text)
    if meant := _read_act(line.strip()):
        return meant
    if asked in CATEGORIES_WORDS:
        return await list_categories(ctx)
    if (wanted := LISTS_BY_WORDS.get(asked)) is not None:
        return await show_list_page(ctx, ResourcePage(of=wanted))
    number = read_typed_number(text)
    one = await get_resource(ctx.db, number) if number is not None else None
    if one is not None and (cards.may_see(ctx.user, one) or one.state is ResourceState.WITHDRAWN):
        return await cards.show_resource(ctx, await cards.find_visible(ctx, one.number))
    return await show_list_page(ctx, ResourcePage(of=ResourceListing.FOUND, text=text))


def _read_act(line: str) -> Perform | Redirect | None:
    """Read what a line asks to do; None for one that looks for something."""
    first, _, rest = line.partition(" ")
    word = fold(first)
    if fold(line) in {"help", "?"}:
        return Perform("aide ressources")
    if word in DEPOSIT_WORDS:
        return Perform(f"ressources ajouter {rest}".strip())
    number = read_typed_number(rest, "fiche", "ressource")
    return Redirect.to(WINDOWS_BY_WORD[word](resource=number)) if number and word in WINDOWS_BY_WORD else None


@feature.command("ressources favoris", help="Les ressources que vous gardez sous la main")
async def search_favourites(ctx: ReadingContext, line: str) -> Replies:
    """Show the favourites; with more words, search for those."""
    return await search_typed(ctx, f"favoris {line}")


@feature.command("ressources catégories", help="Les catégories de ressources, et combien dans chacune")
async def search_categories(ctx: ReadingContext, line: str) -> Replies:
    """Show all categories; with more words, search for those."""
    return await search_typed(ctx, f"catégories {line}")


@feature.button(ResourcePage, name="ressources.Page", writes=False)
async def show_list_page(ctx: Context, at: ResourcePage) -> Replies:
    """Show a page of a list."""
    shelf = await read_page(partial(read_shelf, ctx, at), at.page)
    return await _draw_shelf(ctx, shelf) if shelf.total else await _draw_nothing(ctx, shelf)


@feature.button(ChooseCategory, writes=False)
async def show_category(ctx: ReadingContext, click: ChooseCategory) -> Replies:
    """Show the resources of a category, newest first."""
    return await show_list_page(ctx, ResourcePage(of=ResourceListing.FOUND, text=f"categorie:{click.chosen}"))


async def list_categories(ctx: Context) -> Whisper:
    """Show the categories with their counts, and a menu to open one."""
    counts = await catalogue.count_by_category(ctx.db)
    told = [(category, counts.get(code, 0)) for code, category in CATEGORIES.items()]
    text = render("ressources/categories", told=told, without=counts.get("", 0))
    options = {category.code: category.libelle for category, count in told if count}
    return Whisper(text, menus=[Menu("Choisir une catégorie", ChooseCategory(), options)] if options else [])


async def _draw_shelf(ctx: Context, shelf: Shelf) -> Whisper:
    text = render("ressources/list", shelf=shelf, text=quote(shelf.at.text), unknown=say_unknown(shelf.query))
    return Whisper(text, _shelf_buttons(shelf), cards=await cards.draw_cards(ctx, shelf.rows, shelf.tokens))


def _shelf_buttons(shelf: Shelf) -> Sequence[Button]:
    """Draw the button of the next page; after the last one, those of other lists."""
    at = shelf.at
    following = shelf.draw_next(lambda number: ResourcePage(of=at.of, text=at.text, page=number), style="primary")
    if at.of is ResourceListing.LATEST:
        others = {"Mes ressources": "mes ressources", "Favoris": "favoris", "Catégories": "catégories"}
        return [*following, *(Button(label, RunCommand(line=f"ressources {line}")) for label, line in others.items())]
    missed = at.of is ResourceListing.FOUND and not following and at.text
    return [*following, *([Button("Je n’ai rien trouvé", Miss(text=at.text))] if missed else [])]


async def _draw_nothing(ctx: Context, shelf: Shelf) -> Whisper:
    """Say that nothing was found, with similar searches and whom to tell."""
    at, query = shelf.at, shelf.query
    proposes = Button("Proposer une ressource", Deposit())
    number = read_typed_number(at.text)
    unknown, filters = say_unknown(query), say_filters(query, at.text)
    said = {"of": at.of.value, "text": quote(at.text), "unknown": unknown, "filters": filters, "number": number}
    if query is None:
        return Whisper(render("ressources/nothing", **said, is_near=False), [proposes])
    if number is not None:
        return Whisper(render("ressources/nothing", **said), [proposes])
    wider = await offer_without_filters(ctx, query)
    near = [*wider, *offer_near_categories(at.text, await catalogue.count_by_category(ctx.db))]
    missed = Button("Je n’ai rien trouvé", Miss(text=at.text), "primary")
    return Whisper(render("ressources/nothing", **said, is_near=bool(near)), [*near[:NEAR_MAX], missed, proposes])


@feature.command("ressources partager", help="Montrer une ressource à tous dans ce canal", hint="12")
async def share_typed(ctx: ReadingContext, line: str) -> Replies:
    """Share a resource by its number; search for other words after « partager »."""
    number = read_typed_number(line)
    if number is None and line.strip():
        return await search_typed(ctx, f"partager {line}")
    if number is None:
        raise UserError(render("ressources/share_usage"))
    return Redirect.to(ShareResource(resource=number))


async def check_share(ctx: ReadingContext, click: ShareResource) -> ShareHere | Whisper:
    """Check whether a resource may be shared in the channel, which is once a day."""
    here = await find_place_to_speak(ctx)
    resource = await cards.find_published(ctx, click.resource)
    if here is None or here.type == "D":
        return Whisper(render("ressources/not_here", number=resource.number, is_direct=here is not None))
    if await SHARED.is_sent(ctx.db, _get_share(ctx, resource.number)):
        return Whisper(render("ressources/shared_today"))
    return ShareHere(resource=resource.number)


@feature.button(ShareHere)
@feature.button(ShareResource, name="ressources.Share", asks=check_share)
async def share_here(ctx: Context, click: ShareHere) -> Replies:
    """Post the resource in the channel, if it was not shared there today."""
    resource = await cards.find_published(ctx, click.resource)
    left = await quotas.spend(ctx, quotas.Quota.SHARE)
    snippet = cards.cut_snippet(resource.description, frozenset())
    said = {"title": link_title(resource), "number": resource.number, "snippet": snippet}
    text = render("ressources/shared", username=ctx.user.username, **said)
    shared = SHARED.post(_get_share(ctx, resource.number), Message(text, cards.draw_buttons(resource)), ctx.channel_id)
    return [shared, Whisper(render("ressources/shared_here")), *left]


def _get_share(ctx: Context, number: int) -> str:
    return f"{ctx.channel_id}:{number}:{ctx.today.toordinal()}"


KIND = SearchKind("ressource", "Ressource", "Ressources", lambda number: OpenResource(resource=int(number)))


RANKED_MAX = 200
"""How many of the results are ranked among those of other features."""
FAR = 4
"""Results whose score is so many times lower than the best one are left out."""


@feature.finds(KIND)
async def find_resources(wanted: Search) -> Findings:
    """Find published resources for « /chercher », without poor matches."""
    page = await _search(wanted.db, wanted.words, RANKED_MAX)
    if not page.hits or (not page.query.groups and page.query.filters is ANYTHING):
        return NOTHING
    near = [hit for hit in page.hits if hit.score * FAR >= page.hits[0].score]
    return cut_hits([Hit(h.resource.id, h.resource.titre, h.score, _say_kind(h.resource.type)) for h in near], wanted)


def _say_kind(code: str) -> str:
    return KINDS[code].libelle.lower() if code in KINDS else ""
