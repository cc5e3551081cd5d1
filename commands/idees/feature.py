"""The feature of ideas, what its buttons carry, an idea at hand, and how it looks to readers and to animateurs."""

from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from bot.account_status import read_display_name
from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard
from bot.context import Context
from bot.errors import UserError
from bot.features import Feature, Front, Right
from bot.french.dates import say_date
from bot.replies import Button, Card, Message, Refresh
from bot.texts import quotation, quote, render
from storage import idees
from storage.idees import SHOWN, Idea, IdeaState
from storage.journal import AuditAct
from storage.people import Role

feature = Feature(
    "idees",
    rights=(Right.MEMBER,),
    front=Front("Idées", "dire ce qui serait mieux, voter pour les idées des autres", lambda _: "idee liste"),
)

ANIMATEURS = (Role.ANIMATEUR,)
"""Who decides about ideas. (Administrateurs may all that animateurs may.)"""
UNKNOWN = "Aucune idée n’a ce numéro : tapez /idee liste pour voir les idées."
DETAILS_SHOWN = 700
"""Characters of the details that the animateurs’ card shows."""


class OfIdea(BaseModel):
    """What a button carries that is about one idea, by its number."""

    idea: int


class Open(OfIdea):
    """« Lire »: the idea in full."""


class Vote(OfIdea):
    """« Voter »; ``instead_of`` is the draft that is given up for it (0: none)."""

    instead_of: int = 0


class TakeVoteBack(OfIdea):
    """« Retirer ma voix »."""


class Name(OfIdea):
    """« Oui, me citer », « Non merci »: whether the news may say whose idea it was."""

    agrees: bool


class Decide(OfIdea):
    """« À l’étude », « Prévue », « En cours », « Faite », « Remettre »: what becomes of an idea, without a word."""

    to: IdeaState


class Answer(OfIdea):
    """« Répondre… »: the window in which animateurs say what becomes of an idea, and why."""


class Withdraw(OfIdea):
    """« Retirer »: asks animateurs why; who proposed it is not asked."""


CARD = RowCard[Idea]("idees.card:", lambda idea: idea.number)
"""The card of an idea, in the animateurs’ room."""
STEPS: Mapping[IdeaState, Mapping[str, IdeaState]] = {
    IdeaState.NEW: {"À l’étude": IdeaState.STUDIED, "Prévue": IdeaState.PLANNED},
    IdeaState.STUDIED: {"Prévue": IdeaState.PLANNED},
    IdeaState.PLANNED: {"En cours": IdeaState.STARTED, "Faite": IdeaState.DONE},
    IdeaState.STARTED: {"Faite": IdeaState.DONE},
    IdeaState.WITHDRAWN: {"Remettre": IdeaState.NEW},
}
"""What mostly becomes of an idea next, by a click."""


async def get_shown(ctx: Context, number: int, *, locked: bool = False) -> Idea:
    """Get an idea that this person may read: animateurs also read what was withdrawn. Raises UserError."""
    idea = await (idees.lock if locked else idees.get)(ctx.db, number)
    if idea is None or idea.state is IdeaState.DRAFT:
        raise UserError(UNKNOWN)
    if idea.state not in SHOWN and not ctx.user.animates:
        raise UserError(f"L’idée n° {number} a été retirée.")
    return idea


async def draw_card(ctx: Context, idea: Idea) -> Message:
    """Draw an idea for animateurs, with what they can do."""
    steps = [Button(label, Decide(idea=idea.number, to=to)) for label, to in STEPS.get(idea.state, {}).items()]
    more = [] if idea.state is IdeaState.WITHDRAWN else draw_ruling_buttons(idea)
    facts = [*_list_facts(idea, await count_votes(ctx, idea)), ("De", await read_display_name(ctx, idea.author_id))]
    details = quotation(idea.details, DETAILS_SHOWN)
    return Message(render("idees/card", idea=idea, details=details), [*steps, *more], facts)


