"""The card of a case in the moderation room or, where that is not known or not for the author’s eyes, with each
animateur. It names no reporter."""

from collections import Counter
from collections.abc import Sequence

from bot.context import Context
from bot.french.dates import say_date
from bot.french.moments import say_hour
from bot.lines import Run
from bot.linked import address_of
from bot.menus import Menu
from bot.others import name_of
from bot.replies import Button, Direct, Message, Refresh, Reply, Say
from bot.texts import Markdown, escape, quotation, render
from commands.moderation import found, grading, places, safety, storm, terms
from commands.moderation.buttons import (
    Approve,
    Decide,
    DecideOtherwise,
    Decline,
    Lighten,
    Move,
    Overturn,
    SeeContext,
    Uphold,
)
from commands.moderation.decision import proposed
from storage import people
from storage.journal import label_of
from storage.moderation import appeals, measures, records, reports
from storage.moderation.appeals import Appeal
from storage.moderation.cases import Case, Source, State
from storage.moderation.reports import Report
from storage.people import animating

CASE = "moderation.case:"
"""How the topics of cards begin."""
ANIMATEURS_MAX = 20
"""Those who are told where their room is not known; the others see it in « /aide »."""
SHOWN_MAX = 1500
"""Characters of the message that a card shows; « Contexte » shows it whole."""
WORDS_MAX = 5
"""Words of reporters that a card shows."""
ONE_CLICK = (Move.NOTHING, Move.REMIND, Move.HIDE)
OTHERS = (Move.WARN, Move.SILENCE, Move.EXCLUDE, Move.MOVE, Move.CONSULT, Move.FORWARD)
OF_MESSAGES = {Move.HIDE, Move.MOVE}
"""What takes a message."""


def topic_of(case_id: int) -> str:
    """Of its cards."""
    return f"{CASE}{case_id}"


async def put_up(ctx: Context, case: Case) -> Sequence[Reply]:
    """The card, where its animateurs see it; in a storm the summary tells of it, until somebody asks for the card."""
    if await places.room(ctx) and await storm.keeps_back(ctx, case) and not await is_about_one_of_us(ctx, case):
        return await storm.gather(ctx, case)
    return await tell(ctx, case, await draw(ctx, case), topic_of(case.number))


async def refresh(ctx: Context, case: Case) -> Sequence[Reply]:
    """The card as it is now, wherever it stands; its first one, where only the summary told of it and it weighs more
    by now."""
    if await storm.lets_go(ctx, case):
        return await put_up(ctx, case)
    said = await draw(ctx, case)
    return [Refresh(said.text, said.buttons, said.facts, said.menus, topic=topic_of(case.number))]


async def tell(ctx: Context, case: Case, said: Message, topic: str | None = None) -> Sequence[Reply]:
    """Say it in the room, or to each animateur but the author."""
    shown = (said.text, said.buttons, said.facts, said.menus)
    room = await places.room(ctx)
    if room and not await is_about_one_of_us(ctx, case):
        return [Say(*shown, channel_id=room, topic=topic)]
    told = [one.id for one in await animating(ctx.db, ANIMATEURS_MAX + 1) if one.id != case.author_id]
    return [Direct(*shown, user_id=one, topic=topic) for one in told[:ANIMATEURS_MAX]]


async def is_about_one_of_us(ctx: Context, case: Case) -> bool:
    """Whether its author reads in the moderation room."""
    author = await people.get(ctx.db, case.author_id)
    return author is not None and author.animates


async def say_under(ctx: Context, case: Case, note: str) -> Sequence[Reply]:
    """A word in the thread of the newest card, in each place; beside it where it is only just on its way."""
    newest = {post.user_id or post.channel_id: post for post in reversed(await ctx.posts_about(topic_of(case.number)))}
    if not newest:
        return await tell(ctx, case, Message(note))
    return [
        Direct(note, user_id=post.user_id, root_id=post.post_id)
        if post.user_id
        else Say(note, channel_id=post.channel_id, root_id=post.post_id)
        for post in newest.values()
    ]


async def draw(ctx: Context, case: Case) -> Message:
    """A case as those see it who decide, and what they can do."""
    theirs = await reports.of_case(ctx.db, case.number)
    words = [one.word for one in theirs if one.word]
    appeal = await appeals.of_case(ctx.db, case.number)
    text = render(
        "moderation/card",
        case=case,
        author=await terms.say_author(ctx, case),
        said_on=_said_on(case),
        address=Markdown(address_of(ctx.settings, case.post_id) if case.post_id else ""),
        message=quotation(case.message, SHOWN_MAX),
        words=[quotation(word, 200) for word in words[:WORDS_MAX]],
        more=max(0, len(words) - WORDS_MAX),
        outcome=await _outcome(ctx, case),
        appeal=appeal,
        appeal_word=quotation(appeal.word, SHOWN_MAX) if appeal else "",
        due=say_date(appeal.due_at.astimezone(places.ZONE).date()) if appeal else "",
        answered=await name_of(ctx, appeal.decided_by) if appeal else "",
    )
    shown = [*_buttons(case, appeal), *await _undoing(ctx, case)]
    buttons = found.with_alarm(await found.is_asked(ctx, case), case, shown)
    return Message(text, buttons, await _facts(ctx, case, theirs), _menus(case))


