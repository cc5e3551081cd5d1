"""How resources are shown: a card in a list, and all that is known of one."""

from collections.abc import Collection, Mapping, Sequence, Set
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.context import Context
from bot.french.dates import say_age, say_date
from bot.linked import address_of
from bot.menus import Menu
from bot.replies import Button, Card, Message
from bot.texts import Markdown, escape, link, relay_plainly, render
from commands.ressources.buttons import Deed, Favour, FindUseful, More, Open
from commands.ressources.commenting import told_of
from commands.ressources.more import offered
from commands.ressources.places import title
from commands.ressources.snippets import snippet
from commands.ressources.taking import is_own
from config.ressources import CATEGORIES, KINDS, LEVELS, PUBLICS
from config.themes import THEMES
from storage.people import Person
from storage.ressources import marks
from storage.ressources.marks import Mark
from storage.ressources.resource import Resource, Shown, State

STATES = {
    State.PROPOSED: "attend d’être relue",
    State.REFUSED: "refusée",
    State.WITHDRAWN: "retirée",
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


async def opinions(ctx: Context, numbers: Collection[int]) -> Opinions:
    """Of these resources, as they are now."""
    useful = await marks.counts(ctx.db, numbers, Mark.USEFUL)
    return Opinions(useful, await marks.mine(ctx.db, ctx.user.id, numbers))


async def draw(ctx: Context, resources: Sequence[Shown | Resource], found: Set[str] = frozenset()) -> Sequence[Card]:
    """A card for each; ``found`` are the tokens by which they were."""
    told = await opinions(ctx, [number_of(each) for each in resources])
    return [_card(ctx, each, told, found) for each in resources]


def number_of(resource: Shown | Resource) -> int:
    """How people call it."""
    return resource.number if isinstance(resource, Resource) else resource.id


def state_of(resource: Shown | Resource) -> State:
    """What became of it. (Only published ones are found.)"""
    return resource.state if isinstance(resource, Resource) else State.PUBLISHED


def may_see(person: Person, resource: Resource) -> bool:
    """Whether somebody is shown what is in it: what is published; one’s own; animateurs, all."""
    return resource.state is State.PUBLISHED or person.animates or is_own(person, resource)


def _card(ctx: Context, resource: Shown | Resource, told: Opinions, found: Set[str]) -> Card:
    state, number = state_of(resource), number_of(resource)
    useful = told.useful.get(number, 0)
    labels = [
        *list(_named(resource).values())[:2],
        say_age(resource.date, ctx.today),
        *([f"👍 {useful}"] if useful else []),
        *(["⭐"] if told.favours(number) else []),
    ]
    text = render(
        "ressources/card",
        title=title(resource),
        number=number,
        snippet=snippet(resource.description, found) if state is State.PUBLISHED else "",
        labels=labels,
        state=STATES.get(state, ""),
        reason=resource.reason if isinstance(resource, Resource) else "",
    )
    return Card(text, buttons(resource, told), menus=_menus(ctx, resource))


def buttons(resource: Shown | Resource, told: Opinions | None = None, *, opens: bool = True) -> list[Button]:
    """What can be done with it by a click; without ``told`` by anybody, each for themselves."""
    number = number_of(resource)
    favours, useful = bool(told and told.favours(number)), bool(told and told.finds_useful(number))
    given = [
        Button("⭐ Retirer" if favours else "⭐ Favori", Favour(resource=number, on=not favours)),
        Button("👍 Retirer" if useful else "👍 Utile", FindUseful(resource=number, on=not useful)),
    ]
    wanted = given if state_of(resource) is State.PUBLISHED else given[:1] if favours else []
    return [*([Button("Ouvrir", Open(resource=number))] if opens else []), *wanted]


def _menus(ctx: Context, resource: Shown | Resource) -> Sequence[Menu]:
    deeds: Sequence[Deed] = offered(ctx.user, resource, own=is_own(ctx.user, resource), state=state_of(resource))
    options = {deed.value: deed.label for deed in deeds}
    return [Menu(MORE, More(resource=number_of(resource)), options)] if options else []


async def draw_whole(ctx: Context, resource: Resource) -> Message:
    """All that is known of one."""
    told = await opinions(ctx, [resource.number])
    useful = told.useful.get(resource.number, 0)
    text = render(
        "ressources/whole",
        resource=resource,
        title=title(resource),
        description=relay_plainly(resource.description),
        site=link(urlsplit(resource.url).hostname or "", resource.url),
        state=STATES.get(resource.state, ""),
        files=_files(ctx, resource),
        themes=[THEMES[code].court for code in resource.theme_codes],
        labels=_named(resource),
        said_on=say_date(resource.date, ctx.today),
        is_due=resource.review_on is not None and resource.review_on <= ctx.today,
        useful=useful,
        comments=await told_of(ctx, resource),
    )
    return Message(text, buttons(resource, told, opens=False), menus=_menus(ctx, resource))


def _named(resource: Shown | Resource) -> Mapping[str, str]:
    """What is said of it by the lists, under their names."""
    names = {"Type": KINDS, "Catégorie": CATEGORIES, "Niveau": LEVELS, "Public": PUBLICS}
    codes = (resource.type, resource.categorie, resource.niveau, resource.public)
    return {
        name: table[code].libelle for (name, table), code in zip(names.items(), codes, strict=True) if code in table
    }


def _files(ctx: Context, resource: Resource) -> Markdown:
    """The names of its files, which lead to the message that carries them."""
    names = Markdown(", ".join(escape(name) for name in resource.files.values()))
    return link(names, address_of(ctx.settings, resource.post_id) if resource.post_id else "") if names else Markdown()