def draw_ruling_buttons(idea: Idea) -> Sequence[Button]:
    """Draw the buttons that open a window for animateurs."""
    return [Button("Répondre…", Answer(idea=idea.number)), Button("Retirer", Withdraw(idea=idea.number), "danger")]


async def refresh_card(ctx: Context, idea: Idea, *, here: bool = False) -> Refresh:
    """Rewrite the animateurs’ card as the idea is now."""
    return CARD.rewrite(idea, await draw_card(ctx, idea), here=here)


async def draw_idea(ctx: Context, idea: Idea) -> Message:
    """Draw an idea in full for who asks: its details, how it stands, and what they can do."""
    votes, is_mine = await count_votes(ctx, idea), idea.author_id == ctx.user.id
    voted = bool(await idees.list_voted(ctx.db, ctx.user.id, [idea.number]))
    buttons = draw_vote_buttons(idea, voted=voted)
    if is_mine:
        label = "Ne plus me citer" if idea.is_named else "Me citer"
        buttons = [*buttons, Button(label, Name(idea=idea.number, agrees=not idea.is_named))]
        buttons += [Button("Retirer mon idée", Withdraw(idea=idea.number), "danger")] if not ctx.user.animates else []
    details = quotation(idea.details, idees.DETAILS_MAX)
    text = render("idees/idea", idea=idea, details=details, voted=voted, mine=is_mine)
    buttons = [*buttons, *(draw_ruling_buttons(idea) if ctx.user.animates else [])]
    return Message(text, buttons, _list_facts(idea, votes))


def draw_vote_buttons(idea: Idea, *, voted: bool, instead_of: int = 0) -> Sequence[Button]:
    """Draw « Voter » or « Retirer ma voix », where an idea can be voted for; of a duplicate what it leads to."""
    if idea.duplicate_of:
        return [Button(f"Lire l’idée n° {idea.duplicate_of}", Open(idea=idea.duplicate_of), "primary")]
    if not idea.is_open:
        return []
    if voted:
        return [Button("Retirer ma voix", TakeVoteBack(idea=idea.number))]
    return [Button("Voter", Vote(idea=idea.number, instead_of=instead_of), "primary")]


async def draw_rows(ctx: Context, ideas: Sequence[Idea], *, instead_of: int = 0) -> Sequence[Card]:
    """Draw ideas of a list, a card each."""
    numbers = [idea.number for idea in ideas]
    votes, voted = await idees.count_votes(ctx.db, numbers), await idees.list_voted(ctx.db, ctx.user.id, numbers)
    return [
        Card(
            render("idees/row", idea=idea, votes=votes.get(idea.number, 0), voted=idea.number in voted),
            [
                *draw_vote_buttons(idea, voted=idea.number in voted, instead_of=instead_of),
                *([Button("Lire", Open(idea=idea.number))] if not instead_of and not idea.duplicate_of else []),
            ],
        )
        for idea in ideas
    ]


def _list_facts(idea: Idea, votes: int) -> list[tuple[str, str]]:
    return [
        ("État", idea.state.label.capitalize()),
        *([] if idea.duplicate_of else [("Voix", str(votes))]),
        ("Sujet", idea.category.label),
        ("Proposée le", say_date(idea.created_at.date())),
    ]


async def count_votes(ctx: Context, idea: Idea) -> int:
    """Count who is for an idea."""
    return (await idees.count_votes(ctx.db, [idea.number])).get(idea.number, 0)


def note_idea(ctx: Context, act: AuditAct, idea: Idea, before: Mapping[str, object], **after: object) -> None:
    """Note in the journal what is decided about an idea; it concerns who proposed it."""
    named = {"titre": idea.title, **before}
    record_entry_at_end(ctx, AuditEntry(act, f"idee:{idea.number}", idea.author_id, idea.reason, named, after))


def say_title(idea: Idea) -> str:
    """The title of an idea, quoted in a sentence or shown above a window."""
    return quote(idea.title)
