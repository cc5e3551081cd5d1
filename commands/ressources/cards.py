"""How a resource is shown, in a list and in full, with what can be done by its buttons and its menu."""

from collections import Counter, deque
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import BaseModel

from bot.context import Context
from bot.errors import UserError
from bot.french.dates import say_age, say_date
from bot.menus import Menu
from bot.permalinks import make_permalink
from bot.replies import Button, Card, Message, Redirect, Replies, Whisper
from bot.texts import Markdown, escape, link, quote, relay_plain_text, render
from commands.ressources.buttons import (
    Collect,
    Comment,
    Edit,
    Favour,
    FindUseful,
    FollowThemes,
    More,
    MoreAction,
    Open,
    PutBack,
    Report,
    Share,
    Withdraw,
)
from commands.ressources.feature import feature, has_handler, is_own
from commands.ressources.posts import link_title, say_comments
from config.ressources import CATEGORIES, KINDS, LEVELS, PUBLICS
from config.text import fold, normalize
from config.themes import THEMES
from storage import ressources
from storage.people import Person
from storage.ressources import feedback
from storage.ressources.feedback import Mark
from storage.ressources.query import locate_words
from storage.ressources.resources import Resource, ResourceState, ShownResource, get_resource

PAYLOADS: Mapping[MoreAction, type[BaseModel]] = {
    MoreAction.COMMENT: Comment,
    MoreAction.SHARE: Share,
    MoreAction.FOLLOW: FollowThemes,
    MoreAction.COLLECT: Collect,
    MoreAction.REPORT: Report,
    MoreAction.EDIT: Edit,
    MoreAction.WITHDRAW: Withdraw,
    MoreAction.PUT_BACK: PutBack,
}
"""What each leads to: offered where somebody handles it."""


def list_actions(
    person: Person, resource: ShownResource | Resource, *, own: bool, state: ResourceState
) -> Sequence[MoreAction]:
    """What somebody may do with a resource of this state, which may be their own."""
    is_published = state is ResourceState.PUBLISHED
    may = {
        MoreAction.COMMENT: is_published,
        MoreAction.SHARE: is_published,
        MoreAction.FOLLOW: is_published and bool(resource.themes),
        MoreAction.COLLECT: is_published,
        MoreAction.REPORT: is_published and not own,
        MoreAction.EDIT: own or person.animates,
        MoreAction.WITHDRAW: (own or person.animates) and state in (ResourceState.PUBLISHED, ResourceState.PROPOSED),
        MoreAction.PUT_BACK: (own or person.animates) and state is ResourceState.WITHDRAWN,
    }
    return [deed for deed, payload in PAYLOADS.items() if may[deed] and has_handler(payload)]


@feature.button(More, writes=False)
async def open_action(ctx: Context, click: More) -> Replies:
    """Go on with what was chosen, as if its button had been clicked."""
    return Redirect.to(PAYLOADS[MoreAction(click.chosen)](resource=click.resource))


WIDTH = 170
"""Characters: two lines on a wide screen, four on a phone."""
LEAD = 40
"""How many of them may stand before the first word found."""
Span = tuple[int, int]


def cut_snippet(text: str, found: Set[str]) -> Markdown:
    """The part of a text that says most of what these tokens find, else its beginning; "" where there is no text."""
    flat = normalize("NFC", " ".join(text.split()))
    spans = list(_join_spans(flat, locate_words(flat, found)))
    begin, end = _cut_around(flat, _find_best(flat, spans))
    shown = [span for span in spans if begin <= span[0] and span[1] <= end]
    return Markdown(f"{'… ' if begin else ''}{_mark_spans(flat, begin, end, shown)}{' …' if end < len(flat) else ''}")


def mark_found(text: str, found: Set[str]) -> Markdown:
    """All of a text, the words found in bold."""
    flat = normalize("NFC", " ".join(text.split()))
    return _mark_spans(flat, 0, len(flat), list(_join_spans(flat, locate_words(flat, found))))


