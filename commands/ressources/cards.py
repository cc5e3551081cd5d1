"""How a resource is shown, in a list and in full, and the actions of its buttons and menu."""

from collections import Counter, deque
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from bot.context import Context
from bot.errors import UserError
from bot.french import say_age, say_on
from bot.menus import Choosing, Menu
from bot.permalinks import make_permalink
from bot.replies import Button, Card, Message, Redirect, Replies, Whisper
from bot.texts import Markdown, escape, link, quote, relay_plain_text, render
from commands.ressources import records
from commands.ressources.posts import link_title, say_comments
from commands.ressources.records import feature
from config.ressources import LISTS
from config.text import fold, normalize
from config.themes import THEMES
from storage.people import Person
from storage.ressources import feedback
from storage.ressources.feedback import Mark
from storage.ressources.query import locate_words
from storage.ressources.resources import STANDING_STATES, AnyResource, Resource, ResourceState, get_resource


class Favour(records.OfResource):
    """Button « ⭐ Favori »: marks a resource as a favourite, or no longer."""

    on: bool = True


class FindUseful(records.OfResource):
    """Button « 👍 Utile »: marks a resource as useful, or no longer."""

    on: bool = True


class MoreAction(StrEnum):
    """An action of the menu « Plus… »."""

    COMMENT = "commenter"
    SHARE = "partager"
    FOLLOW = "suivre"
    COLLECT = "collection"
    REPORT = "signaler"
    EDIT = "modifier"
    WITHDRAW = "retirer"
    PUT_BACK = "remettre"


class MoreResourceActions(Choosing):
    """Menu « Plus… » of a resource; ``chosen`` is a ``MoreAction``."""

    resource: int


ACTIONS: Mapping[MoreAction, tuple[str, type[records.OfResource]]] = {
    MoreAction.COMMENT: ("Commenter", records.Comment),
    MoreAction.SHARE: ("Partager ici", records.ShareResource),
    MoreAction.FOLLOW: ("Suivre ce thème", records.FollowThemes),
    MoreAction.COLLECT: ("Ajouter à une collection", records.Collect),
    MoreAction.REPORT: ("Signaler", records.FlagResource),
    MoreAction.EDIT: ("Modifier", records.ChangeResource),
    MoreAction.WITHDRAW: ("Retirer", records.RemoveResource),
    MoreAction.PUT_BACK: ("Remettre", records.PutBackResource),
}
"""The label of each action, and the payload of the button that it stands for."""


def list_actions(person: Person, resource: AnyResource) -> Collection[type[records.OfResource]]:
    """Return the actions that somebody may take on a resource."""
    is_published, own = resource.state is ResourceState.PUBLISHED, records.is_own(person, resource)
    may_change = own or person.animates
    may: Mapping[type[records.OfResource], bool] = {
        records.Comment: is_published,
        records.ShareResource: is_published,
        records.FollowThemes: is_published and bool(resource.themes),
        records.Collect: is_published,
        records.FlagResource: is_published and not own,
        records.ChangeResource: may_change,
        records.RemoveResource: may_change and resource.state in STANDING_STATES,
        records.PutBackResource: may_change and resource.state is ResourceState.WITHDRAWN,
    }
    return {payload for payload, is_allowed in may.items() if is_allowed}


@feature.button(MoreResourceActions, name="ressources.More", writes=False)
async def open_action(ctx: Context, click: MoreResourceActions) -> Replies:
    """Run the chosen action, as its own button would."""
    _, payload = ACTIONS[MoreAction(click.chosen)]
    return Redirect.to(payload(resource=click.resource))


WIDTH = 170
"""The most characters of an excerpt: two lines on a wide screen, four on a phone."""
LEAD = 40
"""The most characters of an excerpt before the first word found."""
Span = tuple[int, int]


def cut_snippet(text: str, found: Set[str]) -> Markdown:
    """Cut out the part of a text with the most matches of these tokens, else its beginning; "" if there is no text."""
    flat = normalize("NFC", " ".join(text.split()))
    spans = list(_join_spans(flat, locate_words(flat, found)))
    begin, end = _cut_around(flat, _find_best(flat, spans))
    pieces, at = ["… "] if begin else list[str](), begin
    for first, last in spans:
        if begin <= first and last <= end:
            pieces += [escape(flat[at:first]), f"**{escape(flat[first:last])}**"]
            at = last
    return Markdown("".join([*pieces, escape(flat[at:end]), " …" if end < len(flat) else ""]))


