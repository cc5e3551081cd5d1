"""« /actus abonnement »: somebody wants their own digest, at their hour, changes that, rests, or ends it."""

from collections.abc import Sequence
from datetime import datetime, time

from sqlalchemy import delete
from sqlmodel import col

from bot.context import Context
from bot.french.dates import WEEKDAYS, say_date
from bot.french.moments import say_hour
from bot.french.words import fold, join
from bot.replies import Ask, Button, Replies, Whisper
from bot.texts import render
from commands.actus.choosing import say_ground
from commands.actus.feature import feature
from commands.actus.personal import All, SeeNow, Settle, Stop
from commands.actus.turns import is_away, next_day
from dialogs.actus.subscription import Subscribe
from storage.actus import subscriptions
from storage.actus.subscriptions import Subscription
from storage.database import change, insertion

NO = {"non", "arreter", "stop", "desabonner"}


@feature.command(
    "actus abonnement",
    help="Recevoir en message direct les actus proches de ce que vous faites",
    hint="[non]",
    writes=True,
)
async def subscription(ctx: Context, line: str) -> Replies:
    """How it stands, and the buttons to change that; « non » ends it at once."""
    if fold(line) in NO:
        return await stop(ctx, Stop())
    mine = await subscriptions.get(ctx.db, ctx.user.id)
    if mine is None:
        return Whisper(render("actus/not_subscribed"), [Button("M’abonner…", Settle(), "primary")])
    return Whisper(_say(ctx, mine), _buttons(mine))


def _buttons(mine: Subscription) -> Sequence[Button]:
    again = [Button("Ne plus rien écarter", All())] if mine.less else []
    return [Button("Régler…", Settle()), Button("Voir maintenant", SeeNow()), *again, Button("Me désabonner", Stop())]


def _say(ctx: Context, mine: Subscription) -> str:
    away = say_date(mine.away_until) if mine.away_until and is_away(mine, ctx.today) else ""
    less = join([said for ground in mine.less if (said := say_ground(ground))])
    coming = say_date(next_day(mine, ctx.today))
    return render("actus/subscribed", when=say_rhythm(mine), next=coming, away=away, less=less)


def say_rhythm(mine: Subscription) -> str:
    """« chaque vendredi à 9 h », « le premier mardi du mois à 8 h »."""
    day, hour = WEEKDAYS[mine.weekday], say_hour(time(mine.hour))
    return f"le premier {day} du mois à {hour}" if mine.monthly else f"chaque {day} à {hour}"


@feature.button(Settle, writes=False)
async def settle(ctx: Context, click: Settle) -> Replies:
    """The window, as it is now."""
    mine = await subscriptions.get(ctx.db, ctx.user.id)
    if mine is None:
        return Ask(Subscribe.draft())
    away = mine.away_until if is_away(mine, ctx.today) else None
    rhythm = "mois" if mine.monthly else "semaine"
    return Ask(Subscribe.draft(rhythm=rhythm, weekday=mine.weekday, hour=mine.hour, away_until=away))


@feature.submit(Subscribe)
async def subscribe(ctx: Context, form: Subscribe) -> Replies:
    """From now on it is so; what they got and want less of stays."""
    chosen = {
        "monthly": form.rhythm == "mois",
        "weekday": form.weekday,
        "hour": form.hour,
        "away_until": form.away_until,
    }
    new = insertion(ctx.db, Subscription).values(_new(ctx.user.id, ctx.now).model_dump() | chosen)
    await ctx.db.execute(new.on_conflict_do_update(index_elements=["user_id"], set_=chosen))
    mine = await subscriptions.get(ctx.db, ctx.user.id)
    assert mine is not None
    return Whisper(_say(ctx, mine), _buttons(mine))


def _new(user_id: str, now: datetime) -> Subscription:
    return Subscription(user_id=user_id, begun_at=now)


@feature.button(Stop)
async def stop(ctx: Context, click: Stop) -> Replies:
    """Nothing more comes, and nothing is kept of it; a click takes it up again."""
    gone = await ctx.db.execute(
        delete(Subscription).where(col(Subscription.user_id) == ctx.user.id).returning(col(Subscription.user_id))
    )
    was = gone.scalar() is not None
    return Whisper(render("actus/unsubscribed", was=was), [Button("M’abonner…", Settle())])


@feature.button(All)
async def nothing_less(ctx: Context, click: All) -> Replies:
    """All kinds and themes count again."""
    mine = await subscriptions.get(ctx.db, ctx.user.id)
    if mine is None:
        return Whisper(render("actus/not_subscribed"), [Button("M’abonner…", Settle(), "primary")])
    await change(ctx.db, mine, less=[])
    return Whisper(_say(ctx, mine), _buttons(mine))
