"""The feature of polls, what its buttons, work and files carry, and how a poll looks to voters and to its author."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from pydantic import BaseModel

from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard
from bot.context import Context
from bot.errors import UserError
from bot.features import Feature, Front, Right
from bot.french import group, join, plural, say_moment
from bot.menus import Choosing
from bot.replies import Button, Message, Refresh, Replies, Whisper
from bot.texts import Markdown, escape, render
from config.time import PARIS
from storage import canaux, journal, people, stats, targets
from storage import sondage as polls
from storage.sondage import DepartementResults, Poll, PollState, Results, votes


class AboutPoll(BaseModel):
    """Something about the poll of that number."""

    poll: int


class Keep(BaseModel):
    """What a window asked for; ``poll`` is what it changes, 0 for a new one; ``channels`` are titles by id, ``rooms``
    those whose members only Mattermost knows."""

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
    """« Lancer » what was shown: first Mattermost is asked how many are there."""


class LaunchNow(AboutPoll):
    """Launch the poll, once Mattermost was asked."""


class Change(AboutPoll):
    """« Modifier » it before it is asked."""


class Abandon(AboutPoll):
    """« Annuler »: the poll is not asked."""


class Vote(AboutPoll):
    """« Voter »."""


class Resume(AboutPoll):
    """« Reprendre » what did not come everywhere."""


class Extend(AboutPoll):
    """« Changer la fin »."""


class Close(AboutPoll):
    """« Clore »: asks once more."""


class CloseNow(AboutPoll):
    """« Clore maintenant »: the poll is over."""


class Withdraw(AboutPoll):
    """« Retirer »: asks once more."""


class WithdrawNow(AboutPoll):
    """« Retirer », confirmed: the poll is taken back, votes and all."""


class KeepOpen(AboutPoll):
    """« Non, laisser ouvert »: the poll goes on."""


class Older(BaseModel):
    """« Plus anciens », « Plus récents »: the polls after so many."""

    skip: int


class See(Choosing):
    """« Voir » one of the list; ``chosen`` is its number."""


class TakeSheet(AboutPoll):
    """« CSV »."""


class TakePicture(AboutPoll):
    """« Image »."""


class Hush(BaseModel):
    """« Ne plus me rappeler de sondages »."""


class Broadcast(AboutPoll):
    """Send a poll, batch by batch."""


class Retell(AboutPoll):
    """Rewrite what stands of a poll; ``always``, though nothing new may be shown of the votes."""

    always: bool = False


class Conclude(AboutPoll):
    """Rewrite what stands of a poll once it is over, and say that it is."""


class Remind(AboutPoll):
    """Remind those of a zone who have not answered."""

    zone: str


class Nudge(AboutPoll):
    """Remind these people, as far as they may get one more reminder today."""

    people: list[str]


class Sheet(AboutPoll):
    """The results as CSV, for who made it or animates."""


class Picture(AboutPoll):
    """The results as a picture."""


def _start(person: people.Person) -> str:
    """Return the command of « /aide »: who asks many begins a poll; others ask where they are, and « /aide » is
    somewhere else."""
    return "sondage" if person.animates or person.role is people.Role.COORDINATEUR else "sondage liste"


feature = Feature(
    "sondage",
    rights=(Right.MEMBER,),
    front=Front("Sondages", "poser une question à un canal, voter, voir les résultats", _start),
)

USUAL, LONGEST, SHORTEST = timedelta(days=7), timedelta(days=90), timedelta(minutes=10)
"""How long a poll lasts: unless its author says otherwise, at most, at least."""

SHOWN_MAX = 6
"""Destinations named under a preview."""
PLACES_MAX = 8
"""Départements named in a text; papers have them all."""
BAR = 10
"""Signs of a bar that stands for everybody."""
OTHERS = "Autres départements"
UNKNOWN = "Aucun sondage n’a ce numéro : tapez /sondage liste pour voir les sondages."


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """An answer and how often it was chosen, in words first: a bar says nothing to who hears it."""

    number: int
    text: str
    votes: int
    percent: int
    bar: str
    is_about: bool = False

    @property
    def share(self) -> str:
        """« 40 % »; « environ 33 % » where equal answers have equal shares, which do not make 100."""
        return f"{'environ ' if self.is_about else ''}{self.percent} %"


def must_be_in_state(poll: Poll | None, *states: PollState) -> Poll:
    """Get the poll, if it is in one of these states. Raises UserError."""
    if poll is None:
        raise UserError(UNKNOWN)
    if poll.state in states:
        return poll
    refusals = {
        PollState.DRAFT: "Ce sondage n’est pas encore lancé : confirmez-le d’abord avec « Lancer ».",
        PollState.OPEN: "Ce sondage est déjà lancé : les boutons sous votre copie permettent de le clore ou de "
        "le retirer.",
        PollState.ENDED: f"Le sondage n° {poll.number} est terminé ; ses résultats : /sondage resultats {poll.number}.",
        PollState.WITHDRAWN: f"Le sondage n° {poll.number} a été retiré.",
    }
    raise UserError(refusals[poll.state])


def must_manage(person: people.Person, poll: Poll | None, *states: PollState) -> Poll:
    """Get the poll, if it is in one of these states, and is somebody’s to manage. Raises UserError."""
    if poll is not None and not may_manage(person, poll):
        raise UserError("Seules la personne qui a fait ce sondage et l’équipe d’animation peuvent le gérer.")
    return must_be_in_state(poll, *states)


def may_manage(person: people.Person, poll: Poll) -> bool:
    """Return whether a poll is somebody’s to manage; a preview is its author’s only."""
    return poll.by == person.id or (person.animates and poll.state is not PollState.DRAFT)


def must_be_open(poll: Poll | None, now: datetime) -> Poll:
    """Get the poll, if it may be answered. Raises UserError."""
    found = must_be_in_state(poll, PollState.OPEN)
    if found.is_over(now):
        raise UserError(f"Le vote du sondage n° {found.number} est terminé.")
    return found


def say_end(poll: Poll, zone: tzinfo | None = None) -> str:
    """Say when a poll ends: « mardi 24 novembre 2026 à 9 h »; in Paris, and said to be so, where all read it."""
    end = poll.ended_at or poll.ends_at
    if zone is not None:
        return say_moment(end.astimezone(zone))
    return f"{say_moment(end.astimezone(PARIS))}, heure de Paris"


def list_lines(poll: Poll, votes: int, counts: Sequence[int]) -> Sequence[AnswerLine]:
    """List the answers with their votes; without counts none was chosen."""
    percents, is_whole = list_percents(poll, votes, counts)
    drawn = ["█" * round(percent * BAR / 100) for percent in percents]
    return [
        AnswerLine(number, option, counts[number - 1] if counts else 0, percent, drawn[number - 1], not is_whole)
        for number, (option, percent) in enumerate(zip(poll.options, percents, strict=True), 1)
    ]


def list_percents(poll: Poll, votes: int, counts: Sequence[int]) -> tuple[Sequence[int], bool]:
    """Count whole percents of who voted, equal ones for equal answers, and whether they are what they should add up to:
    100, of one answer each; of several, anything."""
    if not counts or not votes:
        return [0] * len(poll.options), True
    if poll.several:
        return [round(100 * n / votes) for n in counts], True
    percents, is_whole = stats.even_shares(dict(enumerate(counts)))
    return list(percents.values()), is_whole


def say_counts(poll: Poll, place: DepartementResults) -> str:
    """Say how often the options were chosen, in their order: « Oui 60 %, Non 40 % »."""
    chosen = [line for line in list_lines(poll, place.votes, place.counts) if line.votes]
    return ", ".join(f"{line.text} {line.share}" for line in chosen)


def say_turnout(poll: Poll, results: Results) -> str:
    """Say how many voted: « 12 votes sur 40 personnes (30 %) », or how many votes where nobody knows of how many."""
    if not poll.invited or poll.invited < results.votes:
        return plural(results.votes, "vote")
    percent = 100 * results.votes // poll.invited
    return f"{plural(results.votes, 'vote')} sur {plural(poll.invited, 'personne')} ({percent} %)"


def say_place(code: str) -> str:
    """Name a département, « Rhône (69) », or all others."""
    return targets.say_target(code, {}) if code else OTHERS


def say_places(poll: Poll, table: targets.Table) -> str:
    """Say where a poll is asked: « Rhône (69), Bretagne et 3 autres »."""
    here = [title for ident, title in poll.channels.items() if ident in poll.rooms]
    themes = {targets.say_target(target, table) for target in poll.targets}
    names = [
        *(targets.say_target(target, table) for target in poll.targets),
        *(title for title in here if title not in themes),
    ]
    more = len(names) - SHOWN_MAX
    return join([*names[:SHOWN_MAX], *([plural(more, "autre")] if more > 0 else [])])


CARD = RowCard[Poll]("sondage-carte:", lambda poll: poll.number)
"""The card of a poll, in the direct channels of its author and of the animateurs who looked at it."""


def draw_poll(poll: Poll) -> Message:
    """Draw the poll where it is answered, as it is now: the same for all who read it."""
    buttons = [Button("Voter", Vote(poll=poll.id), "primary")] if poll.state is PollState.OPEN else []
    return Message(say_poll(poll), buttons)


def say_poll(poll: Poll) -> Markdown:
    """Say the question, the answers with what may be shown of the votes, and how and until when one votes."""
    shown = poll.known if poll.live or poll.state is PollState.ENDED else None
    return render("sondage/poll", poll=poll, results=shown, end=say_end(poll), **_figures(poll, shown))


def say_results(poll: Poll, results: Results) -> Markdown:
    """Say what came of a poll, or how it stands."""
    return render("sondage/results", poll=poll, results=results, end=say_end(poll), **_figures(poll, results))


def _figures(poll: Poll, results: Results | None) -> dict[str, object]:
    """List what templates show of the results."""
    votes, counts, places = (results.votes, results.counts, results.places) if results else (0, (), ())
    largest = sorted(places, key=lambda place: -place.votes)[:PLACES_MAX]
    return {
        "lines": list_lines(poll, votes, counts),
        "turnout": say_turnout(poll, results) if results else "",
        "places": [(say_place(p.code), p.votes, say_counts(poll, p)) for p in largest],
        "more": len(places) - len(largest),
    }


async def draw_preview(ctx: Context, poll: Poll) -> Message:
    """Draw the poll as it will look, and under it where it goes; nobody has it yet."""
    about = {"poll": poll.id}
    buttons = [
        Button("Lancer", Launch(**about), "primary"),
        Button("Modifier", Change(**about)),
        Button("Annuler", Abandon(**about)),
    ]
    reached = [("Personnes", plural(poll.invited, "personne") + " au registre")] if poll.invited is not None else []
    return Message(say_poll(poll), buttons, [*await _facts(ctx, poll), *reached])


async def draw_card(ctx: Context, poll: Poll) -> Message:
    """Draw the poll for who manages it: how it stands, and what can still be done."""
    facts = [("État", await _say_state(ctx, poll)), *await _facts(ctx, poll)]
    return Message(say_poll(poll), _buttons(poll), facts)


async def draw_copy(ctx: Context, poll: Poll) -> Message:
    """Draw the preview of a draft, and the card of any other poll."""
    return await (draw_preview if poll.state is PollState.DRAFT else draw_card)(ctx, poll)


async def refresh_cards(ctx: Context, poll: Poll, *, here: bool = False) -> Refresh:
    """Rewrite all copies of the card as the poll is now."""
    return CARD.rewrite(poll, await draw_copy(ctx, poll), here=here)


def list_result_buttons(poll: Poll, *, managed: bool) -> Sequence[Button]:
    """List what may be taken away of a poll that is over."""
    picture = [Button("Image", TakePicture(poll=poll.id))] if poll.known and poll.known.is_told else []
    return [*picture, *([Button("CSV", TakeSheet(poll=poll.id))] if managed else [])]


def _buttons(poll: Poll) -> Sequence[Button]:
    about = {"poll": poll.id}
    if poll.state is PollState.ENDED:
        return list_result_buttons(poll, managed=True)
    if poll.state is PollState.WITHDRAWN:
        return []
    return [
        Button("Changer la fin", Extend(**about)),
        Button("Clore", Close(**about)),
        Button("Retirer", Withdraw(**about), "danger"),
    ]


async def _say_state(ctx: Context, poll: Poll) -> str:
    if poll.state is PollState.WITHDRAWN:
        return "Retiré"
    if poll.state is PollState.ENDED:
        return "Terminé"
    if poll.written < poll.total:
        return f"En cours d’envoi, {plural(poll.written, 'message')} sur {group(poll.total)}"
    return f"Ouvert, {plural(await votes.count_voters(ctx.db, poll.id), 'vote')}"


async def _facts(ctx: Context, poll: Poll) -> Sequence[tuple[str, str]]:
    table = await canaux.list_planned(ctx.db, ctx.settings)
    return [
        ("Où", escape(say_places(poll, table))),
        ("Fin", say_end(poll, ctx.zone)),
        ("Votes", "secrets" if poll.anonymous else "nominatifs"),
        ("Résultats", "en direct" if poll.live else "à la fin"),
    ]


def note_poll(ctx: Context, act: journal.AuditAct, poll: Poll, before: Mapping[str, object], **after: object) -> None:
    """Note in the journal what is done with a poll; it concerns who asked it."""
    named = {"question": poll.question, **before}
    record_entry_at_end(ctx, AuditEntry(act, f"sondage:{poll.id}", poll.by, before=named, after=after))


NOT_YOURS = "Ce sondage ne vous était pas adressé : ses résultats sont là où il a été posé."


def is_asked(ctx: Context, poll: Poll) -> bool:
    """Return whether somebody was asked, as far as the register and the channel where they are tell."""
    return targets.reaches(poll.targets, ctx.user) or ctx.channel_id in poll.channels


async def show_poll(ctx: Context, number: int) -> Replies:
    """Show who manages a poll its card, in the direct channel, where it stays true; others the poll, with « Voter »."""
    poll = await polls.get_poll(ctx.db, number)
    if poll is None or (poll.state is PollState.DRAFT and poll.by != ctx.user.id):
        raise UserError(UNKNOWN)
    if may_manage(ctx.user, poll):
        card = CARD.send(poll, await draw_copy(ctx, poll), ctx.user.id)
        return [card, Whisper(f"Le sondage n° {poll.number} est dans votre conversation avec le bot.")]
    must_see(ctx, poll)
    may_vote = not poll.is_over(ctx.now) and is_asked(ctx, poll)
    return Whisper(say_poll(poll), [Button("Voter", Vote(poll=poll.id), "primary")] if may_vote else [])


def must_see(ctx: Context, poll: Poll) -> None:
    """Raise UserError for who was not asked, and sees it nowhere."""
    if not (poll.public or may_manage(ctx.user, poll) or is_asked(ctx, poll)):
        raise UserError(NOT_YOURS)