def _said_on(case: Case) -> str:
    if case.posted_at is None:
        return ""
    at = case.posted_at.astimezone(places.ZONE)
    return f"{say_date(at.date())} à {say_hour(at)}"


async def _outcome(ctx: Context, case: Case) -> Markdown:
    """What was decided or proposed, by whom."""
    if waiting := proposed(case):
        by = await name_of(ctx, str(case.proposed["by"]))
        return render("moderation/outcome", by=by, act=terms.say_decision(waiting), case=case, reason=waiting.reason)
    if not case.act:
        return Markdown()
    by, under_way = await name_of(ctx, case.decided_by), await _is_under_way(ctx, case)
    return render(
        "moderation/outcome", by=by, act=label_of(case.act), case=case, reason=case.reason, under_way=under_way
    )


async def _is_under_way(ctx: Context, case: Case) -> bool:
    """Whether Mattermost has not done all of it yet."""
    measure = await measures.get(ctx.db, case.entry) if case.entry else None
    if measure is None or measure.ended_at is not None:
        return False
    record = records.read(measure)
    return record.looking or bool(record.waits)


def _buttons(case: Case, appeal: Appeal | None) -> Sequence[Button]:
    number = case.number
    around = [Button("Contexte", SeeContext(case=number))] if case.post_id else []
    match case.state:
        case State.OPEN:
            moves = [move for move in ONE_CLICK if case.post_id or move not in OF_MESSAGES]
            return [*(Button(move.label, Decide(case=number, move=move)) for move in moves), *around]
        case State.SECOND:
            return [
                Button("Approuver", Approve(case=number), "primary"),
                Button("Refuser", Decline(case=number), "danger"),
                *around,
            ]
        case State.APPEALED if appeal and appeal.decided_at is None:
            return [
                Button("Maintenir", Uphold(entry=appeal.entry)),
                Button("Alléger", Lighten(entry=appeal.entry)),
                Button("Annuler la mesure", Overturn(entry=appeal.entry)),
                *around,
            ]
        case _:
            return around


async def _undoing(ctx: Context, case: Case) -> Sequence[Button]:
    """« Annuler » what was decided, while it stands; an appeal has a button of its own."""
    measure = await measures.get(ctx.db, case.entry) if case.entry and not case.is_waiting else None
    if measure is None or measure.ended_at is not None:
        return []
    return [Button("Annuler", Run(line=f"moderer annuler {measure.entry}"), "danger")]


def _menus(case: Case) -> Sequence[Menu]:
    if case.state is not State.OPEN:
        return []
    options = {move.value: move.label for move in OTHERS if case.post_id or move not in OF_MESSAGES}
    return [Menu("Autre mesure…", DecideOtherwise(case=case.number), options)]


async def _facts(ctx: Context, case: Case, theirs: Sequence[Report]) -> Sequence[tuple[str, str]]:
    known = {
        "Signalé": _say_source(case, len(theirs)),
        "Motifs": terms.say_motives(ctx, theirs),
        "Règle": await found.told(ctx, case),
        "Sur douze mois": await terms.say_past(ctx, case),
        "La charte propose": await _proposal(ctx, case, theirs) if case.state is State.OPEN else "",
        "Fichiers": ", ".join(case.files)[:300],
    }
    return [(name, Markdown(escape(value))) for name, value in known.items() if value]


def _say_source(case: Case, count: int) -> str:
    if count:
        return "par une personne" if count == 1 else f"par {count} personnes"
    return {Source.RULE: "par une règle", Source.DIRECT: "par un animateur"}.get(case.source, "")


async def _proposal(ctx: Context, case: Case, theirs: Sequence[Report]) -> str:
    """What the charter says of that motive, and of how often it was."""
    key = main_motive(theirs)
    if not key or not safety.charter(ctx.settings):
        return ""
    return terms.say_graded(terms.motive_of(ctx, key).grade(await grading.before(ctx, case.author_id)))


def main_motive(theirs: Sequence[Report]) -> str:
    """The key of the motive that most give, one that says something rather than none; "" where nobody reported."""
    counted = Counter(one.motive for one in theirs)
    return max(counted, key=lambda key: (counted[key], key != terms.OTHER), default="")
