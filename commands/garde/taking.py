"""« /garde moi »: who is on duty, from when to when."""

from bot.context import Context
from bot.errors import UserError
from bot.replies import Ask, Button, Direct, Replies, Whisper
from bot.texts import render
from commands.garde.buttons import Release, Take
from commands.garde.feature import AGENTS, feature, queues
from commands.garde.noting import note_turn
from commands.garde.reading import Said, read_line, read_registered, register
from commands.garde.words import must_be_free, names, say, say_turn, topic
from dialogs.garde import ALL, TakeTurn, read_turn
from storage.hotline import duty
from storage.hotline.duty import Turn, day_of
from storage.journal import Act


@feature.command("garde moi", help="Vous mettre de garde", hint="[du 30/11 au 4/12] [file]", roles=AGENTS, writes=True)
async def take(ctx: Context, text: str) -> Replies:
    """Who writes is on duty; without days, a window asks for them."""
    if not text.strip():
        return _window(ctx)
    return await put(ctx, await read_line(ctx, text, read_turn))


@feature.button(Take, roles=AGENTS, writes=False)
async def ask(ctx: Context, _: Take) -> Replies:
    """The window."""
    return _window(ctx)


@feature.submit(TakeTurn, roles=AGENTS)
async def take_as_filled(ctx: Context, form: TakeTurn) -> Replies:
    """The same as in a line."""
    person = await read_registered(ctx, form.person) if form.person else ctx.user
    return await put(ctx, Said(person, form.days, "" if form.queue == ALL else form.queue))


async def put(ctx: Context, said: Said) -> Replies:
    """Somebody is on duty. Raises UserError where they are already."""
    await duty.lock(ctx.db, ctx.now)
    turn = await _must_be_possible(ctx, said)
    await register(ctx, said.person)
    number = await duty.add(ctx.db, turn)
    note_turn(ctx, Act.DUTY_TAKE, turn.model_copy(update={"id": number}))
    there = await duty.turns(ctx.db, turn.starts, turn.ends)
    others = [other.user_id for other in there if other.user_id != turn.user_id and other.covers(turn.queue)]
    absent = [each for each in await duty.absences(ctx.db, turn.starts, turn.ends) if each.user_id == turn.user_id]
    called = await names(ctx, [turn.user_id, *others])
    text = render(
        "garde/taken",
        who=None if turn.user_id == ctx.user.id else called[turn.user_id],
        turn=say_turn(ctx, turn),
        others=[called[user_id] for user_id in dict.fromkeys(others)],
        absent=[say(each) for each in absent],
    )
    told = Whisper(text, [Button("Annuler", Release(number=number))])
    if turn.user_id == ctx.user.id:
        return told
    by = render("garde/told", by=ctx.user, turn=say_turn(ctx, turn), what="taken")
    leave = Button("Me retirer", Release(number=number))
    return [told, Direct(by, [leave], user_id=turn.user_id, topic=topic(number))]


async def _must_be_possible(ctx: Context, said: Said) -> Turn:
    """The turn that is meant. Raises UserError for one that is over in Paris, or meets another of theirs."""
    starts, ends = max(said.days.start, day_of(ctx.now)), said.days.end
    turn = Turn(user_id=said.person.id, queue=said.queue, starts=starts, ends=ends, by=ctx.user.id, at=ctx.now)
    if ends <= starts:
        raise UserError("À Paris, ces jours sont déjà passés.")
    await must_be_free(ctx, turn)
    return turn


def _window(ctx: Context) -> Replies:
    return Ask(TakeTurn.draft(queue=ALL, queues=dict(queues(ctx.settings))))
