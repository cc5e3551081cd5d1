"""« /rappels », one message a day: what waits for somebody, what is new for them and what has ended, at their hour."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from pydantic import BaseModel

from bot.account_status import find_active
from bot.calendar import is_working_day
from bot.command_lines import RunCommand
from bot.context import Context, ReadingContext, Request
from bot.errors import UserError
from bot.features import Feature
from bot.french.dates import say_date
from bot.menus import Choosing, Menu
from bot.registry import list_waiting
from bot.replies import Ask, Button, Card, Direct, Message, Progress, Redirect, Replies, Start, Step, Waiting, Whisper
from bot.texts import Markdown, render
from config.text import fold
from dialogs.rappels import ChooseReminders
from storage import claims, rappels
from storage.absences import find_away
from storage.people import Person, Role
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
HELP = "Votre message du jour : à quelle heure, combien de fois"
HINT = "[8h | moins | plus | jamais | maintenant]"
RHYTHM_WORDS = {
    "jour": Rhythm.DAILY,
    "tous les jours": Rhythm.DAILY,
    "chaque jour": Rhythm.DAILY,
    "ouvres": Rhythm.WORKDAYS,
    "jours ouvres": Rhythm.WORKDAYS,
    "semaine": Rhythm.WEEKLY,
    "chaque semaine": Rhythm.WEEKLY,
    "jamais": Rhythm.NEVER,
    "non": Rhythm.NEVER,
    "oui": Rhythm.WORKDAYS,
}
_HOUR = re.compile(r"(?:a )?(\d{1,2}) ?(?:h|heures?|:00)?(?: ?00)?")


class Less(BaseModel):
    """« Moins »: less often from now on."""


class More(BaseModel):
    """« Plus »: more often from now on."""


class Choose(BaseModel):
    """« Choisir l’heure »: opens the window."""


class ReadNow(BaseModel):
    """« Lire maintenant », « Lire la suite »: what was not told yet comes at once."""


class Goal(BaseModel):
    """What a piece of news leads to, as a button of its feature’s would."""

    name: str
    data: dict[str, Any]


class OpenNews(Choosing):
    """What the news of a message lead to, by their number there."""

    goals: dict[str, Goal]


class TellDay(BaseModel):
    """Work: the people of a zone who chose that hour are told, on that day there."""

    zone: str
    hour: int
    day: date


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who may be told, and what waits for them."""

    person: Person
    choice: DailyChoice
    waiting: Sequence[Waiting]

    @property
    def hashes(self) -> Sequence[str]:
        """What waits, so that it can be told from what waited before."""
        return [sha256(each.text.encode()).hexdigest()[:8] for each in self.waiting]


def is_due(rhythm: Rhythm, day: date, departement: str | None) -> bool:
    """Whether who wants so many messages gets one on that day."""
    if rhythm is Rhythm.DAILY:
        return True
    if rhythm is Rhythm.NEVER or not is_working_day(day, departement):
        return False
    before = [day - timedelta(days=n) for n in range(1, day.weekday() + 1)]
    return rhythm is Rhythm.WORKDAYS or not any(is_working_day(each, departement) for each in before)


def draw_day(reader: Reader, news: Sequence[DailyNews], day: date, left: int) -> Message:
    """Draw the message of a day; ``left`` counts the news that it has no room for."""
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
    buttons, menus = _lead_to_news(news)
    buttons = [*buttons, *([each.button for each in plain[:1]] if not left else [])]
    buttons += [Button("Lire la suite", ReadNow(), "primary")] if left else []
    cards = [Card(render("rappels/asked", text=each.text), [each.button, *each.others]) for each in asked]
    shown = [*buttons[:BUTTONS_MAX], Button("Moins", Less()), Button("Plus", More())]
    return Message(text, shown, menus=menus, cards=cards)


def _draw_line(news: DailyNews) -> Markdown:
    """Draw a piece of news as one entry of a list, whatever lines it has."""
    return Markdown(news.text.strip().replace("\n", "\n  "))


def _lead_to_news(news: Sequence[DailyNews]) -> tuple[Sequence[Button], Sequence[Menu]]:
    """Lead to what the news tell of: by buttons where they are few, else by a menu."""
    leading = {str(n): each for n, each in enumerate(news) if each.name}
    goals = {n: Goal(name=each.name, data=each.data) for n, each in leading.items()}
    if len(goals) <= BUTTONS_MAX:
        return [Button(leading[n].label, OpenNews(goals={n: goal}, chosen=n)) for n, goal in goals.items()], []
    return [], [Menu("Ouvrir…", OpenNews(goals=goals), {n: each.label for n, each in leading.items()})]


