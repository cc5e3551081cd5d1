"""What animateurs and others are shown: the card of a case, with its buttons; a measure as it is told.
A card names no reporter.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from bot.account_status import read_display_name
from bot.command_lines import RunCommand
from bot.context import Context
from bot.errors import Refusal
from bot.french.dates import say_date
from bot.french.periods import say_hour, say_moment
from bot.menus import Choosing, Menu
from bot.permalinks import make_permalink
from bot.replies import Button, Direct, Message, Refresh, Reply, Say
from bot.texts import Markdown, escape, quotation, render
from commands.moderation.cases import add_to_summary, is_held_back, read_proposal, release_card, say_decision
from commands.moderation.feature import (
    OTHER_MOTIVE,
    find_channel_title,
    find_person_zone,
    find_room,
    propose_measure,
    read_valid_charter,
    say_author,
    say_measure,
    say_motives,
    say_past,
)
from commands.moderation.rules import SPECS, RuleName
from config.time import PARIS
from storage import people
from storage.journal import label_of
from storage.moderation import appeals, measures, reports, rules
from storage.moderation.cases import Case, CaseSource, CaseState
from storage.moderation.measures import KeptPost, Measure
from storage.moderation.reports import Report
from storage.people import animating


class Move(StrEnum):
    """What can be decided about a case."""

    NOTHING = "rien"
    REMIND = "rappel"
    HIDE = "masquer"
    WARN = "avertir"
    SILENCE = "silence"
    EXCLUDE = "exclure"
    MOVE = "deplacer"
    CONSULT = "avis"
    FORWARD = "transmettre"

    @property
    def label(self) -> str:
        """What is written on the button, or in the menu."""
        return {
            "rien": "Rien à faire",
            "rappel": "Rappel de la charte",
            "masquer": "Masquer",
            "avertir": "Avertir",
            "silence": "Suspendre l’écriture",
            "exclure": "Exclure du canal",
            "deplacer": "Déplacer",
            "avis": "Demander l’avis",
            "transmettre": "Transmettre",
        }[self.value]


class Decide(BaseModel):
    """A button of a case: the window of what it decides."""

    case: int
    move: Move


class DecideOtherwise(Choosing):
    """« Autre mesure… »: ``chosen`` is one of ``Move``."""

    case: int


class SeeContext(BaseModel):
    """« Contexte »: the message whole, with those around it."""

    case: int


class Approve(BaseModel):
    """« Approuver » what another animateur proposes."""

    case: int


class Decline(BaseModel):
    """« Refuser » what another animateur proposes, with a reason."""

    case: int


class Uphold(BaseModel):
    """« Maintenir » a measure that is contested."""

    entry: int


class Lighten(BaseModel):
    """« Alléger » it."""

    entry: int


class Overturn(BaseModel):
    """« Annuler la mesure »."""

    entry: int


class Appeal(BaseModel):
    """« Contester »: the window in which somebody answers a measure, by its number in the journal."""

    entry: int


class FalseAlarm(BaseModel):
    """« Fausse alerte »: what rules found for a case is nothing."""

    case: int


async def say_rules(ctx: Context, case: Case) -> str:
    """The rules that found it, and how often; "" where none did."""
    hits = await rules.list_hits_of_case(ctx.db, case.number)
    known = Counter(hit.rule for hit in hits if hit.rule in set(RuleName))
    named = [SPECS[RuleName(rule)].label + (f" ({count} fois)" if count > 1 else "") for rule, count in known.items()]
    return " ; ".join(named) + (" (fausse alerte)" if any(hit.is_false for hit in hits) else "")


async def may_be_false_alarm(ctx: Context, case: Case) -> bool:
    """Whether it may still be said that it is a false alarm."""
    return case.state is CaseState.OPEN and any(
        hit.is_false is None for hit in await rules.list_hits_of_case(ctx.db, case.number)
    )


def add_false_alarm_button(is_asked: bool, case: Case, buttons: Sequence[Button]) -> Sequence[Button]:
    """« Fausse alerte » in the place of « Rien à faire », which it is."""
    if not is_asked:
        return buttons
    nothing = Decide(case=case.number, move=Move.NOTHING)
    rest = [button for button in buttons if button.payload != nothing]
    return [Button("Fausse alerte", FalseAlarm(case=case.number)), *rest]


CARD_TOPIC = "moderation.case:"
"""How the topics of cards begin."""
ANIMATEURS_MAX = 20
"""Those who are told where their room is not known; the others see it in « /aide »."""
SHOWN_MAX = 1500
"""Characters of the message that a card shows; « Contexte » shows it whole."""
WORDS_MAX = 5
"""Words of reporters that a card shows."""
BUTTON_MOVES = (Move.NOTHING, Move.REMIND, Move.HIDE)
MENU_MOVES = (Move.WARN, Move.SILENCE, Move.EXCLUDE, Move.MOVE, Move.CONSULT, Move.FORWARD)
MESSAGE_MOVES = {Move.HIDE, Move.MOVE}
"""What takes a message."""


def make_card_topic(case_id: int) -> str:
    """Of its cards."""
    return f"{CARD_TOPIC}{case_id}"


async def post_card(ctx: Context, case: Case) -> Sequence[Reply]:
    """The card, where its animateurs see it; in a storm the summary tells of it, until somebody asks for the card."""
    if await find_room(ctx) and await is_held_back(ctx, case) and not await is_about_animateur(ctx, case):
        return await add_to_summary(ctx, case)
    return await tell_animateurs(ctx, case, await draw_card(ctx, case), make_card_topic(case.number))


async def refresh_card(ctx: Context, case: Case) -> Sequence[Reply]:
    """The card as it is now, wherever it stands; its first one, where only the summary told of it and it weighs more
    by now."""
    if await release_card(ctx, case):
        return await post_card(ctx, case)
    said = await draw_card(ctx, case)
    return [Refresh(said.text, said.buttons, said.facts, said.menus, topic=make_card_topic(case.number))]


async def tell_animateurs(ctx: Context, case: Case, said: Message, topic: str | None = None) -> Sequence[Reply]:
    """Say it in the room, or to each animateur but the author."""
    room = "" if await is_about_animateur(ctx, case) else await find_room(ctx)
    return await say_to_animateurs(ctx, said, room, leave_out=case.author_id, topic=topic)


async def say_to_animateurs(
    ctx: Context, said: Message, room: str, *, leave_out: str, topic: str | None = None
) -> Sequence[Reply]:
    """Say something in a room; without one, to each animateur but the one who is left out."""
    shown = (said.text, said.buttons, said.facts, said.menus)
    if room:
        return [Say(*shown, channel_id=room, topic=topic)]
    told = [one.id for one in await animating(ctx.db, ANIMATEURS_MAX + 1) if one.id != leave_out]
    return [Direct(*shown, user_id=one, topic=topic) for one in told[:ANIMATEURS_MAX]]


async def is_about_animateur(ctx: Context, case: Case) -> bool:
    """Whether its author reads in the moderation room."""
    author = await people.get(ctx.db, case.author_id)
    return author is not None and author.animates


async def reply_under_card(ctx: Context, case: Case, note: str) -> Sequence[Reply]:
    """A word in the thread of the newest card, in each place; beside it where it is only just on its way."""
    newest = {
        post.user_id or post.channel_id: post for post in reversed(await ctx.posts_about(make_card_topic(case.number)))
    }
    if not newest:
        return await tell_animateurs(ctx, case, Message(note))
    return [
        Direct(note, user_id=post.user_id, root_id=post.post_id)
        if post.user_id
        else Say(note, channel_id=post.channel_id, root_id=post.post_id)
        for post in newest.values()
    ]


async def draw_card(ctx: Context, case: Case) -> Message:
    """A case as those see it who decide, and what they can do."""
    theirs = await reports.list_of_case(ctx.db, case.number)
    words = [one.word for one in theirs if one.word]
    appeal = await appeals.find_newest_of_case(ctx.db, case.number)
    text = render(
        "moderation/card",
        case=case,
        author=await say_author(ctx, case),
        said_on=_say_posted_at(case),
        address=Markdown(make_permalink(ctx.settings, case.post_id) if case.post_id else ""),
        message=quotation(case.message, SHOWN_MAX),
        words=[quotation(word, 200) for word in words[:WORDS_MAX]],
        more=max(0, len(words) - WORDS_MAX),
        outcome=await _draw_outcome(ctx, case),
        appeal=appeal,
        appeal_word=quotation(appeal.word, SHOWN_MAX) if appeal else "",
        due=say_date(appeal.due_at.astimezone(PARIS).date()) if appeal else "",
        answered=await read_display_name(ctx, appeal.decided_by) if appeal else "",
    )
    shown = [*_list_buttons(case, appeal), *await _list_undo_buttons(ctx, case)]
    buttons = add_false_alarm_button(await may_be_false_alarm(ctx, case), case, shown)
    return Message(text, buttons, await _list_facts(ctx, case, theirs), _list_menus(case))


def _say_posted_at(case: Case) -> str:
    if case.posted_at is None:
        return ""
    at = case.posted_at.astimezone(PARIS)
    return f"{say_date(at.date())} à {say_hour(at)}"


async def _draw_outcome(ctx: Context, case: Case) -> Markdown:
    """What was decided or proposed, by whom."""
    if waiting := read_proposal(case):
        by = await read_display_name(ctx, str(case.proposed["by"]))
        return render("moderation/outcome", by=by, act=say_decision(waiting), case=case, reason=waiting.reason)
    if not case.act:
        return Markdown()
    by, under_way = await read_display_name(ctx, case.decided_by), await _is_under_way(ctx, case)
    return render(
        "moderation/outcome", by=by, act=label_of(case.act), case=case, reason=case.reason, under_way=under_way
    )


async def _is_under_way(ctx: Context, case: Case) -> bool:
    """Whether Mattermost has not done all of it yet."""
    measure = await measures.get(ctx.db, case.entry) if case.entry else None
    if measure is None or measure.ended_at is not None:
        return False
    record = measures.read_record(measure)
    return record.looking or bool(record.waits)


def _list_buttons(case: Case, appeal: appeals.Appeal | None) -> Sequence[Button]:
    number = case.number
    around = [Button("Contexte", SeeContext(case=number))] if case.post_id else []
    match case.state:
        case CaseState.OPEN:
            moves = [move for move in BUTTON_MOVES if case.post_id or move not in MESSAGE_MOVES]
            return [*(Button(move.label, Decide(case=number, move=move)) for move in moves), *around]
        case CaseState.SECOND:
            return [
                Button("Approuver", Approve(case=number), "primary"),
                Button("Refuser", Decline(case=number), "danger"),
                *around,
            ]
        case CaseState.APPEALED if appeal and appeal.decided_at is None:
            return [
                Button("Maintenir", Uphold(entry=appeal.entry)),
                Button("Alléger", Lighten(entry=appeal.entry)),
                Button("Annuler la mesure", Overturn(entry=appeal.entry)),
                *around,
            ]
        case _:
            return around


async def _list_undo_buttons(ctx: Context, case: Case) -> Sequence[Button]:
    """« Annuler » what was decided, while it stands; an appeal has a button of its own."""
    measure = await measures.get(ctx.db, case.entry) if case.entry and not case.is_waiting else None
    if measure is None or measure.ended_at is not None:
        return []
    return [Button("Annuler", RunCommand(line=f"moderer annuler {measure.entry}"), "danger")]


def _list_menus(case: Case) -> Sequence[Menu]:
    if case.state is not CaseState.OPEN:
        return []
    options = {move.value: move.label for move in MENU_MOVES if case.post_id or move not in MESSAGE_MOVES}
    return [Menu("Autre mesure…", DecideOtherwise(case=case.number), options)]


async def _list_facts(ctx: Context, case: Case, theirs: Sequence[Report]) -> Sequence[tuple[str, str]]:
    known = {
        "Signalé": _say_source(case, len(theirs)),
        "Motifs": say_motives(ctx, theirs),
        "Règle": await say_rules(ctx, case),
        "Sur douze mois": await say_past(ctx, case),
        "La charte propose": await _say_proposal(ctx, case, theirs) if case.state is CaseState.OPEN else "",
        "Fichiers": ", ".join(case.files)[:300],
    }
    return [(name, Markdown(escape(value))) for name, value in known.items() if value]


def _say_source(case: Case, count: int) -> str:
    if count:
        return "par une personne" if count == 1 else f"par {count} personnes"
    return {CaseSource.RULE: "par une règle", CaseSource.DIRECT: "par un animateur"}.get(case.source, "")


async def _say_proposal(ctx: Context, case: Case, theirs: Sequence[Report]) -> str:
    """What the charter says of that motive, and of how often it was."""
    key = find_main_motive(theirs)
    if not key or not read_valid_charter(ctx.settings):
        return ""
    return say_measure(await propose_measure(ctx, case.author_id, key))


def find_main_motive(theirs: Sequence[Report]) -> str:
    """The key of the motive that most give, one that says something rather than none; "" where nobody reported."""
    counted = Counter(one.motive for one in theirs)
    return max(counted, key=lambda key: (counted[key], key != OTHER_MOTIVE), default="")


QUOTED_MAX = 1500
"""Characters of a message that is quoted among others."""
THE_TEAM = Markdown("l’équipe de modération")


@dataclass(frozen=True, slots=True)
class MeasureDescription:
    """A measure as it is told: what, where, until when, and by whom it was decided (the person whom it concerns reads
    no name of an animateur)."""

    entry: int
    label: str
    reason: str
    where: Sequence[str]
    until: str
    by: Markdown


async def describe_measure(ctx: Context, measure: Measure, reader_id: str = "") -> MeasureDescription:
    """A measure as somebody reads it, in the hours of where they live."""
    where = [await find_title(ctx, measure, channel) for channel in measure.channels]
    until = await say_until(ctx, measure.until, reader_id)
    label, by = label_of(measure.act), await _say_decider(ctx, measure, reader_id)
    return MeasureDescription(measure.entry, label, measure.reason, [w for w in where if w], until, by)


async def find_title(ctx: Context, measure: Measure, channel_id: str) -> str:
    """What a channel is called; "" for one that neither the bot’s tables nor the measure know."""
    return await find_channel_title(ctx, channel_id) or measures.read_record(measure).titles.get(channel_id, "")


async def _say_decider(ctx: Context, measure: Measure, reader_id: str) -> Markdown:
    if not measure.by:
        return Markdown("le bot")
    return THE_TEAM if reader_id and reader_id == measure.user_id else await read_display_name(ctx, measure.by)


async def say_until(ctx: Context, until: datetime | None, reader_id: str = "") -> str:
    """« mardi 24 novembre 2026 à 9 h » where somebody lives, or as in rooms; "" for what does not end by itself."""
    zone = await find_person_zone(ctx, reader_id) if reader_id else PARIS
    return say_moment(until.astimezone(zone)) if until else ""


async def say_in_room(ctx: Context, text: Markdown) -> Sequence[Reply]:
    """What the other animateurs read; nothing while the room is not known."""
    place = await find_room(ctx)
    return [Say(text, channel_id=place)] if place else []


def make_notice_topic(entry: int) -> str:
    """Name what the person reads of a measure."""
    return f"moderation.notice:{entry}"


REFUSAL_REASONS = {
    Refusal.FORBIDDEN: "le bot n’en a pas le droit",
    Refusal.DEFAULT_CHANNEL: "c’est le canal par défaut de l’équipe, dont personne ne peut être retiré",
    Refusal.UNKNOWN_CHANNEL: "le bot n’est plus dans ce canal, ou il n’existe plus",
    Refusal.UNKNOWN_POST: "ce message n’existe plus",
    Refusal.ARCHIVED: "le canal est archivé",
    Refusal.NOT_IN_TEAM: "la personne n’est plus dans l’équipe",
    Refusal.DEACTIVATED: "le compte est désactivé",
}


async def hand_back(ctx: Context, post: KeptPost, why: str, topic: str | None = None) -> Direct:
    """Somebody’s words, which were taken away with others’ or written where nobody may."""
    quoted = quotation(post.text, QUOTED_MAX * 4)
    text = render("moderation/given_back", why=why, quoted=quoted, where=await find_channel_title(ctx, post.channel_id))
    return Direct(text, user_id=post.author_id, files=post.files, topic=topic)


def say_refusal(refusal: Refusal | None) -> str:
    """Why Mattermost did not do it."""
    return REFUSAL_REASONS.get(refusal, "Mattermost l’a refusé") if refusal else "Mattermost l’a refusé"
