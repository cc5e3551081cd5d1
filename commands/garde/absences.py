"""« /garde absent », « /garde present »: who is away is not on duty, whatever turn they have."""

from datetime import timedelta

from bot.context import Context
from bot.errors import UserError
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

_DAY = timedelta(days=1)


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


@feature.command("garde present", help="Dire que vous êtes de retour", hint="[@nom]", roles=AGENTS, writes=True)
async def come_back(ctx: Context, text: str) -> Replies:
    """Who is away is back from today on."""
    person, _ = await read_person(ctx, text)
    today = day_of(ctx.now)
    there = [each for each in await duty.absences(ctx.db, today, today + _DAY) if each.user_id == person.id]
    if not there:
        raise UserError("Aucune absence n’est notée aujourd’hui : /garde montre celles qu’il y a.")
    return await back(ctx, Return(number=there[0].number))


@feature.undo(Return, roles=AGENTS)
async def back(ctx: Context, click: Return) -> Replies:
    """The absence is over, or never was."""
    await duty.lock(ctx.db, ctx.now)
    absence, today = await duty.absence(ctx.db, click.number), day_of(ctx.now)
    cut = max(absence.starts, today) if absence else today
    if absence is None or absence.ends <= cut:
        raise UserError("Cette absence n’existe plus, ou elle est finie : /garde montre celles qu’il y a.")
    gone = Absence(**(absence.model_dump() | {"starts": cut}))
    await duty.end(ctx.db, absence, cut)
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
