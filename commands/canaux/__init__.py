"""The team’s channels: who belongs where, what differs from the plan, and its repair. This module is « /canaux »: one’s
own channels, and those that one may join or leave, found by an approximate name or by their purpose. Private channels
are shown to their members only."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.actions import AddMembers, RemoveMember
from bot.context import ReadingContext
from bot.errors import ChatError, Refusal, UserError
from bot.mattermost import ChatChannel
from bot.menus import Choosing, Menu
from bot.replies import Button, Replies, Whisper
from bot.search import Findings, Hit, Search, SearchKind, cut_hits
from bot.texts import quote, render, require
from commands.canaux import checks, edits, exceptions, runs
from commands.canaux.cards import LEADERS, Table, feature
from config import libraries, settings, territories
from config.canaux import Belonging, PlannedChannel
from config.text import fold
from storage import canaux, people, text_search

BUTTONS_MAX = 4
"""The most buttons of a message: more would fill a phone’s screen."""
OFFERED_MAX = 20
ALIKE_MIN = 78
"""How similar, from 0 to 100, a typed word and a word of a name must be at least."""
BEGINS = 95
"""The similarity of a typed word that a word of the name begins with."""
PURPOSE = 50
"""The weight of a word found in a channel’s purpose (in its name: 60 to 100)."""


class ChooseChannel(BaseModel):
    """Button: joins or leaves a channel that anybody may choose, by its key."""

    key: str
    joins: bool


class SeeChannel(BaseModel):
    """Button « Voir »: shows the channel of that key."""

    key: str


class SeeOne(Choosing):
    """Menu « Voir »: shows the channel whose key was chosen."""


class ChooseOne(Choosing):
    """Menu that joins or leaves the channel whose key was chosen, used when there are too many for buttons."""

    joins: bool


@dataclass(frozen=True, slots=True)
class ListedChannel:
    """A channel as the list shows it to somebody, with its number of members besides the bot."""

    planned: PlannedChannel
    channel: ChatChannel
    is_in: bool
    people: int

    @property
    def name(self) -> str:
        """The title of the channel in Mattermost."""
        return self.channel.display_name or self.planned.name

    @property
    def purpose(self) -> str:
        """The purpose of the channel, as a complete sentence."""
        said = self.planned.purpose.rstrip()
        return said if said.endswith((".", "!", "?", "…")) else f"{said}."


@feature.command("canaux", help="Voir vos canaux, en rejoindre d’autres ou les quitter", hint="[mots]")
async def show_channels(ctx: ReadingContext, line: str) -> Replies:
    """Show one’s own channels and the thematic ones with their purposes; or the channels that some words find."""
    words = _read_name(line)
    return await _show_found(ctx, words) if words else await _show_own(ctx)


async def _show_own(ctx: ReadingContext) -> Replies:
    table = await canaux.list_planned(ctx.db, ctx.settings)
    known, names = await canaux.find_channel_ids(ctx.db), await canaux.list_shown_names(ctx.db)
    rules = canaux.MembershipRules(await canaux.list_allowances(ctx.db))
    member = canaux.ChannelPerson.of(ctx.user, ctx.today)
    found = [planned for key, planned in table.items() if key in known]
    own = [names.get(planned.key, planned.name) for planned in found if rules.reason_in(planned, member)]
    free = [planned for planned in found if planned.belonging is Belonging.LIBRE]
    seen = await asyncio.gather(*(look_at_channel(ctx, planned, known[planned.key]) for planned in free))
    there = sorted((place for place in seen if place), key=lambda place: fold(place.planned.name))
    leads = next((role for role in LEADERS if ctx.user.may({role})), None)
    text = render(
        "canaux/list",
        own=own,
        free=there,
        has_departement=member.departements,
        leads=leads,
        departement=next(iter(ctx.user.departements), "69"),
        example=next((place.name for place in there if not place.is_in), ""),
    )
    if len(there) <= BUTTONS_MAX:
        return Whisper(text, [draw_channel_button(place) for place in there])
    return Whisper(text, menus=[menu for joins in (True, False) for menu in _channel_menus(there, joins=joins)])


async def _show_found(ctx: ReadingContext, words: str) -> Replies:
    """Show the channel that the words name; if several match, offer a choice."""
    shown = await _list_shown(ctx.db, ctx.settings, canaux.ChannelPerson.of(ctx.user, ctx.today))
    names = await canaux.list_shown_names(ctx.db)
    found = find_alike(words, shown, names) or [one.key for one, _ in _rank(words, list(shown.values()))]
    if len(found) == 1:
        return await show_channel(ctx, SeeChannel(key=found[0]))
    pool = found or list(shown)
    options = {key: names.get(key, shown[key].name) for key in pool[:OFFERED_MAX]}
    menus = [Menu("Voir un canal", SeeOne(), options)] if options else []
    return Whisper(render("canaux/found", words=quote(words), count=len(found), some=bool(options)), menus=menus)


@feature.button(SeeOne, writes=False)
async def see_from_menu(ctx: ReadingContext, click: SeeOne) -> Replies:
    """Show the channel that was chosen."""
    return await show_channel(ctx, SeeChannel(key=click.chosen))


def _read_name(text: str) -> str:
    """Read a typed channel name, without the punctuation of links and sentences."""
    return text.strip().strip("~#.!?").strip()


@feature.command("canaux rejoindre", help="Rejoindre un canal, par son nom", hint="nom du canal")
async def join_by_name(ctx: ReadingContext, text: str) -> Replies:
    """Join the channel of that name; if several match, offer a choice."""
    return await _choose_by_name(ctx, text, joins=True)


@feature.command("canaux quitter", help="Quitter un canal que l’on a choisi", hint="nom du canal")
async def leave_by_name(ctx: ReadingContext, text: str) -> Replies:
    """Leave the channel of that name; if several match, offer a choice."""
    return await _choose_by_name(ctx, text, joins=False)


async def _choose_by_name(ctx: ReadingContext, text: str, *, joins: bool) -> Replies:
    words = _read_name(text)
    if not words:
        return await _show_own(ctx)
    table, known = await canaux.list_planned(ctx.db, ctx.settings), await canaux.find_channel_ids(ctx.db)
    names = await canaux.list_shown_names(ctx.db)
    found = find_alike(words, {key: planned for key, planned in table.items() if key in known}, names)
    if len(found) == 1:
        return await choose_channel(ctx, ChooseChannel(key=found[0], joins=joins))
    options = {key: names.get(key, table[key].name) for key in found[:OFFERED_MAX]}
    if options:
        text = render("canaux/several", words=quote(words), count=len(found), joins=joins)
        return Whisper(text, menus=[Menu("Choisir un canal", ChooseOne(joins=joins), options)])
    if archived := await _tell_archived(ctx, words):
        return archived
    free = {key: p for key, p in table.items() if key in known and p.belonging is Belonging.LIBRE}
    options = {key: names.get(key, planned.name) for key, planned in list(free.items())[:OFFERED_MAX]}
    menus = [Menu("Rejoindre", ChooseOne(joins=True), options)] if joins and options else []
    return Whisper(render("canaux/no_channel", words=quote(words), free=bool(menus)), menus=menus)


async def _tell_archived(ctx: ReadingContext, words: str) -> Whisper | None:
    """Say why the public channel of that name was archived; None if there is none, or several."""
    why = await canaux.list_put_away(ctx.db)
    table = await canaux.list_planned(ctx.db, ctx.settings, archived=True) if why else {}
    found = find_alike(words, {key: one for key, one in table.items() if key in why and not one.private}, {})
    if len(found) != 1:
        return None
    return Whisper(render("canaux/archived", title=table[found[0]].name, reason=why[found[0]]))


def find_alike(words: str, table: Table, names: Mapping[str, str]) -> list[str]:
    """Find the keys of the channels whose names contain these words despite typing errors, most similar first; only one
    if its name is exactly that."""
    scores = {key: max(_score(words, name) for name in _names_of(table[key], names)) for key in table}
    best = max(scores.values(), default=0.0)
    least = best if best in {100.0, BEGINS} else max(best - 6, ALIKE_MIN)
    return [key for key, score in sorted(scores.items(), key=lambda pair: -pair[1]) if score >= least >= ALIKE_MIN]


def _names_of(planned: PlannedChannel, names: Mapping[str, str]) -> list[str]:
    """Return the names under which people may know a channel."""
    place = territories.DEPARTEMENTS.get(planned.departement)
    own = [names.get(planned.key, planned.name), planned.name, planned.address.replace("_", " ")]
    return [fold(name) for name in (*own, *([place.nom, place.code] if place else []))]


def _score(words: str, name: str) -> float:
    """Rate how similar a typed text is to a name, from 0 to 100: as its least similar word."""
    said, parts = fold(words), name.split()
    if said == name:
        return 100.0
    each = [max((_score_word(word, part) for part in parts), default=0.0) for word in said.split()]
    return min(min(each, default=0.0), 99.0)


def _score_word(word: str, part: str) -> float:
    if len(word) > 1 and part.startswith(word):
        return BEGINS
    return libraries.fuzz.ratio(word, part) if len(word) > 3 else 0.0


@feature.button(ChooseOne, writes=False)
async def choose_from_menu(ctx: ReadingContext, click: ChooseOne) -> Replies:
    """Join or leave the channel that was chosen."""
    return await choose_channel(ctx, ChooseChannel(key=click.chosen, joins=click.joins))


@feature.button(ChooseChannel, name="canaux.Choose", writes=False)
async def choose_channel(ctx: ReadingContext, click: ChooseChannel) -> Replies:
    """Join or leave a channel, with a button to undo it; if nothing changes, say so."""
    planned = (await canaux.list_planned(ctx.db, ctx.settings)).get(click.key)
    channel_id = (await canaux.find_channel_ids(ctx.db)).get(click.key)
    place = await look_at_channel(ctx, planned, channel_id) if planned and channel_id else None
    if planned is None or channel_id is None or (place is None and not planned.private):
        raise UserError(render("canaux/gone"))
    is_free = planned.belonging is Belonging.LIBRE
    if place is None or (planned.private and not place.is_in):
        return await _enter_private(ctx, planned, channel_id, joins=click.joins)
    said = render("canaux/chosen", place=place, joins=click.joins, free=is_free)
    if place.is_in is click.joins or not (click.joins or is_free):
        return Whisper(said)
    back = [Button("Quitter" if click.joins else "Y revenir", ChooseChannel(key=click.key, joins=not click.joins))]
    act = AddMembers(place.channel.id, [ctx.user.id]) if click.joins else RemoveMember(place.channel.id, ctx.user.id)
    return [Whisper(said, back if is_free else []), act]


async def _enter_private(ctx: ReadingContext, planned: PlannedChannel, channel_id: str, *, joins: bool) -> Replies:
    """Add a person who belongs to a private channel to it; tell others whom to ask."""
    is_in = planned.key in await canaux.list_keys_of(ctx.db, ctx.user.id)
    rules = canaux.MembershipRules(await canaux.list_allowances(ctx.db))
    member = canaux.ChannelPerson.of(ctx.user, ctx.today)
    belongs = member.is_everywhere or bool(rules.reason_in(planned, member))
    ask = [person.username for person in await people.list_to_ask(ctx.db, ctx.today)]
    name = (await canaux.list_shown_names(ctx.db)).get(planned.key, planned.name)
    said = render("canaux/private", title=name, is_in=is_in, belongs=belongs, joins=joins, ask=ask)
    acts = [AddMembers(channel_id, [ctx.user.id], team=planned.team)] if joins and belongs and not is_in else []
    return [Whisper(said), *acts]


async def look_at_channel(ctx: ReadingContext, planned: PlannedChannel, channel_id: str) -> ListedChannel | None:
    """Read a channel as it is now; None if it is deleted, archived or invisible to the bot."""
    try:
        channel, member, itself, count = await asyncio.gather(
            ctx.chat.channel(channel_id),
            ctx.chat.channel_member(channel_id, ctx.user.id),
            ctx.chat.channel_member(channel_id, (await ctx.chat.me()).id),
            ctx.chat.count_members(channel_id),
        )
        people = count - (itself is not None)
        return None if channel.archived else ListedChannel(planned, channel, member is not None, people)
    except ChatError as error:
        if error.refusal in {Refusal.UNKNOWN_CHANNEL, Refusal.FORBIDDEN}:
            return None
        raise


def _channel_menus(there: Sequence[ListedChannel], *, joins: bool) -> Sequence[Menu]:
    """Make the menu of the channels that one may join, or leave, if there are any."""
    options = {place.planned.key: place.name for place in there if place.is_in is not joins}
    return [Menu("Rejoindre" if joins else "Quitter", ChooseOne(joins=joins), options)] if options else []


def draw_channel_button(place: ListedChannel) -> Button:
    """Draw the button that joins a channel, or leaves it."""
    word = "Quitter" if place.is_in else "Rejoindre"
    return Button(f"{word} {place.name}", ChooseChannel(key=place.planned.key, joins=not place.is_in))


@feature.finds(SearchKind("canal", "Canal", "Canaux", lambda key: SeeChannel(key=key)))
async def find_channels(wanted: Search) -> Findings:
    """Find channels for « /chercher » by their names and purposes."""
    member = canaux.ChannelPerson.of(wanted.user, wanted.today)
    shown = list((await _list_shown(wanted.db, wanted.settings, member)).values())
    hits = [Hit(one.key, one.name, score, one.purpose) for one, score in _rank(wanted.words, shown)]
    return cut_hits(hits, wanted)


def _rank(words: str, shown: Sequence[PlannedChannel]) -> list[tuple[PlannedChannel, int]]:
    """Score the channels whose name or purpose matches the words, best first."""
    return [(shown[place], score) for place, score in text_search.rank_entries(words, [_weigh(one) for one in shown])]


@feature.button(SeeChannel, writes=False)
async def show_channel(ctx: ReadingContext, click: SeeChannel) -> Replies:
    """Show a channel as it is now, with its link and a button to join or leave it if anybody may."""
    planned = (await _list_shown(ctx.db, ctx.settings, canaux.ChannelPerson.of(ctx.user, ctx.today))).get(click.key)
    channel_id = (await canaux.find_channel_ids(ctx.db)).get(click.key, "")
    place = require(await look_at_channel(ctx, planned, channel_id) if planned else None, "canaux/gone")
    buttons = [draw_channel_button(place)] if place.planned.belonging is Belonging.LIBRE else []
    return Whisper(render("canaux/one", place=place), buttons)


async def _list_shown(
    db: AsyncSession, settings: settings.Settings, member: canaux.ChannelPerson
) -> Mapping[str, PlannedChannel]:
    """Return the existing channels that somebody may be told of, by key."""
    if member.has_left:
        return {}
    rules, known = canaux.MembershipRules(await canaux.list_allowances(db)), await canaux.find_channel_ids(db)
    table = await canaux.list_planned(db, settings)
    return {key: one for key, one in table.items() if key in known and _is_shown(rules, one, member)}


def _is_shown(rules: canaux.MembershipRules, planned: PlannedChannel, member: canaux.ChannelPerson) -> bool:
    return not planned.private or not rules.reason_out(planned, member)


def _weigh(planned: PlannedChannel) -> text_search.Entry:
    return text_search.weigh_texts((planned.purpose, PURPOSE)) | text_search.weigh_title(planned.name)


__all__ = ["feature"]
