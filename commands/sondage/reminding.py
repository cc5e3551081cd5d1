"""One reminder, a day before the end, to those only who have not answered; and who wants none."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot import quotas
from bot.context import Context
from bot.errors import UserError
from bot.quotas import Quota
from bot.replies import Button, Direct, Progress, Replies, Reply, Start, Step, Update, Whisper
from bot.texts import quote, render
from commands.sondage import words
from commands.sondage.buttons import Hush, Nudge, Remind, Vote
from commands.sondage.feature import feature
from config.folding import fold
from storage import claims, people, reach
from storage import sondage as polls
from storage.people import Person
from storage.sondage import Poll, votes
from storage.sondage.reach import silent

SCOPE = "sondage.rappel"
BEFORE_END = timedelta(days=1)
LONG, SHORT = timedelta(days=2), timedelta(hours=4)
"""From how long on a poll’s reminder comes a day before its end, and below which none comes."""
PART = 0.8
"""Of the time of those between."""
UNIT = ("personne", "personnes")


def remind_at(poll: Poll) -> datetime | None:
    """When those who have not answered are reminded; None for a poll so short that they are not."""
    if poll.opened_at is None:
        return None
    lasts = poll.ends_at - poll.opened_at
    if lasts < SHORT:
        return None
    return poll.ends_at - BEFORE_END if lasts >= LONG else poll.opened_at + PART * lasts


@feature.job("hour=8-19 minute=*/5", name="sondage.remind_due", local=True, writes=True)
async def remind_due(ctx: Context) -> Replies:
    """Each poll once in each zone, by day there."""
    return [
        Start(payload=Remind(poll=poll.id, zone=ctx.zone.key))
        for poll in await polls.open_ones(ctx.db, ctx.now)
        if (at := remind_at(poll)) and at <= ctx.now
        if await claims.claim(ctx.db, SCOPE, f"{poll.number}:{ctx.zone.key}", ctx.now)
    ]


@feature.work(Remind, name="sondage.Remind", title="Rappel de sondage", unit=UNIT)
async def remind(ctx: Context, asked: Remind, so_far: Progress) -> Step:
    """The next page of the register: who has not answered, wants to be reminded, and is reached. (Mattermost, asked
    here, cannot be where something is counted.)"""
    poll = await polls.get(ctx.db, asked.poll)
    if poll is None or poll.is_over(ctx.now):
        return Step(done=so_far.done, finished=True)
    page = await silent(ctx.db, poll.id, asked.zone, ctx.today, so_far.cursor or "")
    if not page:
        return Step(done=so_far.done, finished=True)
    reached = sorted(await _reached(ctx, poll, page))
    replies = [Start(payload=Nudge(poll=poll.id, people=reached), quiet=True)] if reached else []
    return Step(replies=replies, cursor=page[-1].id, done=so_far.done + len(reached))


@feature.work(Nudge, name="sondage.Nudge", title="Rappel de sondage", unit=UNIT, writes=True)
async def nudge(ctx: Context, asked: Nudge, so_far: Progress) -> Step:
    """Those of a page who were not reminded of enough other polls that day."""
    poll = await polls.get(ctx.db, asked.poll)
    if poll is None or poll.is_over(ctx.now):
        return Step(finished=True)
    free = await quotas.spend_each(ctx, asked.people, Quota.REMINDER)
    told: list[Reply] = [_reminder(poll, person) for person in await people.among(ctx.db, sorted(free))]
    return Step(replies=told, done=len(told), finished=True)


async def _reached(ctx: Context, poll: Poll, page: Sequence[Person]) -> set[str]:
    """Those of a page whom it is asked of: by the register, or as members of a channel, which Mattermost knows."""
    found = {person.id for person in page if reach.reaches(poll.targets, person)}
    for room in poll.rooms:
        members = await ctx.chat.channel_members_among(room, [person.id for person in page])
        found |= {member.user_id for member in members}
    return found


def _reminder(poll: Poll, person: Person) -> Direct:
    buttons = [Button("Voter", Vote(poll=poll.id), "primary"), Button("Ne plus me rappeler", Hush())]
    return Direct(
        render("sondage/reminder", poll=poll, end=words.say_end(poll, person.zone)), buttons, user_id=person.id
    )


@feature.button(Hush)
async def hush(ctx: Context, _: Hush) -> Replies:
    """None from now on."""
    await votes.hush(ctx.db, ctx.user.id)
    return Update(_say(hushed=True))


@feature.command("sondage rappels", help="Recevoir, ou non, les rappels des sondages", hint="[oui | non]", writes=True)
async def set_reminders(ctx: Context, text: str) -> Replies:
    """How it is, or how it is to be from now on."""
    match fold(text):
        case "":
            return Whisper(_say(hushed=await votes.is_hushed(ctx.db, ctx.user.id)))
        case "non":
            await votes.hush(ctx.db, ctx.user.id)
        case "oui":
            await votes.unhush(ctx.db, ctx.user.id)
        case _:
            raise UserError(f"« {quote(text)} » : dites oui ou non, par exemple /sondage rappels non.")
    return Whisper(_say(hushed=fold(text) == "non"))


def _say(*, hushed: bool) -> str:
    return render("sondage/reminders", hushed=hushed)
