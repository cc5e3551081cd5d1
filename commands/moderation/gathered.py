"""The summary of a storm in the room, kept as things are; a case is shown from there."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.context import Context
from bot.errors import UserError
from bot.events import Delivered
from bot.menus import Choosing, Menu
from bot.replies import Message, Progress, Refresh, Replies, Reply, Say, Step
from bot.texts import render
from commands.moderation import cards, found, storm, terms
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.places import room
from commands.moderation.storm import Summarise
from storage import claims, outbox
from storage.moderation import cases, reports
from storage.moderation.cases import Case
from storage.people import PARIS

TOPIC = "moderation.storm"
SHOWN_MAX = 10
MENU_MAX = 25
LATELY = timedelta(minutes=6)


class SeeGathered(Choosing):
    """A menu of cases; ``chosen`` is the number of one."""


@feature.work(Summarise, name="moderation.Summarise", title="Résumé des signalements", writes=True)
async def summarise(ctx: Context, work: Summarise, _: Progress) -> Step:
    """Said once a day, and rewritten where it stands."""
    place, topic = await room(ctx), topic_of(ctx)
    if not place:
        return Step(finished=True)
    message = await draw(ctx)
    if place in await outbox.reached(ctx.db, [topic]):
        return Step(replies=[_refresh(message, topic)], finished=True)
    return Step(replies=[Say(message.text, menus=message.menus, channel_id=place, topic=topic)], finished=True)


@feature.event(Delivered, name="moderation.summary_arrived.Delivered")
async def summary_arrived(ctx: Context, event: Delivered) -> Replies:
    """It stands in the room, and says what came about while it was on its way."""
    return _refresh(await draw(ctx), event.topic) if event.topic.partition(":")[0] == TOPIC else None


@feature.job("hour=0-1,3-23 minute=*/5", name="moderation.keep_summary", writes=True)
async def keep_summary(ctx: Context) -> Replies:
    """What was decided lately, and who came, is told there, too."""
    if not await ctx.posts_about(topic := topic_of(ctx)):
        return None
    decided = await cases.decided_since(ctx.db, ctx.now - LATELY)
    known = await claims.taken(ctx.db, storm.GATHERED, [str(number) for number in decided])
    joined = await claims.count_since(ctx.db, storm.JOINED, ctx.now - LATELY)
    return _refresh(await draw(ctx), topic) if known or joined else None


@feature.button(SeeGathered, roles=ANIMATEURS)
async def see_gathered(ctx: Context, click: SeeGathered) -> Replies:
    """Its card comes into the room."""
    case = await cases.lock(ctx.db, int(click.chosen)) if click.chosen.isdecimal() else None
    if case is None or not await claims.is_taken(ctx.db, storm.GATHERED, click.chosen):
        raise UserError("Ce cas n’est pas, ou plus, dans ce résumé.")
    replies: list[Reply] = []
    if await claims.claim(ctx.db, storm.SHOWN, click.chosen, ctx.now):
        replies += await cards.put_up(ctx, case)
    return [*replies, _refresh(await draw(ctx), topic_of(ctx))]


async def draw(ctx: Context) -> Message:
    """What waits, and how much came."""
    waiting = await storm.gathered(ctx)
    lately = await reports.since(ctx.db, ctx.now - storm.WITHIN)
    rows = [await _row(ctx, case) for case in waiting[:SHOWN_MAX]]
    text = render(
        "moderation/storm",
        rows=rows,
        count=len(waiting),
        more=len(waiting) - len(rows),
        reports=len(lately),
        people=len({report.reporter_id for report in lately}),
        joined=await _joined(ctx),
        at=f"{ctx.now.astimezone(ZoneInfo(PARIS)):%H:%M}",
    )
    options = {str(case.number): f"n° {case.number} · {case.author}" for case in waiting[:MENU_MAX]}
    return Message(text, menus=[Menu("Voir un cas", SeeGathered(), options)] if options else [])


async def _row(ctx: Context, case: Case) -> tuple[Case, int, str]:
    """A case with how many people report it, and their motives, or what rules found."""
    theirs = await reports.of_case(ctx.db, case.number)
    return case, len(theirs), terms.say_motives(ctx, theirs) or await found.told(ctx, case)


async def _joined(ctx: Context) -> int:
    """How many came into the team lately, where they are many."""
    count = await claims.count_since(ctx.db, storm.JOINED, ctx.now - storm.WITHIN)
    return count if count >= storm.JOINS else 0


def topic_of(ctx: Context) -> str:
    """That of the summary of this day."""
    return f"{TOPIC}:{ctx.now.astimezone(ZoneInfo(PARIS)).date()}"


def _refresh(message: Message, topic: str) -> Refresh:
    return Refresh(message.text, menus=message.menus, topic=topic)
