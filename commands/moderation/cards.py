"""The card of a case: where it is posted, what it shows, which buttons it has. It names no reporter.
In a storm (more reports or arrivals at once than can be read) one summary takes the place of the cards.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median_low

from pydantic import BaseModel

from bot.account_status import read_display_name
from bot.command_lines import RunCommand
from bot.context import Context
from bot.french.dates import say_date
from bot.french.periods import say_hour
from bot.menus import Choosing, Menu
from bot.permalinks import make_permalink
from bot.replies import Button, Direct, Message, Refresh, Reply, Say, Start
from bot.texts import Markdown, escape, quotation, render
from commands.moderation import channels, charter
from commands.moderation.cases import read_proposal
from commands.moderation.rules import SPECS, RuleName
from config.time import PARIS
from storage import claims, people
from storage.journal import label_of
from storage.moderation import appeals, cases, measures, reports, rules
from storage.moderation.appeals import Appeal
from storage.moderation.cases import Case, CaseSource, CaseState
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


STORM_WINDOW = timedelta(minutes=5)
STORM_REPORTS, STORM_JOINS = 10, 20
"""More people who report, and as many arrivals, within that time are a storm; more reports of one person are told
together."""
LIGHT_WEIGHT = 0.5
"""A case whose reports weigh less is in the summary only."""
SUMMARY_SLOT = 5
"""Seconds: what comes within them is told together."""
GATHERED_CLAIM, SHOWN_CLAIM, JOINED_CLAIM = "moderation.gathered", "moderation.shown", "regles.joined.JoinedTeam"
"""The claims of a case that the summary tells of, of one that was asked for from there, of an arrival heard of."""


class Summarise(BaseModel):
    """The summary is to be as things are then."""


async def is_in_storm(ctx: Context, case: Case) -> bool:
    """Whether a case is one of more than can be read one by one: more people report, or all who report this one report
    very much. What rules find adds up with what people report, but hides none of it."""
    since = ctx.now - STORM_WINDOW
    counted = Counter(report.reporter_id for report in await reports.list_since(ctx.db, since))
    theirs = await reports.list_of_case(ctx.db, case.number)
    if not theirs:
        return len(counted) + await rules.count_cases_since(ctx.db, since) > STORM_REPORTS
    return len(counted) > STORM_REPORTS or all(counted[report.reporter_id] > STORM_REPORTS for report in theirs)


async def is_graver(ctx: Context, case: Case) -> bool:
    """Whether somebody gives a motive for it that weighs more than most of those given at the same time; each person
    counts once for each motive."""
    lately = {
        (report.reporter_id, report.motive) for report in await reports.list_since(ctx.db, ctx.now - STORM_WINDOW)
    }
    usual = median_low([charter.weigh_motive(ctx, motive) for _, motive in lately] or [0])
    theirs = await reports.list_of_case(ctx.db, case.number)
    return any(charter.weigh_motive(ctx, report.motive) > usual for report in theirs)


async def weigh_reporter(ctx: Context, reporter_id: str) -> float:
    """How much somebody’s report weighs: 1 of whom nothing is known, towards 2 of who is always right, towards 0 of
    who never is (Laplace’s rule of succession)."""
    right, wrong = await reports.count_judged(ctx.db, reporter_id)
    return 2 * (right + 1) / (right + wrong + 2)


async def is_light(ctx: Context, case: Case) -> bool:
    """Whether a case stands on the word of people who cried wolf before, and on nothing else."""
    told = await reports.list_of_case(ctx.db, case.number)
    if case.source is not CaseSource.REPORTED or not told:
        return False
    return sum([await weigh_reporter(ctx, report.reporter_id) for report in told]) < LIGHT_WEIGHT


async def is_held_back(ctx: Context, case: Case) -> bool:
    """Whether the summary tells of a case, and no card of its own: until somebody asks for it."""
    is_new = case.state is CaseState.OPEN and case.source is not CaseSource.DIRECT
    if not is_new or await claims.is_taken(ctx.db, SHOWN_CLAIM, str(case.number)):
        return False
    return await is_light(ctx, case) or (await is_in_storm(ctx, case) and not await is_graver(ctx, case))


async def release_card(ctx: Context, case: Case) -> bool:
    """Whether a case that only the summary told of has its card from now on."""
    key = str(case.number)
    if case.state not in cases.UNDECIDED or not await claims.is_taken(ctx.db, GATHERED_CLAIM, key):
        return False
    return not await is_held_back(ctx, case) and await claims.claim(ctx.db, SHOWN_CLAIM, key, ctx.now)


async def add_to_summary(ctx: Context, case: Case) -> Sequence[Reply]:
    """The summary tells of a case from now on."""
    await claims.claim(ctx.db, GATHERED_CLAIM, str(case.number), ctx.now)
    return await schedule_summary(ctx)


async def schedule_summary(ctx: Context) -> Sequence[Reply]:
    """The summary is drawn in a moment, once for all who want it by then."""
    moment = int(ctx.now.timestamp()) // SUMMARY_SLOT + 1
    if not await claims.claim(ctx.db, "moderation.summary", str(moment), ctx.now):
        return []
    at = datetime.fromtimestamp(moment * SUMMARY_SLOT, ctx.now.tzinfo)
    return [Start(payload=Summarise(), at=at, quiet=True)]


async def list_held_back(ctx: Context) -> Sequence[Case]:
    """The cases that wait and have no card of their own yet, oldest first."""
    waiting = await cases.list_in_states(ctx.db, cases.UNDECIDED)
    numbers = [str(case.number) for case in waiting]
    known = set(await claims.list_taken(ctx.db, GATHERED_CLAIM, numbers)) - set(
        await claims.list_taken(ctx.db, SHOWN_CLAIM, numbers)
    )
    return [case for case in waiting if str(case.number) in known]


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
    if await channels.find_room(ctx) and await is_held_back(ctx, case) and not await is_about_animateur(ctx, case):
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
    room = "" if await is_about_animateur(ctx, case) else await channels.find_room(ctx)
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
        author=await charter.say_author(ctx, case),
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
        return render("moderation/outcome", by=by, act=charter.say_decision(waiting), case=case, reason=waiting.reason)
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


def _list_buttons(case: Case, appeal: Appeal | None) -> Sequence[Button]:
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
        "Motifs": charter.say_motives(ctx, theirs),
        "Règle": await say_rules(ctx, case),
        "Sur douze mois": await charter.say_past(ctx, case),
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
    if not key or not charter.read_valid_charter(ctx.settings):
        return ""
    return charter.say_measure(await charter.propose_measure(ctx, case.author_id, key))


def find_main_motive(theirs: Sequence[Report]) -> str:
    """The key of the motive that most give, one that says something rather than none; "" where nobody reported."""
    counted = Counter(one.motive for one in theirs)
    return max(counted, key=lambda key: (counted[key], key != charter.OTHER_MOTIVE), default="")
