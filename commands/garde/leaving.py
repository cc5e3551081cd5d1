"""« /garde retirer »: who is on duty no more, and is again if that was a mistake."""

from datetime import date

from bot.context import Context
from bot.errors import UserError
from bot.french.periods import Period
from bot.menus import Choosing, Menu
from bot.replies import Button, Direct, Refresh, Replies, Whisper
from bot.texts import quote, render
from commands.garde.buttons import PutBack, Release
from commands.garde.feature import AGENTS, feature
from commands.garde.noting import note_turn
from commands.garde.reading import read_line, read_person, read_registered
from commands.garde.words import must_be_free, names, say_turn, shorten, topic
from dialogs.garde import read_turn
from storage.hotline import duty
from storage.hotline.duty import Turn, day_of
from storage.journal import Act


class ReleaseOne(Choosing):
    """One of somebody’s turns (its number is ``chosen``) is taken back, or only the days that were said."""

    first: date | None = None
    end: date | None = None


@feature.command("garde retirer", help="Ne plus être de garde", hint="[@nom] [jour]", roles=AGENTS, writes=True)
async def release_by_line(ctx: Context, text: str) -> Replies:
    """The only turn that is meant, or some days of it; where there are several, a menu."""
    person, rest = await read_person(ctx, text)
    days = (await read_line(ctx, rest, read_turn)).days if rest else None
    theirs = await duty.turns_of(ctx.db, person.id, day_of(ctx.now))
    found = [turn for turn in theirs if days is None or _is_in(turn, days)]
    if not found:
        who = "Vous n’êtes" if person.id == ctx.user.id else f"@{quote(person.username)} n’est"
        when = "ces jours-là" if days else "en ce moment, ni plus tard"
        raise UserError(f"{who} pas de garde {when} : /garde montre qui l’est.")
    if len(found) == 1:
        return await _release(ctx, found[0].number, days)
    chosen = ReleaseOne(first=days.start, end=days.end) if days else ReleaseOne()
    options = {str(turn.number): shorten(ctx, turn) for turn in found}
    return Whisper("De quelle garde s’agit-il ?", menus=[Menu("Choisir la garde", chosen, options)])


@feature.button(ReleaseOne, roles=AGENTS)
async def release_chosen(ctx: Context, click: ReleaseOne) -> Replies:
    """That one."""
    days = Period(click.first, click.end) if click.first and click.end else None
    return await _release(ctx, int(click.chosen), days)


@feature.button(Release, roles=AGENTS)
async def release(ctx: Context, click: Release) -> Replies:
    """It is taken back; of one that began, the days from today on."""
    return await _release(ctx, click.number, None)


async def _release(ctx: Context, number: int, days: Period | None) -> Replies:
    """All of a turn that is still to come, or only these days of it."""
    await duty.lock(ctx.db, ctx.now)
    turn, today = await duty.turn(ctx.db, number), day_of(ctx.now)
    cut = max(turn.starts, today, days.start if days else today) if turn else today
    if turn is None or turn.ends <= cut or (days and days.end <= cut):
        raise UserError("Cette garde n’existe plus, ou elle est finie : /garde montre celles qu’il y a.")
    gone = _with(turn, starts=cut, ends=min(turn.ends, days.end) if days else turn.ends)
    rest = await duty.take_out(ctx.db, turn, cut, gone.ends)
    undo = Button("Annuler", PutBack(number=number, ends=turn.ends, cut=cut, rest=rest))
    note_turn(ctx, Act.DUTY_RELEASE, gone)
    return await _tell(ctx, gone, "released", undo)


@feature.undo(PutBack, roles=AGENTS)
async def put_back(ctx: Context, click: PutBack) -> Replies:
    """It ends again when it did. Raises UserError where something else became of it, or they may not be on duty now."""
    await duty.lock(ctx.db, ctx.now)
    turn, today = await duty.turn(ctx.db, click.number), day_of(ctx.now)
    if turn is None or turn.ends != click.cut or click.ends <= today:
        raise UserError("Cette garde a changé depuis, ou elle est finie : /garde montre celles qu’il y a.")
    if turn.user_id != ctx.user.id:
        await read_registered(ctx, turn.user_id)
    if click.rest is not None:
        await _join(ctx, turn, click)
    back = _with(turn, starts=max(turn.starts, today), ends=click.ends)
    await must_be_free(ctx, back)
    await duty.end(ctx.db, turn, click.ends)
    note_turn(ctx, Act.DUTY_TAKE, back)
    return await _tell(ctx, back, "back", Button("Retirer", Release(number=click.number)))


async def _join(ctx: Context, turn: Turn, click: PutBack) -> None:
    """The turn that came after the days is part of the one before them again. Raises UserError where it changed."""
    rest = await duty.turn(ctx.db, click.rest or 0)
    if rest is None or (rest.user_id, rest.ends) != (turn.user_id, click.ends) or rest.starts >= rest.ends:
        raise UserError("Cette garde a changé depuis, ou elle est finie : /garde montre celles qu’il y a.")
    await duty.end(ctx.db, rest, rest.starts)


async def _tell(ctx: Context, turn: Turn, what: str, button: Button) -> Replies:
    """Who acted reads what is so now; so does whose turn it is, if they are somebody else, where they were told too."""
    there = await duty.turns(ctx.db, turn.starts, turn.ends)
    others = [other.user_id for other in there if other.user_id != turn.user_id and other.covers(turn.queue)]
    called = await names(ctx, [turn.user_id, *others])
    is_self = turn.user_id == ctx.user.id
    about = {"turn": say_turn(ctx, turn), "what": what}
    who = None if is_self else called[turn.user_id]
    text = render("garde/changed", who=who, others=[called[each] for each in dict.fromkeys(others)], **about)
    was_told = {post.post_id for post in await ctx.posts_about(topic(turn.number))}
    if is_self:
        now = Refresh(text, [button], topic=topic(turn.number), here=True)
        return now if ctx.request.post_id in was_told else [now, Whisper(text, [button])]
    told = render("garde/told", by=ctx.user, **about)
    rewritten = Refresh(told, topic=topic(turn.number))
    return [rewritten, Whisper(text, [button]), Direct(told, user_id=turn.user_id)]


def _is_in(turn: Turn, days: Period) -> bool:
    return turn.starts < days.end and days.start < turn.ends


def _with(turn: Turn, **days: object) -> Turn:
    return Turn(**(turn.model_dump() | days))
