"""What animateurs and others are shown: the card of a case, with its buttons; a measure as it is told.
A card names no reporter.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel

from bot.account_status import read_display_name
from bot.cards import ANIMATEURS_MAX, RowCard, tell_animateurs
from bot.context import Context
from bot.errors import Refusal
from bot.french import plural, say_date, say_hour, say_moment
from bot.menus import Choosing, Menu
from bot.permalinks import make_permalink
from bot.replies import Button, Direct, Message, Reply, RunCommand, Say
from bot.texts import Markdown, escape, quotation, render
from commands.moderation import policy
from commands.moderation.cases import add_to_summary, is_held_back, read_proposal, release_card
from commands.moderation.rules import SPECS, BrokenRuleError, RuleName, has_word, load_tunings
from config.time import PARIS
from storage import database, journal, moderation, people
from storage.moderation import Case, CaseSource, CaseState, KeptPost, Measure, Report, RuleHit, cases


class Move(database.Labelled):
    """What can be decided about a case; the label is written on the button, or in the menu."""

    NOTHING = "rien", "Rien à faire"
    REMIND = "rappel", "Rappel de la charte"
    HIDE = "masquer", "Masquer"
    WARN = "avertir", "Avertir"
    SILENCE = "silence", "Suspendre l’écriture"
    EXCLUDE = "exclure", "Exclure du canal"
    MOVE = "deplacer", "Déplacer"
    CONSULT = "avis", "Demander l’avis"
    FORWARD = "transmettre", "Transmettre"


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
    """« Alléger » a measure that is contested."""

    entry: int


class Overturn(BaseModel):
    """« Annuler » a measure that is contested."""

    entry: int


class Appeal(BaseModel):
    """« Contester »: the window in which somebody answers a measure, by its number in the journal."""

    entry: int


class FalseAlarm(BaseModel):
    """« Fausse alerte »: what rules found for a case is nothing."""

    case: int


def say_rules(hits: Sequence[RuleHit]) -> str:
    """Say the rules that found a case, and how often; "" where none did."""
    known = Counter(hit.rule for hit in hits if hit.rule in set(RuleName))
    named = [SPECS[RuleName(rule)].label + (f" ({count} fois)" if count > 1 else "") for rule, count in known.items()]
    return " ; ".join(named) + (" (fausse alerte)" if any(hit.is_false for hit in hits) else "")


CARD = RowCard[Case]("moderation.case:", lambda case: case.number)
"""The card of a case, where animateurs see it."""
NOTICE = RowCard[Measure]("moderation.notice:", lambda measure: measure.entry)
"""What the person reads whom a measure concerns; what they say in its thread contests it."""
SHOWN_MAX = 1500
"""Characters of the message that a card shows; « Contexte » shows it whole."""
WORDS_MAX = 5
"""Words of reporters that a card shows."""
BUTTON_MOVES = (Move.NOTHING, Move.REMIND, Move.HIDE)
MENU_MOVES = (Move.WARN, Move.SILENCE, Move.EXCLUDE, Move.MOVE, Move.CONSULT, Move.FORWARD)
MESSAGE_MOVES = {Move.HIDE, Move.MOVE}
"""What takes a message."""


async def post_card(ctx: Context, case: Case) -> Sequence[Reply]:
    """Post the card of a case where its animateurs see it; in a storm the summary tells of it, until somebody asks
    for the card."""
    if await policy.find_room(ctx) and await is_held_back(ctx, case) and not await is_about_animateur(ctx, case):
        return await add_to_summary(ctx, case)
    return await tell_deciders(ctx, case, await draw_card(ctx, case), CARD.of(case))


async def refresh_card(ctx: Context, case: Case) -> Sequence[Reply]:
    """Rewrite the card as it is now, wherever it stands; its first one is posted where only the summary told of the
    case and it weighs more by now."""
    if await release_card(ctx, case):
        return await post_card(ctx, case)
    return [CARD.rewrite(case, await draw_card(ctx, case))]


async def tell_deciders(ctx: Context, case: Case, said: Message | str, topic: str | None = None) -> Sequence[Reply]:
    """Say something about a case in the room, or to each animateur but its author."""
    room = "" if await is_about_animateur(ctx, case) else await policy.find_room(ctx)
    return await tell_others(ctx, room, said, but=case.author_id, topic=topic)


async def tell_others(
    ctx: Context, room: str, said: Message | str, *, but: str, topic: str | None = None
) -> Sequence[Reply]:
    """Say it in a room; where that is not known (""), to each animateur but one (by id)."""
    told = await tell_animateurs(ctx.db, room, said, topic=topic, limit=ANIMATEURS_MAX + 1)
    return [reply for reply in told if isinstance(reply, Say) or reply.user_id != but][:ANIMATEURS_MAX]


async def is_about_animateur(ctx: Context, case: Case) -> bool:
    """Return whether the author of a case reads in the moderation room."""
    author = await people.get(ctx.db, case.author_id)
    return author is not None and author.animates


async def reply_under_card(ctx: Context, case: Case, note: str) -> Sequence[Reply]:
    """Say a word in the thread of the newest card, in each place; beside it where it is only just on its way."""
    return await CARD.reply_under(ctx.db, case, note) or await tell_deciders(ctx, case, note)


async def draw_card(ctx: Context, case: Case) -> Message:
    """Draw a case as those see it who decide, with what they can do."""
    theirs = await cases.list_reports(ctx.db, case.number)
    words = [one.word for one in theirs if one.word]
    appeal = await cases.find_newest_appeal(ctx.db, case.number)
    text = render(
        "moderation/card",
        case=case,
        author=await policy.say_author(ctx, case),
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
    hits = await moderation.list_hits_of_case(ctx.db, case.number)
    buttons = [*_list_buttons(case, appeal, hits), *await _list_undo_buttons(ctx, case)]
    return Message(text, buttons, await _list_facts(ctx, case, theirs, hits), _list_menus(case))


def _say_posted_at(case: Case) -> str:
    if case.posted_at is None:
        return ""
    at = case.posted_at.astimezone(PARIS)
    return f"{say_date(at.date())} à {say_hour(at)}"


async def _draw_outcome(ctx: Context, case: Case) -> Markdown:
    """Say what was decided or proposed about a case, and by whom."""
    if waiting := read_proposal(case):
        by = await read_display_name(ctx, str(case.proposed["by"]))
        return render(
            "moderation/outcome",
            by=by,
            act=policy.say_measure(waiting.measure, waiting.lasts),
            case=case,
            reason=waiting.reason,
        )
    if not case.act:
        return Markdown()
    by, under_way = await read_display_name(ctx, case.decided_by), await _is_under_way(ctx, case)
    return render(
        "moderation/outcome", by=by, act=journal.label_of(case.act), case=case, reason=case.reason, under_way=under_way
    )


async def _is_under_way(ctx: Context, case: Case) -> bool:
    """Return whether Mattermost still has to do some of what was decided."""
    measure = await cases.get_measure(ctx.db, case.entry) if case.entry else None
    record = cases.read_record(measure) if measure and measure.ended_at is None else cases.MeasureRecord()
    return record.looking or bool(record.waits)


def _list_buttons(case: Case, appeal: cases.Appeal | None, hits: Sequence[RuleHit]) -> Sequence[Button]:
    """List what can be done with a case. That rules found it for nothing takes the place of « Rien à faire », which it
    is."""
    number = case.number
    around = [Button("Contexte", SeeContext(case=number))] if case.post_id else []
    match case.state:
        case CaseState.OPEN:
            moves = [move for move in BUTTON_MOVES if case.post_id or move not in MESSAGE_MOVES]
            shown = [Button(move.label, Decide(case=number, move=move)) for move in moves]
            if any(hit.is_false is None for hit in hits):
                shown[0] = Button("Fausse alerte", FalseAlarm(case=number))
            return [*shown, *around]
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
    """List the buttons that undo what was decided, while it stands; an appeal has a button of its own."""
    measure = await cases.get_measure(ctx.db, case.entry) if case.entry and not case.is_waiting else None
    if measure is None or measure.ended_at is not None:
        return []
    return [Button("Annuler", RunCommand(line=f"moderer annuler {measure.entry}"), "danger")]


def _list_menus(case: Case) -> Sequence[Menu]:
    if case.state is not CaseState.OPEN:
        return []
    options = {move.value: move.label for move in MENU_MOVES if case.post_id or move not in MESSAGE_MOVES}
    return [Menu("Autre mesure…", DecideOtherwise(case=case.number), options)]


async def _list_facts(
    ctx: Context, case: Case, theirs: Sequence[Report], hits: Sequence[RuleHit]
) -> Sequence[tuple[str, str]]:
    words = await _say_found_words(ctx, case, hits)
    known = {
        "Signalé": _say_source(case, len(theirs)),
        "Motifs": policy.say_motives(ctx, theirs),
        "Mot trouvé": words,
        "Règle": say_rules([hit for hit in hits if not words or hit.rule != RuleName.WORDS]),
        "Sur douze mois": await policy.say_past(ctx, case),
        "La charte propose": await _say_proposal(ctx, case, theirs) if case.state is CaseState.OPEN else "",
        "Fichiers": ", ".join(case.files)[:300],
    }
    return [(name, Markdown(escape(value))) for name, value in known.items() if value]


async def _say_found_words(ctx: Context, case: Case, hits: Sequence[RuleHit]) -> str:
    """Say the words of the list, as it is today, for which a message was found; "" where it was not found for them."""
    found = [hit for hit in hits if hit.rule == RuleName.WORDS]
    try:
        listed = (await load_tunings(ctx.db))[RuleName.WORDS].items if found else ()
    except BrokenRuleError:
        return ""
    words = ", ".join(word for word in listed if has_word(case.message, (word,)))
    return f"{words} (fausse alerte)" if words and any(hit.is_false for hit in found) else words


def _say_source(case: Case, count: int) -> str:
    if count:
        return f"par {plural(count, 'personne')}"
    return {CaseSource.RULE: "par une règle", CaseSource.DIRECT: "par un animateur"}.get(case.source, "")


async def _say_proposal(ctx: Context, case: Case, theirs: Sequence[Report]) -> str:
    """Say what the charter proposes for the main motive, and for how often something was decided before."""
    key = find_main_motive(theirs)
    if not key or not policy.read_valid_charter(ctx.settings):
        return ""
    graded = await policy.propose_measure(ctx, case.author_id, key)
    return policy.say_measure(graded.measure, graded.lasts)


def find_main_motive(theirs: Sequence[Report]) -> str:
    """Find the key of the motive that most give, one that says something rather than none; "" where nobody reported."""
    counted = Counter(one.motive for one in theirs)
    return max(counted, key=lambda key: (counted[key], key != policy.OTHER_MOTIVE), default="")


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
    """Describe a measure as somebody reads it, in the hours of where they live."""
    where = [await find_title(ctx, measure, channel) for channel in measure.channels]
    until = await say_until(ctx, measure.until, reader_id)
    label, by = journal.label_of(measure.act), await _say_decider(ctx, measure, reader_id)
    return MeasureDescription(measure.entry, label, measure.reason, [w for w in where if w], until, by)


async def find_title(ctx: Context, measure: Measure, channel_id: str) -> str:
    """Find what a channel is called; "" for one that neither the bot’s tables nor the measure know."""
    return await policy.find_channel_title(ctx, channel_id) or cases.read_record(measure).titles.get(channel_id, "")


async def _say_decider(ctx: Context, measure: Measure, reader_id: str) -> Markdown:
    if not measure.by:
        return Markdown("le bot")
    return THE_TEAM if reader_id and reader_id == measure.user_id else await read_display_name(ctx, measure.by)


async def say_until(ctx: Context, until: datetime | None, reader_id: str = "") -> str:
    """Say until when: « mardi 24 novembre 2026 à 9 h » where somebody lives, or as in rooms; "" for what does not end
    by itself."""
    person = await people.get(ctx.db, reader_id) if reader_id else None
    return say_moment(until.astimezone(person.zone if person else PARIS)) if until else ""


async def say_in_room(ctx: Context, text: Markdown) -> Sequence[Reply]:
    """Say something to the other animateurs in their room; nothing while the room is not known."""
    place = await policy.find_room(ctx)
    return [Say(text, channel_id=place)] if place else []


REFUSAL_REASONS = {
    Refusal.FORBIDDEN: "le bot n’en a pas le droit",
    Refusal.DEFAULT_CHANNEL: "c’est le canal par défaut de l’équipe, dont personne ne peut être retiré",
    Refusal.UNKNOWN_CHANNEL: "le bot n’est plus dans ce canal, ou il n’existe plus",
    Refusal.UNKNOWN_POST: "ce message n’existe plus",
    Refusal.ARCHIVED: "le canal est archivé",
    Refusal.NOT_IN_TEAM: "la personne n’est plus dans l’équipe",
    Refusal.DEACTIVATED: "le compte est désactivé",
}


async def hand_back(ctx: Context, post: KeptPost, topic: str | None = None) -> Direct:
    """Give somebody the words that were taken away with others’."""
    quoted = quotation(post.text, QUOTED_MAX * 4)
    text = render("moderation/given_back", quoted=quoted, where=await policy.find_channel_title(ctx, post.channel_id))
    return Direct(text, user_id=post.author_id, files=post.files, topic=topic)


def say_refusal(refusal: Refusal | None) -> str:
    """Say why Mattermost did not do something."""
    return REFUSAL_REASONS.get(refusal, "Mattermost l’a refusé") if refusal else "Mattermost l’a refusé"
