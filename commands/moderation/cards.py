"""What animateurs and others see: the card of a case, its buttons, and a measure in words. A card never names a
reporter."""

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
from storage.moderation import Case, CaseSource, CaseState, KeptPost, Measure, MessageReport, RuleHit, cases


class CaseMove(database.Labelled):
    """A decision about a case; its label stands on the button or in the menu."""

    NOTHING = "rien", "Rien à faire"
    REMIND = "rappel", "Rappel de la charte"
    HIDE = "masquer", "Masquer"
    WARN = "avertir", "Avertir"
    SILENCE = "silence", "Suspendre l’écriture"
    EXCLUDE = "exclure", "Exclure du canal"
    MOVE = "deplacer", "Déplacer"
    CONSULT = "avis", "Demander l’avis"
    FORWARD = "transmettre", "Transmettre"


class AboutCase(BaseModel):
    """Payload about one case, by its number."""

    case: int


class DecideCase(AboutCase):
    """Button of a case: opens the window of a decision."""

    move: CaseMove


class DecideOtherwise(Choosing):
    """Menu « Autre mesure… »; ``chosen`` is a ``CaseMove``."""

    case: int


class SeeContext(AboutCase):
    """Button « Voir le contexte »: shows the whole message and those around it."""


class ApproveProposal(AboutCase):
    """Button « Approuver »: approves another animateur’s proposal."""


class DeclineProposal(AboutCase):
    """Button « Refuser »: opens the window in which another animateur’s proposal is declined."""


class AboutMeasure(BaseModel):
    """Payload about a measure that is or may be contested, by its audit entry."""

    entry: int


class Uphold(AboutMeasure):
    """Button « Maintenir »: opens the window in which a contested measure is upheld."""


class Lighten(AboutMeasure):
    """Button « Alléger »: opens the window in which a contested measure is lightened."""


class Overturn(AboutMeasure):
    """Button « Annuler »: opens the window in which a contested measure is cancelled."""


class AppealMeasure(AboutMeasure):
    """Button « Contester »: opens the window in which a measure is contested."""


class FalseAlarm(AboutCase):
    """Button « Fausse alerte »: dismisses a case that rules found."""


def say_rules(hits: Sequence[RuleHit]) -> str:
    """Name the rules that found a case, with their counts; "" if none did."""
    known = Counter(hit.rule for hit in hits if hit.rule in set(RuleName))
    named = [SPECS[RuleName(rule)].label + (f" ({count} fois)" if count > 1 else "") for rule, count in known.items()]
    return " ; ".join(named) + (" (fausse alerte)" if any(hit.is_false for hit in hits) else "")


CARD = RowCard[Case]("moderation.case:", lambda case: case.number)
"""The card of a case, where animateurs see it."""
NOTICE = RowCard[Measure]("moderation.notice:", lambda measure: measure.entry)
"""The notice of a measure to the person concerned; a reply in its thread contests the measure."""
SHOWN_MAX = 1500
"""The most characters of the message that a card shows; « Voir le contexte » shows it whole."""
WORDS_MAX = 5
"""How many comments of reporters a card shows."""
BUTTON_MOVES = (CaseMove.NOTHING, CaseMove.HIDE)
"""The moves that have a button: the urgent one and the most frequent one, since each button takes a line on a phone."""
MENU_MOVES = tuple(move for move in CaseMove if move not in BUTTON_MOVES)
MESSAGE_MOVES = {CaseMove.HIDE, CaseMove.MOVE}
"""The moves that need a message."""


async def post_card(ctx: Context, case: Case) -> Sequence[Reply]:
    """Post the card of a case to its animateurs. In a storm only the summary mentions the case, until somebody asks for
    its card."""
    if await policy.find_room(ctx) and await is_held_back(ctx, case) and not await is_about_animateur(ctx, case):
        return await add_to_summary(ctx, case)
    return await tell_deciders(ctx, case, await draw_card(ctx, case), CARD.of(case))


async def refresh_card(ctx: Context, case: Case) -> Sequence[Reply]:
    """Rewrite the card of a case; post it now if only the summary mentioned it and it has become graver."""
    if await release_card(ctx, case):
        return await post_card(ctx, case)
    return [CARD.rewrite(case, await draw_card(ctx, case))]