def _join_spans(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """Merge spans that overlap, or have only a space between them."""
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
    """Find the beginning of the passage with the most different matches."""
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
    """Return the passage around a position, cut between words if possible."""
    begin = max(0, min(at - LEAD, len(text) - WIDTH))
    if begin > LEAD:
        space = text.rfind(" ", begin - LEAD, begin + 1)
        begin = space + 1 if space >= 0 else begin
    else:
        begin = 0
    end = begin + WIDTH
    if end >= len(text):
        return begin, len(text)
    space = text.rfind(" ", end - LEAD, end + 1)
    return begin, space if space > 0 else end


STATES = {
    ResourceState.PROPOSED: "attend d’être relue",
    ResourceState.REFUSED: "refusée",
    ResourceState.WITHDRAWN: "retirée",
}
"""The words for the states of resources that are not published."""


@dataclass(frozen=True, slots=True)
class Opinions:
    """How many people find each of some resources useful, and the reader’s own marks."""

    useful: Mapping[int, int]
    mine: Collection[tuple[int, Mark]]


async def read_opinions(ctx: Context, numbers: Collection[int]) -> Opinions:
    """Read the opinions about these resources."""
    useful = await feedback.count_marks(ctx.db, numbers, Mark.USEFUL)
    return Opinions(useful, await feedback.list_own_marks(ctx.db, ctx.user.id, numbers))


async def draw_cards(ctx: Context, resources: Sequence[AnyResource], found: Set[str] = frozenset()) -> Sequence[Card]:
    """Draw a card for each resource; ``found`` are the tokens that matched. Of several, each has only the button that
    opens it: phones stack buttons."""
    told = await read_opinions(ctx, [each.number for each in resources])
    drawn = [_draw_card(ctx, each, told, found) for each in resources]
    return drawn if len(drawn) == 1 else [Card(each.text, each.buttons[:1]) for each in drawn]


def may_see(person: Person, resource: Resource) -> bool:
    """Return whether somebody may see a resource: a published one, or their own; animateurs see all."""
    return resource.state is ResourceState.PUBLISHED or person.animates or records.is_own(person, resource)


def _draw_card(ctx: Context, resource: AnyResource, told: Opinions, found: Set[str]) -> Card:
    number, useful = resource.number, told.useful.get(resource.number, 0)
    labels = [
        *list(_name_labels(resource).values())[:2],
        say_age(resource.date, ctx.today),
        *([f"👍 {useful}"] if useful else []),
        *(["⭐"] if (number, Mark.FAVOURITE) in told.mine else []),
    ]
    text = render(
        "ressources/card",
        title=link_title(resource),
        number=number,
        snippet=cut_snippet(resource.description, found) if resource.state is ResourceState.PUBLISHED else "",
        labels=labels,
        state=STATES.get(resource.state, ""),
        reason=resource.reason if isinstance(resource, Resource) else "",
    )
    return Card(text, draw_buttons(resource, told.mine), menus=_draw_menus(ctx, resource))


def draw_buttons(resource: AnyResource, mine: Collection[tuple[int, Mark]] = (), *, opens: bool = True) -> list[Button]:
    """Draw the buttons of a resource, for a reader with these marks; by default for anybody."""
    number = resource.number
    favours, useful = (number, Mark.FAVOURITE) in mine, (number, Mark.USEFUL) in mine
    favour = Button("⭐ Retirer" if favours else "⭐ Favori", Favour(resource=number, on=not favours))
    find = Button("👍 Retirer" if useful else "👍 Utile", FindUseful(resource=number, on=not useful))
    wanted = [favour, find] if resource.state is ResourceState.PUBLISHED else [favour] if favours else []
    return [*([Button("Ouvrir", records.OpenResource(resource=number))] if opens else []), *wanted]


def _draw_menus(ctx: Context, resource: AnyResource) -> Sequence[Menu]:
    may = list_actions(ctx.user, resource)
    options = {action.value: label for action, (label, payload) in ACTIONS.items() if payload in may}
    return [Menu("Plus…", MoreResourceActions(resource=resource.number), options)] if options else []


async def draw_whole(ctx: Context, resource: Resource) -> Message:
    """Draw a resource in full."""
    told = await read_opinions(ctx, [resource.number])
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
        said_on=say_on(resource.date, ctx.today),
        is_due=resource.review_on is not None and resource.review_on <= ctx.today,
        useful=told.useful.get(resource.number, 0),
        comments=await say_comments(ctx, resource),
    )
    return Message(text, draw_buttons(resource, told.mine, opens=False), menus=_draw_menus(ctx, resource))


def _name_labels(resource: AnyResource) -> Mapping[str, str]:
    """Return the French labels of a resource’s coded values, by the names of their tables."""
    names = {"Type": "type", "Catégorie": "categorie", "Niveau": "niveau", "Public": "public"}
    chosen = {name: LISTS[liste].get(getattr(resource, liste)) for name, liste in names.items()}
    return {name: choice.libelle for name, choice in chosen.items() if choice}


def _link_files(ctx: Context, resource: Resource) -> Markdown:
    """Link the files of a resource, each to the message that has it."""
    names = Markdown(", ".join(escape(name) for name in resource.files.values()))
    if not names:
        return Markdown()
    return link(names, make_permalink(ctx.settings, resource.post_id) if resource.post_id else "")


TITLE_SHOWN = 80
"""The most characters of a title in a sentence."""


@feature.button(records.OpenResource, name="ressources.Open", writes=False)
async def open_resource(ctx: Context, click: records.OpenResource) -> Replies:
    """Show a resource in full."""
    return await show_resource(ctx, await find_visible(ctx, click.resource))


async def show_resource(ctx: Context, resource: Resource) -> Whisper:
    """Show a resource in full."""
    return (await draw_whole(ctx, resource)).recast(Whisper)


async def find_visible(ctx: Context, number: int) -> Resource:
    """Get a resource that the person may see. Raises UserError for any other."""
    found = await get_resource(ctx.db, number)
    if found is not None and may_see(ctx.user, found):
        return found
    if found is not None and found.state is ResourceState.WITHDRAWN:
        raise UserError(render("ressources/withdrawn", number=number, title=shorten_title(found), reason=found.reason))
    raise UserError(render("ressources/unknown_or_unpublished", number=number))


async def find_published(ctx: Context, number: int) -> Resource:
    """Get a published resource. Raises UserError."""
    found = await find_visible(ctx, number)
    if found.state is not ResourceState.PUBLISHED:
        raise UserError(render("ressources/unpublished", number=number))
    return found


def shorten_title(resource: Resource) -> str:
    """Shorten the title of a resource, for a sentence."""
    return quote(resource.titre, TITLE_SHOWN)


async def set_mark(ctx: Context, click: Favour | FindUseful) -> Replies:
    """Set a mark once, however often it is clicked; whoever clicks again is offered to remove it."""
    number, mark = click.resource, Mark.FAVOURITE if isinstance(click, Favour) else Mark.USEFUL
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


feature.button(Favour)(set_mark)
feature.button(FindUseful)(set_mark)
