"""🚩 under a message reports it; the flag shows who set it, so the bot takes it off at once, where it may."""

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.acts import Unreact
from bot.context import Context
from bot.errors import ChatError, UserError
from bot.events import Delivered, Reacted, Undelivered, Watched
from bot.features import Feature
from bot.replies import Ask, Button, Direct, Replies, Reply, Whisper
from bot.texts import render
from commands.moderation import cards, terms
from commands.moderation.buttons import Precise
from commands.moderation.feature import feature
from commands.moderation.opening import look
from commands.moderation.reach import fault_of
from commands.moderation.reporting import add, card_stands, guarded, must_be_new
from commands.moderation.taking import NO_CASE
from config.settings import Settings
from dialogs.moderation.reporting import PreciseReport
from storage import claims
from storage.canaux import listened_to
from storage.database import change
from storage.moderation import cases, reports
from storage.moderation.reports import Report

FLAG = "drapeau:"
"""How the topics of flags begin that are to be taken off: then the case, and who set it."""

drapeau = Feature("drapeau")
"""Listens for 🚩, wherever the bot is."""


@drapeau.watches
async def where(db: AsyncSession, settings: Settings) -> Watched:
    """All planned channels."""
    known = await listened_to(db, settings)
    return Watched(known.private, crowded=known.public)


def is_in_channel(event: Reacted) -> bool:
    """Whether others see it, too."""
    return not event.is_direct


@drapeau.event(Reacted, name="drapeau.reacted.Reacted", only=is_in_channel)
async def reacted(ctx: Context, event: Reacted) -> Replies:
    """It is a report, once; taking the flag off comes first, and what came of that is told with the thanks."""
    if event.emoji != ctx.settings.report_emoji:
        return None
    try:
        seen = await look(ctx, event.post_id)
        fault = fault_of(seen.post, ctx.user.id, (await ctx.chat.me()).id)
    except ChatError as error:
        if error.may_pass:
            raise
        return None
    if fault:
        return await _refuse(ctx, event, fault)
    try:
        await must_be_new(ctx, event.post_id, seen.post.message)
        case, told = await add(ctx, seen, terms.motive_of(ctx, terms.OTHER).key)
    except UserError as refusal:
        return await _refuse(ctx, event, refusal.text)
    return [_takes_off(event, f"{FLAG}{case.number}:{ctx.user.id}"), *told]


def _takes_off(event: Reacted, topic: str | None = None) -> Unreact:
    return Unreact(event.post_id, event.emoji, user_id=event.user_id, channel_id=event.channel_id, topic=topic)


async def _refuse(ctx: Context, event: Reacted, why: str) -> Replies:
    """Said once of each message."""
    told: list[Reply] = [_takes_off(event)]
    if await claims.claim(ctx.db, "drapeau.refused", f"{event.post_id}:{ctx.user.id}", ctx.now):
        told.append(Direct(render("moderation/not_flagged", why=why), user_id=ctx.user.id))
    return told


@drapeau.event(Delivered, name="drapeau.taken_off.Delivered")
async def taken_off(ctx: Context, event: Delivered) -> Replies:
    """Nobody sees the flag any more. (A card that a flag put up stands.)"""
    return await card_stands(ctx, event) or _thank(event.topic, off=True)


@drapeau.event(Undelivered, name="drapeau.left_there.Undelivered")
async def left_there(ctx: Context, event: Undelivered) -> Replies:
    """The bot may not: who set it can."""
    return _thank(event.topic, off=False)


def _thank(topic: str, *, off: bool) -> Replies:
    if not topic.startswith(FLAG):
        return None
    number, _, user_id = topic.removeprefix(FLAG).partition(":")
    text = render("moderation/flagged", number=int(number), off=off)
    return Direct(text, [Button("Préciser", Precise(case=int(number)))], user_id=user_id)


@feature.button(Precise, writes=False)
async def ask_more(ctx: Context, click: Precise) -> Replies:
    """The window of a motive."""
    mine = await _mine(ctx, click.case)
    motives = terms.motives(ctx)
    known = mine.motive if mine.motive in motives else None
    return Ask(PreciseReport.draft(case=click.case, motive=known, word=mine.word or None, motives=motives))


@feature.submit(PreciseReport)
async def say_more(ctx: Context, form: PreciseReport) -> Replies:
    """It stands on the card, without a name."""
    case = await cases.lock(ctx.db, form.case)
    mine = await _mine(ctx, form.case)
    if case is None or case.state not in cases.UNDECIDED:
        raise UserError("Les animateurs ont déjà décidé : le bot vous l’a dit.")
    await change(ctx.db, mine, motive=form.motive, word=guarded(form.word), at=ctx.now)
    noted = render("moderation/precised", masked=mine.word != form.word)
    return [Whisper(noted), *await cards.refresh(ctx, case)]


async def _mine(ctx: Context, case: int) -> Report:
    found = await reports.get(ctx.db, case, ctx.user.id)
    if found is None:
        raise UserError(NO_CASE)
    return found
