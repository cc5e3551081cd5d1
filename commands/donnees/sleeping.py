"""Accounts of which nothing was heard for long: their people are told a month before they are erased."""

from bot.context import Context
from bot.replies import Button, Direct, Progress, Replies, Reply, Start, Step
from bot.texts import render
from commands.donnees.buttons import Doze, KeepData
from commands.donnees.feature import WARNED, feature, topic_of
from storage.holdings.kinds import months_before
from storage.holdings.sleeping import asleep
from storage.people import Person, erasures
from storage.people.erasures import Erasure


@feature.job("hour=5 minute=15", name="donnees.look_for_sleepers")
async def look_for_sleepers(ctx: Context) -> Replies:
    """Look through the register, where anybody is in it for so long."""
    found, last = await asleep(ctx.db, months_before(ctx.now, ctx.settings.account_months))
    return Start(payload=Doze(), quiet=True) if found or last else None


@feature.chore(Doze, name="donnees.Doze", title="Comptes sans activité", unit=("compte", "comptes"), writes=True)
async def warn_some(ctx: Context, _: Doze, so_far: Progress) -> Step:
    """The next page of the register."""
    before = months_before(ctx.now, ctx.settings.account_months)
    found, last = await asleep(ctx.db, before, so_far.cursor or "")
    replies = [await _warn(ctx, person) for person in found]
    return Step(replies=replies, cursor=last, done=so_far.done + len(found), finished=not last)


async def _warn(ctx: Context, person: Person) -> Reply:
    due = ctx.now + WARNED
    await erasures.wish(ctx.db, Erasure(user_id=person.id, asked_at=ctx.now, due_at=due, asleep=True))
    day = f"{due.astimezone(person.zone):%d/%m/%Y}"
    text = render("donnees/asleep", months=ctx.settings.account_months, due=day)
    return Direct(
        text, [Button("Garder mes données", KeepData(), "primary")], user_id=person.id, topic=topic_of(person.id)
    )
