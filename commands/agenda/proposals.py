"""The card of an event for those who read it over, in the animateurs’ room."""

from collections.abc import Sequence

from bot.context import Context
from bot.others import name_of
from bot.replies import Button, Message, Refresh, Reply, Say
from bot.texts import quotation, render
from commands.agenda import places, words
from commands.agenda.buttons import Cancel, Edit, Publish, Refuse, Restore
from storage import outbox
from storage.agenda.event import AgendaEvent, State

REVIEW = "agenda.review:"
"""How the topics of cards begin."""
SHOWN_MAX = 700
"""Characters of details that a card shows."""


def topic(event: AgendaEvent) -> str:
    """Of its cards."""
    return f"{REVIEW}{event.number}"


async def put_up(ctx: Context, event: AgendaEvent) -> Sequence[Reply]:
    """The card; nothing where the room is not known: it waits in the list of what is proposed."""
    room, said = await places.room(ctx), await draw(ctx, event)
    return [Say(said.text, said.buttons, channel_id=room, topic=topic(event))] if room else []


async def refresh(ctx: Context, event: AgendaEvent, note: str = "") -> Sequence[Reply]:
    """The card as it is now, wherever it stands; a ``note`` is said under it."""
    room, said = await places.room(ctx), await draw(ctx, event)
    here = bool(room) and ctx.channel_id == room
    again = Refresh(said.text, said.buttons, topic=topic(event), here=here)
    return [again, *(await _say_under(ctx, event, note) if note else [])]


async def _say_under(ctx: Context, event: AgendaEvent, note: str) -> Sequence[Reply]:
    posts = await ctx.posts_about(topic(event))
    return [Say(note, channel_id=posts[0].channel_id, root_id=posts[0].post_id)] if posts else []


async def again(ctx: Context, event: AgendaEvent, note: str) -> Sequence[Reply]:
    """It is to be read over once more: said under its card, or on a new one where there is none."""
    stands = await outbox.reached(ctx.db, [topic(event)])
    return await refresh(ctx, event, note) if stands else await put_up(ctx, event)


async def draw(ctx: Context, event: AgendaEvent) -> Message:
    """An event as those see it who read it over, and what can be done with it."""
    text = render(
        "agenda/proposal",
        event=event,
        title=words.title(event),
        when=words.say_when(event, words.ZONE, ctx.now.astimezone(words.ZONE).date()),
        link=words.link(event),
        audience=words.audience(event),
        details=quotation(event.details, SHOWN_MAX),
        author=await name_of(ctx, event.author_id),
        decider=await name_of(ctx, event.decided_by),
    )
    return Message(text, buttons(event))


def buttons(event: AgendaEvent) -> Sequence[Button]:
    """What can be done with it."""
    number = event.number
    publish, correct = Button("Publier", Publish(event=number), "primary"), Button("Corriger", Edit(event=number))
    offered = {
        State.PROPOSED: [publish, correct, Button("Refuser", Refuse(event=number), "danger")],
        State.PUBLISHED: [correct, Button("Annuler", Cancel(event=number), "danger")],
        State.REFUSED: [publish, correct],
        State.CANCELLED: [Button("Rétablir", Restore(event=number))],
    }
    return offered[event.state]
