"""The end-of-day message: appointments of the day without a report, recurring reports, and tomorrow’s appointments."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlmodel.sql.expression import SelectOfScalar

from bot.account_status import find_active
from bot.context import Context, ReadingContext
from bot.end_of_day import EveningSource
from bot.errors import ChatError, UserError
from bot.features import Feature
from bot.french import say_date
from bot.registry import is_enabled
from bot.replies import Button, Card, Direct, EveningPart, Message, Progress, Replies, Start, Step, Waiting, Whisper
from bot.texts import render
from commands.rappels.day import hash_waiting, is_worked, lead_to
from storage import absences, database, people, rappels
from storage.cra.habits import find_habitual
from storage.cra.queries import find_authors
from storage.rappels import FIRST_EVENING, LAST_EVENING, USUAL_EVENING, DailyChoice, EveningSlot, Rhythm
from storage.rdv.appointments import lock_rdvs

AT_ONCE = 25
"""People in one step."""
CAUGHT_UP = 60
"""Minutes after the last end of a day in which a bot that was at rest, or who was not to be disturbed, catches up."""
SHOWN_MAX = 5
"""Questions in one message."""
QUIET = ("dnd", "ooo")
"""Statuses in Mattermost of people who are not to be disturbed, or out of the office."""
_DAY = timedelta(days=1)


class TellEvening(BaseModel):
    """Long work: send the message to the people of a time zone whose end of day falls in that half hour; ``day`` is the
    day after it."""

    zone: str
    day: date
    minute: int = USUAL_EVENING


class Nothing(BaseModel):
    """Button « Rien aujourd’hui »: no report is needed of these appointments."""

    day: date
    rdvs: list[int]


class Recall(BaseModel):
    """Button « Les demander de nouveau »: undoes « Rien aujourd’hui »."""

    rdvs: list[int]


class AskLater(BaseModel):
    """Button « Me redemander plus tard »: moves the questions to the daily message."""

    waiting: list[str]


@dataclass(frozen=True, slots=True)
class Evening:
    """A recipient whose day ends, with their settings; ``asks`` says whether they may be asked for reports."""

    person: people.Person
    choice: DailyChoice
    asks: bool


EveningPage = tuple[str, Sequence[Evening]]
"""The id of the last of a page of people, and those of them who are told."""


def find_slot(minutes: int) -> int:
    """Return the half hour that contains a minute of the day."""
    return minutes // 30 * 30


@dataclass(frozen=True, slots=True)
class EveningReader:
    """Collects what features have to say at the end of a day."""

    features: Sequence[Feature]

    def _list_on(self, ctx: Context) -> Sequence[EveningSource]:
        on = [feature for feature in self.features if is_enabled(feature, ctx.settings.features)]
        return [each for feature in on for each in feature.evenings]

    async def list_people(self, ctx: Context, asked: TellEvening, after: str, most: int) -> Sequence[people.Person]:
        """Return the next people about whom a feature may have something to say."""
        day, zone = asked.day - _DAY, ZoneInfo(asked.zone)
        whose: list[SelectOfScalar[str]] = [query(zone, day) for query, _ in self._list_on(ctx)]
        slot = EveningSlot(asked.zone, day, asked.minute)
        return await rappels.list_evening(ctx.db, slot, whose, after, most) if whose else []

    async def begin(self, ctx: Context) -> Replies:
        """Start to send the messages that are due, and earlier ones that were missed."""
        now = ctx.now.astimezone(ctx.zone)
        minute = find_slot(now.hour * 60 + now.minute)
        asked = TellEvening(zone=ctx.zone.key, day=now.date() + _DAY, minute=minute)
        if not FIRST_EVENING <= minute <= LAST_EVENING + CAUGHT_UP or not await self.list_people(ctx, asked, "", 1):
            return None
        return Start(payload=asked, quiet=True)

    async def read_page(
        self, ctx: ReadingContext, asked: TellEvening, so_far: Progress
    ) -> tuple[str, Sequence[Evening]]:
        """Read the next recipients, without those who are away, gone, or not to be disturbed."""
        page = await self.list_people(ctx, asked, so_far.cursor or "", AT_ONCE)
        ids, day = [person.id for person in page], asked.day - _DAY
        choices = await rappels.list_choices(ctx.db, ids)
        authors = await find_authors(ctx.db, ids) | await find_habitual(ctx.db, ids)
        there = await find_active(ctx, ids) - await absences.find_away(ctx.db, ids, day) - await _find_quiet(ctx, ids)
        known = [(one, choices[one.id]) for one in page if one.id in there]
        told = [Evening(one, choice, _may_be_asked(one, choice, day) and one.id in authors) for one, choice in known]
        return page[-1].id if page else "", told

    async def tell_next(self, ctx: Context, asked: TellEvening, so_far: Progress, page: EveningPage) -> Step:
        """Send the next people their message, once a day, in the transaction that records it."""
        last, evenings = page
        told = [said for each in evenings if (said := await self._tell(ctx, each, asked.day - _DAY))]
        return Step(replies=told, cursor=last, done=so_far.done + len(told), finished=not last)

    async def _tell(self, ctx: Context, evening: Evening, day: date) -> Direct | None:
        if not await rappels.claim_evening(ctx.db, evening.person.id, day):
            return None
        theirs = replace(ctx, user=evening.person)
        parts = [await hook(theirs, evening.asks) for _, hook in self._list_on(ctx)]
        if asks := [each for part in parts for each in part.asks]:
            known = [*evening.choice.waiting, *map(hash_waiting, asks)]
            await rappels.note_waiting(ctx.db, evening.person.id, list(dict.fromkeys(known)))
        said = draw_evening(day, parts)
        return said.recast(Direct, user_id=evening.person.id) if said else None


def _may_be_asked(person: people.Person, choice: DailyChoice, day: date) -> bool:
    wanted = choice.asks and choice.rhythm is not Rhythm.NEVER
    return wanted and person.known_role is people.Role.CONSEILLER and is_worked(day, person.departement, choice)


async def _find_quiet(ctx: ReadingContext, ids: Collection[str]) -> set[str]:
    """Return who is set to « do not disturb »; nobody if Mattermost does not say."""
    try:
        pages = [page async for page in ctx.chat.statuses(ids)]
    except ChatError:
        return set()
    return {user_id for page in pages for user_id, status in page.items() if status in QUIET}


def draw_evening(day: date, parts: Sequence[EveningPart]) -> Message | None:
    """Draw what all features say; only tomorrow’s part if nothing is asked, None if there is neither."""
    asks: list[Waiting] = [each for part in parts for each in part.asks]
    coming = [part.tells for part in parts if part.tells is not None]
    if not asks:
        return coming[0] if coming else None
    cards = [Card(render("rappels/asked", text=each.text), [each.button, *each.others]) for each in asks[:SHOWN_MAX]]
    cards += [each.card for each in coming]
    text = render("rappels/evening", day=say_date(day), count=len(asks), more=max(len(asks) - SHOWN_MAX, 0))
    none = Button("Rien aujourd’hui", Nothing(day=day, rdvs=[number for part in parts for number in part.rdvs]))
    later = Button("Me redemander plus tard", AskLater(waiting=[hash_waiting(each) for each in asks]))
    return Message(text, [none, later, Button("En congés jusqu’au…", lead_to("absence.New"))], cards=cards)


async def want_none(ctx: Context, click: Nothing) -> Replies:
    """Record that no report is needed of these appointments, except those that were moved to another day."""
    known = await lock_rdvs(ctx.db, ctx.user.id, click.rdvs)
    rdvs = [rdv for rdv in known if rdv.starts_at.astimezone(ctx.zone).date() == click.day]
    for rdv in rdvs:
        await database.change(ctx.db, rdv, declined_for=rdv.starts_at)
    undo = [Button("Les demander de nouveau", Recall(rdvs=[rdv.number for rdv in rdvs]))] if rdvs else []
    return Whisper(render("rappels/none", day=say_date(click.day, ctx.today), count=len(rdvs)), undo)


async def recall(ctx: Context, click: Recall) -> Replies:
    """Ask for their reports again."""
    for rdv in await lock_rdvs(ctx.db, ctx.user.id, click.rdvs):
        await database.change(ctx.db, rdv, declined_for=None)
    return Whisper(render("rappels/recalled", count=len(click.rdvs)))


async def put_off(ctx: Context, click: AskLater) -> Replies:
    """Move the questions to the daily message."""
    choice = await rappels.get_choice(ctx.db, ctx.user.id)
    if choice.rhythm is Rhythm.NEVER:
        raise UserError(render("rappels/no_daily_message"))
    left = [each for each in choice.waiting if each not in click.waiting]
    await rappels.note_waiting(ctx.db, ctx.user.id, left)
    return Whisper(render("rappels/put_off", hour=choice.hour))


def tell_evenings(feature: Feature, reader: EveningReader) -> None:
    """Add the job and the work of the end-of-day message to a feature."""
    hours = f"{FIRST_EVENING // 60}-{(LAST_EVENING + CAUGHT_UP) // 60}"
    feature.job(f"hour={hours} minute=0,30", name="rdv.evening", local=True, writes=True)(reader.begin)
    unit = ("personne", "personnes")
    feature.chore(TellEvening, name="rdv.TellEvening", title="Fin de journée", unit=unit, asks=reader.read_page)(
        reader.tell_next
    )
    feature.button(Nothing, name="rappels.Nothing")(want_none)
    feature.undo(Recall, name="rappels.Recall")(recall)
    feature.button(AskLater, name="rappels.Later")(put_off)
