"""How turns of duty and those who have them are called."""

from collections.abc import Collection, Iterable, Mapping

from bot.context import Context
from bot.errors import UserError
from bot.french.dates import say_date, say_days
from bot.texts import Markdown, mention
from commands.garde.feature import queues
from storage import people
from storage.hotline import duty
from storage.hotline.duty import Absence, Turn, day_of
from storage.people import Person

UNKNOWN = Markdown("quelqu’un hors du registre")


def name(person: Person) -> Markdown:
    """Somebody, as the bot calls them."""
    return mention(person.username) or UNKNOWN


async def names(ctx: Context, ids: Iterable[str]) -> Mapping[str, Markdown]:
    """How people are called, by id; who is not in the register any more, too."""
    wanted = sorted(set(ids))
    found = await people.among(ctx.db, ids=wanted) if wanted else []
    return dict.fromkeys(wanted, UNKNOWN) | {person.id: name(person) for person in found}


def topic(number: int) -> str:
    """What the message is filed under that told somebody of a turn."""
    return f"garde.turn:{number}"


def say_queue(ctx: Context, turn: Turn) -> str:
    """For which queue a turn is, by its name."""
    return queues(ctx.settings).get(turn.queue, turn.queue) if turn.queue else "toutes les files"


def say_turn(ctx: Context, turn: Turn) -> str:
    """« du 30 novembre au 4 décembre 2026 (Aide métier) »; of one that was taken back, when it would have begun."""
    if turn.starts >= turn.ends:
        return f"le {say_date(turn.starts)} (retirée depuis)"
    return f"{say(turn)} ({say_queue(ctx, turn)})"


def say(days: Turn | Absence) -> str:
    """« du 30 novembre au 4 décembre 2026 »."""
    return say_days(days.starts, days.last)


def shorten(ctx: Context, turn: Turn) -> str:
    """A turn in a list of choices: « 30/11 au 04/12, Aide métier »."""
    days = f"{turn.starts:%d/%m}" if turn.starts == turn.last else f"{turn.starts:%d/%m} au {turn.last:%d/%m}"
    return f"{days}, {say_queue(ctx, turn)}"


async def clash(ctx: Context, turn: Turn, user_id: str, but: Collection[int] = ()) -> Turn | None:
    """The turn of somebody’s that one more would meet, apart from some that they give away."""
    theirs = await duty.turns_of(ctx.db, user_id, day_of(ctx.now))
    met = (other for other in theirs if other.number not in but and other.meets(turn) and other.covers(turn.queue))
    return next(met, None)


async def must_be_free(ctx: Context, turn: Turn) -> None:
    """Raises UserError where who has that turn has another already on some of its days."""
    other = await clash(ctx, turn, turn.user_id, [turn.number] if turn.id else [])
    if other is None:
        return
    called = (await names(ctx, [turn.user_id]))[turn.user_id]
    who = "Vous êtes" if turn.user_id == ctx.user.id else f"{called} est"
    raise UserError(f"{who} déjà de garde {say_turn(ctx, other)}.")
