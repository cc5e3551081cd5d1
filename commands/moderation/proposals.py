"""Locking the channel in which everybody is takes two animateurs: one proposes it, another approves or declines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from pydantic import BaseModel

from bot.context import Context
from bot.errors import UserError
from bot.journaling import Deed, note
from bot.mattermost import ChatChannel
from bot.others import name_of
from bot.replies import Button, Direct, Replies, Reply, Say, Update, Whisper
from bot.texts import Markdown, render
from commands.moderation.feature import ANIMATEURS, feature
from commands.moderation.places import room
from commands.moderation.rules.tuning import say_seconds
from storage import canaux, claims, journal
from storage.journal import Act, Entry
from storage.people import animating
from storage.targets import GENERAL

WAITS = timedelta(days=1)
"""How long a lock can be approved: it is for what goes on now."""
LOOKED_BACK = 50
"""Entries of a channel among which its last proposal is looked for."""
ANIMATEURS_MAX = 20
OWN = "Vous l’avez proposé vous-même : un second animateur l’approuve, ou non."
OVER = "Cette proposition n’attend plus de réponse : `/moderer verrouiller` en fait une autre."


@dataclass(frozen=True, slots=True)
class Lock:
    """A channel that is to be locked, how it is called and addressed, how long and why; ``by`` proposed it."""

    channel_id: str
    title: str
    address: str
    lasts: timedelta
    reason: str
    by: str = ""


class ApproveLock(BaseModel):
    """« Approuver » a lock, by the number of its proposal in the journal."""

    channel_id: str
    entry: int


class DeclineLock(BaseModel):
    """« Refuser » it."""

    channel_id: str
    entry: int


def thing_of(channel_id: str) -> str:
    """How the journal names a channel."""
    return f"canal:{channel_id}"


async def takes_two(ctx: Context, channel: ChatChannel) -> bool:
    """Whether everybody is there: the team’s default channel, or the one that the table has for all."""
    return channel.is_default or (await canaux.by_key(ctx.db)).get(GENERAL) == channel.id


async def propose(ctx: Context, wanted: Lock) -> Sequence[Reply]:
    """The other animateurs are asked; a proposal of before is none any more."""
    after = {"seconds": int(wanted.lasts.total_seconds()), "title": wanted.title, "address": wanted.address}
    entry = await note(ctx, Deed(Act.PROPOSE, thing_of(wanted.channel_id), reason=wanted.reason, after=after))
    text = await say(ctx, _read(entry), entry.id)
    approve = ApproveLock(channel_id=wanted.channel_id, entry=entry.id)
    decline = DeclineLock(channel_id=wanted.channel_id, entry=entry.id)
    buttons = [Button("Approuver", approve, "primary"), Button("Refuser", decline, "danger")]
    if place := await room(ctx):
        told: list[Reply] = [Say(text, buttons, channel_id=place)]
    else:
        others = [one.id for one in await animating(ctx.db, ANIMATEURS_MAX + 1) if one.id != ctx.user.id]
        told = [Direct(text, buttons, user_id=one) for one in others[:ANIMATEURS_MAX]]
    return [*told, Whisper(render("moderation/lock_waits", title=wanted.title))]


async def say(ctx: Context, wanted: Lock, entry: int, *, approved_by: str = "", declined_by: str = "") -> Markdown:
    """A proposal as the animateurs read it, with what became of it."""
    return render(
        "moderation/lock_proposed",
        wanted=wanted,
        entry=entry,
        lasts=say_seconds(int(wanted.lasts.total_seconds())),
        by=await name_of(ctx, wanted.by),
        approved=await name_of(ctx, approved_by),
        declined=await name_of(ctx, declined_by),
    )


async def waiting(ctx: Context, channel_id: str) -> Lock | None:
    """The proposal about a channel that nobody answered yet, if it is still time."""
    entry = await _last(ctx, channel_id)
    return _read(entry) if entry and entry.act == Act.PROPOSE and ctx.now - entry.at <= WAITS else None


async def answered(ctx: Context, channel_id: str, number: int) -> Lock:
    """A proposal in hand, which another animateur answers. Raises UserError for one that is over, or one’s own."""
    await claims.hold(ctx.db, "moderation.lock", channel_id, ctx.now)
    last, wanted = await _last(ctx, channel_id), await waiting(ctx, channel_id)
    if wanted is None or last is None or last.id != number:
        raise UserError(OVER)
    if wanted.by == ctx.user.id:
        raise UserError(OWN)
    return wanted


@feature.button(DeclineLock, roles=ANIMATEURS)
async def decline(ctx: Context, click: DeclineLock) -> Replies:
    """Nothing is locked; who proposed it reads so."""
    wanted = await answered(ctx, click.channel_id, click.entry)
    await note(ctx, Deed(Act.DECLINE, thing_of(click.channel_id), reason=wanted.reason))
    said = await say(ctx, wanted, click.entry, declined_by=ctx.user.id)
    return [Update(said), Direct(said, user_id=wanted.by)]


async def _last(ctx: Context, channel_id: str) -> Entry | None:
    """What was last proposed or decided about locking it."""
    entries = await journal.of_things(ctx.db, [thing_of(channel_id)], LOOKED_BACK)
    return next((one for one in entries if one.act in {Act.PROPOSE, Act.DECLINE, Act.LOCK}), None)


def _read(entry: Entry) -> Lock:
    after, channel_id = entry.after, entry.object.partition(":")[2]
    lasts = timedelta(seconds=after["seconds"])
    return Lock(channel_id, after["title"], after["address"], lasts, entry.reason, entry.actor_id)