async def tell_deciders(ctx: Context, case: Case, said: Message | str, topic: str | None = None) -> Sequence[Reply]:
    """Send a message about a case to the room or, without one, to each animateur but its author."""
    room = "" if await is_about_animateur(ctx, case) else await policy.find_room(ctx)
    return await tell_others(ctx, room, said, but=case.author_id, topic=topic)


async def tell_others(
    ctx: Context, room: str, said: Message | str, *, but: str, topic: str | None = None
) -> Sequence[Reply]:
    """Send a message to a room; if that is unknown (""), to each animateur but one (by id)."""
    told = await tell_animateurs(ctx, room, said, topic=topic, limit=ANIMATEURS_MAX + 1)
    return [reply for reply in told if isinstance(reply, Say) or reply.user_id != but][:ANIMATEURS_MAX]


async def is_about_animateur(ctx: Context, case: Case) -> bool:
    """Return whether a case is about somebody who reads the moderation room."""
    author = await people.get(ctx.db, case.author_id)
    return author is not None and author.animates


async def reply_under_card(ctx: Context, case: Case, note: str) -> Sequence[Reply]:
    """Reply in the thread of the newest card in each place; if the card is still on its way, post beside it."""
    return await CARD.reply_under(ctx.db, case, note) or await tell_deciders(ctx, case, note)


async def draw_card(ctx: Context, case: Case) -> Message:
    """Draw a case for those who decide, with their buttons."""
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
        lightened=appeal is not None and await _is_lightened(ctx, appeal),
        appeal_word=quotation(appeal.word, SHOWN_MAX) if appeal else "",
        due=say_date(appeal.due_at.astimezone(PARIS).date()) if appeal else "",
        answered=await read_display_name(ctx, appeal.decided_by) if appeal else "",
    )
    hits = await moderation.list_hits_of_case(ctx.db, case.number)
    buttons = [*_list_buttons(case, appeal, hits), *await _list_undo_buttons(ctx, case)]
    return Message(text, buttons, await _list_facts(ctx, case, theirs, hits), _list_menus(case))


async def _is_lightened(ctx: Context, appeal: cases.Appeal) -> bool:
    """Return whether a lighter measure replaces the one that was contested."""
    decided = await cases.list_measures_of_case(ctx.db, appeal.case_id)
    return any(cases.read_record(measure).instead_of == appeal.entry for measure in decided)


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
            under_way=False,
            undone_by="",
        )
    if not case.act:
        return Markdown()
    measure = await cases.get_measure(ctx.db, case.entry) if case.entry else None
    return render(
        "moderation/outcome",
        by=await read_display_name(ctx, case.decided_by),
        act=journal.label_of(case.act),
        case=case,
        reason=case.reason,
        under_way=measure is not None and _is_under_way(measure),
        undone_by=await read_display_name(ctx, measure.ended_by) if measure and measure.was_undone else "",
    )


def _is_under_way(measure: Measure) -> bool:
    """Return whether Mattermost has not yet carried out all of a decision."""
    record = cases.read_record(measure) if measure.ended_at is None else cases.MeasureRecord()
    return record.looking or bool(record.waits)


def _list_buttons(case: Case, appeal: cases.Appeal | None, hits: Sequence[RuleHit]) -> Sequence[Button]:
    """Return the buttons of a case. For one that rules found, « Fausse alerte » replaces « Rien à faire »."""
    number = case.number
    around = [Button("Voir le contexte", SeeContext(case=number))] if case.post_id else []
    match case.state:
        case CaseState.OPEN:
            moves = [move for move in BUTTON_MOVES if case.post_id or move not in MESSAGE_MOVES]
            shown = [Button(move.label, DecideCase(case=number, move=move)) for move in moves]
            if any(hit.is_false is None for hit in hits):
                shown[0] = Button("Fausse alerte", FalseAlarm(case=number))
            return [*shown, *around]
        case CaseState.SECOND:
            approve = Button("Approuver", ApproveProposal(case=number), "primary")
            return [approve, Button("Refuser", DeclineProposal(case=number), "danger"), *around]
        case CaseState.APPEALED if appeal and appeal.decided_at is None:
            entry = appeal.entry
            uphold, lighten = Button("Maintenir", Uphold(entry=entry)), Button("Alléger", Lighten(entry=entry))
            return [uphold, lighten, Button("Annuler la mesure", Overturn(entry=entry)), *around]
        case _:
            return around


