"""« /ressources »: resources found by words and filters, listed page by page, and shared in a channel."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from bot import quotas
from bot.cards import RowCard
from bot.command_lines import RunCommand, read_typed_number
from bot.context import Context, ReadingContext
from bot.errors import ChatError, UserError
from bot.french.words import join
from bot.menus import Menu
from bot.pages import Page as RowPage
from bot.pages import read_page
from bot.quotas import Quota
from bot.replies import Button, Message, Perform, Redirect, Replies, Whisper
from bot.texts import Markdown, quote, render
from commands.ressources.buttons import ChooseCategory, Deposit, Listing, Miss, Page, Share, ShareHere
from commands.ressources.cards import (
    cut_snippet,
    draw_buttons,
    draw_cards,
    find_published,
    find_visible,
    may_see,
    show_resource,
)
from commands.ressources.feature import feature, has_handler
from commands.ressources.posts import link_title
from config.ressources import CATEGORIES, LISTS, ListedChoice
from config.text import fold
from storage.ressources import ResourceState, catalogue, search
from storage.ressources.query import ANYTHING, QUERY_MAX, Query, split_words
from storage.ressources.resources import Resource, ShownResource, get_resource
from storage.search import Vocabulary

SHARED = RowCard[str]("partage:")
"""The post that shares a resource, by the channel, the resource and the day."""
PAGE = 5
"""Cards on one page."""


@dataclass(frozen=True, slots=True)
class Shelf(RowPage[ShownResource | Resource]):
    """A page of resources, ``at`` what was asked for; ``query`` and ``tokens`` are those of a search."""

    at: Page
    query: Query | None = None
    tokens: frozenset[str] = frozenset()


async def read_shelf(ctx: Context, at: Page) -> Shelf:
    """The page, as it is now; of a list that grew shorter, its last one."""
    return await read_page(partial(_READERS[at.of], ctx, at), at.page)


async def _read_found(ctx: Context, at: Page, number: int) -> Shelf:
    found = await search(ctx.db, at.text, limit=PAGE, offset=(number - 1) * PAGE)
    return Shelf([hit.resource for hit in found.hits], found.total, number, PAGE, at, found.query, found.tokens)


async def _read_latest(ctx: Context, at: Page, number: int) -> Shelf:
    return Shelf(*await catalogue.list_latest(ctx.db, PAGE, (number - 1) * PAGE), number, PAGE, at)


async def _read_favourites(ctx: Context, at: Page, number: int) -> Shelf:
    return Shelf(*await catalogue.list_favourites(ctx.db, ctx.user.id, PAGE, (number - 1) * PAGE), number, PAGE, at)


async def _read_own(ctx: Context, at: Page, number: int) -> Shelf:
    return Shelf(*await catalogue.list_own(ctx.db, ctx.user.id, PAGE, (number - 1) * PAGE), number, PAGE, at)


_READERS: Mapping[Listing, Callable[[Context, Page, int], Awaitable[Shelf]]] = {
    Listing.FOUND: _read_found,
    Listing.LATEST: _read_latest,
    Listing.FAVOURITES: _read_favourites,
    Listing.OWN: _read_own,
}

ALIKE_MIN = 75
"""How alike, of 100, a word and one of a category are that is near to it."""
NEAR_MAX = 2


def say_unknown(unknown: Sequence[str]) -> Sequence[Markdown]:
    """What was not understood of the filters, each with what there is."""
    return [_say_unknown(*one.partition(":")[::2]) for one in unknown]


def _say_unknown(name: str, value: str) -> Markdown:
    known = [choice.libelle.lower() for choice in LISTS.get(name, {}).values()]
    return render("ressources/unknown", filter=name, value=quote(value), known=join(known, "ou"))


async def offer_without_filters(ctx: Context, query: Query, text: str) -> Sequence[Button]:
    """« Sans les filtres », where the words alone find something."""
    bare = " ".join(group.said for group in query.groups)
    if query.filters is ANYTHING or not bare:
        return []
    found = await search(ctx.db, bare, limit=1)
    return [Button("Sans les filtres", Page(of=Listing.FOUND, text=bare[:QUERY_MAX]))] if found.total else []


def offer_near_categories(text: str, counts: Mapping[str, int]) -> Sequence[Button]:
    """The categories with something in them that are called nearly as what was looked for, the nearest first."""
    said = split_words(text[:QUERY_MAX])
    alike = {code: _measure_likeness(said, category) for code, category in CATEGORIES.items() if counts.get(code)}
    near = sorted((code for code in alike if alike[code] >= ALIKE_MIN), key=lambda code: -alike[code])
    return [
        Button(CATEGORIES[code].libelle, Page(of=Listing.FOUND, text=f"categorie:{code}")) for code in near[:NEAR_MAX]
    ]


def _measure_likeness(said: Sequence[str], category: ListedChoice) -> float:
    names = Vocabulary(word for name in (category.libelle, *category.mots) for word in split_words(name))
    return max((likeness for word in said for _, likeness in names.find_alike(word, ALIKE_MIN)), default=0.0)


HINT = "[mots | #thème | niveau:debutant | depuis:2025 | n° 12 | mes fiches]"
LISTS_BY_WORDS: Mapping[str, Listing] = {
    **dict.fromkeys(("", "dernieres", "dernieres fiches", "nouveautes"), Listing.LATEST),
    **dict.fromkeys(("mes fiches", "mes fiche", "mes ressources", "mes propositions"), Listing.OWN),
    **dict.fromkeys(("favoris", "favori", "mes favoris", "mes favori"), Listing.FAVOURITES),
}
"""Words that ask for a list, folded."""
DEPOSIT_WORDS = frozenset({"proposer", "deposer"})
"""First words that mean « ajouter »."""
CATEGORIES_WORDS = frozenset({"categories", "categorie", "les categories"})


@feature.command("ressources", help="Chercher une fiche, un tutoriel, un outil", hint=HINT)
async def search_typed(ctx: ReadingContext, line: str) -> Replies:
    """What is asked for: a list, one by its number, else what is found."""
    text = " ".join(line.split())[:QUERY_MAX]
    asked = fold(text)
    if asked in {"help", "?"}:
        return Perform("aide ressources")
    first, _, rest = line.strip().partition(" ")
    if fold(first) in DEPOSIT_WORDS:
        return Perform(f"ressources ajouter {rest}".strip())
    if asked in CATEGORIES_WORDS:
        return await list_categories(ctx)
    if (wanted := LISTS_BY_WORDS.get(asked)) is not None:
        return await show_list_page(ctx, Page(of=wanted))
    number = read_typed_number(text)
    one = await get_resource(ctx.db, number) if number is not None else None
    if one is not None and (may_see(ctx.user, one) or one.state is ResourceState.WITHDRAWN):
        return await show_resource(ctx, await find_visible(ctx, one.number))
    return await show_list_page(ctx, Page(of=Listing.FOUND, text=text))


@feature.command("ressources favoris", help="Les fiches que vous gardez sous la main")
async def search_favourites(ctx: ReadingContext, line: str) -> Replies:
    """Those kept at hand; with more words, fiches about favourites."""
    return await search_typed(ctx, f"favoris {line}")


@feature.command("ressources catégories", help="Les catégories de fiches, et combien dans chacune")
async def search_categories(ctx: ReadingContext, line: str) -> Replies:
    """All of them; with more words, these are looked for."""
    return await search_typed(ctx, f"catégories {line}")


@feature.button(Page, writes=False)
async def show_list_page(ctx: Context, at: Page) -> Replies:
    """A page of a list, as it is now."""
    shelf = await read_shelf(ctx, at)
    return await _draw_shelf(ctx, shelf) if shelf.total else await _draw_nothing(ctx, shelf)


@feature.button(ChooseCategory, writes=False)
async def show_category(ctx: ReadingContext, click: ChooseCategory) -> Replies:
    """What is in a category, the newest first."""
    return await show_list_page(ctx, Page(of=Listing.FOUND, text=f"categorie:{click.chosen}"))


async def list_categories(ctx: Context) -> Whisper:
    """Every category with how much is in it; choosing one shows that."""
    counts = await catalogue.count_by_category(ctx.db)
    told = [(category, counts.get(code, 0)) for code, category in CATEGORIES.items()]
    text = render("ressources/categories", told=told, without=counts.get("", 0))
    options = {category.code: category.libelle for category, count in told if count}
    return Whisper(text, menus=[Menu("Choisir une catégorie", ChooseCategory(), options)] if options else [])


async def _draw_shelf(ctx: Context, shelf: Shelf) -> Whisper:
    at, unknown = shelf.at, shelf.query.unknown if shelf.query else ()
    text = render(
        "ressources/list",
        of=at.of.value,
        text=quote(at.text),
        total=shelf.total,
        page=shelf.number,
        pages=shelf.pages,
        unknown=say_unknown(unknown),
    )
    return Whisper(text, _shelf_buttons(shelf), cards=await draw_cards(ctx, shelf.rows, shelf.tokens))


def _shelf_buttons(shelf: Shelf) -> Sequence[Button]:
    """The next page; at the end, what else there is."""
    at = shelf.at
    following = shelf.draw_next(lambda number: Page(of=at.of, text=at.text, page=number), style="primary")
    if at.of is Listing.LATEST:
        return [*following, *_list_buttons()]
    missed = at.of is Listing.FOUND and not following and at.text and has_handler(Miss)
    return [*following, *([Button("Je n’ai rien trouvé", Miss(text=at.text))] if missed else [])]


def _list_buttons() -> Sequence[Button]:
    """To the other lists."""
    ways = {"Mes fiches": "mes fiches", "Favoris": "favoris", "Catégories": "catégories"}
    return [Button(label, RunCommand(line=f"ressources {line}")) for label, line in ways.items()]


async def _draw_nothing(ctx: Context, shelf: Shelf) -> Whisper:
    """Nothing is there, or found: what is near, and who can be told."""
    at, query = shelf.at, shelf.query
    proposes = [Button("Proposer une fiche", Deposit())] if has_handler(Deposit) else []
    said = {"of": at.of.value, "text": quote(at.text), "unknown": say_unknown(query.unknown if query else ())}
    if at.of is not Listing.FOUND or query is None:
        return Whisper(render("ressources/nothing", **said, is_near=False), proposes)
    wider = await offer_without_filters(ctx, query, at.text)
    near = [*wider, *offer_near_categories(at.text, await catalogue.count_by_category(ctx.db))]
    missed = [Button("Je n’ai rien trouvé", Miss(text=at.text), "primary")] if has_handler(Miss) else []
    room = 4 - len(missed) - len(proposes)
    return Whisper(render("ressources/nothing", **said, is_near=bool(near)), [*near[:room], *missed, *proposes])


@dataclass(frozen=True, slots=True)
class ShareTarget:
    """Where somebody clicked or typed: whether the bot can say something to others there, and they may read it."""

    is_direct: bool
    may_speak: bool


@feature.command("ressources partager", help="Montrer une fiche à tous dans ce canal", hint="12")
async def share_typed(ctx: ReadingContext, line: str) -> Replies:
    """By its number; other words after « partager » are looked for."""
    number = read_typed_number(line)
    if number is None and line.strip():
        return await search_typed(ctx, f"partager {line}")
    if number is None:
        raise UserError("Dites laquelle : /ressources partager 12.")
    return Redirect.to(Share(resource=number))


async def check_share(ctx: ReadingContext, click: Share) -> ShareHere | Whisper:
    """What is to be said in the channel, where something may be: once a day, however often it is clicked."""
    place = await _find_share_target(ctx)
    resource = await find_published(ctx, click.resource)
    if not place.may_speak:
        return Whisper(render("ressources/not_here", number=resource.number, is_direct=place.is_direct))
    if await SHARED.is_sent(ctx.db, _get_share(ctx, resource.number)):
        return Whisper("Cette fiche a déjà été partagée ici aujourd’hui.")
    return ShareHere(resource=resource.number)


@feature.button(ShareHere)
@feature.button(Share, asks=check_share)
async def share_here(ctx: Context, click: ShareHere) -> Replies:
    """The bot says it, for who may still have it said today."""
    resource = await find_published(ctx, click.resource)
    left = await quotas.spend(ctx, Quota.SHARE)
    said = {
        "title": link_title(resource),
        "number": resource.number,
        "snippet": cut_snippet(resource.description, frozenset()),
    }
    text = render("ressources/shared", username=ctx.user.username, **said)
    shown: list[Button] = draw_buttons(resource)
    shared = SHARED.post(_get_share(ctx, resource.number), Message(text, shown), ctx.channel_id)
    return [shared, Whisper("La fiche est dans le canal."), *left]


def _get_share(ctx: Context, number: int) -> str:
    return f"{ctx.channel_id}:{number}:{ctx.today.toordinal()}"


async def _find_share_target(ctx: ReadingContext) -> ShareTarget:
    """Asked of Mattermost; what the bot may not look at, it is not in."""
    try:
        channel = await ctx.chat.channel(ctx.channel_id)
        if channel.type == "D" or channel.archived:
            return ShareTarget(is_direct=channel.type == "D", may_speak=False)
        me = await ctx.chat.me()
        members = await ctx.chat.channel_members_among(channel.id, [me.id, ctx.user.id])
    except ChatError as error:
        if error.is_temporary:
            raise
        return ShareTarget(is_direct=False, may_speak=False)
    return ShareTarget(is_direct=False, may_speak={me.id, ctx.user.id} <= {member.user_id for member in members})
