"""« Voter »: the window and the ballot, which nothing ties to who voted secretly; and who is reminded to vote."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from bot import quotas
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.quotas import Quota
from bot.replies import Ask, Button, Direct, Progress, Replies, Reply, Start, Step, Update, Waiting, Whisper
from bot.texts import quote, render
from commands.sondage import broadcast, cards
from commands.sondage.cards import Hush, Nudge, Remind, Vote, feature
from config.text import fold
from dialogs import sondage as windows
from storage import claims, people, targets
from storage import sondage as polls
from storage.people import Person
from storage.sondage import Ballot, Poll, votes
from storage.sondage.votes import BoxSeal, list_silent

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
    """Begin the reminders of each poll once in each zone, by day there."""
    return [
        Start(payload=Remind(poll=poll.id, zone=ctx.zone.key))
        for poll in await polls.list_open(ctx.db, ctx.now)
        if (at := find_reminder_time(poll)) and at <= ctx.now
        if await claims.claim(ctx.db, SCOPE, f"{poll.number}:{ctx.zone.key}", ctx.now)
    ]


@feature.work(Remind, name="sondage.Remind", title="Rappel de sondage", unit=UNIT)
async def find_silent_page(ctx: ReadingContext, asked: Remind, so_far: Progress) -> Step:
    """Look at the next page of the register: who has not answered, wants to be reminded, and is reached."""
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
    """Remind those of a page who were not reminded of enough other polls that day."""
    poll = await polls.get_poll(ctx.db, asked.poll)
    if poll is None or poll.is_over(ctx.now):
        return Step(finished=True)
    free = await quotas.spend_each(ctx, asked.people, Quota.REMINDER)
    told: list[Reply] = [_draw_reminder(poll, person) for person in await people.among(ctx.db, sorted(free))]
    return Step(replies=told, done=len(told), finished=True)


async def _find_reached(ctx: ReadingContext, poll: Poll, page: Sequence[Person]) -> set[str]:
    """Find those of a page of whom a poll is asked: by the register, or as members of a channel, which Mattermost
    knows."""
    found = {person.id for person in page if targets.reaches(poll.targets, person)}
    for room in poll.rooms:
        members = await ctx.chat.channel_members_among(room, [person.id for person in page])
        found |= {member.user_id for member in members}
    return found


def _draw_reminder(poll: Poll, person: Person) -> Direct:
    text = render("sondage/reminder", poll=poll, end=cards.say_end(poll, person.zone))
    buttons = [Button("Voter", Vote(poll=poll.id), "primary"), Button("Ne plus me rappeler", Hush())]
    return Direct(text, buttons, user_id=person.id)


@feature.button(Hush)
async def stop_reminders(ctx: Context, _: Hush) -> Replies:
    """Remind this person of no poll any more."""
    await votes.stop_reminders(ctx.db, ctx.user.id)
    return Update(render("sondage/reminders", hushed=True))


@feature.command("sondage rappels", help="Recevoir, ou non, les rappels des sondages", hint="[oui | non]", writes=True)
async def set_reminders(ctx: Context, text: str) -> Replies:
    """Say whether this person is reminded of polls, or change it from now on."""
    match fold(text):
        case "":
            pass
        case "non":
            await votes.stop_reminders(ctx.db, ctx.user.id)
        case "oui":
            await votes.resume_reminders(ctx.db, ctx.user.id)
        case _:
            raise UserError(f"« {quote(text)} » : dites oui ou non, par exemple /sondage rappels non.")
    return Whisper(render("sondage/reminders", hushed=await votes.has_stopped_reminders(ctx.db, ctx.user.id)))


NOT_A_MEMBER = "Ce vote est réservé aux membres de ce canal : rejoignez-le d’abord."
VOTED = (
    "Vous avez déjà voté dans ce sondage. Fermez cette fenêtre et cliquez de nouveau sur « Voter » : votre code permet "
    "de changer votre vote."
)
NO_BALLOT = "Aucun bulletin de ce sondage n’a ce code : vérifiez-le. Sans lui, votre vote reste tel quel."


@feature.button(Vote, writes=False)
async def open_vote_window(ctx: ReadingContext, click: Vote) -> Replies:
    """Open the window; of a vote with a name as it was chosen before, of a secret one with a code of its own, or asking
    for the code that it had."""
    if not ctx.request.only_for and await ctx.chat.channel_member(ctx.channel_id, ctx.user.id) is None:
        raise UserError(NOT_A_MEMBER)
    poll = cards.must_be_open(await polls.get_poll(ctx.db, click.poll), ctx.now)
    if not ctx.request.only_for and ctx.channel_id not in poll.channels:
        raise UserError(NOT_A_MEMBER)
    return Ask(await _make_vote_window(ctx, poll), here=False)


async def _make_vote_window(ctx: Context, poll: Poll) -> windows.VoteForm:
    about = {"poll": poll.id, "question": poll.question, "options": list(poll.options)}
    if not poll.anonymous:
        chosen = await votes.read_choice(ctx.db, poll.id, ctx.user.id)
        numbers = [str(number) for number in range(1, len(poll.options) + 1) if chosen >> number - 1 & 1]
        if poll.several:
            return windows.VoteSeveral.draft(**about, **({"chosen_answers": tuple(numbers)} if numbers else {}))
        return windows.VoteOne.draft(**about, **({"answer": numbers[0]} if numbers else {}))
    if await votes.has_voted(ctx.db, poll.id, ctx.user.id):
        return (windows.ChangeSeveral if poll.several else windows.ChangeOne).draft(**about)
    # Nobody keeps it but who votes.
    code = "".join(secrets.choice(windows.CODE_SIGNS) for _ in range(windows.CODE_LENGTH))
    return (windows.VoteSeveral if poll.several else windows.VoteOne).draft(**about, code=code)


async def submit_vote(ctx: Context, form: windows.VoteForm) -> Replies:
    """Count a vote, in place of what was chosen before. The receipt says that somebody voted, and not what."""
    poll = cards.must_be_open(await polls.lock_poll(ctx.db, form.poll), ctx.now)
    about: dict[str, Any] = {"choices": form.chosen, "departement": ctx.user.departement or ""}
    if poll.anonymous:
        await _cast_ballot(ctx, poll, form, Ballot(**about))
    else:
        await votes.note_voter(ctx.db, poll.id, ctx.user.id)
        await votes.put_vote(ctx.db, votes.NamedVote(poll=poll.id, user_id=ctx.user.id, at=ctx.now, **about))
    told = Direct(f"Votre vote au sondage n° {poll.number} est enregistré.", user_id=ctx.user.id)
    return [told, *await broadcast.refresh_soon(ctx, poll)]


for window in (windows.VoteOne, windows.VoteSeveral, windows.ChangeOne, windows.ChangeSeveral):
    feature.submit(window)(submit_vote)


async def _cast_ballot(ctx: Context, poll: Poll, form: windows.VoteForm, ballot: Ballot) -> None:
    """Put a ballot into the box, of who had none there, or in place of the one that has the same code.

    A window that is sent twice finds its own. Raises UserError for another code than that.
    """
    seal = BoxSeal(poll.id, ctx.settings.secrets)
    box = await votes.read_box(ctx.db, seal)
    key = seal.key_of(form.ballot_code)
    is_new = await votes.note_voter(ctx.db, poll.id, ctx.user.id)
    if is_new == (key in box):
        raise UserError(fields={"votre_code": NO_BALLOT}) if isinstance(form, windows.ChangeForm) else UserError(VOTED)
    box[key] = box.get(key, ballot)._replace(choices=ballot.choices, departement=ballot.departement)
    await votes.write_box(ctx.db, seal, box)


@feature.waiting
async def list_unanswered(ctx: Context) -> Sequence[Waiting]:
    """List the first to end of the polls that reach somebody by the register, and that they have not answered."""
    reaching = [poll for poll in await polls.list_open(ctx.db, ctx.now) if targets.reaches(poll.targets, ctx.user)]
    if not reaching:
        return []
    answered = await votes.list_taken_part(ctx.db, [poll.id for poll in reaching], ctx.user.id)
    left = next((poll for poll in reaching if poll.id not in answered), None)
    if left is None:
        return []
    button = Button(f"Voter (n° {left.number})", Vote(poll=left.id))
    return [Waiting(f"Sondage n° {left.number} : {quote(left.question)}", button)]
