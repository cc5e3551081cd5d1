"""« /garde absent », « /garde present »: who is away is not on duty, whatever turn they have."""

from datetime import date

from bot.context import Context
from bot.errors import UserError
from bot.french.periods import Period
from bot.menus import Choosing, Menu
from bot.replies import Button, Direct, Replies, Whisper
from bot.texts import render
from commands.garde.buttons import OpenSwap, Return
from commands.garde.feature import AGENTS, feature
from commands.garde.noting import note_absence
from commands.garde.reading import Said, read_line, read_person, register
from commands.garde.words import names, say, say_turn
from dialogs.garde import read_absence
from storage.hotline import duty
from storage.hotline.duty import Absence, day_of


@feature.command("garde absent", help="Noter une absence", hint="[@nom] du 30/11 au 4/12", roles=AGENTS, writes=True)
async def leave(ctx: Context, text: str) -> Replies:
    """Somebody is away on those days."""
    if not text.strip():
        raise UserError("Dites de quel jour à quel jour : par exemple /garde absent du 30/11 au 4/12.")
    said = await read_line(ctx, text, read_absence)
    await duty.lock(ctx.db, ctx.now)
    absence = await _must_be_possible(ctx, said)
    await register(ctx, said.person)
    number = await duty.add(ctx.db, absence)
    note_absence(ctx, absence.model_copy(update={"id": number}), ends=False)
    return await _tell(ctx, absence, Button("Annuler", Return(number=number)), "away")


class ReturnOne(Choosing):
    """One of somebody’s absences (its number is ``chosen``) is no more, or only on the days that were said."""

    first: date | None = None
    end: date | None = None


@feature.command(
    "garde present",
    help="Dire que vous êtes de retour, ou pas absent finalement",
    hint="[@nom] [jour]",
    roles=AGENTS,
    writes=True,
)
async def come_back(ctx: Context, text: str) -> Replies:
    """Who is away is back from today on; an absence to come is none, or not on the days that are said. Where several
    are meant, a menu."""
    person, rest = await read_person(ctx, text)
    days = (await read_line(ctx, rest, read_absence)).days if rest else None
    first, end = (days.start, days.end) if days else (day_of(ctx.now), date.max)
    found = [each for each in await duty.absences(ctx.db, first, end) if each.user_id == person.id]
    if not found:
        when = "ces jours-là" if days else "aujourd’hui, ni plus tard"
        raise UserError(f"Aucune absence n’est notée {when} : /garde montre celles qu’il y a.")
    if len(found) == 1 or (not days and found[0].has(day_of(ctx.now))):
        return await _return(ctx, found[0].number, days)
    chosen = ReturnOne(first=days.start, end=days.end) if days else ReturnOne()
    options = {str(each.number): say(each) for each in found}
    return Whisper("De quelle absence s’agit-il ?", menus=[Menu("Choisir l’absence", chosen, options)])


@feature.button(ReturnOne, roles=AGENTS)
async def back_from_chosen(ctx: Context, click: ReturnOne) -> Replies:
    """That one."""
    days = Period(click.first, click.end) if click.first and click.end else None
    return await _return(ctx, int(click.chosen), days)


@feature.undo(Return, roles=AGENTS)
async def back(ctx: Context, click: Return) -> Replies:
    """The absence is over, or never was."""
    return await _return(ctx, click.number, None)


async def _return(ctx: Context, number: int, days: Period | None) -> Replies:
    """All of an absence that is still to come is none, or only these days of it."""
    await duty.lock(ctx.db, ctx.now)
    absence, today = await duty.absence(ctx.db, number), day_of(ctx.now)
    cut = max(absence.starts, today, days.start if days else today) if absence else today
    if absence is None or absence.ends <= cut or (days and days.end <= cut):
        raise UserError("Cette absence n’existe plus, ou elle est finie : /garde montre celles qu’il y a.")
    ends = min(absence.ends, days.end) if days else absence.ends
    gone = Absence(**(absence.model_dump() | {"starts": cut, "ends": ends}))
    await duty.take_out(ctx.db, absence, cut, ends)
    note_absence(ctx, gone, ends=True)
    return await _tell(ctx, gone, None, "present")


async def _must_be_possible(ctx: Context, said: Said) -> Absence:
    """The absence that is meant. Raises UserError for one that is over in Paris, or is written down already."""
    starts = max(said.days.start, day_of(ctx.now))
    absence = Absence(user_id=said.person.id, starts=starts, ends=said.days.end, by=ctx.user.id, at=ctx.now)
    if absence.ends <= starts:
        raise UserError("À Paris, ces jours sont déjà passés.")
    there = await duty.absences(ctx.db, absence.starts, absence.ends)
    if same := next((each for each in there if each.user_id == absence.user_id), None):
        raise UserError(f"Une absence est déjà notée {say(same)}.")
    return absence


async def _tell(ctx: Context, absence: Absence, button: Button | None, what: str) -> Replies:
    """Who acted reads what is so now, turns that nobody else has included; and who is meant, if they are another."""
    turns = await duty.turns(ctx.db, absence.starts, absence.ends)
    own = [turn for turn in turns if turn.user_id == absence.user_id]
    called = (await names(ctx, [absence.user_id]))[absence.user_id]
    is_self = absence.user_id == ctx.user.id
    about = {"days": say(absence), "turns": [say_turn(ctx, turn) for turn in own], "what": what}
    text = render("garde/absence", who=None if is_self else called, by=None, **about)
    buttons = [button] if button else []
    if is_self and own and what == "away":
        buttons.append(Button("Échanger ma garde", OpenSwap()))
    told = Whisper(text, buttons)
    return (
        told
        if is_self
        else [told, Direct(render("garde/absence", who=None, by=ctx.user, **about), user_id=absence.user_id)]
    )
