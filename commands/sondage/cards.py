"""How a poll looks: to all who may answer it, and to its author, with how it stands and what can be done about it."""

from collections.abc import Sequence

from bot.context import Context
from bot.french.words import group, plural
from bot.replies import Button, Message, Refresh
from bot.texts import Markdown, escape, render
from commands.sondage import words
from commands.sondage.buttons import (
    Abandon,
    Change,
    Close,
    Extend,
    Launch,
    TakePicture,
    TakeSheet,
    Vote,
    Withdraw,
)
from storage.canaux import planned
from storage.sondage import Poll, Results, State, votes


def topic_of(poll: Poll) -> str:
    """What the copies of its author, and of who looked at it, are filed under."""
    return f"sondage-carte:{poll.number}"


def asked(poll: Poll) -> Message:
    """The poll where it is answered, as it is now: the same for all who read it."""
    buttons = [Button("Voter", Vote(poll=poll.id), "primary")] if poll.state is State.OPEN else []
    return Message(words_of(poll), buttons)


def words_of(poll: Poll) -> Markdown:
    """Its words: the question, the answers with what may be shown of the votes, and how and until when one votes."""
    shown = poll.known if poll.live or poll.state is State.ENDED else None
    return render("sondage/poll", poll=poll, results=shown, end=words.say_end(poll), **_figures(poll, shown))


def results_of(poll: Poll, results: Results) -> Markdown:
    """What came of it, or how it stands."""
    return render("sondage/results", poll=poll, results=results, end=words.say_end(poll), **_figures(poll, results))


def _figures(poll: Poll, results: Results | None) -> dict[str, object]:
    """What templates show of the results."""
    votes, counts, places = (results.votes, results.counts, results.places) if results else (0, (), ())
    largest = sorted(places, key=lambda place: -place.votes)[: words.PLACES_MAX]
    return {
        "lines": words.lines(poll, votes, counts),
        "turnout": words.say_turnout(poll, results) if results else "",
        "places": [(words.say_place(p.code), p.votes, words.say_counts(poll, p)) for p in largest],
        "more": len(places) - len(largest),
    }


async def preview(ctx: Context, poll: Poll) -> Message:
    """The poll as it will look, and under it where it goes; nobody has it yet."""
    about = {"poll": poll.id}
    buttons = [
        Button("Lancer", Launch(**about), "primary"),
        Button("Modifier", Change(**about)),
        Button("Annuler", Abandon(**about)),
    ]
    reached = [("Personnes", plural(poll.invited, "personne") + " au registre")] if poll.invited is not None else []
    return Message(words_of(poll), buttons, [*await _facts(ctx, poll), *reached])


async def card(ctx: Context, poll: Poll) -> Message:
    """The same once it is asked: how it stands, and what can still be done."""
    facts = [("État", await _say_state(ctx, poll)), *await _facts(ctx, poll)]
    return Message(words_of(poll), _buttons(poll), facts)


async def drawn(ctx: Context, poll: Poll) -> Message:
    """Whichever of both it is."""
    return await (preview if poll.state is State.DRAFT else card)(ctx, poll)


async def refresh(ctx: Context, poll: Poll, *, here: bool = False) -> Refresh:
    """Show on all copies how it is now."""
    told = await drawn(ctx, poll)
    return Refresh(told.text, told.buttons, told.facts, topic=topic_of(poll), here=here)


def result_buttons(poll: Poll, *, managed: bool) -> Sequence[Button]:
    """What may be taken away of a poll that is over."""
    picture = [Button("Image", TakePicture(poll=poll.id))] if poll.known and poll.known.is_told else []
    return [*picture, *([Button("CSV", TakeSheet(poll=poll.id))] if managed else [])]


def _buttons(poll: Poll) -> Sequence[Button]:
    about = {"poll": poll.id}
    if poll.state is State.ENDED:
        return result_buttons(poll, managed=True)
    if poll.state is State.WITHDRAWN:
        return []
    return [
        Button("Changer la fin", Extend(**about)),
        Button("Clore", Close(**about)),
        Button("Retirer", Withdraw(**about), "danger"),
    ]


async def _say_state(ctx: Context, poll: Poll) -> str:
    if poll.state is State.WITHDRAWN:
        return "Retiré"
    if poll.state is State.ENDED:
        return "Terminé"
    if poll.written < poll.total:
        return f"En cours d’envoi, {plural(poll.written, 'message')} sur {group(poll.total)}"
    return f"Ouvert, {plural(await votes.participants(ctx.db, poll.id), 'vote')}"


async def _facts(ctx: Context, poll: Poll) -> Sequence[tuple[str, str]]:
    table = await planned(ctx.db, ctx.settings)
    return [
        ("Où", escape(words.say_places(poll, table))),
        ("Fin", words.say_end(poll, ctx.zone)),
        ("Votes", "secrets" if poll.anonymous else "nominatifs"),
        ("Résultats", "en direct" if poll.live else "à la fin"),
    ]
