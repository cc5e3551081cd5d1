"""« Signaler »: what is wrong with a resource goes to the animateurs, who deal with it."""

from collections.abc import Sequence

from bot import quotas
from bot.context import Context
from bot.errors import UserError
from bot.others import is_there, name_of
from bot.quotas import Quota
from bot.replies import Ask, Button, Direct, Message, Refresh, Replies, Reply, Whisper
from bot.texts import quotation, render
from commands.ressources import places, proposals
from commands.ressources.buttons import Edit, Report, Settle, Withdraw
from commands.ressources.feature import ANIMATEURS, feature
from commands.ressources.noting import note_resource
from commands.ressources.taking import found
from dialogs.ressources.moves import WHY, ReportResource
from storage.journal import Act
from storage.ressources import reports
from storage.ressources.reports import ResourceReport
from storage.ressources.resource import Resource, State, begin_writing

REPORT = "ressources.report:"
"""How the topics of cards begin."""
SHOWN_MAX = 10
"""Reports that a card shows."""


@feature.button(Report, writes=False)
async def open_window(ctx: Context, click: Report) -> Replies:
    """The window that asks what is wrong."""
    resource = await found(ctx, click.resource)
    if any(one.user_id == ctx.user.id for one in await reports.open_of(ctx.db, resource.number)):
        raise UserError("Vous avez déjà signalé cette fiche : les animateurs la regardent.")
    return Ask(ReportResource.draft(resource=resource.number, said=resource.titre[:100]), here=False)


@feature.submit(ReportResource)
async def report(ctx: Context, form: ReportResource) -> Replies:
    """Once for each person until it is dealt with; one card has them all."""
    await begin_writing(ctx.db)
    resource = await found(ctx, form.resource)
    before = await reports.open_of(ctx.db, resource.number)
    made = ResourceReport(resource=resource.number, user_id=ctx.user.id, why=form.why, word=form.text, at=ctx.now)
    if not await reports.put(ctx.db, made):
        raise UserError("Vous avez déjà signalé cette fiche : les animateurs la regardent.")
    thanks = [Whisper(render("ressources/reported", resource=resource)), *await quotas.spend(ctx, Quota.REPORT)]
    if before:
        return [*thanks, *await refresh(ctx, resource)]
    return [*thanks, *await _put_up(ctx, resource)]


def _topic(resource: Resource) -> str:
    return f"{REPORT}{resource.number}"


async def _put_up(ctx: Context, resource: Resource) -> Sequence[Reply]:
    return await proposals.tell_reviewers(ctx, await _draw(ctx, resource), _topic(resource))


async def card_stands(ctx: Context, number: int) -> Sequence[Reply]:
    """What was reported, or dealt with, while the card was on its way stands on it."""
    await begin_writing(ctx.db)
    is_as_said = len(await reports.open_of(ctx.db, number)) == 1
    return [] if is_as_said else await refresh(ctx, await found(ctx, number))


async def refresh(ctx: Context, resource: Resource, *, here: bool = False) -> Sequence[Reply]:
    """The card as it is now."""
    said = await _draw(ctx, resource)
    return [Refresh(said.text, said.buttons, topic=_topic(resource), here=here)]


async def _draw(ctx: Context, resource: Resource) -> Message:
    open_ones = await reports.open_of(ctx.db, resource.number)
    lines = [
        (WHY.get(one.why, one.why), await name_of(ctx, one.user_id), quotation(one.word, 300))
        for one in open_ones[:SHOWN_MAX]
    ]
    title = places.title(resource)
    gone = resource.state is not State.PUBLISHED
    more = max(0, len(open_ones) - SHOWN_MAX)
    text = render("ressources/reports", resource=resource, title=title, lines=lines, more=more, gone=gone)
    if not open_ones:
        return Message(text)
    settle = Button("Traité", Settle(resource=resource.number), "primary")
    correct = Button("Corriger", Edit(resource=resource.number))
    withdraw = [] if gone else [Button("Retirer la fiche", Withdraw(resource=resource.number), "danger")]
    return Message(text, [settle, correct, *withdraw])


@feature.button(Settle, roles=ANIMATEURS)
async def settle(ctx: Context, click: Settle) -> Replies:
    """What was reported is dealt with, and who reported it hears so."""
    await begin_writing(ctx.db)
    resource = await found(ctx, click.resource)
    told = await close(ctx, resource)
    return [Whisper("C’est noté : les personnes qui l’ont signalée le savent."), *told]


async def close(ctx: Context, resource: Resource) -> Sequence[Reply]:
    """Nothing more is reported of it."""
    whose = await reports.close(ctx.db, resource.number, ctx.user.id, ctx.now)
    if whose:
        note_resource(ctx, Act.RESOURCE_SETTLE, resource, ({"signalements": len(whose)}, {"signalements": 0}))
    text = render("ressources/told_settled", resource=resource, gone=resource.state is not State.PUBLISHED)
    others = [one for one in whose if one != ctx.user.id and await is_there(ctx, one)]
    return [*await refresh(ctx, resource, here=False), *(Direct(text, user_id=one) for one in others)]
