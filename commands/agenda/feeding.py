"""« /agenda flux »: one’s events as a private feed that calendars read, at an address nobody else knows."""

from datetime import timedelta

from bot.context import Context
from bot.errors import ChatError, UserError
from bot.french.dates import say_date
from bot.fronts import Feed
from bot.others import is_there
from bot.replies import Button, Replies, Whisper
from bot.texts import Markdown, render
from commands.agenda import calendar
from commands.agenda.buttons import CloseFeed, RenewFeed
from commands.agenda.feature import feature
from commands.agenda.sight import sight_of
from storage.agenda import feed as feeds
from storage.agenda.listing import of_feed
from storage.agenda.sight import Sight
from storage.people import Person

BACK = timedelta(days=60)
"""How long events that are over stay in a feed."""
EVENTS_MAX = 400
"""Events in a feed, the latest ones."""
SUFFIX = ".ics"
NAME = "Agenda du réseau"


@feature.command("agenda flux", help="Vos événements dans votre propre agenda, tenus à jour", writes=True)
async def offer(ctx: Context, _: str) -> Replies:
    """The address of one’s feed, opened now; of one that is open already nobody knows it any more."""
    await _must_be_there(ctx)
    open_ = await feeds.of(ctx.db, ctx.user.id)
    if open_ is None:
        return await _open(ctx, is_new=True)
    since = say_date(open_.created_at.astimezone(ctx.zone).date(), ctx.today)
    return Whisper(render("agenda/feed_open", since=since), _buttons())


@feature.button(RenewFeed)
async def renew(ctx: Context, _: RenewFeed) -> Replies:
    """Another address; the one before leads nowhere at once."""
    await _must_be_there(ctx)
    return await _open(ctx, is_new=await feeds.of(ctx.db, ctx.user.id) is None)


@feature.button(CloseFeed)
async def close(ctx: Context, _: CloseFeed) -> Replies:
    """The address leads nowhere."""
    was_open = await feeds.close(ctx.db, ctx.user.id)
    return Whisper(render("agenda/feed_closed", was_open=was_open))


async def _open(ctx: Context, *, is_new: bool) -> Whisper:
    token = await feeds.renew(ctx.db, ctx.user.id, ctx.now)
    base = ctx.settings.feed_url or ctx.settings.public_url
    address = Markdown(f"{base}/{feature.name}/{token}{SUFFIX}")
    return Whisper(render("agenda/feed", address=address, is_new=is_new), _buttons())


def _buttons() -> list[Button]:
    return [Button("En changer", RenewFeed()), Button("Le fermer", CloseFeed(), "danger")]


async def _must_be_there(ctx: Context) -> None:
    if not await is_there(ctx, ctx.user.id):
        raise UserError("Le flux est pour les membres du réseau.")


@feature.feed(feature.name)
async def read(ctx: Context, key: str) -> Feed | None:
    """What its owner may see now; nothing for who has left."""
    user_id = await feeds.owner(ctx.db, key.removesuffix(SUFFIX)) if key.endswith(SUFFIX) else ""
    if not user_id:
        return None
    owner = await _owner(ctx, user_id)
    if owner is None or owner.has_left(owner.today(ctx.now)):
        return None
    seen = Sight(sight_of(ctx, owner).homes, everything=owner.animates)
    events = await of_feed(ctx.db, user_id, seen, ctx.now - BACK, EVENTS_MAX)
    # A third of a second for 400 long ones.
    body = await ctx.compute(lambda: calendar.write(events, ctx.settings, NAME))
    return Feed(body, calendar.CONTENT_TYPE)


async def _owner(ctx: Context, user_id: str) -> Person | None:
    """Whose feed it is, as they are now; None where their account is gone. Raises UserError where it is off."""
    try:
        return await ctx.people.fresh(ctx.db, user_id)
    except ChatError as error:
        if error.status == 404:
            return None
        raise