async def _list_undo_buttons(ctx: Context, case: Case) -> Sequence[Button]:
    """Return the buttons that undo a decision in force; an appeal has a button of its own."""
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
    ctx: Context, case: Case, theirs: Sequence[MessageReport], hits: Sequence[RuleHit]
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
    """Name the words of today’s list for which a message was found; "" if it was found otherwise."""
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


async def _say_proposal(ctx: Context, case: Case, theirs: Sequence[MessageReport]) -> str:
    """Say what the charter proposes for the main motive, given earlier sanctions."""
    key = find_main_motive(theirs)
    if not key or not policy.read_valid_charter(ctx.settings):
        return ""
    graded = await policy.propose_measure(ctx, case.author_id, key)
    return policy.say_measure(graded.measure, graded.lasts)


def find_main_motive(theirs: Sequence[MessageReport]) -> str:
    """Return the key of the most frequent motive (at a tie, another than « Autre chose »); "" if nobody reported."""
    counted = Counter(one.motive for one in theirs)
    return max(counted, key=lambda key: (counted[key], key != policy.OTHER_MOTIVE), default="")


QUOTED_MAX = 1500
"""The most characters of a message that is quoted among others."""
THE_TEAM = Markdown("l’équipe de modération")


@dataclass(frozen=True, slots=True)
class MeasureDescription:
    """A measure in words: what, where, until when and by whom (the person concerned is told no animateur’s name)."""

    entry: int
    label: str
    reason: str
    where: Sequence[str]
    until: str
    by: Markdown


async def describe_measure(ctx: Context, measure: Measure, reader_id: str = "") -> MeasureDescription:
    """Describe a measure for a reader, in their time zone."""
    where = [await find_title(ctx, measure, channel) for channel in measure.channels]
    until = await say_until(ctx, measure.until, reader_id)
    label, by = journal.label_of(measure.act), await _say_decider(ctx, measure, reader_id)
    return MeasureDescription(measure.entry, label, measure.reason, [w for w in where if w], until, by)


async def recall_message(ctx: Context, measure: Measure) -> Markdown:
    """Quote the message that a measure is about, which its author may still have to change; "" if it is about none.

    There is no link to it: Mattermost would show the post below, with who put a reaction to report it.
    """
    case = await cases.get(ctx.db, measure.case_id) if measure.case_id else None
    if case is None or not case.post_id:
        return Markdown()
    return render("moderation/recalled", message=quotation(case.message, QUOTED_MAX))


async def find_title(ctx: Context, measure: Measure, channel_id: str) -> str:
    """Return the title of a channel; "" if neither the bot’s tables nor the measure have it."""
    return await policy.find_channel_title(ctx, channel_id) or cases.read_record(measure).titles.get(channel_id, "")


async def _say_decider(ctx: Context, measure: Measure, reader_id: str) -> Markdown:
    if not measure.by:
        return Markdown("le bot")
    return THE_TEAM if reader_id and reader_id == measure.user_id else await read_display_name(ctx, measure.by)


async def say_until(ctx: Context, until: datetime | None, reader_id: str = "") -> str:
    """Write the end of a measure: « mardi 24 novembre 2026 à 9 h », in the reader’s time zone or, for rooms, in Paris;
    "" if it has no end."""
    person = await people.get(ctx.db, reader_id) if reader_id else None
    return say_moment(until.astimezone(person.zone if person else PARIS)) if until else ""


async def say_in_room(ctx: Context, text: Markdown) -> Sequence[Reply]:
    """Send a message to the moderation room; nothing while that is unknown."""
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
    """Send people their own words that were removed together with others’."""
    quoted = quotation(post.text, QUOTED_MAX * 4)
    text = render("moderation/given_back", quoted=quoted, where=await policy.find_channel_title(ctx, post.channel_id))
    return Direct(text, user_id=post.author_id, files=post.files, topic=topic)


def say_refusal(refusal: Refusal | None) -> str:
    """Explain in French why Mattermost refused an action."""
    return REFUSAL_REASONS.get(refusal, "Mattermost l’a refusé") if refusal else "Mattermost l’a refusé"
