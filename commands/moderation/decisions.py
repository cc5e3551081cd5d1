"""Decisions about a case from its card: in a window, with a second animateur for heavy measures; or a look at the
context, an opinion, a hand-over. If two animateurs decide at once, the second reads who was first."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.account_status import is_active, read_display_name
from bot.audit import AuditEntry, record_entry
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.french import say_hour
from bot.permalinks import make_permalink
from bot.plain_text import strip_markdown, to_one_line
from bot.replies import Ask, Direct, Redirect, Replies, Reply, Whisper
from bot.texts import Markdown, mention, quotation, render
from commands.moderation import cards, cases
from commands.moderation.cards import CaseMove
from commands.moderation.measures import MeasureHandler, find_handler, store_measure
from commands.moderation.policy import ANIMATEURS, OTHER_MOTIVE, feature, find_motive, say_author, say_measure
from commands.moderation.reports import tell_reporters
from config.charte import MeasureKind
from dialogs import moderation as forms
from storage import database, people
from storage.journal import AuditAct, label_of
from storage.moderation import Case, CaseState, Measure, MeasureRecord
from storage.moderation import cases as stored_cases

ADMINS = "administrateurs"
COORDINATEURS_MAX = 1000
OFFERED_MAX = 20


async def list_recipients(ctx: Context, case: Case) -> dict[str, str]:
    """List to whom a case can be handed over: administrateurs, and the coordinateurs of its author’s départements."""
    near = await _find_coordinateurs(ctx, case)
    return {ADMINS: "Les administrateurs"} | {one.id: f"{one.full_name}, coordination" for one in near}


async def _find_coordinateurs(ctx: Context, case: Case) -> Sequence[people.Person]:
    author = await people.get(ctx.db, case.author_id)
    if author is None or not author.departements:
        return []
    there = await people.with_role(ctx.db, people.Role.COORDINATEUR, ctx.today, limit=COORDINATEURS_MAX)
    near = [one for one in there if not set(one.departements).isdisjoint(author.departements)]
    return [one for one in near if one.id != author.id][:OFFERED_MAX]


@feature.submit(forms.AskOpinion, roles=ANIMATEURS)
async def ask_opinion(ctx: Context, form: forms.AskOpinion) -> Replies:
    """Ask a question under the card; people named in it are notified."""
    case = await _lock_waiting_case(ctx, form.case)
    asked = await people.get(ctx.db, form.whom) if form.whom else None
    if form.whom and (asked is None or not asked.animates):
        raise UserError(fields={"a": render("moderation/opinion_from_animateur")})
    if asked and asked.id == case.author_id:
        raise UserError(fields={"a": render("moderation/opinion_from_other")})
    await cases.record_case_entry(ctx, case, AuditAct.CONSULT, form.text)
    by, whose = await read_display_name(ctx, ctx.user.id), mention(asked.username) if asked else Markdown()
    text = render("moderation/consulted", by=by, whose=whose, word=quotation(form.text, 1000))
    return [Whisper(render("moderation/opinion_asked")), *await cards.reply_under_card(ctx, case, text)]


@feature.submit(forms.ForwardCase, roles=ANIMATEURS)
async def forward_case(ctx: Context, form: forms.ForwardCase) -> Replies:
    """Hand a case over with a note. It stays open for animateurs, and its card says to whom it went."""
    case = await _lock_waiting_case(ctx, form.case)
    if form.whom == ADMINS:
        admins = await people.with_role(ctx.db, people.Role.ADMINISTRATEUR, ctx.today, limit=OFFERED_MAX)
        given = [one.id for one in admins if one.id not in {case.author_id, ctx.user.id}]
    else:
        given = [one.id for one in await _find_coordinateurs(ctx, case) if one.id == form.whom]
    there = [one for one in given if await is_active(ctx, one)]
    if not there:
        raise UserError(fields={"a": render("moderation/nobody_to_forward")})
    await cases.record_case_entry(ctx, case, AuditAct.FORWARD, form.text, after={"to": there})
    return [Whisper(render("moderation/forwarded_now")), *await _send_case(ctx, case, form, there)]


async def _send_case(ctx: Context, case: Case, form: forms.ForwardCase, there: Sequence[str]) -> Sequence[Reply]:
    """Send a case to administrateurs with its buttons, to coordinateurs for reading only."""
    by, word = await read_display_name(ctx, ctx.user.id), quotation(form.text, 1000)
    about = {
        "case": case,
        "author": await say_author(ctx, case),
        "message": quotation(case.message, cards.SHOWN_MAX),
        "address": Markdown(make_permalink(ctx.settings, case.post_id) if case.post_id else ""),
    }
    decides = form.whom == ADMINS
    text = render("moderation/handed_over", by=by, word=word, decides=decides, **about)
    told: list[Reply] = [Direct(text, user_id=one) for one in there]
    if decides:
        card = await cards.draw_card(ctx, case)
        told += [cards.CARD.send(case, card, one) for one in there]
    names = [await read_display_name(ctx, one) for one in there]
    note_under = render("moderation/forwarded", by=by, names=names, word=word)
    return [*told, *await cards.reply_under_card(ctx, case, note_under)]


async def _lock_waiting_case(ctx: Context, number: int) -> Case:
    case = await cases.lock_case(ctx, number)
    if not case.is_waiting:
        raise UserError(render("moderation/already_decided"))
    return case


SAID_MAX = 100
"""The most characters of a message in the title of its case’s window."""
OTHER_FORMS: Mapping[CaseMove, type[forms.CaseForm]] = {
    CaseMove.NOTHING: forms.DismissCase,
    CaseMove.MOVE: forms.MoveThread,
    CaseMove.CONSULT: forms.AskOpinion,
    CaseMove.FORWARD: forms.ForwardCase,
}
"""The windows of moves that are no measure against the author, or are decided in another way."""


@feature.button(cards.DecideOtherwise, roles=ANIMATEURS, writes=False)
async def open_chosen_form(ctx: Context, click: cards.DecideOtherwise) -> Replies:
    """Open the window of a measure chosen in the menu."""
    return Redirect.to(cards.DecideCase(case=click.case, move=CaseMove(click.chosen)))


@feature.button(cards.DecideCase, name="moderation.Decide", roles=ANIMATEURS, writes=False)
async def open_decision_form(ctx: ReadingContext, click: cards.DecideCase) -> Replies:
    """Open the window of a decision, which says what became of the message since."""
    case = await cases.get_case(ctx, click.case)
    if case.state is not CaseState.OPEN:
        return await say_already_decided(ctx, case)
    form = _find_form(click.move)
    if issubclass(form, forms.MeasureForm):
        await cases.check_target_by_id(ctx, case.author_id)
    fate = await cases.read_fate(ctx, case)
    return Ask(form.draft(case=case.number, said=say_case(case), fate=fate, **await _prefill(ctx, case, form)))


def _find_form(move: CaseMove) -> type[forms.CaseForm]:
    form = OTHER_FORMS.get(move) or find_handler(MeasureKind(move.value)).form
    assert form is not None  # it can be decided about a case
    return form


def say_case(case: Case) -> str:
    """Name a case in a window."""
    return to_one_line(strip_markdown(case.message), SAID_MAX) if case.post_id else f"@{case.author}"


async def _prefill(ctx: Context, case: Case, form: type[forms.CaseForm]) -> Mapping[str, object]:
    """Return the window’s values: the motive as the reason, and what the measure proposes."""
    if form is forms.ForwardCase:
        return {"there": await list_recipients(ctx, case)}
    if not issubclass(form, forms.MeasureForm):
        return {}
    key = cards.find_main_motive(await stored_cases.list_reports(ctx.db, case.number))
    reason = {} if key in {"", OTHER_MOTIVE} else {"reason": find_motive(ctx, key).label}
    return {**reason, **await find_handler(form.measure).prefill(ctx, case, key)}


async def say_already_decided(ctx: Context, case: Case) -> Sequence[Reply]:
    """Say that somebody has decided or proposed something already."""
    waiting = cases.read_proposal(case)
    by = str(case.proposed["by"]) if waiting else case.decided_by
    named = "vous" if by == ctx.user.id else await read_display_name(ctx, by)
    act = say_measure(waiting.measure, waiting.lasts) if waiting else label_of(case.act)
    text = render("moderation/decided_already", case=case, by=named, act=act)
    return [Whisper(text), *await cards.refresh_card(ctx, case)]


async def carry_out(ctx: Context, case: Case, decision: cases.Decision, *, is_second: bool = False) -> Sequence[Reply]:
    """Carry out a decision about a locked case (``cases.lock``), in a writing transaction and without asking
    Mattermost.

    The caller has checked the account (``cases.check_target``), and rewrites the card and tells the reporters. A heavy
    decision by a first animateur leaves the case in state SECOND (``case.proposed``); the same decision by another one
    carries it out. ``is_second`` says that the decider already is a second animateur, as for the answer to an appeal.
    Raises UserError.
    """
    await cases.check_decider(ctx, case)
    handler, first = find_handler(decision.measure), ""
    decision = await handler.complete(ctx, case, decision)
    if handler.is_heavy(decision) and not is_second:
        waiting = cases.read_proposal(case)
        if waiting is None or waiting.measure is not decision.measure:
            await _propose_measure(ctx, case, decision, handler.name_thing(case, ""))
            return []
        cases.refuse_own_proposal(ctx, first := str(case.proposed["by"]))
        decision = waiting
    measure = await _store_decided_measure(ctx, case, handler, decision, first)
    return await handler.start(ctx, case, measure, stored_cases.read_record(measure))


async def _propose_measure(ctx: Context, case: Case, decision: cases.Decision, thing: str) -> None:
    act, seconds = decision.measure.value, int(decision.lasts.total_seconds()) if decision.lasts else 0
    after = {"case": case.number, "act": act}
    await record_entry(ctx, AuditEntry(AuditAct.PROPOSE, thing, case.author_id, decision.reason, after=after))
    wanted = {"by": ctx.user.id, "act": act, "reason": decision.reason, "seconds": seconds}
    await database.change(ctx.db, case, state=CaseState.SECOND, proposed=wanted | {"channel_id": decision.channel_id})


async def _store_decided_measure(
    ctx: Context, case: Case, handler: MeasureHandler, decision: cases.Decision, proposed_by: str
) -> Measure:
    """Store the audit entry, the measure under its number, and the case as decided."""
    until = ctx.now + decision.lasts if decision.lasts else None
    place = handler.find_place(case, decision)
    after: dict[str, object] = {"case": case.number}
    after |= ({"until": until.isoformat()} if until else {}) | ({"channel": place} if place else {})
    # The bot’s own tables may not know what the channel is called; the case does.
    titles = {place: case.channel} if case.channel and place == case.channel_id else {}
    record = MeasureRecord(titles=titles, instead_of=decision.instead_of)
    deed = AuditEntry(handler.act, handler.name_thing(case, place), case.author_id, decision.reason, after=after)
    columns = {"case_id": case.number, "channels": [place] if place else [], "until": until, "proposed_by": proposed_by}
    measure = await store_measure(ctx, deed, record, **columns)
    await cases.mark_decided(ctx, case, handler.act, decision.reason, entry=measure.entry, until=until)
    return measure


async def decide_case(ctx: Context, form: forms.MeasureForm) -> Replies:
    """Carry out the window’s decision, or propose it to a second animateur; its reporters are told."""
    case = await cases.lock_case(ctx, form.case)
    if case.state is not CaseState.OPEN:
        return await say_already_decided(ctx, case)
    told = await carry_out(ctx, case, cases.Decision(form.measure, form.reason, form.duration, form.channel_id))
    return [*confirm_decision(case, form.fate), *told, *await announce_decision(ctx, case)]


for window in forms.MEASURE_FORMS:
    feature.submit(window, roles=ANIMATEURS)(decide_case)


async def decide_at_once(ctx: Context, case: Case, decision: cases.Decision) -> Replies:
    """Carry out or propose the decision of a typed line; rewrite the card, tell the reporters and the room."""
    replies = await carry_out(ctx, case, decision)
    if case.state is CaseState.SECOND:
        said = Whisper(render("moderation/proposed", case=case))
        return [*replies, *await cards.post_card(ctx, case), said]
    measure = await stored_cases.get_measure(ctx.db, case.entry or 0)
    assert measure is not None  # it was just written down
    told = await cards.describe_measure(ctx, measure)
    room = await cards.say_in_room(ctx, render("moderation/measure_done", told=told, who=case.author, case=case.number))
    words = find_handler(decision.measure).answer
    text = render("moderation/answer", words=words, told=told, who=case.author, case=case.number)
    return [*replies, *room, *await announce_decision(ctx, case), Whisper(text)]


def confirm_decision(case: Case, fate: forms.Fate = forms.Fate.SAME) -> Sequence[Reply]:
    """Confirm to the decider what is done."""
    waits = case.state is CaseState.SECOND
    gone = fate is forms.Fate.GONE and case.act == AuditAct.HIDE
    is_slow = bool(case.act) and case.act != AuditAct.DISMISS and find_handler(case.act).is_slow
    told = {"waits": waits, "act": label_of(case.act), "gone": gone, "under_way": is_slow and not gone}
    return [Whisper(render("moderation/done", case=case, **told), courtesy=not waits and not gone)]


async def announce_decision(ctx: Context, case: Case) -> Sequence[Reply]:
    """Rewrite the card after a decision, and tell the reporters."""
    return [*await cards.refresh_card(ctx, case), *await tell_reporters(ctx, case)]


@feature.submit(forms.DismissCase, roles=ANIMATEURS)
async def dismiss_case(ctx: Context, form: forms.DismissCase) -> Replies:
    """Close a case without a measure."""
    case = await cases.lock_case(ctx, form.case)
    if case.state is not CaseState.OPEN:
        return await say_already_decided(ctx, case)
    if form.verdict == "infonde":
        await stored_cases.judge_reports(ctx.db, case.number, was_right=False)
    entry = await cases.record_case_entry(ctx, case, AuditAct.DISMISS, form.reason, after={"case": case.number})
    await cases.mark_decided(ctx, case, AuditAct.DISMISS, form.reason, entry=entry.id)
    return [*confirm_decision(case), *await announce_decision(ctx, case)]


@feature.button(cards.ApproveProposal, name="moderation.Approve", roles=ANIMATEURS)
async def approve_measure(ctx: Context, click: cards.ApproveProposal) -> Replies:
    """Carry out a measure that another animateur proposed."""
    case = await cases.lock_case(ctx, click.case)
    if case.state is not CaseState.SECOND:
        return await say_already_decided(ctx, case)
    cases.refuse_own_proposal(ctx, str(case.proposed["by"]))
    told = await carry_out(ctx, case, cases.get_proposal(case))
    return [*confirm_decision(case), *told, *await announce_decision(ctx, case)]


@feature.button(cards.DeclineProposal, name="moderation.Decline", roles=ANIMATEURS, writes=False)
async def open_decline_form(ctx: Context, click: cards.DeclineProposal) -> Replies:
    """Open the window in which a proposed measure is declined."""
    case = await cases.get_case(ctx, click.case)
    if case.state is not CaseState.SECOND:
        return await say_already_decided(ctx, case)
    cases.refuse_own_proposal(ctx, str(case.proposed["by"]))
    return Ask(forms.DeclineMeasure.draft(case=click.case, said=say_case(case)))


@feature.submit(forms.DeclineMeasure, roles=ANIMATEURS)
async def decline_measure(ctx: Context, form: forms.DeclineMeasure) -> Replies:
    """Decline a proposed measure: the case is open again, and its proposer reads why."""
    case = await cases.lock_case(ctx, form.case)
    if case.state is not CaseState.SECOND:
        return await say_already_decided(ctx, case)
    cases.refuse_own_proposal(ctx, str(case.proposed["by"]))
    waiting, first = cases.get_proposal(case), str(case.proposed["by"])
    act = say_measure(waiting.measure, waiting.lasts)
    await cases.record_case_entry(ctx, case, AuditAct.DECLINE, form.text, before={"act": waiting.measure.value})
    await database.change(ctx.db, case, state=CaseState.OPEN, proposed={})
    by, word = await read_display_name(ctx, ctx.user.id), quotation(form.text, 1000)
    text = render("moderation/declined", case=case, by=by, act=act, word=word)
    told = [Direct(text, user_id=first)] if await is_active(ctx, first) else []
    return [Whisper(render("moderation/is_declined", case=case)), *told, *await cards.refresh_card(ctx, case)]


AROUND_MAX = 600
"""The most characters of each message around the reported one."""


@feature.button(cards.SeeContext, roles=ANIMATEURS, writes=False)
async def show_context(ctx: ReadingContext, click: cards.SeeContext) -> Replies:
    """Show the whole message as reported, those around it, and what became of it."""
    case = await cases.get_case(ctx, click.case)
    fate = await cases.read_fate(ctx, case)
    names = await _read_names(ctx, case)
    around = [_draw_message(ctx, one, names) for one in case.context]
    text = render(
        "moderation/context",
        case=case,
        author=await say_author(ctx, case),
        message=quotation(case.message, 10_000),
        fate=fate.label,
        before=[line for after, line in around if not after],
        after=[line for after, line in around if after],
    )
    return Whisper(text)


async def _read_names(ctx: ReadingContext, case: Case) -> dict[str, str]:
    """Return the present names of the authors around a message; erased people have none."""
    ids = {str(one["author_id"]) for one in case.context if "author_id" in one}
    return {user.id: user.username async for page in ctx.chat.users(sorted(ids)) for user in page}


def _draw_message(ctx: Context, one: dict[str, object], names: dict[str, str]) -> tuple[bool, tuple[str, str, str]]:
    at = datetime.fromisoformat(str(one["at"])).astimezone(ctx.zone)
    name = names.get(str(one.get("author_id", "")), "") or one.get("author")
    said_by = f"@{name}" if name else "Quelqu’un"
    return bool(one["after"]), (said_by, say_hour(at), quotation(str(one["message"]), AROUND_MAX))
