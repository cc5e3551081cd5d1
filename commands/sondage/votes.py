"""« Voter »: the window and the ballot, which nothing ties to who voted secretly; and who is reminded to vote."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot import quotas
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.quotas import Quota
from bot.replies import Ask, Button, Direct, Progress, Replies, Reply, Start, Step, Update, Waiting, Whisper
from bot.texts import quote, render
from commands.sondage import broadcast, cards
from commands.sondage.feature import Hush, Nudge, Remind, Vote, feature
from config.text import fold
from dialogs.sondage import (
    CODE_LENGTH,
    CODE_SIGNS,
    ChangeForm,
    ChangeOne,
    ChangeSeveral,
    VoteForm,
    VoteOne,
    VoteSeveral,
)
from storage import claims, people, targets
from storage import sondage as polls
from storage.people import Person
from storage.sondage import Poll, votes
from storage.sondage.poll import Ballot
from storage.sondage.votes import Seal, list_silent

SCOPE = "sondage.rappel"
BEFORE_END = timedelta(days=1)
LONG, SHORT = timedelta(days=2), timedelta(hours=4)
"""From how long on a poll’s reminder comes a day before its end, and below which none comes."""
PART = 0.8
"""Of the time of those between."""
UNIT = ("personne", "personnes")


def find_reminder_time(poll: Poll) -> datetime | None:
    """When those who have not answered are reminded; None for a poll so short that they are not."""
    if poll.opened_at is None:
        return None
    lasts = poll.ends_at - poll.opened_at
    if lasts < SHORT:
        return None
    return poll.ends_at - BEFORE_END if lasts >= LONG else poll.opened_at + PART * lasts


@feature.job("hour=8-19 minute=*/5", name="sondage.remind_due", local=True, writes=True)
async def start_reminders(ctx: Context) -> Replies:
    """Each poll once in each zone, by day there."""
    return [
        Start(payload=Remind(poll=poll.id, zone=ctx.zone.key))
        for poll in await polls.list_open(ctx.db, ctx.now)
        if (at := find_reminder_time(poll)) and at <= ctx.now
        if await claims.claim(ctx.db, SCOPE, f"{poll.number}:{ctx.zone.key}", ctx.now)
    ]


@feature.work(Remind, name="sondage.Remind", title="Rappel de sondage", unit=UNIT)
async def find_silent_page(ctx: ReadingContext, asked: Remind, so_far: Progress) -> Step:
    """The next page of the register: who has not answered, wants to be reminded, and is reached. (Mattermost, asked
    here, cannot be where something is counted.)"""
    poll = await polls.get_poll(ctx.db, asked.poll)
    if poll is None or poll.is_over(ctx.now):
        return so_far.end()
    page = await list_silent(ctx.db, poll.id, asked.zone, ctx.today, so_far.cursor or "")
    if not page:
        return so_far.end()
    reached = sorted(await _find_reached(ctx, poll, page))
    replies = [Start(payload=Nudge(poll=poll.id, people=reached), quiet=True)] if reached else []
    return Step(replies=replies, cursor=page[-1].id, done=so_far.done + len(reached))


@feature.work(Nudge, name="sondage.Nudge", title="Rappel de sondage", unit=UNIT, writes=True)
async def send_reminders(ctx: Context, asked: Nudge, so_far: Progress) -> Step:
    """Those of a page who were not reminded of enough other polls that day."""
    poll = await polls.get_poll(ctx.db, asked.poll)
    if poll is None or poll.is_over(ctx.now):
        return Step(finished=True)
    free = await quotas.spend_each(ctx, asked.people, Quota.REMINDER)
    told: list[Reply] = [_draw_reminder(poll, person) for person in await people.among(ctx.db, sorted(free))]
    return Step(replies=told, done=len(told), finished=True)


async def _find_reached(ctx: ReadingContext, poll: Poll, page: Sequence[Person]) -> set[str]:
    """Those of a page whom it is asked of: by the register, or as members of a channel, which Mattermost knows."""
    found = {person.id for person in page if targets.reaches(poll.targets, person)}
    for room in poll.rooms:
        members = await ctx.chat.channel_members_among(room, [person.id for person in page])
        found |= {member.user_id for member in members}
    return found


def _draw_reminder(poll: Poll, person: Person) -> Direct:
    buttons = [Button("Voter", Vote(poll=poll.id), "primary"), Button("Ne plus me rappeler", Hush())]
    return Direct(
        render("sondage/reminder", poll=poll, end=cards.say_end(poll, person.zone)), buttons, user_id=person.id
    )


@feature.button(Hush)
async def stop_reminders(ctx: Context, _: Hush) -> Replies:
    """None from now on."""
    await votes.stop_reminders(ctx.db, ctx.user.id)
    return Update(_say_reminders(hushed=True))


@feature.command("sondage rappels", help="Recevoir, ou non, les rappels des sondages", hint="[oui | non]", writes=True)
async def set_reminders(ctx: Context, text: str) -> Replies:
    """How it is, or how it is to be from now on."""
    match fold(text):
        case "":
            return Whisper(_say_reminders(hushed=await votes.has_stopped_reminders(ctx.db, ctx.user.id)))
        case "non":
            await votes.stop_reminders(ctx.db, ctx.user.id)
        case "oui":
            await votes.resume_reminders(ctx.db, ctx.user.id)
        case _:
            raise UserError(f"« {quote(text)} » : dites oui ou non, par exemple /sondage rappels non.")
    return Whisper(_say_reminders(hushed=fold(text) == "non"))


def _say_reminders(*, hushed: bool) -> str:
    return render("sondage/reminders", hushed=hushed)


NOT_A_MEMBER = "Ce vote est réservé aux membres de ce canal : rejoignez-le d’abord."
VOTED = (
    "Vous avez déjà voté dans ce sondage. Fermez cette fenêtre et cliquez de nouveau sur « Voter » : votre code permet "
    "de changer votre vote."
)
NO_BALLOT = "Aucun bulletin de ce sondage n’a ce code : vérifiez-le. Sans lui, votre vote reste tel quel."


@feature.button(Vote, writes=False)
async def open_vote_window(ctx: ReadingContext, click: Vote) -> Replies:
    """The window; of a vote with a name as it was chosen before, of a secret one with a code of its own, or asking for
    the code that it had."""
    if not ctx.request.only_for and await ctx.chat.channel_member(ctx.channel_id, ctx.user.id) is None:
        raise UserError(NOT_A_MEMBER)
    poll = cards.must_be_open(await polls.get_poll(ctx.db, click.poll), ctx.now)
    if not ctx.request.only_for and ctx.channel_id not in poll.channels:
        raise UserError(NOT_A_MEMBER)
    return Ask(await _make_vote_window(ctx, poll), here=False)


async def _make_vote_window(ctx: Context, poll: Poll) -> VoteForm:
    about = {"poll": poll.id, "question": poll.question, "options": list(poll.options)}
    if not poll.anonymous:
        chosen = await votes.read_choice(ctx.db, poll.id, ctx.user.id)
        numbers = [str(number) for number in range(1, len(poll.options) + 1) if chosen >> number - 1 & 1]
        if poll.several:
            return VoteSeveral.draft(**about, **({"chosen_answers": tuple(numbers)} if numbers else {}))
        return VoteOne.draft(**about, **({"answer": numbers[0]} if numbers else {}))
    if await votes.has_voted(ctx.db, poll.id, ctx.user.id):
        return (ChangeSeveral if poll.several else ChangeOne).draft(**about)
    return (VoteSeveral if poll.several else VoteOne).draft(**about, code=_make_code())


def _make_code() -> str:
    """A code that nobody guesses, and nobody keeps but who votes."""
    return "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))


async def submit_vote(ctx: Context, form: VoteForm) -> Replies:
    """It counts, in place of what was chosen before. The receipt says that somebody voted, and not what."""
    poll = cards.must_be_open(await polls.lock_poll(ctx.db, form.poll), ctx.now)
    ballot = Ballot(form.chosen, ctx.user.departement or "")
    if poll.anonymous:
        await _cast_ballot(ctx, poll, form, ballot)
    else:
        await votes.note_voter(ctx.db, poll.id, ctx.user.id)
        named = votes.NamedVote(
            poll=poll.id, user_id=ctx.user.id, at=ctx.now, choices=ballot.choices, departement=ballot.departement
        )
        await votes.put_vote(ctx.db, named)
    told = Direct(f"Votre vote au sondage n° {poll.number} est enregistré.", user_id=ctx.user.id)
    return [told, *await broadcast.refresh_soon(ctx, poll)]


for window in (VoteOne, VoteSeveral, ChangeOne, ChangeSeveral):
    feature.submit(window)(submit_vote)


async def _cast_ballot(ctx: Context, poll: Poll, form: VoteForm, ballot: Ballot) -> None:
    """Put a ballot into the box, of who had none there, or in place of the one that has the same code.

    A window that is sent twice finds its own. Raises UserError for another code than that.
    """
    seal = Seal(poll.id, ctx.settings.secrets)
    box = await votes.read_box(ctx.db, seal)
    key = seal.key_of(form.ballot_code)
    is_new = await votes.note_voter(ctx.db, poll.id, ctx.user.id)
    if is_new == (key in box):
        raise UserError(fields={"votre_code": NO_BALLOT}) if isinstance(form, ChangeForm) else UserError(VOTED)
    box[key] = box.get(key, ballot)._replace(choices=ballot.choices, departement=ballot.departement)
    await votes.write_box(ctx.db, seal, box)


@feature.waiting
async def list_unanswered(ctx: Context) -> Sequence[Waiting]:
    """The first to end of those that reach them by the register."""
    reaching = [poll for poll in await polls.list_open(ctx.db, ctx.now) if targets.reaches(poll.targets, ctx.user)]
    if not reaching:
        return []
    answered = await votes.list_taken_part(ctx.db, [poll.id for poll in reaching], ctx.user.id)
    left = next((poll for poll in reaching if poll.id not in answered), None)
    if left is None:
        return []
    button = Button(f"Voter (n° {left.number})", Vote(poll=left.id))
    return [Waiting(f"Sondage n° {left.number} : {quote(left.question)}", button)]
