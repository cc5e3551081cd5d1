"""The card of a case in the moderation room."""

from collections.abc import Sequence

from bot.context import Context
from bot.replies import Refresh, Reply, Say
from bot.texts import Markdown
from commands.moderation import found, storm
from commands.moderation.places import room
from storage.moderation.cases import Case


def topic_of(number: int) -> str:
    """What its card is about."""
    return f"moderation.case:{number}"


async def refresh(ctx: Context, case: Case) -> Sequence[Reply]:
    """Rewrite it as the case is now."""
    text = Markdown(f"Cas n° {case.number} ({case.state})\n{await found.told(ctx, case)}")
    return [Refresh(text, await found.buttons(ctx, case), topic=topic_of(case.number))]


async def put_up(ctx: Context, case: Case) -> Sequence[Reply]:
    """Show a case in the room."""
    if await storm.keeps_back(ctx, case):
        return await storm.gather(ctx, case)
    place = await room(ctx)
    text = Markdown(f"Cas n° {case.number}\n{await found.told(ctx, case)}")
    shown = Say(text, await found.buttons(ctx, case), channel_id=place, topic=topic_of(case.number))
    return [shown] if place else []
