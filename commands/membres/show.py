"""« /membres »: how many there are, who is called so, and somebody’s card."""

from collections.abc import Mapping, Sequence

from bot.context import Context
from bot.errors import UserError
from bot.menus import Choosing, Menu
from bot.replies import Replies, Whisper
from bot.texts import quote, render
from commands.membres.card import card
from commands.membres.feature import LEADERS, feature
from commands.membres.finding import ask_about, read_member, read_named
from commands.membres.rules import looks_after
from storage import people
from storage.people import Person, awaited
from storage.people.names import Called, find_called
from storage.people.register import Tally

LISTED_MAX = 15
"""People in one answer: more are told by their number."""


class See(Choosing):
    """A menu of people who are called so; ``chosen`` is the id of one."""


@feature.command("membres", help="Trouver quelqu’un du réseau et voir sa fiche", hint="[nom | @nom]", roles=LEADERS)
async def show(ctx: Context, text: str) -> Replies:
    """Whoever is called so; without a name, how many there are and what can be typed."""
    words = text.strip()
    if not words:
        return await _summarise(ctx)
    if words.startswith("@") and " " not in words:
        named = await ask_about(ctx, words)
        member = await read_named(ctx, named)
        if not member.is_new:
            _must_look_after(ctx, member.person)
        return card(ctx, member)
    return await _search(ctx, words)


@feature.button(See, roles=LEADERS, writes=False)
async def see(ctx: Context, click: See) -> Replies:
    """The card of the one that was chosen."""
    return await _show_card(ctx, click.chosen)


async def _search(ctx: Context, words: str) -> Replies:
    within = None if ctx.user.animates else ctx.user.departements
    found = await find_called(ctx.db, words, within)
    if len(found) == 1 and found[0].id:
        return await _show_card(ctx, found[0].id)
    if not found:
        raise UserError(render("membres/nobody", words=quote(words), within=within is not None))
    listed = found[:LISTED_MAX]
    text = render("membres/found", words=quote(words), found=listed, more=len(found) - len(listed))
    return Whisper(text, menus=_menus(listed))


async def _show_card(ctx: Context, person_id: str) -> Whisper:
    member = await read_member(ctx, person_id)
    _must_look_after(ctx, member.person)
    return card(ctx, member)


def _must_look_after(ctx: Context, person: Person) -> None:
    if person.id != ctx.user.id and not looks_after(ctx.user, person):
        raise UserError(
            f"@{quote(person.username)} n’est pas de votre département : les fiches des autres départements sont "
            "réservées aux animateurs de communauté."
        )


def _menus(found: Sequence[Called]) -> list[Menu]:
    """One that leads to the cards; two people of one name are told apart by their user names."""
    options: Mapping[str, str] = {one.id: f"{one.full_name} (@{one.username})" for one in found if one.id}
    return [Menu("Voir une fiche", See(), options)] if options else []


async def _summarise(ctx: Context) -> Whisper:
    within = None if ctx.user.animates else ctx.user.departements
    tally: Tally = await people.tally(ctx.db, ctx.today, within)
    waiting = await awaited.count(ctx.db) if within is None else 0
    return Whisper(render("membres/summary", tally=tally, waiting=waiting, within=within))
