"""The feature, its payloads, how an idea is shown; the lists of ideas with what people search for in vain, their file,
and results for « /chercher »."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import partial
from pathlib import Path

from pydantic import BaseModel
from sqlalchemy import ColumnElement
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.account_status import read_display_name
from bot.audit import AuditEntry, record_entry_at_end
from bot.cards import RowCard
from bot.context import Context, ReadingContext
from bot.destinations import PREPARING_FILES, READY_FILES, send_file
from bot.errors import UserError
from bot.features import Feature, Front, Right
from bot.french import say_date
from bot.menus import Choosing, Menu
from bot.pages import Page as RowPage
from bot.pages import read_page
from bot.papers import sheets
from bot.plain_text import shorten
from bot.replies import Ask, Button, Card, Message, Parcel, Refresh, Replies, RunCommand, SendFile, Waiting, Whisper
from bot.search import Findings, Hit, Search, SearchKind, cut_hits
from bot.texts import quotation, quote, render
from config.text import fold
from config.time import PARIS
from dialogs.idees import FileIdea
from storage import idees
from storage.idees import OPEN, SHOWN, TITLE_MAX, Idea, IdeaCategory, IdeaState
from storage.journal import AuditAct
from storage.people import Role
from storage.ressources.feedback import Need, list_open_needs
from storage.text_search import Entry, TextMemory, weigh_texts, weigh_title

feature = Feature(
    "idees",
    rights=(Right.MEMBER,),
    front=Front("Idées", "dire ce qui serait mieux, voter pour les idées des autres", lambda _: "idee liste"),
)

ANIMATEURS = (Role.ANIMATEUR,)
"""Who decides about ideas. (Administrateurs may all that animateurs may.)"""

OPTION_MAX = 80
"""The most characters of an idea in the menu of a list."""
DETAILS_SHOWN = 700
"""The most characters of the details on the animateurs’ card."""


class OfIdea(BaseModel):
    """Payload about one idea, by its number."""

    idea: int


class ReadIdea(Choosing):
    """Menu of a list: shows the idea whose number was chosen."""


class OpenIdea(OfIdea):
    """Button « Lire »: shows an idea in full."""


class VoteForIdea(OfIdea):
    """Button « Voter »; ``instead_of`` is the number of the draft that is dropped for it (0 for none)."""

    instead_of: int = 0


class TakeVoteBack(OfIdea):
    """Button « Retirer ma voix »: withdraws a vote."""


class Name(OfIdea):
    """Button « Oui, me citer » or « Non merci »: whether the news may name the idea’s author."""

    agrees: bool


class SetIdeaState(OfIdea):
    """Button « À l’étude », « Prévue », « En cours », « Faite » or « Remettre »: sets the state without a reason."""

    to: IdeaState


class AnswerIdea(OfIdea):
    """Button « Répondre… »: opens the window of a decision with its reason."""


class TakeIdeaBack(OfIdea):
    """Button « Retirer »: animateurs are asked for a reason, the author is not."""


CARD = RowCard[Idea]("idees.card:", lambda idea: idea.number)
"""The card of an idea, in the animateurs’ room."""
STEPS: Mapping[IdeaState, Mapping[str, IdeaState]] = {
    IdeaState.NEW: {"À l’étude": IdeaState.STUDIED, "Prévue": IdeaState.PLANNED},
    IdeaState.STUDIED: {"Prévue": IdeaState.PLANNED},
    IdeaState.PLANNED: {"En cours": IdeaState.STARTED, "Faite": IdeaState.DONE},
    IdeaState.STARTED: {"Faite": IdeaState.DONE},
    IdeaState.WITHDRAWN: {"Remettre": IdeaState.NEW},
}
"""The buttons of an idea by its state: the most frequent next states."""


async def get_shown(ctx: Context, number: int, *, locked: bool = False) -> Idea:
    """Get an idea that the person may read; animateurs may also read withdrawn ones. Raises UserError."""
    idea = await (idees.lock if locked else idees.get)(ctx.db, number)
    if idea is None or idea.state is IdeaState.DRAFT:
        raise UserError(render("idees/unknown"))
    if idea.state not in SHOWN and not ctx.user.animates:
        raise UserError(render("idees/was_withdrawn", number=number))
    return idea


async def draw_card(ctx: Context, idea: Idea) -> Message:
    """Draw an idea for animateurs, with their buttons."""
    steps = [Button(label, SetIdeaState(idea=idea.number, to=to)) for label, to in STEPS.get(idea.state, {}).items()]
    more = [] if idea.state is IdeaState.WITHDRAWN else draw_ruling_buttons(idea)
    facts = [*_list_facts(idea, await count_votes(ctx, idea)), ("De", await read_display_name(ctx, idea.author_id))]
    details = quotation(idea.details, DETAILS_SHOWN)
    return Message(render("idees/card", idea=idea, details=details), [*steps, *more], facts)


def draw_ruling_buttons(idea: Idea) -> Sequence[Button]:
    """Draw the buttons that open a window for animateurs."""
    answer = Button("Répondre…", AnswerIdea(idea=idea.number))
    return [answer, Button("Retirer", TakeIdeaBack(idea=idea.number), "danger")]


async def refresh_card(ctx: Context, idea: Idea, *, here: bool = False) -> Refresh:
    """Rewrite the animateurs’ card of an idea."""
    return CARD.rewrite(idea, await draw_card(ctx, idea), here=here)


async def draw_idea(ctx: Context, idea: Idea) -> Message:
    """Draw an idea in full, with its state and the reader’s buttons."""
    votes, is_mine = await count_votes(ctx, idea), idea.author_id == ctx.user.id
    voted = bool(await idees.list_voted(ctx.db, ctx.user.id, [idea.number]))
    buttons = draw_vote_buttons(idea, voted=voted)
    if is_mine:
        label = "Ne plus me citer" if idea.is_named else "Me citer"
        buttons = [*buttons, Button(label, Name(idea=idea.number, agrees=not idea.is_named))]
        if not ctx.user.animates:
            buttons.append(Button("Retirer mon idée", TakeIdeaBack(idea=idea.number), "danger"))
    details = quotation(idea.details, idees.DETAILS_MAX)
    text = render("idees/idea", idea=idea, details=details, voted=voted, mine=is_mine)
    buttons = [*buttons, *(draw_ruling_buttons(idea) if ctx.user.animates else [])]
    return Message(text, buttons, _list_facts(idea, votes))


def draw_vote_buttons(idea: Idea, *, voted: bool, instead_of: int = 0) -> Sequence[Button]:
    """Draw « Voter » or « Retirer ma voix » if the idea is open; for a duplicate, the button of its original."""
    if idea.duplicate_of:
        return [Button(f"Lire l’idée n° {idea.duplicate_of}", OpenIdea(idea=idea.duplicate_of), "primary")]
    if not idea.is_open:
        return []
    if voted:
        return [Button("Retirer ma voix", TakeVoteBack(idea=idea.number))]
    return [Button("Voter", VoteForIdea(idea=idea.number, instead_of=instead_of), "primary")]


async def draw_rows(ctx: Context, ideas: Sequence[Idea], *, instead_of: int = 0) -> Sequence[Card]:
    """Draw a list of ideas, one card each with its vote."""
    numbers = [idea.number for idea in ideas]
    votes, voted = await idees.count_votes(ctx.db, numbers), await idees.list_voted(ctx.db, ctx.user.id, numbers)
    rows = []
    for idea in ideas:
        is_voted = idea.number in voted
        text = render("idees/row", idea=idea, votes=votes.get(idea.number, 0), voted=is_voted)
        rows.append(Card(text, draw_vote_buttons(idea, voted=is_voted, instead_of=instead_of)))
    return rows


def _list_facts(idea: Idea, votes: int) -> list[tuple[str, str]]:
    return [
        ("État", idea.state.label.capitalize()),
        *([] if idea.duplicate_of else [("Voix", str(votes))]),
        ("Sujet", idea.category.label),
        ("Proposée le", say_date(idea.created_at.date())),
    ]


async def count_votes(ctx: Context, idea: Idea) -> int:
    """Count the people who are for an idea."""
    return (await idees.count_votes(ctx.db, [idea.number])).get(idea.number, 0)


def note_idea(ctx: Context, act: AuditAct, idea: Idea, before: Mapping[str, object], **after: object) -> None:
    """Record a decision about an idea in the audit log, as one that concerns its author."""
    named = {"titre": idea.title, **before}
    record_entry_at_end(ctx, AuditEntry(act, f"idee:{idea.number}", idea.author_id, idea.reason, named, after))


def say_title(idea: Idea) -> str:
    """Return the title of an idea, quoted for a sentence or a window."""
    return quote(idea.title)


PAGE = 5
"""How many ideas one page lists."""
WORDS_MAX = 100
NEEDS_SHOWN = 5
NEED_MIN = 5
"""The fewest people who must have searched for something in vain before everybody can read what."""


class IdeaListing(StrEnum):
    """What a list of ideas holds."""

    LATEST = "latest"
    WANTED = "wanted"
    OWN = "own"


class IdeaPage(BaseModel):
    """Button « Suite »: a page of a list; ``text`` is a state, a subject, or words to search for."""

    of: IdeaListing
    text: str = ""
    page: int = 1


class IdeaSheet(BaseModel):
    """Order of the files of all ideas."""


_LISTINGS = {
    **dict.fromkeys(("liste", "les idees", "idees", "toutes", "dernieres", "les dernieres"), IdeaListing.LATEST),
    **dict.fromkeys(
        ("les plus demandees", "plus demandees", "les plus votees", "plus votees", "populaires", "top"),
        IdeaListing.WANTED,
    ),
    **dict.fromkeys(("mes idees", "mes", "les miennes", "mes votes"), IdeaListing.OWN),
}
"""Words that ask for a list, folded."""


def read_listing(line: str) -> IdeaListing | None:
    """Read which list a line names; None for other words."""
    return _LISTINGS.get(" ".join(fold(line).split()))


@feature.command("idee liste", help="Lire les idées, les plus récentes d’abord", hint="[faite | stats | mots]")
async def list_ideas(ctx: ReadingContext, line: str) -> Replies:
    """List the ideas, or those of a state or subject, or those that match the words."""
    text = " ".join(line.split())[:WORDS_MAX]
    if (asked := read_listing(text)) is not None:
        return await show_page(ctx, IdeaPage(of=asked))
    return await show_page(ctx, IdeaPage(of=IdeaListing.LATEST, text=text))


@feature.button(IdeaPage, name="idees.Page", writes=False)
async def show_page(ctx: Context, at: IdeaPage) -> Replies:
    """Show a page of a list, as it is now."""
    page = await read_page(partial(_read_ideas, ctx, at), at.page)
    needs = await _list_needs(ctx) if page.number == 1 and not at.text and at.of is not IdeaListing.OWN else []
    said = {"of": at.of.value, "text": quote(at.text), "first": (page.number - 1) * PAGE + 1}
    said["kind"] = kind.label if (kind := _read_kind(at.text)) else ""
    text = render("idees/list", page=page, needs=needs, animates=ctx.user.animates, **said)
    following = page.draw_next(lambda number: IdeaPage(of=at.of, text=at.text, page=number), style="primary")
    if at.text and not page.total and not said["kind"]:
        following = [Button("Proposer cette idée", RunCommand(line=f"idee {at.text}"), "primary")]
    if not at.text and not page.total:
        following = [Button("Proposer une idée", RunCommand(line="idee"), "primary")]
    others = _draw_other_lists(at) if page.total or at.text or at.of is not IdeaListing.LATEST else []
    options = {str(idea.number): shorten(f"n° {idea.number} : {idea.title}", OPTION_MAX) for idea in page.rows}
    reads = [Menu("Lire une idée", ReadIdea(), options)] if options else []
    return Whisper(text, [*following, *others], menus=reads, cards=await draw_rows(ctx, page.rows))


def _draw_other_lists(at: IdeaPage) -> Sequence[Button]:
    others = {
        "Les plus demandées": IdeaListing.WANTED,
        "Les plus récentes": IdeaListing.LATEST,
        "Mes idées": IdeaListing.OWN,
    }
    return [Button(label, IdeaPage(of=of)) for label, of in others.items() if of is not at.of or at.text]


async def _read_ideas(ctx: Context, at: IdeaPage, number: int) -> RowPage[Idea]:
    where = [] if at.of is not IdeaListing.OWN else [col(Idea.author_id) == ctx.user.id]
    if at.of is IdeaListing.WANTED:
        where = [col(Idea.state).in_(OPEN)]
    if at.text:
        where = [*where, await _read_filter(ctx.db, at.text)]
    by_votes = at.of is IdeaListing.WANTED
    rows, total = await idees.list_page(ctx.db, where, PAGE, (number - 1) * PAGE, by_votes=by_votes)
    return RowPage(rows, total, number, PAGE)


async def _read_filter(db: AsyncSession, text: str) -> ColumnElement[bool]:
    """Return the condition that a text sets: a state, a subject, or words."""
    match _read_kind(text):
        case IdeaState() as state:
            return col(Idea.state) == state
        case IdeaCategory() as category:
            return col(Idea.category) == category
    return col(Idea.id).in_([number for number, _, _ in await _find(db, text)])


def _read_kind(text: str) -> IdeaState | IdeaCategory | None:
    """Read a state or subject (« faites », « #cra »); None for other words."""
    wanted = fold(text.lstrip("#")).removesuffix("s")
    for state in IdeaState:
        if wanted in {fold(state.label), fold(state.value), fold(state.label).removesuffix("e")}:
            return state
    names = {fold(name).removesuffix("s"): each for each in IdeaCategory for name in (each.value, each.label)}
    return names.get(wanted)


async def _list_needs(ctx: Context) -> Sequence[Need]:
    """List what most people search for in vain in the ressourcerie; for non-animateurs, only what many people need."""
    found, _ = await list_open_needs(ctx.db, NEEDS_SHOWN)
    return [need for need in found if ctx.user.animates or len(need.whose) >= NEED_MIN]


async def _read_texts(db: AsyncSession) -> Iterable[tuple[tuple[int, str, str], Entry]]:
    return [
        ((idea.number, idea.title, idea.state.label), weigh_texts((idea.details, 30)) | weigh_title(idea.title))
        for idea in await idees.list_all(db)
    ]


_TEXTS = TextMemory(_read_texts)


async def _find(db: AsyncSession, words: str) -> Sequence[tuple[int, str, Hit]]:
    """Search ideas, best match first: number, state, and the result to show."""
    known = await _TEXTS.bring_up_to_date(db, await idees.read_stamp(db))
    ranked = [(known.rows[place], score) for place, score in known.index.rank(words)]
    return [(number, label, Hit(number, title, score, label)) for (number, title, label), score in ranked]


KIND = SearchKind("idee", "Idée", "Idées", lambda number: OpenIdea(idea=int(number)))


@feature.finds(KIND)
async def find_ideas(wanted: Search) -> Findings:
    """Find the ideas that everybody may read, for « /chercher »."""
    return cut_hits([hit for *_, hit in await _find(wanted.db, wanted.words)], wanted)


HEAD = ("numero", "titre", "details", "sujet", "etat", "voix", "raison", "doublon_de", "proposee_le", "changee_le")
_WIDTHS = (9, 50, 70, 24, 14, 8, 50, 12, 14, 14)


@feature.command("idee export", help="Recevoir toutes les idées en CSV et en tableur")
async def export_ideas(ctx: ReadingContext, words: str) -> Replies:
    """Send the files of all ideas to whoever asks; other words are an idea about an export."""
    if fold(words).strip(" .!") not in ("", "csv", "xlsx", "excel", "tableur"):
        return Ask(FileIdea.draft(titre=f"Export {' '.join(words.split())}"[:TITLE_MAX]))
    return await send_file(ctx, SendFile(user_id=ctx.user.id, order=IdeaSheet(), waiting=PREPARING_FILES))


@feature.file(IdeaSheet, name="idees.Sheet")
async def write_sheet(ctx: ReadingContext, _: IdeaSheet, folder: Path) -> Parcel:
    """Write the files of all public ideas, without their authors."""
    lines = [HEAD, *list_lines(await idees.list_all(ctx.db), dict(await idees.count_votes(ctx.db)))]
    files = await ctx.compute(lambda: sheets.write_both(folder / "Idees", "Idées", lines, _WIDTHS))
    return Parcel(render("idees/file", count=len(lines) - 1), files=files, done=READY_FILES)


def list_lines(ideas: Iterable[Idea], votes: dict[int, int]) -> Iterator[Sequence[sheets.Cell]]:
    """Return each idea as a row of the file; days are in Paris."""
    for idea in ideas:
        days = [f"{moment.astimezone(PARIS):%d/%m/%Y}" for moment in (idea.created_at, idea.changed_at)]
        told = (idea.category.label, idea.state.label, votes.get(idea.number, 0), idea.reason, idea.duplicate_of)
        yield (idea.number, idea.title, idea.details, *told, *days)


@feature.waiting
async def list_waiting(ctx: Context) -> Sequence[Waiting]:
    """Tell animateurs of ideas that have had no answer for a week."""
    count = await idees.count_unanswered(ctx.db, ctx.now - idees.KEPT) if ctx.user.animates else 0
    button = Button("Lire les idées", IdeaPage(of=IdeaListing.LATEST, text=IdeaState.NEW.label))
    return [Waiting(render("idees/unanswered", count=count), button)] if count else []
