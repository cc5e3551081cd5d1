"""Animateurs decide about a case by its card: by a form, with a second of them where the measure is heavy;
or they look at its context, ask for an opinion, hand it to others. Of two at once the second reads who was first.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.account_status import is_active, read_display_name
from bot.audit import AuditEntry, record_entry
from bot.context import Context
from bot.errors import UserError
from bot.french.periods import say_hour
from bot.permalinks import make_permalink
from bot.plain_text import strip_markdown, to_one_line
from bot.replies import Ask, Direct, Redirect, Replies, Reply, Whisper
from bot.texts import Markdown, mention, quotation, render
from commands.moderation import cards, charter, reports
from commands.moderation.cards import Approve, Decide, DecideOtherwise, Decline, Move, SeeContext
from commands.moderation.cases import (
    Decision,
    check_target_by_id,
    get_case,
    lock_case,
    name_case_object,
    read_fate,
    read_proposal,
)
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.measures import carry_out
from dialogs.moderation.forms import (
    MEASURE_FORMS,
    AskOpinion,
    CaseForm,
    DeclineMeasure,
    DismissCase,
    ExcludeAuthor,
    Fate,
    ForwardCase,
    HideMessage,
    MeasureForm,
    MoveThread,
    RemindCharter,
    SilenceAuthor,
    WarnAuthor,
)
from storage import people
from storage.database import change
from storage.journal import AuditAct, label_of
from storage.moderation.cases import Case, CaseState
from storage.moderation.reports import judge, list_of_case
from storage.people import Person, Role

ADMINS = "administrateurs"
COORDINATEURS_MAX = 1000
OFFERED_MAX = 20
ALREADY_DECIDED = "Ce dossier est déjà décidé."


async def list_recipients(ctx: Context, case: Case) -> dict[str, str]:
    """To whom a case can be handed: administrateurs, and the coordinateurs of where the author works."""
    near = await _find_coordinateurs(ctx, case)
    return {ADMINS: "Les administrateurs"} | {one.id: f"{one.full_name}, coordination" for one in near}


async def _find_coordinateurs(ctx: Context, case: Case) -> Sequence[Person]:
    author = await people.get(ctx.db, case.author_id)
    if author is None or not author.departements:
        return []
    there = await people.with_role(ctx.db, Role.COORDINATEUR, limit=COORDINATEURS_MAX)
    near = [one for one in there if not set(one.departements).isdisjoint(author.departements)]
    return [one for one in near if one.id != author.id][:OFFERED_MAX]


@feature.submit(AskOpinion, roles=ANIMATEURS)
async def ask_opinion(ctx: Context, form: AskOpinion) -> Replies:
    """A question under the card; whoever is named is called there."""
    case = await _lock_waiting_case(ctx, form.case)
    asked = await people.get(ctx.db, form.whom) if form.whom else None
    if form.whom and (asked is None or not asked.animates):
        raise UserError(fields={"a": "Choisissez un animateur : le dossier est dans leur salle."})
    if asked and asked.id == case.author_id:
        raise UserError(fields={"a": "Ce dossier concerne cette personne : demandez à quelqu’un d’autre."})
    await record_entry(ctx, AuditEntry(AuditAct.CONSULT, name_case_object(case), case.author_id, form.text))
    by, whose = await read_display_name(ctx, ctx.user.id), mention(asked.username) if asked else Markdown()
    text = render("moderation/consulted", case=case, by=by, whose=whose, word=quotation(form.text, 1000))
    return [Whisper("Votre question est sous le dossier."), *await cards.reply_under_card(ctx, case, text)]


@feature.submit(ForwardCase, roles=ANIMATEURS)
async def forward_case(ctx: Context, form: ForwardCase) -> Replies:
    """It is sent to them with a word; the case goes on among animateurs, and says to whom it went."""
    case = await _lock_waiting_case(ctx, form.case)
    if form.whom == ADMINS:
        admins = await people.with_role(ctx.db, Role.ADMINISTRATEUR, limit=OFFERED_MAX)
        given = [one.id for one in admins if one.id not in {case.author_id, ctx.user.id}]
    else:
        given = [one.id for one in await _find_coordinateurs(ctx, case) if one.id == form.whom]
    there = [one for one in given if await is_active(ctx, one)]
    if not there:
        raise UserError(fields={"a": "Personne d’autre n’est là : choisissez quelqu’un d’autre."})
    await record_entry(
        ctx, AuditEntry(AuditAct.FORWARD, name_case_object(case), case.author_id, form.text, after={"to": there})
    )
    return [Whisper("C’est transmis."), *await _send_case(ctx, case, form, there)]


async def _send_case(ctx: Context, case: Case, form: ForwardCase, there: Sequence[str]) -> Sequence[Reply]:
    """To administrateurs with all that can be decided, to coordinateurs as a message to read."""
    by, word = await read_display_name(ctx, ctx.user.id), quotation(form.text, 1000)
    about = {
        "case": case,
        "author": await charter.say_author(ctx, case),
        "message": quotation(case.message, cards.SHOWN_MAX),
        "address": Markdown(make_permalink(ctx.settings, case.post_id) if case.post_id else ""),
    }
    decides = form.whom == ADMINS
    text = render("moderation/handed_over", by=by, word=word, decides=decides, **about)
    told: list[Reply] = [Direct(text, user_id=one) for one in there]
    if decides:
        card = await cards.draw_card(ctx, case)
        shown = (card.text, card.buttons, card.facts, card.menus)
        told += [Direct(*shown, user_id=one, topic=cards.make_card_topic(case.number)) for one in there]
    names = [await read_display_name(ctx, one) for one in there]
    note_under = render("moderation/forwarded", by=by, names=names, word=word)
    return [*told, *await cards.reply_under_card(ctx, case, note_under)]


async def _lock_waiting_case(ctx: Context, number: int) -> Case:
    case = await lock_case(ctx, number)
    if not case.is_waiting:
        raise UserError(ALREADY_DECIDED)
    return case


SAID_MAX = 100
"""Characters of a message by which a window calls its case."""
DEFAULT_SILENCE = timedelta(days=7)
"""How long a silence is proposed to last where the charter proposes none."""
SLOW_ACTS = {AuditAct.HIDE, AuditAct.SILENCE, AuditAct.EXCLUDE, AuditAct.MOVE}
"""What Mattermost does after it is decided."""
FORMS: dict[Move, type[CaseForm]] = {
    Move.NOTHING: DismissCase,
    Move.REMIND: RemindCharter,
    Move.HIDE: HideMessage,
    Move.WARN: WarnAuthor,
    Move.SILENCE: SilenceAuthor,
    Move.EXCLUDE: ExcludeAuthor,
    Move.MOVE: MoveThread,
    Move.CONSULT: AskOpinion,
    Move.FORWARD: ForwardCase,
}


@feature.button(DecideOtherwise, roles=ANIMATEURS, writes=False)
async def open_chosen_form(ctx: Context, click: DecideOtherwise) -> Replies:
    """The same as a button."""
    return Redirect.to(Decide(case=click.case, move=Move(click.chosen)))


@feature.button(Decide, roles=ANIMATEURS, writes=False)
async def open_decision_form(ctx: Context, click: Decide) -> Replies:
    """The window, which says what became of the message since it was reported."""
    case = await get_case(ctx, click.case)
    if case.state is not CaseState.OPEN:
        return await say_already_decided(ctx, case)
    if issubclass(FORMS[click.move], MeasureForm):
        await check_target_by_id(ctx, case.author_id)
    fate = await read_fate(ctx, case)
    about = {"case": case.number, "said": say_case(case), "fate": fate, **await _prefill_form(ctx, case, click.move)}
    return Ask(FORMS[click.move].draft(**about))


def say_case(case: Case) -> str:
    """What a window calls it."""
    return to_one_line(strip_markdown(case.message), SAID_MAX) if case.post_id else f"@{case.author}"


async def _prefill_form(ctx: Context, case: Case, move: Move) -> dict[str, object]:
    """What is filled in beforehand: the reason by the motive, the length by the charter."""
    if move is Move.FORWARD:
        return {"there": await list_recipients(ctx, case)}
    if not issubclass(FORMS[move], MeasureForm):
        return {}
    key = cards.find_main_motive(await list_of_case(ctx.db, case.number))
    known: dict[str, object] = (
        {"reason": charter.find_motive(ctx, key).label} if key not in {"", charter.OTHER_MOTIVE} else {}
    )
    if move is Move.SILENCE:
        graded = (
            charter.find_motive(ctx, key).grade(await charter.count_sanctions(ctx, case.author_id)) if key else None
        )
        known["lasts"] = graded.lasts if graded and graded.lasts else DEFAULT_SILENCE
    if move is Move.EXCLUDE and case.channel_id:
        known["place"] = case.channel_id
    return known


async def say_already_decided(ctx: Context, case: Case) -> Sequence[Reply]:
    """Somebody decided already, or proposed something."""
    waiting = read_proposal(case)
    by = str(case.proposed["by"]) if waiting else case.decided_by
    named = "vous" if by == ctx.user.id else await read_display_name(ctx, by)
    act = charter.say_decision(waiting) if waiting else label_of(case.act)
    return [
        Whisper(render("moderation/decided_already", case=case, by=named, act=act)),
        *await cards.refresh_card(ctx, case),
    ]


async def decide_case(ctx: Context, form: MeasureForm) -> Replies:
    """It is done, or waits for a second animateur; who reported it hears so."""
    case = await lock_case(ctx, form.case)
    if case.state is not CaseState.OPEN:
        return await say_already_decided(ctx, case)
    told = await carry_out(ctx, case, Decision(form.measure, form.reason, form.duration, form.channel_id))
    return [*confirm_decision(case, form.fate), *told, *await announce_decision(ctx, case)]


for window in MEASURE_FORMS:
    feature.submit(window, roles=ANIMATEURS)(decide_case)


def confirm_decision(case: Case, fate: Fate = Fate.SAME) -> Sequence[Reply]:
    """What who decided reads."""
    waits = case.state is CaseState.SECOND
    act = label_of(case.act)
    gone = fate is Fate.GONE and case.act == AuditAct.HIDE
    under_way = not gone and case.act in SLOW_ACTS
    return [Whisper(render("moderation/done", case=case, waits=waits, act=act, gone=gone, under_way=under_way))]


async def announce_decision(ctx: Context, case: Case) -> Sequence[Reply]:
    """What comes after each decision: the card, and who reported it."""
    return [*await cards.refresh_card(ctx, case), *await reports.tell_reporters(ctx, case)]


@feature.submit(DismissCase, roles=ANIMATEURS)
async def dismiss_case(ctx: Context, form: DismissCase) -> Replies:
    """Nothing is done to anybody."""
    case = await lock_case(ctx, form.case)
    if case.state is not CaseState.OPEN:
        return await say_already_decided(ctx, case)
    if form.verdict == "infonde":
        await judge(ctx.db, case.number, was_right=False)
    deed = AuditEntry(
        AuditAct.DISMISS, name_case_object(case), case.author_id, form.reason, after={"case": case.number}
    )
    decided = {"act": AuditAct.DISMISS.value, "reason": form.reason, "entry": (await record_entry(ctx, deed)).id}
    await change(ctx.db, case, state=CaseState.DECIDED, decided_at=ctx.now, decided_by=ctx.user.id, **decided)
    return [*confirm_decision(case), *await announce_decision(ctx, case)]


OWN_PROPOSAL = "Vous l’avez proposé vous-même : un second animateur l’approuve, ou non."


@feature.button(Approve, roles=ANIMATEURS)
async def approve_measure(ctx: Context, click: Approve) -> Replies:
    """It is carried out as it was proposed."""
    case = await lock_case(ctx, click.case)
    waiting = read_proposal(case)
    if waiting is None:
        return await say_already_decided(ctx, case)
    _refuse_proposer(ctx, case)
    told = await carry_out(ctx, case, waiting)
    return [*confirm_decision(case), *told, *await announce_decision(ctx, case)]


@feature.button(Decline, roles=ANIMATEURS, writes=False)
async def open_decline_form(ctx: Context, click: Decline) -> Replies:
    """The window of a reason."""
    case = await get_case(ctx, click.case)
    if read_proposal(case) is None:
        return await say_already_decided(ctx, case)
    _refuse_proposer(ctx, case)
    return Ask(DeclineMeasure.draft(case=case.number, said=say_case(case)))


@feature.submit(DeclineMeasure, roles=ANIMATEURS)
async def decline_measure(ctx: Context, form: DeclineMeasure) -> Replies:
    """The case is open again; who proposed it reads why."""
    case = await lock_case(ctx, form.case)
    waiting = read_proposal(case)
    if waiting is None:
        return await say_already_decided(ctx, case)
    _refuse_proposer(ctx, case)
    first = str(case.proposed["by"])
    act = charter.say_decision(waiting)
    await record_entry(
        ctx,
        AuditEntry(
            AuditAct.DECLINE, name_case_object(case), case.author_id, form.text, before={"act": waiting.measure.value}
        ),
    )
    await change(ctx.db, case, state=CaseState.OPEN, proposed={})
    text = render(
        "moderation/declined",
        case=case,
        by=await read_display_name(ctx, ctx.user.id),
        act=act,
        word=quotation(form.text, 1000),
    )
    told = [Direct(text, user_id=first)] if await is_active(ctx, first) else []
    return [Whisper(render("moderation/is_declined", case=case)), *told, *await cards.refresh_card(ctx, case)]


def _refuse_proposer(ctx: Context, case: Case) -> None:
    if case.proposed["by"] == ctx.user.id:
        raise UserError(OWN_PROPOSAL)


AROUND_MAX = 600
"""Characters of a message around."""


@feature.button(SeeContext, roles=ANIMATEURS, writes=False)
async def show_context(ctx: Context, click: SeeContext) -> Replies:
    """The message as it was, whole, and what stood around it; what became of it since."""
    case = await get_case(ctx, click.case)
    fate = await read_fate(ctx, case)
    names = await _read_names(ctx, case)
    around = [_draw_message(ctx, one, names) for one in case.context]
    text = render(
        "moderation/context",
        case=case,
        author=await charter.say_author(ctx, case),
        message=quotation(case.message, 10_000),
        fate=fate.said,
        before=[line for after, line in around if not after],
        after=[line for after, line in around if after],
    )
    return Whisper(text)


async def _read_names(ctx: Context, case: Case) -> dict[str, str]:
    """What those around it are called now; nobody knows any more what erased ones were called."""
    ids = {str(one["author_id"]) for one in case.context if "author_id" in one}
    return {user.id: user.username async for page in ctx.chat.users(sorted(ids)) for user in page}


def _draw_message(ctx: Context, one: dict[str, object], names: dict[str, str]) -> tuple[bool, tuple[str, str, str]]:
    at = datetime.fromisoformat(str(one["at"])).astimezone(ctx.zone)
    name = names.get(str(one.get("author_id", "")), "") or one.get("author")
    said_by = f"@{name}" if name else "Quelqu’un"
    return bool(one["after"]), (said_by, say_hour(at), quotation(str(one["message"]), AROUND_MAX))
