"""« /sondage liste » and « resultats »: what was asked and how it stands, in words, as a picture and as CSV."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.context import Context, ReadingContext
from bot.destinations import send_file
from bot.errors import UserError
from bot.menus import Menu
from bot.papers import FigurePage, FigureSection, LabelledValue, sheets, typeset
from bot.papers.sheets import Cell
from bot.replies import Button, Parcel, Replies, SendFile, Whisper
from bot.texts import quote, render
from commands.sondage import cards
from commands.sondage.cards import Older, Picture, See, Sheet, TakePicture, TakeSheet, Vote, feature, say_place
from config.time import PARIS
from storage import people, targets
from storage import sondage as polls
from storage.people import Person
from storage.sondage import DepartementResults, Poll, PollState, Results, votes
from storage.sondage.votes import NamedVote, read_visible_results

PAGE = 5
"""Polls on one page."""
OWN_MAX = 200
"""How many of their own, or of all, somebody may look back at."""
QUOTED_MAX = 60
WHICH = "Dites lequel, par son numéro : `/sondage {what} 12`. `/sondage liste` les montre."
NOT_YOURS = "Ce sondage ne vous était pas adressé : ses résultats sont là où il a été posé."


@dataclass(frozen=True, slots=True)
class PollRow:
    """A poll of the list, as it is said."""

    number: int
    question: str
    state: str


@feature.command("sondage liste", help="Revoir les sondages, et ceux auxquels vous pouvez répondre")
async def list_latest(ctx: ReadingContext, _: str) -> Replies:
    """List the last five polls."""
    return await list_older(ctx, Older(skip=0))


@feature.button(Older, writes=False)
async def list_older(ctx: Context, click: Older) -> Replies:
    """List five polls, as they are now."""
    found = await _find_listed(ctx)
    shown = found[click.skip : click.skip + PAGE]
    rows = [_make_row(ctx, poll) for poll in shown]
    text = render("sondage/list", rows=rows, first=click.skip + 1, all=ctx.user.animates)
    more = [Button("Plus anciens", Older(skip=click.skip + PAGE))] if len(found) > click.skip + PAGE else []
    newer = [Button("Plus récents", Older(skip=max(0, click.skip - PAGE)))] if click.skip else []
    options = {str(poll.number): f"n° {poll.number} : {quote(poll.question)}" for poll in shown}
    return Whisper(text, [*more, *newer], menus=[Menu("Voir", See(), options)] if options else [])


async def _find_listed(ctx: Context) -> Sequence[Poll]:
    """Find all polls for animateurs; for others their own, and those that they may answer. The newest first."""
    by = None if ctx.user.animates else ctx.user.id
    own = await polls.list_page(ctx.db, 0, OWN_MAX, by)
    open_ones = [poll for poll in await polls.list_open(ctx.db, ctx.now) if _is_asked(ctx, poll)]
    return sorted({poll.id: poll for poll in [*own, *open_ones]}.values(), key=lambda poll: -poll.id)


def _make_row(ctx: Context, poll: Poll) -> PollRow:
    end = cards.say_end(poll, ctx.zone)
    over = {PollState.ENDED: f"terminé {end}", PollState.WITHDRAWN: "retiré"}
    return PollRow(poll.id, quote(poll.question, QUOTED_MAX), over.get(poll.state, f"jusqu’au {end}"))


def _is_asked(ctx: Context, poll: Poll) -> bool:
    """Whether somebody was asked, as far as the register and the channel where they are tell."""
    return targets.reaches(poll.targets, ctx.user) or ctx.channel_id in poll.channels


@feature.button(See, writes=False)
async def show_chosen(ctx: Context, click: See) -> Replies:
    """Show the poll that was chosen."""
    return await show_poll(ctx, int(click.chosen))


async def show_poll(ctx: Context, number: int) -> Replies:
    """Show who manages a poll its card, in the direct channel, where it stays true; others the poll, with « Voter »."""
    poll = await polls.get_poll(ctx.db, number)
    if poll is None or (poll.state is PollState.DRAFT and poll.by != ctx.user.id):
        raise UserError(cards.UNKNOWN)
    if cards.may_manage(ctx.user, poll):
        card = cards.CARD.send(poll, await cards.draw_copy(ctx, poll), ctx.user.id)
        return [card, Whisper(f"Le sondage n° {poll.number} est dans votre conversation avec le bot.")]
    _must_see(ctx, poll)
    may_vote = not poll.is_over(ctx.now) and _is_asked(ctx, poll)
    return Whisper(cards.say_poll(poll), [Button("Voter", Vote(poll=poll.id), "primary")] if may_vote else [])


def _must_see(ctx: Context, poll: Poll) -> None:
    """Raises UserError for who was not asked, and sees it nowhere."""
    if not (poll.public or cards.may_manage(ctx.user, poll) or _is_asked(ctx, poll)):
        raise UserError(NOT_YOURS)


@feature.command("sondage resultats", help="Voir les résultats d’un sondage", hint="n° 12")
async def show_results(ctx: Context, text: str) -> Replies:
    """Show the results of a poll; of one that is open what may be seen of them."""
    poll = await find_named_poll(ctx, text, "resultats")
    _must_see(ctx, poll)
    if poll.state is PollState.ENDED and poll.known:
        buttons = cards.list_result_buttons(poll, managed=cards.may_manage(ctx.user, poll))
        return Whisper(cards.say_results(poll, poll.known), buttons)
    cards.must_be_in_state(poll, PollState.OPEN)
    if not poll.live and (poll.anonymous or not cards.may_manage(ctx.user, poll)):
        raise UserError(f"Les résultats du sondage n° {poll.number} s’afficheront à la fin du vote, "
                        f"{cards.say_end(poll, ctx.zone)}.")  # fmt: skip
    return Whisper(cards.say_results(poll, replace(await read_visible_results(ctx.db, poll), places=())))


async def find_named_poll(ctx: Context, text: str, what: str) -> Poll:
    """Find the poll of that number, once it was asked. Raises UserError."""
    number = cards.read_number(text)
    if number is None:
        raise UserError(WHICH.format(what=what))
    poll = await polls.get_poll(ctx.db, number)
    return cards.must_be_in_state(poll, PollState.OPEN, PollState.ENDED, PollState.WITHDRAWN)


HEAD = ("question", "reponse", "departement", "votes", "participants")
VOTES_HEAD = ("question", "personne", "departement", "reponses", "date")
EVERYBODY = "Tous"


def list_result_lines(poll: Poll, results: Results) -> Iterator[Sequence[Cell]]:
    """List a head, then each answer of everybody, and of each département that is told apart; where too few voted, how
    many they were."""
    yield HEAD
    yield from _list_place_lines(poll, EVERYBODY, DepartementResults("", results.votes, results.counts))
    for place in results.places:
        yield from _list_place_lines(poll, say_place(place.code), place)


def _list_place_lines(poll: Poll, name: str, place: DepartementResults) -> Iterator[Sequence[Cell]]:
    counts: Sequence[int | None] = place.counts or [None] * len(poll.options)
    for option, count in zip(poll.options, counts, strict=True):
        yield (poll.question, option, name, count, place.votes)


def list_vote_lines(poll: Poll, votes: Iterable[NamedVote], people: Iterable[Person]) -> Iterator[Sequence[Cell]]:
    """List a head, then each voter with what they chose."""
    names = {person.id: person.full_name for person in people}
    yield VOTES_HEAD
    for vote in votes:
        chosen = [option for at, option in enumerate(poll.options) if vote.choices >> at & 1]
        name = names.get(vote.user_id, "quelqu’un qui n’est plus là")
        at = f"{vote.at.astimezone(PARIS):%d/%m/%Y %H:%M}"
        yield (poll.question, name, say_place(vote.departement) if vote.departement else "", " | ".join(chosen), at)


PREPARING, DONE = "Préparation de votre fichier…", "✅ Votre fichier est prêt, juste en dessous."
AT_ONCE = 400
"""People looked up in one statement."""


@feature.command("sondage export", help="Recevoir les résultats d’un sondage en CSV", hint="n° 12")
async def export_results(ctx: ReadingContext, text: str) -> Replies:
    """Send the file of a poll to who made it or animates."""
    poll = cards.must_manage(ctx.user, await find_named_poll(ctx, text, "export"), PollState.OPEN, PollState.ENDED)
    return await _send_sheet(ctx, poll)


@feature.button(TakeSheet, writes=False)
async def take_sheet(ctx: ReadingContext, click: TakeSheet) -> Replies:
    """The same."""
    poll = cards.must_manage(ctx.user, await polls.get_poll(ctx.db, click.poll), PollState.OPEN, PollState.ENDED)
    return await _send_sheet(ctx, poll)


async def _send_sheet(ctx: ReadingContext, poll: Poll) -> Replies:
    _must_be_visible(poll)
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=Sheet(poll=poll.id), waiting=PREPARING))


def _must_be_visible(poll: Poll) -> None:
    """Raises UserError while nobody may see how a secret vote stands."""
    if poll.state is PollState.OPEN and poll.anonymous and not poll.live:
        raise UserError(f"Le vote du sondage n° {poll.number} est secret jusqu’à sa fin : le fichier viendra avec les "
                        "résultats.")  # fmt: skip


@feature.button(TakePicture, writes=False)
async def take_picture(ctx: ReadingContext, click: TakePicture) -> Replies:
    """Send the picture of a poll."""
    poll = cards.must_be_in_state(await polls.get_poll(ctx.db, click.poll), PollState.ENDED)
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=Picture(poll=poll.id), waiting=PREPARING))


@feature.file(Picture, name="sondage.Picture")
async def draw_picture(ctx: ReadingContext, order: Picture, folder: Path) -> Parcel:
    """Draw the results as a picture, under what it shows in words."""
    poll = cards.must_be_in_state(await polls.get_poll(ctx.db, order.poll), PollState.ENDED)
    results = poll.known
    if results is None or not results.is_told:
        raise UserError("Trop peu de votes pour une image.")
    page = make_page(poll, results)
    path = await ctx.compute(lambda: typeset.draw_picture(page, "sondage", folder))
    shown = cards.list_lines(poll, results.votes, results.counts)
    turnout = cards.say_turnout(poll, results)
    return Parcel(render("sondage/picture", poll=poll, lines=shown, turnout=turnout), files=[path], done=DONE)


def make_page(poll: Poll, results: Results) -> FigurePage:
    """Make the page that the picture shows."""
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
        notes=("Plusieurs réponses étaient possibles.",) if poll.several else (),
        stem=f"Sondage_{poll.number}",
    )


@feature.file(Sheet, name="sondage.Sheet")
async def write_sheet(ctx: Context, order: Sheet, folder: Path) -> Parcel:
    """Write the results, and of votes with names who chose what, as they are then, for who manages the poll then."""
    poll = cards.must_manage(ctx.user, await polls.get_poll(ctx.db, order.poll), PollState.OPEN, PollState.ENDED)
    _must_be_visible(poll)
    files = [folder / f"Sondage_{poll.number}.csv"]
    sheets.write_csv(files[0], list_result_lines(poll, await read_visible_results(ctx.db, poll)))
    if not poll.anonymous:
        chosen = await votes.list_votes(ctx.db, poll.id)
        files.append(folder / f"Sondage_{poll.number}_votes.csv")
        sheets.write_csv(files[1], list_vote_lines(poll, chosen, await _list_voters(ctx, chosen)))
    return Parcel(render("sondage/file", poll=poll), files=files, done=DONE)


async def _list_voters(ctx: Context, chosen: Sequence[NamedVote]) -> Sequence[Person]:
    ids = [vote.user_id for vote in chosen]
    pages = [await people.among(ctx.db, ids[at : at + AT_ONCE]) for at in range(0, len(ids), AT_ONCE)]
    return [person for page in pages for person in page]
