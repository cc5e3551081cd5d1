"""« Nouvel inscrit »: the channel of a département reads who is new there, in one message a day."""

from collections.abc import Sequence
from datetime import date
from zoneinfo import ZoneInfo

from bot.context import Context
from bot.replies import Message, Progress, Reply, Say, Step
from bot.texts import Markdown, render
from commands.membres.feature import feature
from commands.membres.notices import Notice, spread
from config.canaux import Belonging
from config.departements import DEPARTEMENTS
from storage.annuaire.sight import commune_name
from storage.canaux import allowances, by_key, planned
from storage.canaux.belonging import Member, Rules
from storage.people import PARIS, Audience, Person, newcomers
from storage.people.newcomers import Newcomer

SHOWN = 15
"""People in one message; the others are told by their number."""
NEAR = (Audience.RESEAU, Audience.DEPARTEMENT)
"""Of what is shown to these, everybody in the channel sees it."""


class TellNewcomers(Notice):
    """Who came on that day is told in that planned channel."""

    key: str
    day: date


async def announce(ctx: Context, person: Person) -> Sequence[Reply]:
    """Somebody is to be announced where they belong, once for ever; nobody who wants to be found by nobody."""
    if ctx.settings.newcomers == "non" or person.is_hidden:
        return []
    told: list[Reply] = []
    for key in await _channels(ctx, person):
        day = ctx.now.astimezone(_zone(key)).date()
        if await newcomers.note(ctx.db, Newcomer(person_id=person.id, key=key, day=day, at=ctx.now)):
            told.append(TellNewcomers(key=key, day=day).begin(ctx.now))
    return told


@feature.work(TellNewcomers, name="membres.TellNewcomers", title="Nouveaux inscrits", writes=True)
async def tell(ctx: Context, work: TellNewcomers, _: Progress) -> Step:
    """All of that day who are to be seen as they are now."""
    taken = await newcomers.take(ctx.db, work.key, work.day, ctx.now)
    channel_id = (await by_key(ctx.db)).get(work.key)
    if channel_id is None or not (taken or work.tries):
        return Step(finished=True)
    people = await newcomers.of(ctx.db, work.key, work.day)
    lines = [_line(person) for person in people[:SHOWN]]
    text = render("membres/newcomers", lines=lines, more=len(people) - SHOWN, count=len(people), day=work.day)
    topic = f"membres.new:{channel_id}:{work.day}"
    places = [Say(text, channel_id=channel_id, topic=topic)] if people else []
    told = await spread(ctx, Message(text), places, topic)
    return Step(replies=[*told.replies, *(work.again(ctx.now) if told.waits else [])], finished=True)


async def _channels(ctx: Context, person: Person) -> Sequence[str]:
    """The keys of the channels of the départements that somebody shares, where newcomers are announced."""
    table, known, quiet = (
        await planned(ctx.db, ctx.settings),
        await by_key(ctx.db),
        await newcomers.quiet(ctx.db),
    )
    places = Rules(await allowances(ctx.db)).places(table, Member.of(person, person.today(ctx.now)))
    near = [table[key] for key in table if key in places and key in known]
    return [c.key for c in near if c.belonging is Belonging.DEPARTEMENT and c.departement not in quiet]


def _zone(key: str) -> ZoneInfo:
    """Where the people of a channel are."""
    known = DEPARTEMENTS.get(key.partition(":")[2])
    return ZoneInfo(known.fuseau if known else PARIS)


def _line(person: Person) -> Markdown:
    """Somebody, as who works in the same département sees them."""
    structure = person.structure if person.audience("structure") in NEAR else None
    commune = commune_name(person) if person.audience("commune") in NEAR else ""
    role = person.role or person.derived_role
    return render("membres/newcomer", person=person, role=role, structure=structure, commune=commune)
