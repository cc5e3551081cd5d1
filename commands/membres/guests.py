"""Who came into the team unknown: each animateur has one message a day about them, with what gives them a role."""

from collections.abc import Sequence
from datetime import date

from pydantic import BaseModel

from bot.context import Context
from bot.replies import Button, Direct, Message, Progress, Refresh, Reply, Step
from bot.texts import render
from commands.membres.feature import feature
from commands.membres.notices import Notice, spread
from dialogs.membres import GIVEN_TO_GUESTS, Who
from storage import people
from storage.people import Person, Role, guests
from storage.people.guests import Guest

ASKED_MAX = 20
"""Animateurs."""
SHOWN = 15


class Introduce(BaseModel):
    """A role for somebody who came as a guest."""

    who: Who
    role: Role


class IntroduceOne(BaseModel):
    """« Donner un rôle » to one of those who came on that day."""

    day: date


class TellGuests(Notice):
    """The animateurs are asked about who came on that day."""

    day: date


async def present(ctx: Context, person: Person) -> Sequence[Reply]:
    """The animateurs are asked who a guest is; not about who was announced as one."""
    if await people.get(ctx.db, person.id) is not None:
        return []
    day = ctx.today
    guest = Guest(person_id=person.id, username=person.username, timezone=person.timezone, day=day, at=ctx.now)
    return [TellGuests(day=day).begin(ctx.now)] if await guests.note(ctx.db, guest) else []


@feature.work(TellGuests, name="membres.TellGuests", title="Nouveaux venus", writes=True)
async def ask(ctx: Context, work: TellGuests, _: Progress) -> Step:
    """All of that day in one message to each animateur, as things are now."""
    if not (await guests.take(ctx.db, work.day, ctx.now) or work.tries):
        return Step(finished=True)
    message, topic = await _message(ctx, work.day), _topic(work.day)
    asked = await people.animating(ctx.db, ASKED_MAX)
    places = [Direct(message.text, message.buttons, user_id=person.id, topic=topic) for person in asked]
    told = await spread(ctx, message, places, topic)
    return Step(replies=[*told.replies, *(work.again(ctx.now) if told.waits else [])], finished=True)


async def settle_guest(ctx: Context, person: Person) -> Sequence[Reply]:
    """Of who came unknown it is known now who they are: all animateurs see who said so."""
    day = await guests.settle(ctx.db, person.id, person.role, ctx.user.username)
    return [] if day is None else [await refresh(ctx, day)]


async def refresh(ctx: Context, day: date, *, here: bool = False) -> Refresh:
    """The message of a day as it is now; ``here`` if one of its buttons was clicked."""
    message = await _message(ctx, day)
    return Refresh(message.text, message.buttons, topic=_topic(day), here=here)


async def _message(ctx: Context, day: date) -> Message:
    came = await guests.of(ctx.db, day)
    waiting, known = [guest for guest in came if not guest.role], [guest for guest in came if guest.role]
    said = {"waiting": waiting[:SHOWN], "known": known[:SHOWN], "count": len(waiting)}
    more = {"more": len(waiting) - SHOWN, "more_known": len(known) - SHOWN}
    return Message(render("membres/guests", **said, **more), _buttons(waiting, day))


def _buttons(waiting: Sequence[Guest], day: date) -> Sequence[Button]:
    """For one guest a click gives the role; for several a window asks of whom."""
    if len(waiting) > 1:
        return [Button("Donner un rôle", IntroduceOne(day=day), "primary")]
    roles = [(Who.of(guest_as_person(guest), Role.INVITE), role) for guest in waiting for role in GIVEN_TO_GUESTS]
    return [Button(role.label.capitalize(), Introduce(who=who, role=role)) for who, role in roles]


def guest_as_person(guest: Guest) -> Person:
    """Somebody who is not in the register yet."""
    return Person(id=guest.person_id, username=guest.username, timezone=guest.timezone, since=guest.at)


def _topic(day: date) -> str:
    return f"membres.guests:{day}"
