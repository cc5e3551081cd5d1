"""The feature of polls, the payloads of its buttons, work and files, and how voters and authors see a poll."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from pydantic import BaseModel

from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard
from bot.context import Context
from bot.errors import UserError
from bot.features import Feature, Front, Right
from bot.french import group, join_some, plural, say_hour, say_moment
from bot.menus import Choosing
from bot.replies import Button, Message, Refresh, Replies, Whisper
from bot.texts import Markdown, escape, render
from config.time import PARIS
from storage import canaux, journal, people, stats, targets
from storage import sondage as polls
from storage.sondage import DepartementResults, Poll, PollState, Results, votes


class AboutPoll(BaseModel):
    """Payload about one poll, by its number."""

    poll: int


class PollContent(BaseModel):
    """The checked content of the window. ``poll`` is the draft that it changes, 0 for a new one; ``channels`` are
    titles by id, ``rooms`` those whose members only Mattermost knows."""

    poll: int
    question: str
    options: list[str]
    several: bool
    anonymous: bool
    live: bool
    targets: list[str]
    channels: dict[str, str]
    rooms: list[str]
    public: bool
    ends_at: datetime


class Launch(AboutPoll):
    """Button « Lancer »: asks Mattermost how many members the channels have, then launches the poll."""


class LaunchNow(AboutPoll):
    """The poll is launched, now that Mattermost has answered."""


class ChangePoll(AboutPoll):
    """Button « Modifier »: opens the window of a draft."""


class AbandonPoll(AboutPoll):
    """Button « Annuler »: deletes a draft."""


class OpenBallot(AboutPoll):
    """Button « Voter »: opens the ballot."""


class ResumePoll(AboutPoll):
    """Button « Reprendre »: sends the poll to the channels that do not have it."""


class Extend(AboutPoll):
    """Button « Changer la fin »: opens the window of another end."""


class ClosePoll(AboutPoll):
    """Button « Clore »: asks for confirmation."""


class CloseNow(AboutPoll):
    """Button « Clore maintenant »: closes the poll."""


class WithdrawPoll(AboutPoll):
    """Button « Retirer »: asks for confirmation."""


class WithdrawPollNow(AboutPoll):
    """Button « Retirer » of the confirmation: withdraws the poll and its votes."""


class KeepOpen(AboutPoll):
    """Button « Non, laisser ouvert »: the poll goes on."""


class OlderPolls(BaseModel):
    """Buttons « Plus anciens » and « Plus récents »: a page of polls, after the first ``skip``."""

    skip: int


class SeePoll(Choosing):
    """Menu « Voir »: shows the poll whose number was chosen."""


class TakeSheet(AboutPoll):
    """Button « Télécharger (CSV) »: sends the file of a poll."""


class TakePicture(AboutPoll):
    """Button « Télécharger (image) »: sends the picture of a poll."""


class Hush(BaseModel):
    """Button « Ne plus me rappeler de sondages »: stops all reminders of polls."""


class SendPoll(AboutPoll):
    """Long work: send a poll in batches."""


class Retell(AboutPoll):
    """Long work: update a poll’s messages; with ``always``, even if no new votes may be shown."""

    always: bool = False


class Conclude(AboutPoll):
    """Long work: rewrite the messages of a poll that is over, and announce its end."""


class RemindVoters(AboutPoll):
    """Long work: remind the people of a time zone who have not answered."""

    zone: str


class Nudge(AboutPoll):
    """Long work: send one more reminder to these people, within their daily limit."""

    people: list[str]


class PollSheet(AboutPoll):
    """Order of the results as CSV, for the poll’s author or an animateur."""


class Picture(AboutPoll):
    """Order of the results as a picture."""


def _start(person: people.Person) -> str:
    """Return the feature’s command for « /aide »: those who poll many people begin a poll. Others poll the channel they
    are in, which « /aide » is not, so they see the list."""
    return "sondage" if person.animates or person.role is people.Role.COORDINATEUR else "sondage liste"


feature = Feature(
    "sondage",
    rights=(Right.MEMBER,),
    front=Front("Sondages", "poser une question à un canal, voter, voir les résultats", _start),
)

USUAL, LONGEST, SHORTEST = timedelta(days=7), timedelta(days=90), timedelta(minutes=10)
"""The length of a poll: by default, at most, at least."""

SHOWN_MAX = 6
"""The most destinations that a preview names."""
PLACES_MAX = 8
"""The most départements that a message names; files have all."""
BAR = 10
"""The length, in characters, of the bar of an answer that everybody chose."""
OTHERS = "Autres départements"


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """An answer and its number of votes, in words, since a bar says nothing to a screen reader."""

    number: int
    text: str
    votes: int
    percent: int
    bar: str
    is_about: bool = False

    @property
    def share(self) -> str:
        """The share of votes: « 40 % »; « environ 33 % » if equal answers must have equal shares that do not add up to
        100."""
        return f"{'environ ' if self.is_about else ''}{self.percent} %"


def must_be_in_state(poll: Poll | None, *states: PollState) -> Poll:
    """Return the poll if it is in one of these states. Raises UserError."""
    if poll is None:
        raise UserError(render("sondage/unknown"))
    if poll.state in states:
        return poll
    raise UserError(render("sondage/in_state", state=poll.state, number=poll.number))


def must_manage(person: people.Person, poll: Poll | None, *states: PollState) -> Poll:
    """Return the poll if it is in one of these states and the person manages it. Raises UserError."""
    if poll is not None and not may_manage(person, poll):
        raise UserError(render("sondage/not_yours"))
    return must_be_in_state(poll, *states)


def may_manage(person: people.Person, poll: Poll) -> bool:
    """Return whether somebody manages a poll: its author, and once it is launched also animateurs."""
    return poll.by == person.id or (person.animates and poll.state is not PollState.DRAFT)


def must_be_open(poll: Poll | None, now: datetime) -> Poll:
    """Return the poll if it can be answered. Raises UserError."""
    found = must_be_in_state(poll, PollState.OPEN)
    if found.is_over(now):
        raise UserError(render("sondage/vote_of_it_over", number=found.number))
    return found


def say_end(poll: Poll, zone: tzinfo | None = None) -> str:
    """Write when a poll ends: « mardi 24 novembre 2026 à 9 h »; without ``zone`` in Paris, which is said."""
    end = poll.ended_at or poll.ends_at
    if zone is not None:
        return say_moment(end.astimezone(zone))
    return f"{say_moment(end.astimezone(PARIS))}, heure de Paris"


def list_lines(poll: Poll, votes: int, counts: Sequence[int]) -> Sequence[AnswerLine]:
    """Return the answers with their votes; without counts, with none."""
    percents, is_whole = list_percents(poll, votes, counts)
    drawn = ["█" * round(percent * BAR / 100) for percent in percents]
    return [
        AnswerLine(number, option, counts[number - 1] if counts else 0, percent, drawn[number - 1], not is_whole)
        for number, (option, percent) in enumerate(zip(poll.options, percents, strict=True), 1)
    ]


def list_percents(poll: Poll, votes: int, counts: Sequence[int]) -> tuple[Sequence[int], bool]:
    """Return whole percentages, equal for equal counts, and whether they add up to 100, as they should unless several
    answers are allowed."""
    if not counts or not votes:
        return [0] * len(poll.options), True
    if poll.several:
        return [round(100 * n / votes) for n in counts], True
    percents, is_whole = stats.even_shares(dict(enumerate(counts)))
    return list(percents.values()), is_whole


def say_counts(poll: Poll, place: DepartementResults) -> str:
    """Write the shares of the options in order: « Oui 60 %, Non 40 % »."""
    chosen = [line for line in list_lines(poll, place.votes, place.counts) if line.votes]
    return ", ".join(f"{line.text} {line.share}" for line in chosen)


def say_turnout(poll: Poll, results: Results) -> str:
    """Write the turnout: « 12 votes sur 40 personnes (30 %) », or only the votes if the number of people is unknown."""
    if not poll.invited or poll.invited < results.votes:
        return plural(results.votes, "vote")
    percent = 100 * results.votes // poll.invited
    return f"{plural(results.votes, 'vote')} sur {plural(poll.invited, 'personne')} ({percent} %)"


def say_place(code: str) -> str:
    """Name a département, « Rhône (69) », or all the others."""
    return targets.say_target(code, {}) if code else OTHERS


def say_places(poll: Poll, table: targets.Table) -> str:
    """Name the places of a poll: « Rhône (69), Bretagne et 3 autres »."""
    here = [title for ident, title in poll.channels.items() if ident in poll.rooms]
    sent_to = [targets.say_target(target, table) for target in poll.targets]
    return join_some([*sent_to, *(title for title in here if title not in sent_to)], SHOWN_MAX)


CARD = RowCard[Poll]("sondage-carte:", lambda poll: poll.number)
"""The card of a poll, in the direct channels of its author and of the animateurs who looked at it."""


def draw_poll(poll: Poll) -> Message:
    """Draw a poll for its voters; the message is the same for all."""
    buttons = [Button("Voter", OpenBallot(poll=poll.id), "primary")] if poll.state is PollState.OPEN else []
    return Message(say_poll(poll), buttons)


def say_poll(poll: Poll) -> Markdown:
    """Write a poll: the question, the answers with the visible votes, how to vote and until when."""
    shown = poll.known if poll.live or poll.state is PollState.ENDED else None
    return render("sondage/poll", poll=poll, results=shown, end=say_end(poll), **_figures(poll, shown))


def say_results(poll: Poll, results: Results) -> Markdown:
    """Write the results of a poll, final or so far."""
    return render("sondage/results", poll=poll, results=results, end=say_end(poll), **_figures(poll, results))


def _figures(poll: Poll, results: Results | None) -> dict[str, object]:
    """Return the values by which templates show results."""
    votes, counts, places = (results.votes, results.counts, results.places) if results else (0, (), ())
    largest = sorted(places, key=lambda place: -place.votes)[:PLACES_MAX]
    return {
        "lines": list_lines(poll, votes, counts),
        "turnout": say_turnout(poll, results) if results else "",
        "places": [(say_place(p.code), p.votes, say_counts(poll, p)) for p in largest],
        "more": len(places) - len(largest),
    }


async def draw_preview(ctx: Context, poll: Poll) -> Message:
    """Draw a draft as the poll will look, with its destinations."""
    about = {"poll": poll.id}
    launch, edit = Button("Lancer", Launch(**about), "primary"), Button("Modifier", ChangePoll(**about))
    buttons = [launch, edit, Button("Annuler", AbandonPoll(**about))]
    reached = [("Personnes", plural(poll.invited, "personne") + " au registre")] if poll.invited is not None else []
    return Message(say_poll(poll), buttons, [*await _facts(ctx, poll), *reached])


async def draw_card(ctx: Context, poll: Poll) -> Message:
    """Draw a poll for whoever manages it, with its state and buttons."""
    facts = [("État", await _say_state(ctx, poll)), *await _facts(ctx, poll)]
    return Message(say_poll(poll), _buttons(poll), facts)


async def draw_copy(ctx: Context, poll: Poll) -> Message:
    """Draw the preview of a draft, or the card of any other poll."""
    return await (draw_preview if poll.state is PollState.DRAFT else draw_card)(ctx, poll)


async def refresh_cards(ctx: Context, poll: Poll, *, here: bool = False) -> Refresh:
    """Rewrite all copies of the card."""
    return CARD.rewrite(poll, await draw_copy(ctx, poll), here=here)


def list_result_buttons(poll: Poll, *, managed: bool) -> Sequence[Button]:
    """Return the buttons of the files of a poll that is over."""
    picture = [Button("Télécharger (image)", TakePicture(poll=poll.id))] if poll.known and poll.known.is_told else []
    return [*picture, *([Button("Télécharger (CSV)", TakeSheet(poll=poll.id))] if managed else [])]


def _buttons(poll: Poll) -> Sequence[Button]:
    about = {"poll": poll.id}
    if poll.state is PollState.ENDED:
        return list_result_buttons(poll, managed=True)
    if poll.state is PollState.WITHDRAWN:
        return []
    extend, close = Button("Changer la fin", Extend(**about)), Button("Clore", ClosePoll(**about))
    return [extend, close, Button("Retirer", WithdrawPoll(**about), "danger")]


async def _say_state(ctx: Context, poll: Poll) -> str:
    if poll.state is PollState.WITHDRAWN:
        return "Retiré"
    if poll.state is PollState.ENDED:
        return "Terminé"
    if poll.written < poll.total:
        return f"En cours d’envoi, {plural(poll.written, 'message')} sur {group(poll.total)}"
    voted = await votes.count_voters(ctx.db, poll.id)
    # The card is not rewritten at each vote, under the hand of who closes the poll.
    return f"Ouvert, {plural(voted, 'vote')} à {say_hour(ctx.now.astimezone(ctx.zone))}" if voted else "Ouvert"


async def _facts(ctx: Context, poll: Poll) -> Sequence[tuple[str, str]]:
    table = await canaux.list_planned(ctx.db, ctx.settings)
    return [
        ("Où", escape(say_places(poll, table))),
        ("Fin", say_end(poll, ctx.zone)),
        ("Votes", "secrets" if poll.anonymous else "nominatifs"),
        ("Résultats", "en direct" if poll.live else "à la fin"),
    ]


def note_poll(ctx: Context, act: journal.AuditAct, poll: Poll, before: Mapping[str, object], **after: object) -> None:
    """Record in the audit log what was done with a poll, as something that concerns its author."""
    named = {"question": poll.question, **before}
    record_entry_at_end(ctx, AuditEntry(act, f"sondage:{poll.id}", poll.by, before=named, after=after))


def is_asked(ctx: Context, poll: Poll) -> bool:
    """Return whether a poll asks the person, as far as the register and the present channel tell."""
    return targets.reaches(poll.targets, ctx.user) or ctx.channel_id in poll.channels


async def show_poll(ctx: Context, number: int) -> Replies:
    """Send whoever manages a poll its card in the direct channel, where it is kept up to date; show others the poll
    with « Voter »."""
    poll = await polls.get_poll(ctx.db, number)
    if poll is None or (poll.state is PollState.DRAFT and poll.by != ctx.user.id):
        raise UserError(render("sondage/unknown"))
    if may_manage(ctx.user, poll):
        card = CARD.send(poll, await draw_copy(ctx, poll), ctx.user.id)
        return [card, Whisper(render("sondage/sent_privately", number=poll.number))]
    must_see(ctx, poll)
    if poll.is_over(ctx.now):
        return Whisper(say_poll(poll))
    if is_asked(ctx, poll):
        return Whisper(say_poll(poll), [Button("Voter", OpenBallot(poll=poll.id), "primary")])
    places = say_places(poll, await canaux.list_planned(ctx.db, ctx.settings))
    return Whisper("\n\n".join([say_poll(poll), render("sondage/vote_there", places=places)]))


def must_see(ctx: Context, poll: Poll) -> None:
    """Raise UserError for somebody whom the poll does not ask."""
    if not (poll.public or may_manage(ctx.user, poll) or is_asked(ctx, poll)):
        raise UserError(render("sondage/not_asked"))