async def tell(ctx: Context, reader: Reader) -> Direct | None:
    """Tell somebody their day, and erase the news that they are told; None where there is nothing to say.

    What waits for a guest is told where they ask for it: who may be here by mistake is not written to for that.
    """
    count = await rappels.count_news(ctx.db, reader.person.id)
    if not count and (reader.person.role is Role.INVITE or set(reader.hashes) <= set(reader.choice.waiting)):
        return None
    day = reader.person.today(ctx.now)
    if not await rappels.claim_day(ctx.db, reader.person.id, day, reader.hashes):
        return None
    return await _take(ctx, reader, day)


async def _take(ctx: Context, reader: Reader, day: date) -> Direct:
    news = await rappels.take_news(ctx.db, reader.person.id, TOLD_MAX)
    left = await rappels.count_news(ctx.db, reader.person.id)
    told = draw_day(reader, news, day, left)
    return Direct(told.text, told.buttons, menus=told.menus, cards=told.cards, user_id=reader.person.id)


def read_hour(text: str) -> int | None:
    """Read « 8h », « 8 », « à 8 heures »; None for what is no hour. Raises UserError for one of the night."""
    found = _HOUR.fullmatch(fold(text).strip())
    if found is None:
        return None
    if not FIRST_HOUR <= int(found[1]) <= LAST_HOUR:
        raise UserError(f"Choisissez une heure entre {FIRST_HOUR} h et {LAST_HOUR} h.")
    return int(found[1])


@dataclass(frozen=True, slots=True)
class WaitingReader:
    """What waits for people in these features: asked before something is told."""

    features: Sequence[Feature]

    async def read(self, ctx: ReadingContext, person: Person) -> Sequence[Waiting]:
        """Read what waits for somebody."""
        theirs = replace(ctx, user=person, request=Request("command", "rappels", person.id))
        return await list_waiting(self.features, theirs)

    async def read_line(self, ctx: ReadingContext, line: str) -> tuple[str, Sequence[Waiting]]:
        """Read what was typed, and what waits where that is to be told."""
        return line, await self.read(ctx, ctx.user) if fold(line).strip() == NOW else []

    async def read_own(self, ctx: ReadingContext, _: ReadNow) -> Sequence[Waiting]:
        """Read what waits for who clicked."""
        return await self.read(ctx, ctx.user)

    async def read_page(self, ctx: ReadingContext, asked: TellDay, so_far: Progress) -> tuple[str, Sequence[Reader]]:
        """Read what waits for the next people of that hour; who is told nothing on that day is left out."""
        page = await rappels.list_page(ctx.db, asked.zone, asked.hour, so_far.cursor or "", AT_ONCE)
        ids = [person.id for person in page]
        choices = await rappels.list_choices(ctx.db, ids)
        active = await find_active(ctx, ids) - await find_away(ctx.db, ids, asked.day)
        readers = [
            Reader(person, choices[person.id], await self.read(ctx, person))
            for person in page
            if person.id in active and is_due(choices[person.id].rhythm, asked.day, person.departement)
        ]
        return page[-1].id if page else "", readers


async def remind(ctx: Context, asked: tuple[str, Sequence[Waiting]]) -> Replies:
    """Show when the message of the day comes, or change it."""
    line, waiting = asked
    choice, words = await rappels.get_choice(ctx.db, ctx.user.id), fold(line).strip()
    if words == NOW:
        return await tell_now(ctx, waiting)
    if words in {"moins", "plus"}:
        return await _change_rhythm(ctx, choice.rhythm.less if words == "moins" else choice.rhythm.more)
    if words in RHYTHM_WORDS:
        return await _change_rhythm(ctx, RHYTHM_WORDS[words])
    if words:
        if (hour := read_hour(words)) is None:
            raise UserError("Tapez par exemple /rappels 8h, /rappels moins, /rappels plus ou /rappels jamais.")
        await rappels.choose(ctx.db, ctx.user.id, hour=hour)
        choice = await rappels.get_choice(ctx.db, ctx.user.id)
    return await _show(ctx, choice)


async def _show(ctx: Context, choice: DailyChoice) -> Whisper:
    count = await rappels.count_news(ctx.db, ctx.user.id)
    buttons = [Button("Lire maintenant", ReadNow(), "primary")] if count else []
    buttons += [Button("Choisir l’heure", Choose())]
    buttons += [Button("Moins", Less())] if choice.rhythm is not Rhythm.NEVER else []
    buttons += [Button("Plus", More())] if choice.rhythm is not Rhythm.DAILY else []
    return Whisper(say_choice(choice, count), buttons)


async def _change_rhythm(ctx: Context, rhythm: Rhythm) -> Whisper:
    await rappels.choose(ctx.db, ctx.user.id, rhythm=rhythm)
    return Whisper(say_choice(await rappels.get_choice(ctx.db, ctx.user.id), 0))


