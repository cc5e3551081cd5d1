"""« /garde » (moi, retirer, absent, present): who is on duty for the hotline, from when to when, and who is away."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import partial

from bot.calendar import OfficeHours
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.french import Period, join, say_days
from bot.menus import Choosing, Menu
from bot.replies import Ask, Button, Direct, Message, Replies, RunCommand, Whisper
from bot.texts import Markdown, escape, quote, render
from commands.garde import rota, swaps
from commands.garde.rota import AGENTS, feature
from config.text import fold
from dialogs.garde import ALL, TakeTurn, read_absence, read_turn
from storage.absences import Absence, find_absence, list_absences
from storage.hotline import duty
from storage.hotline.duty import DutyTurn, get_day
from storage.journal import AuditAct
from storage.people import Person


async def read_absence_line(ctx: ReadingContext, text: str) -> rota.DutyRequest:
    """Read who is away, and on which days. Raises UserError."""
    if not text.strip():
        raise UserError(render("garde/absence_usage"))
    return await rota.read_line(ctx, text, read_absence)


@feature.command(
    "garde absent", help="Noter une absence", hint="[@nom] du 30/11 au 4/12", roles=AGENTS, asks=read_absence_line
)
async def add_absence(ctx: Context, said: rota.DutyRequest) -> Replies:
    """Record that somebody is away on those days."""
    await duty.lock_duty(ctx.db, ctx.now)
    absence = await _make_absence(ctx, said)
    await rota.ensure_registered(ctx, said.person)
    number = await duty.add_days(ctx.db, absence)
    rota.note_absence(ctx, absence.model_copy(update={"id": number}), ends=False)
    return await _report_absence(ctx, absence, Button("Annuler", rota.EndAbsence(number=number)), "away")


class ChosenDays(Choosing):
    """Menu of absences or turns: the number of one is ``chosen``; ``first`` and ``end`` limit it to the days that were
    typed."""

    first: date | None = None
    end: date | None = None

    @property
    def days(self) -> Period | None:
        """The days that were typed; None for all days."""
        return Period(self.first, self.end) if self.first and self.end else None


class ReturnOne(ChosenDays):
    """Menu that ends the chosen absence."""


PersonDays = tuple[Person, Period | None]
"""Somebody, and days, if some are said."""


async def read_person_days(ctx: ReadingContext, text: str, read_days: rota.DaysReader) -> PersonDays:
    """Read who is meant, and on which days, if some were typed."""
    person, rest = await rota.read_person(ctx, text)
    return person, (await rota.read_line(ctx, rest, read_days)).days if rest else None


@feature.command(
    "garde present",
    help="Dire que vous êtes de retour, ou pas absent finalement",
    hint="[@nom] [jour]",
    roles=AGENTS,
    asks=partial(read_person_days, read_days=read_absence),
)
async def end_absence(ctx: Context, said: PersonDays) -> Replies:
    """End the absence of somebody who is back: from today on; a coming absence is removed, or loses the typed days. If
    several are possible, show a menu."""
    person, days = said
    first, end = (days.start, days.end) if days else (get_day(ctx.now), date.max)
    theirs = await list_absences(ctx.db, [person.id], first, whole=True)
    found = [each for each in theirs if each.starts < end]
    if not found:
        when = "ces jours-là" if days else "aujourd’hui, ni plus tard"
        raise UserError(render("garde/no_absence", when=when))
    if len(found) == 1 or (not days and found[0].has(get_day(ctx.now))):
        return await _end_absence_days(ctx, found[0].number, days)
    chosen = ReturnOne(first=days.start, end=days.end) if days else ReturnOne()
    options = {str(each.number): rota.say_dates(each) for each in found}
    return Whisper(render("garde/which_absence"), menus=[Menu("Choisir l’absence", chosen, options)])


@feature.button(ReturnOne, roles=AGENTS)
async def end_chosen_absence(ctx: Context, click: ReturnOne) -> Replies:
    """End the absence chosen in the menu."""
    return await _end_absence_days(ctx, int(click.chosen), click.days)


@feature.undo(rota.EndAbsence, name="garde.Return", roles=AGENTS)
async def undo_absence(ctx: Context, click: rota.EndAbsence) -> Replies:
    """End an absence; remove it if it has not begun."""
    return await _end_absence_days(ctx, click.number, None)


async def _end_absence_days(ctx: Context, number: int, days: Period | None) -> Replies:
    """End what is left of an absence, or only some of its days."""
    await duty.lock_duty(ctx.db, ctx.now)
    absence, today = await find_absence(ctx.db, number), get_day(ctx.now)
    part = _find_part(absence, days, today)
    if absence is None or part is None:
        raise UserError(render("garde/absence_gone"))
    gone = Absence(**(absence.model_dump() | {"starts": part.start, "ends": part.end}))
    await duty.take_out(ctx.db, absence, part.start, part.end)
    rota.note_absence(ctx, gone, ends=True)
    return await _report_absence(ctx, gone, None, "present")


def _find_part(found: Absence | DutyTurn | None, days: Period | None, today: date) -> Period | None:
    """Return the coming days of an absence or turn, limited to ``days``; None if there are none."""
    if found is None:
        return None
    start = max(found.starts, today, days.start if days else today)
    end = min(found.ends, days.end) if days else found.ends
    return Period(start, end) if start < end else None


async def _make_absence(ctx: Context, said: rota.DutyRequest) -> Absence:
    """Make the absence that was typed. Raises UserError if it is over in Paris, or recorded already."""
    starts = max(said.days.start, get_day(ctx.now))
    absence = Absence(user_id=said.person.id, starts=starts, ends=said.days.end, by=ctx.user.id, at=ctx.now)
    if absence.ends <= starts:
        raise UserError(render("garde/days_past"))
    there = await list_absences(ctx.db, [absence.user_id], absence.starts, whole=True)
    if same := next((each for each in there if each.meets(absence)), None):
        raise UserError(render("garde/absence_known", same=rota.say_dates(same)))
    return absence


async def _report_absence(ctx: Context, absence: Absence, button: Button | None, what: str) -> Replies:
    """Tell the person who acted the outcome, with the turns that nobody else covers; tell the absent person too, if
    they are another."""
    turns = await duty.list_turns(ctx.db, absence.starts, absence.ends)
    own = [turn for turn in turns if turn.user_id == absence.user_id]
    called = (await rota.say_names(ctx, [absence.user_id]))[absence.user_id]
    is_self = absence.user_id == ctx.user.id
    about = {"days": rota.say_dates(absence), "turns": [rota.say_turn(ctx, turn) for turn in own], "what": what}
    text = render("garde/absence", who=None if is_self else called, by=None, **about)
    buttons = [button] if button else []
    if is_self and own and what == "away":
        buttons.append(Button("Échanger ma garde", rota.OpenSwap()))
    told = Whisper(text, buttons)
    if is_self:
        return told
    return [told, Direct(render("garde/absence", who=None, by=ctx.user, **about), user_id=absence.user_id)]


class ReleaseOne(ChosenDays):
    """Menu that removes the chosen turn."""


@feature.command(
    "garde retirer",
    help="Ne plus être de garde",
    hint="[@nom] [jour]",
    roles=AGENTS,
    asks=partial(read_person_days, read_days=read_turn),
)
async def release_by_line(ctx: Context, said: PersonDays) -> Replies:
    """Remove the only turn that is meant, or some of its days; if several are possible, show a menu."""
    person, days = said
    theirs = await duty.list_turns_of(ctx.db, person.id, get_day(ctx.now))
    found = [turn for turn in theirs if days is None or (turn.starts < days.end and days.start < turn.ends)]
    if not found:
        who = "Vous n’êtes" if person.id == ctx.user.id else f"@{quote(person.username)} n’est"
        when = "ces jours-là" if days else "en ce moment, ni plus tard"
        raise UserError(render("garde/nobody_on_duty", who=who, when=when))
    if len(found) == 1:
        return await _release_days(ctx, found[0].number, days)
    chosen = ReleaseOne(first=days.start, end=days.end) if days else ReleaseOne()
    options = {str(turn.number): rota.shorten_turn(ctx, turn) for turn in found}
    return Whisper(render("garde/which_turn"), menus=[Menu("Choisir la garde", chosen, options)])


@feature.button(ReleaseOne, roles=AGENTS)
async def release_chosen(ctx: Context, click: ReleaseOne) -> Replies:
    """Remove the turn chosen in the menu."""
    return await _release_days(ctx, int(click.chosen), click.days)


@feature.button(rota.ReleaseTurn, name="garde.Release", roles=AGENTS)
async def release_turn(ctx: Context, click: rota.ReleaseTurn) -> Replies:
    """Remove a turn; if it has begun, its days from today on."""
    return await _release_days(ctx, click.number, None)


async def _release_days(ctx: Context, number: int, days: Period | None) -> Replies:
    """Remove what is left of a turn, or only some of its days."""
    await duty.lock_duty(ctx.db, ctx.now)
    turn, today = await duty.get_turn(ctx.db, number), get_day(ctx.now)
    part = _find_part(turn, days, today)
    if turn is None or part is None:
        raise UserError(render("garde/turn_gone"))
    gone = _copy_turn(turn, starts=part.start, ends=part.end)
    rest = await duty.take_out(ctx.db, turn, part.start, part.end)
    undo = Button("Annuler", rota.PutBackTurn(number=number, ends=turn.ends, cut=part.start, rest=rest))
    rota.note_turn(ctx, AuditAct.DUTY_RELEASE, gone)
    return await _report_turn(ctx, gone, "released", undo)


@feature.undo(rota.PutBackTurn, name="garde.PutBack", roles=AGENTS)
async def restore_turn(ctx: Context, click: rota.PutBackTurn) -> Replies:
    """Restore the days that were removed from a turn. Raises UserError if it changed since, or if its agent may no
    longer be on duty."""
    await duty.lock_duty(ctx.db, ctx.now)
    turn, today = await duty.get_turn(ctx.db, click.number), get_day(ctx.now)
    if turn is None or turn.ends != click.cut or click.ends <= today:
        raise UserError(render("garde/turn_changed"))
    if turn.user_id != ctx.user.id:
        await rota.read_registered(ctx, turn.user_id)
    if click.rest is not None:
        await _join_turns(ctx, turn, click)
    back = _copy_turn(turn, starts=max(turn.starts, today), ends=click.ends)
    await rota.must_be_free(ctx, back)
    await duty.end_days(ctx.db, turn, click.ends)
    rota.note_turn(ctx, AuditAct.DUTY_TAKE, back)
    return await _report_turn(ctx, back, "back", Button("Retirer", rota.ReleaseTurn(number=click.number)))


async def _join_turns(ctx: Context, turn: DutyTurn, click: rota.PutBackTurn) -> None:
    """Remove the turn that was split off after the removed days, so that the first one can cover them again. Raises
    UserError if it changed since."""
    rest = await duty.get_turn(ctx.db, click.rest or 0)
    if rest is None or (rest.user_id, rest.ends) != (turn.user_id, click.ends) or rest.starts >= rest.ends:
        raise UserError(render("garde/turn_changed"))
    await duty.end_days(ctx.db, rest, rest.starts)


async def _report_turn(ctx: Context, turn: DutyTurn, what: str, button: Button) -> Replies:
    """Tell the person who acted the outcome; rewrite the message that told the agent of the turn, and tell them, if
    they are another."""
    there = await duty.list_turns(ctx.db, turn.starts, turn.ends)
    others = [other.user_id for other in there if other.user_id != turn.user_id and other.covers(turn.queue)]
    called = await rota.say_names(ctx, [turn.user_id, *others])
    is_self = turn.user_id == ctx.user.id
    about = {"turn": rota.say_turn(ctx, turn), "what": what}
    who = None if is_self else called[turn.user_id]
    text = render("garde/changed", who=who, others=[called[each] for each in dict.fromkeys(others)], **about)
    was_told = {post.post_id for post in await rota.TURN.list_posts(ctx.db, turn.number)}
    if is_self:
        now = rota.TURN.rewrite(turn.number, Message(text, [button]), here=True)
        return now if ctx.request.post_id in was_told else [now, Whisper(text, [button])]
    told = render("garde/told", by=ctx.user, **about)
    return [rota.TURN.rewrite(turn.number, told), Whisper(text, [button]), Direct(told, user_id=turn.user_id)]


def _copy_turn(turn: DutyTurn, **days: object) -> DutyTurn:
    return DutyTurn(**(turn.model_dump() | days))


SHOWN_WEEKS, WATCHED_WEEKS = 12, 4
"""How far ahead turns are shown, and gaps are told of."""
SHOWN_MAX = 20


async def read_rota(ctx: ReadingContext, text: str) -> rota.DutyRequest | Whisper:
    """Read who is to be on duty, and when; an empty line shows the rota."""
    if text.strip() and fold(text) != "liste":
        return await rota.read_line(ctx, text, read_turn)
    today = get_day(ctx.now)
    turns = await duty.list_turns(ctx.db, today, today + timedelta(weeks=SHOWN_WEEKS))
    own = [turn for turn in turns if turn.user_id == ctx.user.id]
    away = await duty.list_absences(ctx.db, today, today + timedelta(weeks=SHOWN_WEEKS))
    buttons = _rota_buttons(own)
    if any(absence.user_id == ctx.user.id for absence in away):
        buttons.append(Button("Annuler mon absence", RunCommand(line="garde present")))
    return Whisper(await _draw_rota(ctx, turns, away), buttons)


async def read_own_turn(ctx: ReadingContext, text: str) -> rota.DutyRequest | Ask:
    """Read when the person who writes is on duty; without days, open a window."""
    return await rota.read_line(ctx, text, read_turn) if text.strip() else _make_turn_window(ctx)


@feature.button(rota.AddTurn, name="garde.Take", roles=AGENTS, writes=False)
async def open_turn_window(ctx: Context, _: rota.AddTurn) -> Replies:
    """Open the window of a turn."""
    return _make_turn_window(ctx)


@feature.submit(TakeTurn, roles=AGENTS)
async def submit_turn(ctx: Context, form: TakeTurn) -> Replies:
    """Put somebody on duty from a window, as a line would."""
    person = await rota.read_registered(ctx, form.person) if form.person else ctx.user
    return await add_turn(ctx, rota.DutyRequest(person, form.days, "" if form.queue == ALL else form.queue))


@feature.command(
    "garde",
    help="Voir qui est de garde à la hotline, ou y mettre quelqu’un",
    hint="[@nom du 30/11 au 4/12] [file]",
    roles=AGENTS,
    asks=read_rota,
)
@feature.command(
    "garde moi", help="Vous mettre de garde", hint="[du 30/11 au 4/12] [file]", roles=AGENTS, asks=read_own_turn
)
async def add_turn(ctx: Context, said: rota.DutyRequest) -> Replies:
    """Put somebody on duty. Raises UserError if they already are on those days."""
    await duty.lock_duty(ctx.db, ctx.now)
    turn = await _make_turn(ctx, said)
    await rota.ensure_registered(ctx, said.person)
    number = await duty.add_days(ctx.db, turn)
    rota.note_turn(ctx, AuditAct.DUTY_TAKE, turn.model_copy(update={"id": number}))
    there = await duty.list_turns(ctx.db, turn.starts, turn.ends)
    others = [other.user_id for other in there if other.user_id != turn.user_id and other.covers(turn.queue)]
    theirs = await list_absences(ctx.db, [turn.user_id], turn.starts, whole=True)
    called = await rota.say_names(ctx, [turn.user_id, *others])
    text = render(
        "garde/taken",
        who=None if turn.user_id == ctx.user.id else called[turn.user_id],
        turn=rota.say_turn(ctx, turn),
        others=[called[user_id] for user_id in dict.fromkeys(others)],
        absent=[rota.say_dates(each) for each in theirs if each.meets(turn)],
    )
    told = Whisper(text, [Button("Annuler", rota.ReleaseTurn(number=number))])
    if turn.user_id == ctx.user.id:
        return told
    by = render("garde/told", by=ctx.user, turn=rota.say_turn(ctx, turn), what="taken")
    leave = Button("Me retirer", rota.ReleaseTurn(number=number))
    return [told, rota.TURN.send(number, Message(by, [leave]), turn.user_id)]


async def _make_turn(ctx: Context, said: rota.DutyRequest) -> DutyTurn:
    """Make the turn that was typed. Raises UserError if it is over in Paris, or overlaps another turn of theirs."""
    starts, ends = max(said.days.start, get_day(ctx.now)), said.days.end
    turn = DutyTurn(user_id=said.person.id, queue=said.queue, starts=starts, ends=ends, by=ctx.user.id, at=ctx.now)
    if ends <= starts:
        raise UserError(render("garde/days_past"))
    await rota.must_be_free(ctx, turn)
    return turn


def _make_turn_window(ctx: Context) -> Ask:
    return Ask(TakeTurn.draft(queue=ALL, queues=dict(rota.name_queues(ctx.settings))))


async def _draw_rota(ctx: Context, turns: Sequence[DutyTurn], absences: Sequence[Absence]) -> Markdown:
    today = get_day(ctx.now)
    away = [*absences, *await duty.list_departures(ctx.db, {turn.user_id for turn in turns})]
    called = await rota.say_names(ctx, [each.user_id for each in (*turns, *absences)])
    hours = OfficeHours.of(ctx.settings)
    queues, days = rota.name_queues(ctx.settings), rota.list_days_from(today, 7 * WATCHED_WEEKS)
    gaps = rota.find_gaps(hours, queues, turns, away, days)
    coming = [turn for turn in turns if turn.starts > today]
    coming = [turn for turn in coming if any(rota.is_on_duty(turn, day, away) for day in turn.days)]
    return render(
        "garde/list",
        is_open=hours.opens_on(today),
        now=[_rota_line(ctx, turn, called) for turn in turns if rota.is_on_duty(turn, today, away)],
        coming=[_rota_line(ctx, turn, called) for turn in coming[:SHOWN_MAX]],
        more=len(coming) - SHOWN_MAX,
        absent=[Markdown(f"{called[each.user_id]} : {rota.say_dates(each)}") for each in absences[:SHOWN_MAX]],
        gaps=[_say_gap(ctx, gap) for gap in gaps[:SHOWN_MAX]],
    )


def _rota_buttons(own: Sequence[DutyTurn]) -> list[Button]:
    """Return the buttons under the rota; more if the reader has turns of their own."""
    buttons = [Button("Me mettre de garde", rota.AddTurn(), "primary")]
    if own:
        buttons += [
            Button("Échanger ma garde", rota.OpenSwap()),
            Button("Me retirer", RunCommand(line="garde retirer")),
        ]
    return buttons


def _rota_line(ctx: Context, turn: DutyTurn, called: Mapping[str, Markdown]) -> Markdown:
    return Markdown(f"{called[turn.user_id]} : {escape(rota.say_turn(ctx, turn))}")


def _say_gap(ctx: Context, gap: rota.Gap) -> str:
    known = rota.name_queues(ctx.settings)
    which = [name for code, name in known.items() if code in gap.queues]
    days = say_days(gap.first, gap.last)
    return days if len(which) == len(known) else f"{days} ({join(which)})"
