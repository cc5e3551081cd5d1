"""« Image » and « CSV » of a poll, made when their turn comes; and the picture that channels get at its end."""

from collections.abc import Sequence
from pathlib import Path

from bot.context import Context
from bot.direct import send_file
from bot.errors import UserError
from bot.papers import LabelledValue, Page, Section, csv, typeset
from bot.papers.page import PARIS
from bot.replies import Parcel, Replies, SendFile
from bot.texts import render
from commands.sondage import sheet, words
from commands.sondage.buttons import Picture, Sheet, TakePicture, TakeSheet
from commands.sondage.feature import feature
from commands.sondage.listing import named
from storage import people
from storage import sondage as polls
from storage.people import Person
from storage.sondage import Poll, Results, State, votes
from storage.sondage.visible import visible
from storage.sondage.votes import Vote

PREPARING, DONE = "Préparation de votre fichier…", "✅ Votre fichier est prêt, juste en dessous."
AT_ONCE = 400
"""People looked up in one statement."""


@feature.command("sondage export", help="Recevoir les résultats d’un sondage en CSV", hint="n° 12")
async def export(ctx: Context, text: str) -> Replies:
    """The file is on its way, to who made the poll or animates."""
    poll = words.own(ctx.user, await named(ctx, text, "export"), State.OPEN, State.ENDED)
    return await _send_sheet(ctx, poll)


@feature.button(TakeSheet, writes=False)
async def take_sheet(ctx: Context, click: TakeSheet) -> Replies:
    """The same."""
    return await _send_sheet(ctx, words.own(ctx.user, await polls.get(ctx.db, click.poll), State.OPEN, State.ENDED))


async def _send_sheet(ctx: Context, poll: Poll) -> Replies:
    _must_be_visible(poll)
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=Sheet(poll=poll.id), waiting=PREPARING))


def _must_be_visible(poll: Poll) -> None:
    """Raises UserError while nobody may see how a secret vote stands."""
    if poll.state is State.OPEN and poll.anonymous and not poll.live:
        raise UserError(f"Le vote du sondage n° {poll.number} est secret jusqu’à sa fin : le fichier viendra avec les "
                        "résultats.")  # fmt: skip


@feature.button(TakePicture, writes=False)
async def take_picture(ctx: Context, click: TakePicture) -> Replies:
    """The picture is on its way."""
    poll = words.must_be(await polls.get(ctx.db, click.poll), State.ENDED)
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=Picture(poll=poll.id), waiting=PREPARING))


@feature.file(Picture, name="sondage.Picture")
async def draw(ctx: Context, order: Picture, folder: Path) -> Parcel:
    """The results as a picture, under what it shows in words."""
    poll = words.must_be(await polls.get(ctx.db, order.poll), State.ENDED)
    results = poll.known
    if results is None or not results.is_told:
        raise UserError("Trop peu de votes pour une image.")
    page = page_of(poll, results)
    path = await ctx.compute(lambda: typeset.picture(page, "sondage", folder))
    shown = words.lines(poll, results.votes, results.counts)
    turnout = words.say_turnout(poll, results)
    return Parcel(render("sondage/picture", poll=poll, lines=shown, turnout=turnout), files=[path], done=DONE)


def page_of(poll: Poll, results: Results) -> Page:
    """The page that the picture shows."""
    shown = words.lines(poll, results.votes, results.counts)
    answers = tuple(LabelledValue(line.text, line.votes, line.percent) for line in shown)
    places = tuple(LabelledValue(words.say_place(place.code), place.votes) for place in results.places)
    first, last = ((at or poll.ends_at).astimezone(PARIS).date() for at in (poll.opened_at, poll.ended_at))
    return Page(
        title=poll.question,
        period=f"Sondage n° {poll.number} : {words.say_turnout(poll, results)}",
        start=first,
        last=last,
        today=last,
        sections=(
            Section("reponses", "Réponses", "votes", answers),
            Section("departements", "Votes par département", "", places),
        )
        if places
        else (Section("reponses", "Réponses", "votes", answers),),
        notes=("Plusieurs réponses étaient possibles.",) if poll.several else (),
        stem=f"Sondage_{poll.number}",
    )


@feature.file(Sheet, name="sondage.Sheet")
async def write(ctx: Context, order: Sheet, folder: Path) -> Parcel:
    """The results, and of votes with names who chose what, as they are then, for who manages the poll then."""
    poll = words.own(ctx.user, await polls.get(ctx.db, order.poll), State.OPEN, State.ENDED)
    _must_be_visible(poll)
    files = [folder / f"Sondage_{poll.number}.csv"]
    csv.write(files[0], sheet.lines(poll, await visible(ctx.db, poll)))
    if not poll.anonymous:
        chosen = await votes.named(ctx.db, poll.id)
        files.append(folder / f"Sondage_{poll.number}_votes.csv")
        csv.write(files[1], sheet.named_lines(poll, chosen, await _voters(ctx, chosen)))
    return Parcel(render("sondage/file", poll=poll), files=files, done=DONE)


async def _voters(ctx: Context, chosen: Sequence[Vote]) -> Sequence[Person]:
    ids = [vote.user_id for vote in chosen]
    pages = [await people.among(ctx.db, ids[at : at + AT_ONCE]) for at in range(0, len(ids), AT_ONCE)]
    return [person for page in pages for person in page]