async def tell_less(ctx: Context, _: Less) -> Replies:
    """Tell less often."""
    return await _change_rhythm(ctx, (await rappels.get_choice(ctx.db, ctx.user.id)).rhythm.less)


async def tell_more(ctx: Context, _: More) -> Replies:
    """Tell more often."""
    return await _change_rhythm(ctx, (await rappels.get_choice(ctx.db, ctx.user.id)).rhythm.more)


async def ask_hour(ctx: Context, _: Choose) -> Replies:
    """Open the window."""
    choice = await rappels.get_choice(ctx.db, ctx.user.id)
    return Ask(ChooseReminders.draft(hour=str(choice.hour), rhythm=choice.rhythm.value), here=False)


async def store_choice(ctx: Context, form: ChooseReminders) -> Replies:
    """Store what was chosen."""
    await rappels.choose(ctx.db, ctx.user.id, hour=int(form.hour), rhythm=Rhythm(form.rhythm))
    return Whisper(say_choice(await rappels.get_choice(ctx.db, ctx.user.id), 0))


async def tell_now(ctx: Context, waiting: Sequence[Waiting]) -> Replies:
    """Tell at once what was not told yet, and what waits."""
    if not waiting and not await rappels.count_news(ctx.db, ctx.user.id):
        return Whisper(render("rappels/nothing"))
    reader = Reader(ctx.user, await rappels.get_choice(ctx.db, ctx.user.id), waiting)
    await rappels.note_waiting(ctx.db, ctx.user.id, reader.hashes)
    return await _take(ctx, reader, ctx.today)


async def open_news(_: Context, click: OpenNews) -> Replies:
    """Go where a piece of news leads."""
    goal = click.goals.get(click.chosen)
    if goal is None:
        raise UserError("Choisissez ce que vous voulez ouvrir.")
    return Redirect(goal.name, goal.data)


async def wait_to_be_read(ctx: Context) -> Sequence[Waiting]:
    """Tell « /aide » what was not told yet."""
    count = await rappels.count_news(ctx.db, ctx.user.id)
    said = render("rappels/unread", count=count)
    return [Waiting(said, Button("Lire les nouvelles", RunCommand(line=f"rappels {NOW}")))] if count else []


async def tell_due(ctx: Context) -> Replies:
    """Begin to tell those whose hour it is, and of the hours of this day that a bot at rest missed."""
    day, now = ctx.today, ctx.now.astimezone(ctx.zone).hour
    return [
        Start(payload=TellDay(zone=ctx.zone.key, hour=hour, day=day))
        for hour in range(FIRST_HOUR, min(now, LAST_HOUR) + 1)
        if await rappels.list_page(ctx.db, ctx.zone.key, hour, "", 1)
        and await claims.claim(ctx.db, SCOPE, f"{ctx.zone.key}:{day}:{hour}", ctx.now)
    ]


async def tell_next(ctx: Context, _: TellDay, so_far: Progress, page: tuple[str, Sequence[Reader]]) -> Step:
    """Tell the next people their day, each in the transaction that erases what they are told."""
    last, readers = page
    told = [said for reader in readers if (said := await tell(ctx, reader))]
    return Step(replies=told, cursor=last, done=so_far.done + len(told), finished=not last)


def build_rappels(features: Iterable[Feature]) -> Feature:
    """Build the feature that tells each day what waits in all the others."""
    feature, reader = Feature("rappels", always=True), WaitingReader(tuple(features))
    feature.command("rappels", help=HELP, hint=HINT, asks=reader.read_line)(remind)
    feature.button(Less, name="rappels.Less")(tell_less)
    feature.button(More, name="rappels.More")(tell_more)
    feature.button(Choose, name="rappels.Choose", writes=False)(ask_hour)
    feature.button(ReadNow, name="rappels.ReadNow", asks=reader.read_own)(tell_now)
    feature.button(OpenNews, name="rappels.OpenNews", writes=False)(open_news)
    feature.submit(ChooseReminders)(store_choice)
    feature.waiting(wait_to_be_read)
    feature.job(f"hour={FIRST_HOUR}-{LAST_HOUR} minute=0", name="rappels.tell", local=True, writes=True)(tell_due)
    feature.chore(TellDay, name="rappels.TellDay", title="Messages du jour", unit=UNIT, asks=reader.read_page)(
        tell_next
    )
    return feature


def say_choice(choice: DailyChoice, count: int) -> Markdown:
    """Say when the message of the day comes, and how many news wait."""
    return render("rappels/choice", hour=choice.hour, rhythm=choice.rhythm.value, count=count)
