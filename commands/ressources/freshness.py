"""« À revoir »: resources that may have grown old are shown to their author, and two weeks later to animateurs."""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from bot.context import Context
from bot.errors import UserError
from bot.french.coming import read_coming_day
from bot.french.dates import say_date
from bot.french.periods import months_after
from bot.replies import Button, Card, Direct, Replies, Reply, Say, Update, Whisper
from bot.texts import render
from commands.ressources import places
from commands.ressources.buttons import Edit
from commands.ressources.feature import ANIMATEURS, feature
from commands.ressources.keepers import keepers
from commands.ressources.lasting import StillGood
from commands.ressources.noting import note_resource
from commands.ressources.taking import is_own, locked, to_change
from storage import people
from storage.journal import Act
from storage.people import PARIS
from storage.ressources import Resource, freshness
from storage.ressources import resource as resources
from storage.ressources.resource import write

AT_ONCE = 1_000
SHOWN_MAX = 5
"""Resources in one message; the others are told by their number."""
YEARS_MAX = 10
_LINE = re.compile(r"(?:n ?° ?|#)?(\d{1,9})(?:\s+(.{1,60}))?")
_MONTH = re.compile(r"(\d{4})-(\d{1,2})")
_NEVER = {"jamais", "non", "aucune"}


@feature.job("day_of_week=mon-fri hour=9 minute=10", name="ressources.remind", local=True, writes=True)
async def remind(ctx: Context) -> Replies:
    """One message to each author who is where it is morning; one in the animateurs’ room, in Paris: what nobody else is
    left for, and what its author left as it is for two weeks."""
    due = await freshness.due(ctx.db, ctx.today, AT_ONCE)
    theirs = await keepers(ctx, due) if due else {}
    first = [each for each in due if each.reviews == freshness.NOBODY]
    here = await _who_is_here(ctx, set(theirs.values()))
    by_author: dict[str, list[Resource]] = {}
    for each in first:
        if theirs.get(each.number) in here:
            by_author.setdefault(theirs[each.number], []).append(each)
    late = [each for each in due if each.reviews != freshness.NOBODY or each.number not in theirs]
    told = [each.number for found in by_author.values() for each in found]
    replies: list[Reply] = [_to_author(ctx, who, found) for who, found in by_author.items()]
    await freshness.note(ctx.db, told, freshness.AUTHOR, ctx.today)
    return [*replies, *await _to_room(ctx, late)]


@feature.command(
    "ressources revoir",
    help="Dire quand une fiche sera à revoir ; vos fiches à revoir",
    hint="[12 2027-03 | 12 jamais]",
    writes=True,
)
async def review(ctx: Context, line: str) -> Replies:
    """What is to be looked at again; of one, when that will be, or from now on when."""
    asked = _LINE.fullmatch(" ".join(line.split()))
    if not line.strip():
        return await _waiting(ctx)
    if asked is None:
        raise UserError(render("ressources/review_usage"))
    found = await to_change(ctx, int(asked[1]))
    if asked[2] is None:
        return Whisper(_say_one(found), _buttons(found, (found.number,)))
    changed = await _put_off(ctx, found.number, read_day(asked[2], ctx.today))
    return Whisper(_say_one(changed))


@feature.button(StillGood)
async def still_good(ctx: Context, click: StillGood) -> Replies:
    """« C’est encore bon »: it is, for a year; the message tells of the others still."""
    await to_change(ctx, click.resource)
    changed = await _put_off(ctx, click.resource, months_after(ctx.today, freshness.YEAR))
    if len(click.listed) < 2:
        return Update(_say_one(changed))
    listed = await resources.among_numbers(ctx.db, click.listed)
    shown = [listed[number] for number in click.listed if number in listed]
    return Update(render("ressources/review_left"), cards=[_card(ctx, each, click.listed) for each in shown])


