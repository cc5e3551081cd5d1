"""« /sondage »: a poll in a channel, in départements or for everybody, answered by a click, secretly or by name. Its
state is shown in words, as a picture and as CSV."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot import quotas, replies
from bot.command_lines import read_typed_number
from bot.context import Context, ReadingContext
from bot.destinations import PREPARING, READY, send_file
from bot.errors import UserError
from bot.menus import Menu
from bot.papers import FigurePage, FigureSection, LabelledValue, sheets, typeset
from bot.texts import quote, render, require
from commands.sondage import broadcast, cards
from commands.sondage.cards import feature
from config.text import fold
from config.time import PARIS
from dialogs import sondage as windows
from storage import claims, people, targets
from storage import sondage as polls
from storage.sondage import Ballot, DepartementResults, Poll, PollState, Results, votes

SCOPE = "sondage.rappel"
BEFORE_END = timedelta(days=1)
LONG, SHORT = timedelta(days=2), timedelta(hours=4)
"""Polls that last at least ``LONG`` remind a day before their end; those shorter than ``SHORT`` do not remind."""
PART = 0.8
"""The part of their time after which polls of other lengths remind."""
UNIT = ("personne", "personnes")


def find_reminder_time(poll: Poll) -> datetime | None:
    """Return when people who have not answered are reminded; None for a poll too short for that."""
    if poll.opened_at is None:
        return None
    lasts = poll.ends_at - poll.opened_at
    if lasts < SHORT:
        return None
    return poll.ends_at - BEFORE_END if lasts >= LONG else poll.opened_at + PART * lasts


@feature.job("hour=8-19 minute=*/5", name="sondage.remind_due", local=True, writes=True)
async def start_reminders(ctx: Context) -> replies.Replies:
    """Start the reminders of each poll, once in each time zone, in the daytime there."""
    return [
        replies.Start(payload=cards.RemindVoters(poll=poll.id, zone=ctx.zone.key))
        for poll in await polls.list_open(ctx.db, ctx.now)
        if (at := find_reminder_time(poll)) and at <= ctx.now
        if await claims.claim(ctx.db, SCOPE, f"{poll.number}:{ctx.zone.key}", ctx.now)
    ]


@feature.work(cards.RemindVoters, name="sondage.Remind", title="Rappel de sondage", unit=UNIT)
async def find_silent_page(ctx: ReadingContext, asked: cards.RemindVoters, so_far: replies.Progress) -> replies.Step:
    """Find, in the next page of the register, the people who were asked, have not answered and accept reminders."""
    poll = await polls.get_poll(ctx.db, asked.poll)
    if poll is None or poll.is_over(ctx.now):
        return so_far.end()
    page = await votes.list_silent(ctx.db, poll.id, asked.zone, ctx.today, so_far.cursor or "")
    if not page:
        return so_far.end()
    reached = sorted(await _find_reached(ctx, poll, page))
    said = [replies.Start(payload=cards.Nudge(poll=poll.id, people=reached), quiet=True)] if reached else []
    return replies.Step(replies=said, cursor=page[-1].id, done=so_far.done + len(reached))


@feature.work(cards.Nudge, name="sondage.Nudge", title="Rappel de sondage", unit=UNIT, writes=True)
async def send_reminders(ctx: Context, asked: cards.Nudge, so_far: replies.Progress) -> replies.Step:
    """Remind these people, unless they got enough reminders of other polls that day."""
    poll = await polls.get_poll(ctx.db, asked.poll)
    if poll is None or poll.is_over(ctx.now):
        return replies.Step(finished=True)
    free = await quotas.spend_each(ctx, asked.people, quotas.Quota.REMINDER)
    told: list[replies.Reply] = [_draw_reminder(poll, person) for person in await people.among(ctx.db, sorted(free))]
    return replies.Step(replies=told, done=len(told), finished=True)


async def _find_reached(ctx: ReadingContext, poll: Poll, page: Sequence[people.Person]) -> set[str]:
    """Return who of a page is asked by a poll: by the register, or as members of a channel, which Mattermost knows."""
    found = {person.id for person in page if targets.reaches(poll.targets, person)}
    for room in poll.rooms:
        members = await ctx.chat.channel_members_among(room, [person.id for person in page])
        found |= {member.user_id for member in members}
    return found


def _draw_reminder(poll: Poll, person: people.Person) -> replies.Direct:
    text = render("sondage/reminder", poll=poll, end=cards.say_end(poll, person.zone))
    vote = replies.Button("Voter", cards.OpenBallot(poll=poll.id), "primary")
    hush = replies.Button("Ne plus me rappeler", cards.Hush())
    return replies.Direct(text, [vote, hush], user_id=person.id)


@feature.button(cards.Hush)
async def stop_reminders(ctx: Context, _: cards.Hush) -> replies.Replies:
    """Stop all reminders of polls for this person."""
    await votes.stop_reminders(ctx.db, ctx.user.id)
    return replies.Update(render("sondage/reminders", hushed=True))


@feature.command("sondage rappels", help="Recevoir, ou non, les rappels des sondages", hint="[oui | non]", writes=True)
async def set_reminders(ctx: Context, text: str) -> replies.Replies:
    """Show or set whether this person is reminded of polls."""
    match fold(text):
        case "":
            pass
        case "non":
            await votes.stop_reminders(ctx.db, ctx.user.id)
        case "oui":
            await votes.resume_reminders(ctx.db, ctx.user.id)
        case _:
            raise UserError(render("sondage/yes_or_no", text=text))
    return replies.Whisper(render("sondage/reminders", hushed=await votes.has_stopped_reminders(ctx.db, ctx.user.id)))


@feature.button(cards.OpenBallot, name="sondage.Vote", writes=False)
async def open_vote_window(ctx: ReadingContext, click: cards.OpenBallot) -> replies.Replies:
    """Open the ballot: filled with the earlier choice in a named vote; in a secret one, with a new code, or asking for
    the code of the earlier ballot."""
    if not ctx.request.only_for and await ctx.chat.channel_member(ctx.channel_id, ctx.user.id) is None:
        raise UserError(render("sondage/not_a_member"))
    poll = cards.must_be_open(await polls.get_poll(ctx.db, click.poll), ctx.now)
    if not ctx.request.only_for and ctx.channel_id not in poll.channels:
        raise UserError(render("sondage/not_a_member"))
    return replies.Ask(await _make_vote_window(ctx, poll), here=False)


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


async def submit_vote(ctx: Context, form: windows.VoteForm) -> replies.Replies:
    """Count a vote, in place of an earlier one. The receipt says that the person voted, not what."""
    poll = cards.must_be_open(await polls.lock_poll(ctx.db, form.poll), ctx.now)
    about: dict[str, Any] = {"choices": form.chosen, "departement": ctx.user.departement or ""}
    if poll.anonymous:
        await _cast_ballot(ctx, poll, form, Ballot(**about))
    else:
        await votes.note_voter(ctx.db, poll.id, ctx.user.id)
        await votes.put_vote(ctx.db, votes.NamedVote(poll=poll.id, user_id=ctx.user.id, at=ctx.now, **about))
    text = render("sondage/vote_kept", number=poll.number, secret=poll.anonymous)
    again = replies.Button("Changer mon vote", cards.OpenBallot(poll=poll.id))
    told = replies.Direct(text, [again], user_id=ctx.user.id)
    return [told, *await broadcast.refresh_soon(ctx, poll)]


for window in (windows.VoteOne, windows.VoteSeveral, windows.ChangeOne, windows.ChangeSeveral):
    feature.submit(window)(submit_vote)


async def _cast_ballot(ctx: Context, poll: Poll, form: windows.VoteForm, ballot: Ballot) -> None:
    """Put a secret ballot into the box: a first one, or in place of the one with the same code.

    A window that is sent twice finds its own ballot. Raises UserError for a wrong code.
    """
    seal = votes.BoxSeal(poll.id, ctx.settings.secrets)
    box = await votes.read_box(ctx.db, seal)
    key = seal.key_of(form.ballot_code)
    is_new = await votes.note_voter(ctx.db, poll.id, ctx.user.id)
    if is_new == (key in box):
        if isinstance(form, windows.ChangeForm):
            raise UserError(fields={"votre_code": render("sondage/no_ballot")})
        raise UserError(render("sondage/voted"))
    box[key] = box.get(key, ballot)._replace(choices=ballot.choices, departement=ballot.departement)
    await votes.write_box(ctx.db, seal, box)


@feature.waiting
async def list_unanswered(ctx: Context) -> Sequence[replies.Waiting]:
    """List the polls that ask the person by the register and that they have not answered, next to end first."""
    reaching = [poll for poll in await polls.list_open(ctx.db, ctx.now) if targets.reaches(poll.targets, ctx.user)]
    if not reaching:
        return []
    answered = await votes.list_taken_part(ctx.db, [poll.id for poll in reaching], ctx.user.id)
    left = next((poll for poll in reaching if poll.id not in answered), None)
    if left is None:
        return []
    button = replies.Button(f"Voter (n° {left.number})", cards.OpenBallot(poll=left.id))
    return [replies.Waiting(f"Sondage n° {left.number} : {quote(left.question)}", button)]


PAGE = 5
"""How many polls one page lists."""
OWN_MAX = 200
"""The most polls, of one’s own or of all, that the list goes back to."""
QUOTED_MAX = 60


@dataclass(frozen=True, slots=True)
class PollRow:
    """A poll in the list, in words."""

    number: int
    question: str
    state: str


@feature.command("sondage liste", help="Revoir les sondages, et ceux auxquels vous pouvez répondre")
async def list_latest(ctx: ReadingContext, _: str) -> replies.Replies:
    """List the last five polls."""
    return await list_older(ctx, cards.OlderPolls(skip=0))


@feature.button(cards.OlderPolls, name="sondage.Older", writes=False)
async def list_older(ctx: Context, click: cards.OlderPolls) -> replies.Replies:
    """List the next five polls."""
    found = await _find_listed(ctx)
    shown = found[click.skip : click.skip + PAGE]
    rows = [_make_row(ctx, poll) for poll in shown]
    text = render(
        "sondage/list", rows=rows, first=click.skip + 1, all=ctx.user.animates, asks=_asks_in_channels(ctx.user)
    )
    more = []
    if len(found) > click.skip + PAGE:
        more.append(replies.Button("Plus anciens", cards.OlderPolls(skip=click.skip + PAGE)))
    newer = [replies.Button("Plus récents", cards.OlderPolls(skip=max(0, click.skip - PAGE)))] if click.skip else []
    options = {str(poll.number): f"n° {poll.number} : {quote(poll.question)}" for poll in shown}
    return replies.Whisper(text, [*more, *newer], menus=[Menu("Voir", cards.SeePoll(), options)] if options else [])


def _asks_in_channels(person: people.Person) -> bool:
    """Return whether somebody asks questions in the channels where they are, and only there."""
    return person.role not in (people.Role.INVITE, people.Role.COORDINATEUR) and not person.animates


async def _find_listed(ctx: Context) -> Sequence[Poll]:
    """Find all polls for animateurs; for others, their own and those that ask them. Newest first."""
    by = None if ctx.user.animates else ctx.user.id
    own = await polls.list_page(ctx.db, 0, OWN_MAX, by)
    open_ones = [poll for poll in await polls.list_open(ctx.db, ctx.now) if cards.is_asked(ctx, poll)]
    return sorted({poll.id: poll for poll in [*own, *open_ones]}.values(), key=lambda poll: -poll.id)


def _make_row(ctx: Context, poll: Poll) -> PollRow:
    end = cards.say_end(poll, ctx.zone)
    over = {PollState.ENDED: f"terminé {end}", PollState.WITHDRAWN: "retiré"}
    return PollRow(poll.id, quote(poll.question, QUOTED_MAX), over.get(poll.state, f"jusqu’au {end}"))


@feature.button(cards.SeePoll, name="sondage.See", writes=False)
async def show_chosen(ctx: Context, click: cards.SeePoll) -> replies.Replies:
    """Show the poll that was chosen."""
    return await cards.show_poll(ctx, int(click.chosen))


@feature.command("sondage resultats", help="Voir les résultats d’un sondage", hint="n° 12")
async def show_results(ctx: Context, text: str) -> replies.Replies:
    """Show the results of a poll; for an open one, what may be seen of them."""
    poll = await find_named_poll(ctx, text, "resultats")
    cards.must_see(ctx, poll)
    if poll.state is PollState.ENDED and poll.known:
        buttons = cards.list_result_buttons(poll, managed=cards.may_manage(ctx.user, poll))
        return replies.Whisper(cards.say_results(poll, poll.known), buttons)
    cards.must_be_in_state(poll, PollState.OPEN)
    if not poll.live and (poll.anonymous or not cards.may_manage(ctx.user, poll)):
        end, voted = cards.say_end(poll, ctx.zone), await votes.count_voters(ctx.db, poll.id)
        raise UserError(render("sondage/results_later", number=poll.number, end=end, voted=voted))
    return replies.Whisper(cards.say_results(poll, replace(await votes.read_visible_results(ctx.db, poll), places=())))


async def find_named_poll(ctx: Context, text: str, what: str) -> Poll:
    """Get the launched poll of that number. Raises UserError."""
    number = require(read_typed_number(text, "sondage"), "sondage/which", what=what)
    poll = await polls.get_poll(ctx.db, number)
    return cards.must_be_in_state(poll, PollState.OPEN, PollState.ENDED, PollState.WITHDRAWN)


HEAD = ("question", "reponse", "departement", "votes", "participants")
VOTES_HEAD = ("question", "personne", "departement", "reponses", "date")
EVERYBODY = "Tous"


def list_result_lines(poll: Poll, results: Results) -> Iterator[Sequence[sheets.Cell]]:
    """Return the rows of the file: a head, each answer of everybody, then of each département apart; where too few
    voted, only how many."""
    yield HEAD
    yield from _list_place_lines(poll, EVERYBODY, DepartementResults("", results.votes, results.counts))
    for place in results.places:
        yield from _list_place_lines(poll, cards.say_place(place.code), place)


def _list_place_lines(poll: Poll, name: str, place: DepartementResults) -> Iterator[Sequence[sheets.Cell]]:
    counts: Sequence[int | None] = place.counts or [None] * len(poll.options)
    for option, count in zip(poll.options, counts, strict=True):
        yield (poll.question, option, name, count, place.votes)


def list_vote_lines(
    poll: Poll, votes: Iterable[votes.NamedVote], people: Mapping[str, people.Person]
) -> Iterator[Sequence[sheets.Cell]]:
    """Return the rows of the file: a head, then each voter with their choice."""
    yield VOTES_HEAD
    for vote in votes:
        chosen = [option for at, option in enumerate(poll.options) if vote.choices >> at & 1]
        name = people[vote.user_id].full_name if vote.user_id in people else "quelqu’un qui n’est plus là"
        at = f"{vote.at.astimezone(PARIS):%d/%m/%Y %H:%M}"
        place = cards.say_place(vote.departement) if vote.departement else ""
        yield (poll.question, name, place, " | ".join(chosen), at)


@feature.command("sondage export", help="Recevoir les résultats d’un sondage en CSV", hint="n° 12")
async def export_results(ctx: ReadingContext, text: str) -> replies.Replies:
    """Send the file of a poll to its author or an animateur."""
    poll = cards.must_manage(ctx.user, await find_named_poll(ctx, text, "export"), PollState.OPEN, PollState.ENDED)
    return await _send_sheet(ctx, poll)


@feature.button(cards.TakeSheet, writes=False)
async def take_sheet(ctx: ReadingContext, click: cards.TakeSheet) -> replies.Replies:
    """Send the file of a poll, by a click."""
    poll = cards.must_manage(ctx.user, await polls.get_poll(ctx.db, click.poll), PollState.OPEN, PollState.ENDED)
    return await _send_sheet(ctx, poll)


async def _send_sheet(ctx: ReadingContext, poll: Poll) -> replies.Replies:
    _must_be_visible(poll)
    order = cards.PollSheet(poll=poll.id)
    return await send_file(ctx, replies.SendFile(user_id=ctx.user.id, order=order, waiting=PREPARING))


def _must_be_visible(poll: Poll) -> None:
    """Raise UserError for an open poll whose votes are hidden until its end."""
    if poll.state is PollState.OPEN and poll.anonymous and not poll.live:
        raise UserError(render("sondage/secret_until_end", number=poll.number))


@feature.button(cards.TakePicture, writes=False)
async def take_picture(ctx: ReadingContext, click: cards.TakePicture) -> replies.Replies:
    """Send the picture of a poll."""
    poll = cards.must_be_in_state(await polls.get_poll(ctx.db, click.poll), PollState.ENDED)
    order = cards.Picture(poll=poll.id)
    return await send_file(ctx, replies.SendFile(user_id=ctx.user.id, order=order, waiting=PREPARING))


@feature.file(cards.Picture, name="sondage.Picture")
async def draw_picture(ctx: ReadingContext, order: cards.Picture, folder: Path) -> replies.Parcel:
    """Draw the results as a picture, with the same in words."""
    poll = cards.must_be_in_state(await polls.get_poll(ctx.db, order.poll), PollState.ENDED)
    results = poll.known
    if results is None or not results.is_told:
        raise UserError(render("sondage/too_few_for_picture"))
    page = make_page(poll, results)
    path = await ctx.compute(lambda: typeset.draw_picture(page, "sondage", folder))
    shown = cards.list_lines(poll, results.votes, results.counts)
    turnout = cards.say_turnout(poll, results)
    return replies.Parcel(render("sondage/picture", poll=poll, lines=shown, turnout=turnout), files=[path], done=READY)


def make_page(poll: Poll, results: Results) -> FigurePage:
    """Make the page of the picture."""
    shown = cards.list_lines(poll, results.votes, results.counts)
    answers = tuple(LabelledValue(line.text, line.votes, line.percent) for line in shown)
    places = tuple(LabelledValue(cards.say_place(place.code), place.votes) for place in results.places)
    first, last = ((at or poll.ends_at).astimezone(PARIS).date() for at in (poll.opened_at, poll.ended_at))
    is_about = any(line.is_about for line in shown)
    sections = [FigureSection("reponses", "Réponses", "votes", answers, is_about)]
    sections += [FigureSection("departements", "Votes par département", "", places)] if places else []
    return FigurePage(
        title=poll.question,
        period=f"Sondage n° {poll.number} : {cards.say_turnout(poll, results)}",
        start=first,
        last=last,
        today=last,
        sections=tuple(sections),
        notes=(render("sondage/several_answers"),) if poll.several else (),
        stem=f"Sondage_{poll.number}",
    )


@feature.file(cards.PollSheet, name="sondage.Sheet")
async def write_sheet(ctx: Context, order: cards.PollSheet, folder: Path) -> replies.Parcel:
    """Write the results and, for named votes, each voter’s choice, for whoever manages the poll at that time."""
    poll = cards.must_manage(ctx.user, await polls.get_poll(ctx.db, order.poll), PollState.OPEN, PollState.ENDED)
    _must_be_visible(poll)
    files = [folder / f"Sondage_{poll.number}.csv"]
    sheets.write_csv(files[0], list_result_lines(poll, await votes.read_visible_results(ctx.db, poll)))
    if not poll.anonymous:
        chosen = await votes.list_votes(ctx.db, poll.id)
        files.append(folder / f"Sondage_{poll.number}_votes.csv")
        voters = await people.by_ids(ctx.db, [vote.user_id for vote in chosen])
        sheets.write_csv(files[1], list_vote_lines(poll, chosen, voters))
    return replies.Parcel(render("sondage/file", poll=poll), files=files, done=READY)
