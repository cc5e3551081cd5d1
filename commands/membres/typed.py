"""« /membres ajouter, role, deplacer, depart, retour »: said in one line, else asked for in a window."""

from collections.abc import Callable
from functools import partial

from bot.context import Context
from bot.replies import Replies
from commands.membres.changing import change
from commands.membres.feature import LEADERS, feature
from commands.membres.finding import Member, ask_about, read_named
from commands.membres.making import ended, read, with_
from commands.membres.windows import choose_first, open_window
from dialogs.membres import Purpose, read_day
from storage import people
from storage.people import Person
from storage.people.reading import read_departements, read_role


@feature.command("membres ajouter", help="Inscrire quelqu’un au registre", hint="[@nom]", roles=LEADERS)
async def add(ctx: Context, text: str) -> Replies:
    """The window of somebody new."""
    name, _ = _split(text)
    if not name:
        return choose_first(Purpose.AJOUTER)
    return open_window(ctx.user, Purpose.AJOUTER, await read_named(ctx, await ask_about(ctx, name)))


@feature.command("membres role", help="Changer le rôle de quelqu’un", hint="[@nom] [rôle]", roles=LEADERS, writes=True)
async def give_role(ctx: Context, text: str) -> Replies:
    """This role, from now on."""
    return await _change(ctx, Purpose.ROLE, text, lambda person, rest: with_(person, role=read(read_role, rest)))


@feature.command(
    "membres deplacer",
    help="Changer quelqu’un de département ou de structure",
    hint="[@nom] [départements]",
    roles=LEADERS,
    writes=True,
)
async def move(ctx: Context, text: str) -> Replies:
    """These départements, from now on."""
    to = read_departements
    return await _change(ctx, Purpose.DEPLACER, text, lambda person, rest: people.place(person, read(to, rest)))


@feature.command(
    "membres depart",
    help="Noter que quelqu’un quitte le réseau",
    hint="[@nom] [dernier jour]",
    roles=LEADERS,
    writes=True,
)
async def end(ctx: Context, text: str) -> Replies:
    """That was, or will be, the last day."""
    day = partial(read_day, clues=ctx.clues)
    return await _change(ctx, Purpose.DEPART, text, lambda person, rest: ended(person, read(day, rest)))


@feature.command(
    "membres retour", help="Rendre son rôle à quelqu’un qui était parti", hint="[@nom]", roles=LEADERS, writes=True
)
async def bring_back(ctx: Context, text: str) -> Replies:
    """They have not left, or are back."""
    name, _ = _split(text)
    if not name:
        return choose_first(Purpose.RETOUR)
    actor, member = await _begin(ctx, name)
    return await change(ctx, actor, member, with_(member.person, left_on=None))


async def _change(ctx: Context, purpose: Purpose, text: str, make: Callable[[Person, str], Person]) -> Replies:
    """Somebody as the rest of the line makes them; what the line does not say is asked for."""
    name, rest = _split(text)
    if not name:
        return choose_first(purpose)
    actor, member = await _begin(ctx, name)
    if not rest:
        return open_window(actor, purpose, member)
    return await change(ctx, actor, member, make(member.person, rest))


async def _begin(ctx: Context, name: str) -> tuple[Person, Member]:
    """Who acts and on whom: Mattermost is asked before the first statement."""
    named = await ask_about(ctx, name)
    actor = await ctx.must_still_be(LEADERS)
    return actor, await read_named(ctx, named)


def _split(text: str) -> tuple[str, str]:
    """The name that a line begins with, and the rest of it."""
    name, _, rest = text.strip().partition(" ")
    return name, rest.strip()
