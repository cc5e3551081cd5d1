"""How events are shown: a card in a list, all that is known of one, and what stands in its channel."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.context import Context
from bot.menus import Menu
from bot.others import name_of
from bot.replies import Button, Card, Message
from bot.texts import relay_plainly, render
from commands.agenda import words
from commands.agenda.buttons import Attend, Deed, More, Open, Take
from commands.agenda.sight import may_change
from storage.agenda import attendance
from storage.agenda.event import AgendaEvent, State
from storage.people import PARIS

MORE, COME, LEAVE, CALENDAR = "Plus…", "J’y serai", "Je n’y serai plus", "Ajouter à mon agenda"
STATES = {State.PROPOSED: "attend d’être relu", State.REFUSED: "refusé", State.CANCELLED: "annulé"}
"""How an event is that does not take place as it stands."""


@dataclass(frozen=True, slots=True)
class Comers:
    """How many come to some events, and to which of them who asks does."""

    counts: Mapping[int, int]
    mine: Collection[int] = ()


async def comers(ctx: Context, events: Sequence[AgendaEvent]) -> Comers:
    """To these events, as they are now."""
    numbers = [event.number for event in events]
    return Comers(await attendance.counts(ctx.db, numbers), await attendance.mine(ctx.db, ctx.user.id, numbers))


async def draw(ctx: Context, events: Sequence[AgendaEvent]) -> Sequence[Card]:
    """A card for each."""
    told = await comers(ctx, events)
    return [
        Card(_text(ctx, event, told, ctx.zone), buttons(ctx, event, told), menus=menus(ctx, event)) for event in events
    ]


def _text(ctx: Context, event: AgendaEvent, told: Comers, zone: ZoneInfo) -> str:
    return render(
        "agenda/card",
        event=event,
        title=words.title(event),
        when=words.say_when(event, zone, ctx.now.astimezone(zone).date()),
        link=words.link(event),
        audience=words.audience(event),
        count=told.counts.get(event.number, 0),
        comes=event.number in told.mine,
        is_over=event.ends_at <= ctx.now,
        state=STATES.get(event.state, ""),
    )


def buttons(ctx: Context, event: AgendaEvent, told: Comers, *, opens: bool = True) -> Sequence[Button]:
    """What can be done with it by a click."""
    comes = event.number in told.mine
    is_to_come = event.state is State.PUBLISHED and event.ends_at > ctx.now
    given = [
        Button(LEAVE if comes else COME, Attend(event=event.number, on=not comes), "default" if comes else "primary"),
        Button(CALENDAR, Take(event=event.number)),
    ]
    opened = [Button("Détails", Open(event=event.number))] if opens else []
    return [*(given if is_to_come else []), *opened]


def menus(ctx: Context, event: AgendaEvent) -> Sequence[Menu]:
    """What else who asks may do with it."""
    if not may_change(ctx, event) or event.ends_at <= ctx.now:
        return []
    is_cancelled = event.state is State.CANCELLED
    deeds = [Deed.RESTORE] if is_cancelled else [Deed.EDIT, Deed.CANCEL]
    wanted = deeds[:1] if event.state is State.REFUSED else deeds
    return [Menu(MORE, More(event=event.number), {deed.value: deed.label for deed in wanted})]


async def draw_whole(ctx: Context, event: AgendaEvent) -> Message:
    """All that is known of one."""
    told = await comers(ctx, [event])
    text = render(
        "agenda/whole",
        card=_text(ctx, event, told, ctx.zone),
        event=event,
        details=relay_plainly(event.details),
        author=await name_of(ctx, event.author_id),
    )
    return Message(text, buttons(ctx, event, told, opens=False), menus=menus(ctx, event))


async def draw_said(ctx: Context, event: AgendaEvent) -> Message:
    """What all of its channel read, each with a click of their own; in the time of those it is for."""
    told = Comers(await attendance.counts(ctx.db, [event.number]))
    zone = ZoneInfo(event.zone if event.departement else PARIS)
    return Message(_text(ctx, event, told, zone), buttons(ctx, event, told))