def _join_spans(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """The same, with those in one that share letters, or have only a space between them."""
    last: Span | None = None
    for begin, end in spans:
        if last and not text[last[1] : begin].strip():
            last = (last[0], max(last[1], end))
            continue
        if last:
            yield last
        last = (begin, end)
    if last:
        yield last


def _find_best(text: str, spans: Sequence[Span]) -> int:
    """Where most different words begin that fit together."""
    within, said = deque[Span](), Counter[str]()
    best, most = 0, 0
    for span in spans:
        within.append(span)
        said[_fold_span(text, span)] += 1
        while within[0] is not span and span[1] - within[0][0] > WIDTH - LEAD:
            word = _fold_span(text, within.popleft())
            said[word] -= 1
            if not said[word]:
                del said[word]
        if len(said) > most:
            best, most = within[0][0], len(said)
    return best


def _fold_span(text: str, span: Span) -> str:
    return fold(text[span[0] : span[1]])


def _cut_around(text: str, at: int) -> Span:
    """What is shown around there, between words where there are any."""
    begin = max(0, min(at - LEAD, len(text) - WIDTH))
    begin = _find_word_start(text, begin) if begin > LEAD else 0
    end = begin + WIDTH
    if end >= len(text):
        return begin, len(text)
    space = text.rfind(" ", end - LEAD, end + 1)
    return begin, space if space > 0 else end


def _find_word_start(text: str, at: int) -> int:
    """Where the word begins in which that is; there, where it is too long."""
    space = text.rfind(" ", at - LEAD, at + 1)
    return space + 1 if space >= 0 else at


def _mark_spans(text: str, begin: int, end: int, spans: Sequence[Span]) -> Markdown:
    pieces, at = list[str](), begin
    for first, last in spans:
        pieces += [escape(text[at:first]), f"**{escape(text[first:last])}**"]
        at = last
    return Markdown("".join([*pieces, escape(text[at:end])]))


STATES = {
    ResourceState.PROPOSED: "attend d’être relue",
    ResourceState.REFUSED: "refusée",
    ResourceState.WITHDRAWN: "retirée",
}
"""How a resource is that is not published."""
MORE = "Plus…"


@dataclass(frozen=True, slots=True)
class Opinions:
    """What people, and who asks, think of some resources."""

    useful: Mapping[int, int]
    mine: Collection[tuple[int, Mark]]

    def favours(self, number: int) -> bool:
        """Whether who asks keeps it at hand."""
        return (number, Mark.FAVOURITE) in self.mine

    def finds_useful(self, number: int) -> bool:
        """Whether it served who asks."""
        return (number, Mark.USEFUL) in self.mine


async def read_opinions(ctx: Context, numbers: Collection[int]) -> Opinions:
    """Of these resources, as they are now."""
    useful = await feedback.count_marks(ctx.db, numbers, Mark.USEFUL)
    return Opinions(useful, await feedback.list_own_marks(ctx.db, ctx.user.id, numbers))


async def draw_cards(
    ctx: Context, resources: Sequence[ShownResource | Resource], found: Set[str] = frozenset()
) -> Sequence[Card]:
    """A card for each; ``found`` are the tokens by which they were."""
    told = await read_opinions(ctx, [get_number(each) for each in resources])
    return [_draw_card(ctx, each, told, found) for each in resources]


def get_number(resource: ShownResource | Resource) -> int:
    """How people call it."""
    return resource.number if isinstance(resource, Resource) else resource.id


def get_state(resource: ShownResource | Resource) -> ResourceState:
    """What became of it. (Only published ones are found.)"""
    return resource.state if isinstance(resource, Resource) else ResourceState.PUBLISHED


def may_see(person: Person, resource: Resource) -> bool:
    """Whether somebody is shown what is in it: what is published; one’s own; animateurs, all."""
    return resource.state is ResourceState.PUBLISHED or person.animates or is_own(person, resource)


def _draw_card(ctx: Context, resource: ShownResource | Resource, told: Opinions, found: Set[str]) -> Card:
    state, number = get_state(resource), get_number(resource)
    useful = told.useful.get(number, 0)
    labels = [
        *list(_name_labels(resource).values())[:2],
        say_age(resource.date, ctx.today),
        *([f"👍 {useful}"] if useful else []),
        *(["⭐"] if told.favours(number) else []),
    ]
    text = render(
        "ressources/card",
        title=link_title(resource),
        number=number,
        snippet=cut_snippet(resource.description, found) if state is ResourceState.PUBLISHED else "",
        labels=labels,
        state=STATES.get(state, ""),
        reason=resource.reason if isinstance(resource, Resource) else "",
    )
    return Card(text, draw_buttons(resource, told), menus=_draw_menus(ctx, resource))


def draw_buttons(
    resource: ShownResource | Resource, told: Opinions | None = None, *, opens: bool = True
) -> list[Button]:
    """What can be done with it by a click; without ``told`` by anybody, each for themselves."""
    number = get_number(resource)
    favours, useful = bool(told and told.favours(number)), bool(told and told.finds_useful(number))
    given = [
        Button("⭐ Retirer" if favours else "⭐ Favori", Favour(resource=number, on=not favours)),
        Button("👍 Retirer" if useful else "👍 Utile", FindUseful(resource=number, on=not useful)),
    ]
    wanted = given if get_state(resource) is ResourceState.PUBLISHED else given[:1] if favours else []
    return [*([Button("Ouvrir", Open(resource=number))] if opens else []), *wanted]


def _draw_menus(ctx: Context, resource: ShownResource | Resource) -> Sequence[Menu]:
    deeds: Sequence[MoreAction] = list_actions(
        ctx.user, resource, own=is_own(ctx.user, resource), state=get_state(resource)
    )
    options = {deed.value: deed.label for deed in deeds}
    return [Menu(MORE, More(resource=get_number(resource)), options)] if options else []


async def draw_whole(ctx: Context, resource: Resource) -> Message:
    """All that is known of one."""
    told = await read_opinions(ctx, [resource.number])
    useful = told.useful.get(resource.number, 0)
    text = render(
        "ressources/whole",
        resource=resource,
        title=link_title(resource),
        description=relay_plain_text(resource.description),
        site=link(urlsplit(resource.url).hostname or "", resource.url),
        state=STATES.get(resource.state, ""),
        files=_link_files(ctx, resource),
        themes=[THEMES[code].court for code in resource.theme_codes],
        labels=_name_labels(resource),
        said_on=say_date(resource.date, ctx.today),
        is_due=resource.review_on is not None and resource.review_on <= ctx.today,
        useful=useful,
        comments=await say_comments(ctx, resource),
    )
    return Message(text, draw_buttons(resource, told, opens=False), menus=_draw_menus(ctx, resource))


def _name_labels(resource: ShownResource | Resource) -> Mapping[str, str]:
    """What is said of it by the lists, under their names."""
    names = {"Type": KINDS, "Catégorie": CATEGORIES, "Niveau": LEVELS, "Public": PUBLICS}
    codes = (resource.type, resource.categorie, resource.niveau, resource.public)
    return {
        name: table[code].libelle for (name, table), code in zip(names.items(), codes, strict=True) if code in table
    }


def _link_files(ctx: Context, resource: Resource) -> Markdown:
    """The names of its files, which lead to the message that carries them."""
    names = Markdown(", ".join(escape(name) for name in resource.files.values()))
    return (
        link(names, make_permalink(ctx.settings, resource.post_id) if resource.post_id else "") if names else Markdown()
    )


TITLE_SHOWN = 80
"""Characters of a title in a sentence."""


@feature.button(Open, writes=False)
async def open_resource(ctx: Context, click: Open) -> Replies:
    """All that is known of it."""
    return await show_resource(ctx, await find_visible(ctx, click.resource))


async def show_resource(ctx: Context, resource: Resource) -> Whisper:
    """A resource in full."""
    told = await draw_whole(ctx, resource)
    return Whisper(told.text, told.buttons, told.facts, told.menus)


async def find_visible(ctx: Context, number: int) -> Resource:
    """The resource of that number. Raises UserError for one that this person may not see, or not any more."""
    found = await get_resource(ctx.db, number)
    if found is not None and may_see(ctx.user, found):
        return found
    if found is not None and found.state is ressources.ResourceState.WITHDRAWN:
        raise UserError(render("ressources/withdrawn", number=number, title=shorten_title(found), reason=found.reason))
    raise UserError(f"Il n’y a pas de fiche n° {number}, ou elle n’est pas encore publiée.")


async def find_published(ctx: Context, number: int) -> Resource:
    """The same of one that everybody may see. Raises UserError."""
    found = await find_visible(ctx, number)
    if found.state is not ressources.ResourceState.PUBLISHED:
        raise UserError(f"La fiche n° {number} n’est pas publiée : ce n’est pas possible.")
    return found


def shorten_title(resource: Resource) -> str:
    """What it is called in a sentence."""
    return quote(resource.titre, TITLE_SHOWN)


MarkClick = Favour | FindUseful


@feature.button(Favour)
async def mark_favourite(ctx: Context, click: Favour) -> Replies:
    """Keep it at hand, or not any more."""
    return await _set_mark(ctx, click, Mark.FAVOURITE)


@feature.button(FindUseful)
async def mark_useful(ctx: Context, click: FindUseful) -> Replies:
    """It served, or did not."""
    return await _set_mark(ctx, click, Mark.USEFUL)


async def _set_mark(ctx: Context, click: MarkClick, mark: Mark) -> Whisper:
    """Given once, however often it is clicked: whoever clicks again is offered to take it back."""
    number = click.resource
    if not click.on:
        # What was withdrawn since can still be let go of.
        await feedback.drop_mark(ctx.db, number, ctx.user.id, mark)
        return Whisper(render("ressources/unmarked", number=number, mark=mark.value))
    resource = await find_published(ctx, number)
    is_new = await feedback.put_mark(ctx.db, number, ctx.user.id, mark, ctx.now)
    count = (await feedback.count_marks(ctx.db, [number], mark)).get(number, 0)
    said = {"number": number, "title": shorten_title(resource), "mark": mark.value, "is_new": is_new, "count": count}
    back = [] if is_new else [Button("Retirer", click.model_copy(update={"on": False}))]
    return Whisper(render("ressources/marked", **said), back)
