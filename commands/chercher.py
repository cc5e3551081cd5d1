"""« /chercher »: one search over everything that features can find, grouped by kind, with a button or menu for each
result."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from pydantic import BaseModel

from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.features import Feature, Front, Right
from bot.menus import Choosing, Menu
from bot.pages import Page, read_page
from bot.plain_text import shorten
from bot.registry import is_enabled, is_name_enabled
from bot.renderers import BUTTONS_MAX
from bot.replies import Button, Redirect, Replies, RunCommand, Whisper
from bot.search import Hit, KindFound, Search, SearchSource, search_all
from bot.texts import quote, render

WORDS_MAX = 100
"""Characters of what is looked for that are read."""
SHOWN, SHOWN_OF_MANY, MANY = 3, 2, 4
"""Of a kind, how many are shown at first; fewer where that many kinds have something."""
PAGE = 8
"""Of one kind, how many are on a page."""
LABEL_MAX, BUTTON_MAX, ABOUT_MAX = 75, 45, 90
"""Characters of an option of a menu, of a button, and of what is said of a thing besides."""
HOTLINE = "hotline"
"""The feature to which one is led where nothing is found, if it is on."""


class OpenFound(Choosing):
    """Menu « Ouvrir »: opens a result; ``chosen`` is its kind, a colon, and its id within that kind."""


class ShowKind(Choosing):
    """Menu « Voir tout »: lists all results of the kind named in ``chosen``."""

    words: str


class ShowPage(BaseModel):
    """Button « Suite »: the next page of one kind."""

    kind: str
    words: str
    page: int


@dataclass(frozen=True, slots=True)
class KindPage(Page[Hit]):
    """A page of results of one kind; ``failed`` if its source raised an error."""

    failed: bool = False


@dataclass(frozen=True, slots=True)
class Finder:
    """Searches all features that can find something."""

    features: Sequence[Feature]

    def list_sources(self, names: Sequence[str]) -> Sequence[SearchSource]:
        """Return the search sources of the enabled features."""
        return [source for feature in self.features if is_enabled(feature, names) for source in feature.sources]

    def get_source(self, ctx: Context, name: str) -> SearchSource:
        """Get the search source of a kind. Raises UserError if it is switched off or not for this person."""
        sources = (source for source in self.list_sources(ctx.settings.features) if ctx.user.may(source.roles))
        if found := next((source for source in sources if source.kind.name == name), None):
            return found
        raise UserError(render("chercher/closed_source"))

    async def find_all(self, ctx: Context, words: str) -> list[KindFound]:
        """Find the best results of each kind."""
        return await search_all(self.list_sources(ctx.settings.features), _make_search(ctx, words, SHOWN))

    async def read_page(self, ctx: Context, source: SearchSource, words: str, number: int) -> KindPage:
        """Read a page of results of one kind."""
        (one,) = await search_all([source], _make_search(ctx, words, PAGE, (number - 1) * PAGE))
        return KindPage(one.found.hits, one.found.total, number, PAGE, one.failed)


def _make_search(ctx: Context, words: str, limit: int, skip: int = 0) -> Search:
    return Search(words, ctx.user, ctx.now, ctx.db, ctx.settings, limit, skip)


def draw_found(ctx: Context, words: str, all_found: Sequence[KindFound]) -> Whisper:
    """Draw the results by kind, with a menu to open one and another to list all of a kind."""
    found = [one for one in all_found if one.found.hits]
    failed = [one.kind.several.lower() for one in all_found if one.failed]
    if not found:
        return _draw_nothing(ctx, words, failed)
    most = SHOWN if len(found) < MANY else SHOWN_OF_MANY
    shown = [(one.kind, _list_lines(one.found.hits[:most]), one.found.total) for one in found]
    text = render("chercher/found", words=quote(words), shown=shown, failed=failed)
    options = dict(_make_option(one, hit) for one in found for hit in one.found.hits[:most])
    rest = {
        one.kind.name: f"Voir tout : {one.kind.several.lower()} ({one.found.total})"
        for one in found
        if one.found.total > most
    }
    menus = [Menu("Ouvrir", OpenFound(), options), *([Menu("Voir tout", ShowKind(words=words), rest)] if rest else [])]
    best = _make_best(found[0]) if len(options) + bool(rest) > BUTTONS_MAX else []  # (few get a button each)
    return Whisper(text, best, menus=menus)


def _make_best(one: KindFound) -> list[Button]:
    """Make the button of the best result."""
    hit = one.found.hits[0]
    label = shorten(f"{one.kind.one} : {hit.title}", BUTTON_MAX)
    return [Button(label, one.kind.opens(str(hit.ident)), "primary")]


def _make_option(one: KindFound, hit: Hit) -> tuple[str, str]:
    return f"{one.kind.name}:{hit.ident}", shorten(f"{one.kind.one} : {hit.title}", LABEL_MAX)


def _list_lines(hits: Sequence[Hit]) -> list[tuple[str, str]]:
    """Return the title and description of each result."""
    return [(hit.title, shorten(hit.about, ABOUT_MAX)) for hit in hits]


def _draw_nothing(ctx: Context, words: str, failed: Sequence[str]) -> Whisper:
    """Say that nothing was found, and propose other words, or somebody to ask."""
    asks = is_name_enabled(HOTLINE, ctx.settings.features)
    buttons = [Button("Demander de l’aide", RunCommand(line=f"{HOTLINE} {words}"), "primary")] if asks else []
    return Whisper(render("chercher/nothing", words=quote(words), failed=failed, asks=asks), buttons)


def draw_page(ctx: Context, source: SearchSource, words: str, page: KindPage) -> Whisper:
    """Draw a page of results of one kind."""
    if not page.rows:
        return _draw_nothing(ctx, words, [source.kind.several.lower()] if page.failed else [])
    text = render("chercher/page", words=quote(words), kind=source.kind, page=page, lines=_list_lines(page.rows))
    one = KindFound(source.kind)
    menu = Menu("Ouvrir", OpenFound(), dict(_make_option(one, hit) for hit in page.rows))
    following = page.draw_next(lambda number: ShowPage(kind=source.kind.name, words=words, page=number))
    return Whisper(text, following, menus=[menu])


def build_chercher(features: Iterable[Feature]) -> Feature:
    """Build the feature that searches all the others."""
    front = Front(
        "Chercher", "une ressource, une personne, un canal, un événement : tout à la fois", lambda _: "chercher"
    )
    feature = Feature("chercher", rights=(Right.MEMBER,), front=front)
    finder = Finder(tuple(features))

    @feature.search("chercher", help="Chercher partout à la fois : ressources, personnes, canaux, actus…", hint="mots")
    async def look_for(ctx: ReadingContext, line: str) -> Replies:
        words = " ".join(line.split())[:WORDS_MAX]
        if not words:
            return Whisper(render("chercher/usage"))
        return draw_found(ctx, words, await finder.find_all(ctx, words))

    @feature.button(OpenFound, writes=False)
    async def open_found(ctx: ReadingContext, click: OpenFound) -> Replies:
        """Open a result as its own feature’s button does, which checks the person’s rights again."""
        name, _, ident = click.chosen.partition(":")
        return Redirect.to(finder.get_source(ctx, name).kind.opens(ident))

    @feature.button(ShowKind, writes=False)
    async def show_kind(ctx: ReadingContext, click: ShowKind) -> Replies:
        """List all results of one kind."""
        return await show_page(ctx, ShowPage(kind=click.chosen, words=click.words, page=1))

    @feature.button(ShowPage, writes=False)
    async def show_page(ctx: ReadingContext, click: ShowPage) -> Replies:
        """Show a page of one kind, as it is now."""
        source = finder.get_source(ctx, click.kind)
        page = await read_page(partial(finder.read_page, ctx, source, click.words), click.page)
        return draw_page(ctx, source, click.words, page)

    return feature