async def _who_is_here(ctx: Context, ids: set[str]) -> set[str]:
    """Who of these is in the zone whose morning it is; whom the register does not know is in Paris."""
    zones = {person.id: person.timezone for person in await people.among(ctx.db, ids=sorted(ids))} if ids else {}
    return {one for one in ids if zones.get(one, PARIS) == ctx.zone.key}


async def _to_room(ctx: Context, late: Sequence[Resource]) -> Sequence[Reply]:
    room = await places.room(ctx) if late and ctx.zone.key == PARIS else ""
    if not room:
        return []
    text = render("ressources/review_room", count=len(late), more=_more(late))
    said = Say(text, channel_id=room, cards=_cards(ctx, late))
    await freshness.note(ctx.db, [each.number for each in late], freshness.ANIMATEURS, ctx.today)
    return [said]


def _to_author(ctx: Context, who: str, found: Sequence[Resource]) -> Reply:
    text = render("ressources/review_author", count=len(found), more=_more(found))
    return Direct(text, user_id=who, cards=_cards(ctx, found))


async def _waiting(ctx: Context) -> Replies:
    """One’s own; animateurs see all."""
    mine = None if ctx.user.may(ANIMATEURS) else ctx.user.id
    found = await freshness.waiting(ctx.db, ctx.today, AT_ONCE, mine)
    text = render("ressources/review_list", count=len(found), more=_more(found))
    return Whisper(text, cards=_cards(ctx, found))


async def _put_off(ctx: Context, number: int, day: date | None) -> Resource:
    """It is to be looked at again on that day, or never."""
    found, revision = await locked(ctx, number)
    was, found.review_on, found.reviews, found.changed_at = found.review_on, day, freshness.NOBODY, ctx.now
    await write(ctx.db, [found], revision)
    if not is_own(ctx.user, found):
        change = ({"a_revoir": was and str(was)}, {"a_revoir": day and str(day)})
        note_resource(ctx, Act.RESOURCE_REVIEW, found, change)
    return found


def read_day(text: str, today: date) -> date | None:
    """The day that is meant, None for « jamais ». Raises UserError for one that is none, past, or too far."""
    if text.strip().lower() in _NEVER:
        return None
    month = _MONTH.fullmatch(text.strip())
    try:
        day = date(int(month[1]), int(month[2]), 1) if month else read_coming_day(text, today)
    except ValueError:
        day = None
    if day is None or not today < day <= months_after(today, 12 * YEARS_MAX):
        raise UserError(render("ressources/review_when"))
    return day


def _cards(ctx: Context, found: Sequence[Resource]) -> Sequence[Card]:
    shown = found[:SHOWN_MAX]
    return [_card(ctx, each, tuple(one.number for one in shown)) for each in shown]


def _card(ctx: Context, resource: Resource, listed: Sequence[int]) -> Card:
    is_due = resource.review_on is not None and resource.review_on <= ctx.today
    text = render(
        "ressources/review_card", resource=resource, title=places.title(resource), said=_said(resource), due=is_due
    )
    return Card(text, _buttons(resource, listed) if is_due else ())


def _buttons(resource: Resource, listed: Sequence[int]) -> Sequence[Button]:
    number = resource.number
    good = StillGood(resource=number, listed=list(listed))
    return [Button("C’est encore bon", good, "primary"), Button("Modifier", Edit(resource=number))]


def _say_one(resource: Resource) -> str:
    return render("ressources/review_one", resource=resource, title=places.title(resource), said=_said(resource))


def _said(resource: Resource) -> Mapping[str, str]:
    """Since when it is as it is, and when it is to be looked at again."""
    on = resource.review_on
    return {"since": say_date(resource.date), "on": say_date(on) if on else ""}


def _more(found: Sequence[Resource]) -> Sequence[int]:
    """The numbers of those that are not shown: some."""
    return [each.number for each in found[SHOWN_MAX : SHOWN_MAX + 20]]
