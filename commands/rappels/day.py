"""The daily message: what waits for somebody, what is new for them and what has ended, at the hour they chose."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from pydantic import BaseModel

from bot import replies
from bot.account_status import find_active
from bot.calendar import find_holiday
from bot.context import Context, ReadingContext, Request
from bot.features import Feature
from bot.french import say_date
from bot.menus import Choosing, Menu
from bot.registry import list_waiting
from bot.texts import Markdown, render, require
from config.text import fold
from storage import absences, claims, people, rappels
from storage.rappels import FIRST_HOUR, LAST_HOUR, DailyChoice, DailyNews, Rhythm

AT_ONCE = 10
"""People in one step."""
TOLD_MAX = 12
"""News in one message; the next has the others, and « Lire la suite » them at once."""
WAITING_MAX = 5
"""Of what waits, how much is told."""
BUTTONS_MAX = 2
"""Buttons that lead to news; where there are more, a menu has them."""
SCOPE = "rappels.hour"
NOW = "maintenant"
UNIT = ("personne", "personnes")


class LessOften(BaseModel):
    """Button « Moins »: sends the daily message less often."""


class MoreOften(BaseModel):
    """Button « Plus »: sends the daily message more often."""


class ReadNow(BaseModel):
    """Button « Lire maintenant » or « Lire la suite »: sends the waiting news at once."""


class Goal(BaseModel):
    """The button payload of another feature that a piece of news leads to."""

    name: str
    data: dict[str, Any]


class OpenNews(Choosing):
    """Menu of the news in a message, by their numbers; ``goals`` are what they lead to."""

    goals: dict[str, Goal]


def lead_to(name: str) -> OpenNews:
    """Make the menu payload that leads to what a button of that name does."""
    return OpenNews(goals={"0": Goal(name=name, data={})}, chosen="0")


class TellDay(BaseModel):
    """Long work: send the daily message to the people of a time zone who chose that hour."""

    zone: str
    hour: int
    day: date


@dataclass(frozen=True, slots=True)
class Reader:
    """A recipient of the daily message, and what waits for them."""

    person: people.Person
    choice: DailyChoice
    waiting: Sequence[replies.Waiting]

    @property
    def hashes(self) -> Sequence[str]:
        """The hashes of what waits, to tell it from what waited before."""
        return [hash_waiting(each) for each in self.waiting]


def hash_waiting(waiting: replies.Waiting) -> str:
    """Return a hash of something that waits, which is the same on another day."""
    return sha256((waiting.key or waiting.text).encode()).hexdigest()[:8]


def is_worked(day: date, departement: str | None, choice: DailyChoice) -> bool:
    """Return whether somebody works on a day: one of their weekdays, and no public holiday of their département."""
    return choice.works_on(day) and not find_holiday(day, departement)


def is_due(choice: DailyChoice, day: date, departement: str | None, away: Collection[date] = ()) -> bool:
    """Return whether somebody gets a message on a day, according to their frequency and absences."""
    if choice.rhythm is Rhythm.NEVER or day in away:
        return False
    if choice.rhythm is Rhythm.DAILY:
        return True
    before = [day - timedelta(days=n) for n in range(1, day.weekday() + 1)]
    worked = [each for each in before if is_worked(each, departement, choice) and each not in away]
    return is_worked(day, departement, choice) and (choice.rhythm is Rhythm.WORKDAYS or not worked)


def draw_day(reader: Reader, news: Sequence[DailyNews], day: date, left: int) -> replies.Message:
    """Draw the daily message; ``left`` counts the news that did not fit."""
    waiting = reader.waiting[:WAITING_MAX]
    asked = [each for each in waiting if each.others]
    plain = [each for each in waiting if not each.others]
    text = render(
        "rappels/day",
        day=say_date(day),
        waiting=plain,
        more=len(reader.waiting) - len(waiting),
        new=[_draw_line(each) for each in news if not each.is_over],
        over=[_draw_line(each) for each in news if each.is_over],
        left=left,
    )
    buttons, menus = _lead_on(plain, news, left)
    cards = [replies.Card(render("rappels/asked", text=each.text), [each.button, *each.others]) for each in asked]
    shown = [*buttons, replies.Button("Moins", LessOften()), replies.Button("Plus", MoreOften())]
    return replies.Message(text, shown, menus=menus, cards=cards)


def _draw_line(news: DailyNews) -> Markdown:
    """Draw a piece of news as one list item, even if it has several lines."""
    return Markdown(news.text.strip().replace("\n", "\n  "))


def _lead_on(
    waiting: Sequence[replies.Waiting], news: Sequence[DailyNews], left: int
) -> tuple[Sequence[replies.Button], Sequence[Menu]]:
    """Make the buttons to what waits and to the news, of which a menu has those that are too many; first the rest of
    the news, where some are ``left``."""
    linked: list[replies.WordedButton | DailyNews] = [each.button.word() for each in waiting]
    linked += [each for each in news if each.name]
    goals = [(each.label, Goal(name=each.name, data=each.data)) for each in linked]
    leading = [each.button for each in waiting]
    leading += [replies.Button(label, OpenNews(goals={"0": goal}, chosen="0")) for label, goal in goals[len(waiting) :]]
    first = [replies.Button("Lire la suite", ReadNow(), "primary")] if left else []
    if len(first) + len(leading) <= BUTTONS_MAX:
        return [*first, *leading], []
    shown = BUTTONS_MAX - 1 - len(first)
    listed = {str(at): each for at, each in enumerate(goals[shown:])}
    opened = OpenNews(goals={at: goal for at, (_, goal) in listed.items()})
    return [*first, *leading[:shown]], [Menu("Ouvrir…", opened, {at: label for at, (label, _) in listed.items()})]


async def tell(ctx: Context, reader: Reader) -> replies.Direct | None:
    """Send somebody their daily message and delete the news in it; None if there is nothing to say.

    Guests are not written to: they may be guests by mistake, and read what waits for them when they ask.
    """
    count = await rappels.count_news(ctx.db, reader.person.id)
    if not count and (reader.person.role is people.Role.INVITE or set(reader.hashes) <= set(reader.choice.waiting)):
        return None
    day = reader.person.today(ctx.now)
    if not await rappels.claim_day(ctx.db, reader.person.id, day, reader.hashes):
        return None
    return await _take(ctx, reader, day)


async def _take(ctx: Context, reader: Reader, day: date) -> replies.Direct:
    news = await rappels.take_news(ctx.db, reader.person.id, TOLD_MAX)
    left = await rappels.count_news(ctx.db, reader.person.id)
    return draw_day(reader, news, day, left).recast(replies.Direct, user_id=reader.person.id)


@dataclass(frozen=True, slots=True)
class WaitingReader:
    """Reads what waits for people in these features, before a message is sent."""

    features: Sequence[Feature]

    async def read(self, ctx: ReadingContext, person: people.Person) -> Sequence[replies.Waiting]:
        """Read what waits for somebody."""
        theirs = replace(ctx, user=person, request=Request("command", "rappels", person.id))
        return await list_waiting(self.features, theirs)

    async def read_line(self, ctx: ReadingContext, line: str) -> tuple[str, Sequence[replies.Waiting]]:
        """Return the typed line and, if the message is to be sent, what waits."""
        return line, await self.read(ctx, ctx.user) if fold(line).strip() == NOW else []

    async def read_own(self, ctx: ReadingContext, _: ReadNow) -> Sequence[replies.Waiting]:
        """Read what waits for whoever clicked."""
        return await self.read(ctx, ctx.user)

    async def read_page(
        self, ctx: ReadingContext, asked: TellDay, so_far: replies.Progress
    ) -> tuple[str, Sequence[Reader]]:
        """Read what waits for the next people of that hour who get a message that day."""
        page = await rappels.list_page(ctx.db, asked.zone, asked.hour, so_far.cursor or "", AT_ONCE)
        ids = [person.id for person in page]
        choices = await rappels.list_choices(ctx.db, ids)
        active, away = await find_active(ctx, ids), await _read_days_away(ctx, ids, asked.day)
        readers = [
            Reader(person, choices[person.id], await self.read(ctx, person))
            for person in page
            if person.id in active and is_due(choices[person.id], asked.day, person.departement, away[person.id])
        ]
        return page[-1].id if page else "", readers


async def _read_days_away(ctx: Context, ids: Sequence[str], day: date) -> Mapping[str, Collection[date]]:
    """Return the days of this week on which people are away."""
    found = await absences.list_absences(ctx.db, ids, day - timedelta(days=day.weekday()), whole=True)
    return {each: {away for one in found if one.user_id == each for away in one.days} for each in ids}


async def tell_now(ctx: Context, waiting: Sequence[replies.Waiting]) -> replies.Replies:
    """Send the waiting news and what waits, at once."""
    if not waiting and not await rappels.count_news(ctx.db, ctx.user.id):
        return replies.Whisper(render("rappels/nothing"))
    reader = Reader(ctx.user, await rappels.get_choice(ctx.db, ctx.user.id), waiting)
    await rappels.note_waiting(ctx.db, ctx.user.id, reader.hashes)
    return await _take(ctx, reader, ctx.today)


async def open_news(_: Context, click: OpenNews) -> replies.Replies:
    """Press the button that a piece of news leads to."""
    goal = require(click.goals.get(click.chosen), "rappels/choose_news")
    return replies.Redirect(goal.name, goal.data)


async def wait_to_be_read(ctx: Context) -> Sequence[replies.Waiting]:
    """Tell the home page how many news were not read yet."""
    count = await rappels.count_news(ctx.db, ctx.user.id)
    said = render("rappels/unread", count=count)
    button = replies.Button("Lire les nouvelles", replies.RunCommand(line=f"rappels {NOW}"))
    return [replies.Waiting(said, button)] if count else []


async def tell_due(ctx: Context) -> replies.Replies:
    """Start to send the daily messages of this hour, and of earlier hours of the day that were missed while the bot was
    down."""
    day, now = ctx.today, ctx.now.astimezone(ctx.zone).hour
    return [
        replies.Start(payload=TellDay(zone=ctx.zone.key, hour=hour, day=day))
        for hour in range(FIRST_HOUR, min(now, LAST_HOUR) + 1)
        if await rappels.list_page(ctx.db, ctx.zone.key, hour, "", 1)
        and await claims.claim(ctx.db, SCOPE, f"{ctx.zone.key}:{day}:{hour}", ctx.now)
    ]


async def tell_next(
    ctx: Context, _: TellDay, so_far: replies.Progress, page: tuple[str, Sequence[Reader]]
) -> replies.Step:
    """Send the next people their message, each in the transaction that deletes their news."""
    last, readers = page
    told = [said for reader in readers if (said := await tell(ctx, reader))]
    return replies.Step(replies=told, cursor=last, done=so_far.done + len(told), finished=not last)
