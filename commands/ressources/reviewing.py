"""What is proposed is read over: published, corrected, asked about, or refused with a reason."""

from collections.abc import Collection, Sequence

from bot.context import Context
from bot.errors import UserError
from bot.french.words import plural
from bot.lines import Run
from bot.others import is_there, name_of
from bot.replies import Ask, Button, Card, Direct, Replies, Reply, Waiting, Whisper
from bot.texts import quotation, render
from commands.ressources import proposals, publishing
from commands.ressources.buttons import AnswerAbout, AskAbout, Edit, Open, Publish, Refuse
from commands.ressources.feature import ANIMATEURS, feature
from commands.ressources.noting import note_resource, note_state
from commands.ressources.taking import found, locked
from dialogs.ressources.moves import AnswerReview, AskDepositor, RefuseResource
from storage.journal import Act
from storage.ressources import review
from storage.ressources.resource import Resource, State, write

PAGE = 5
"""Proposals in one answer."""


@feature.command("ressources relire", help="Relire les fiches proposées", roles=ANIMATEURS)
async def list_proposed(ctx: Context, _: str) -> Replies:
    """Those that have waited longest, each with what can be done with it."""
    waiting = await review.proposed(ctx.db, PAGE)
    if not waiting:
        return Whisper("Aucune fiche n’attend d’être relue.")
    drawn = [await proposals.draw(ctx, resource) for resource in waiting]
    cards = [Card(one.text, one.buttons, one.facts) for one in drawn]
    more = await review.count_proposed(ctx.db) - len(waiting)
    return Whisper(render("ressources/waiting", count=len(waiting), more=more), cards=cards)


@feature.waiting
async def remind(ctx: Context) -> Sequence[Waiting]:
    """What waits for a review."""
    count = await review.count_proposed(ctx.db) if ctx.user.animates else 0
    if not count:
        return []
    verb = "attend d’être relue" if count == 1 else "attendent d’être relues"
    return [Waiting(f"{plural(count, 'fiche')} {verb}", Button("Relire les fiches", Run(line="ressources relire")))]


@feature.button(Publish, roles=ANIMATEURS)
async def publish(ctx: Context, click: Publish) -> Replies:
    """It is found from now on, whatever was decided before; the second of two reads who was first."""
    resource, revision = await locked(ctx, click.resource)
    if resource.state is State.PUBLISHED:
        return await _told_before(ctx, resource)
    told = await publishing.publish(ctx, resource, revision)
    opened = [Button("Ouvrir", Open(resource=resource.number))]
    text = render("ressources/told_published", resource=resource)
    said = await _tell(ctx, {resource.deposited_by, resource.auteur_id}, text, opened)
    done = Whisper(render("ressources/is_published", resource=resource))
    return [done, *await proposals.refresh(ctx, resource, here=True), *told, *said]


async def _told_before(ctx: Context, resource: Resource) -> Sequence[Reply]:
    """Somebody decided already."""
    by = "vous" if resource.decided_by == ctx.user.id else await name_of(ctx, resource.decided_by)
    text = render("ressources/decided_already", resource=resource, by=by, state=resource.state.value)
    return [Whisper(text), *await proposals.refresh(ctx, resource, here=True)]


async def tell_depositor(
    ctx: Context, resource: Resource, what: str, buttons: Sequence[Button] = (), word: str = ""
) -> Sequence[Reply]:
    """Who proposed it hears what became of it."""
    text = render(f"ressources/told_{what}", resource=resource, word=quotation(word, 1000))
    return await _tell(ctx, {resource.deposited_by}, text, buttons)


async def _tell(ctx: Context, whom: Collection[str], text: str, buttons: Sequence[Button]) -> Sequence[Reply]:
    """Nobody who did it themselves, or has left."""
    others = [one for one in sorted(whom) if one != ctx.user.id and await is_there(ctx, one)]
    return [Direct(text, buttons, user_id=one) for one in others]


@feature.button(AskAbout, roles=ANIMATEURS)
async def ask_about(ctx: Context, click: AskAbout) -> Replies:
    """The window of a question."""
    resource, _ = await locked(ctx, click.resource)
    if resource.state is not State.PROPOSED:
        return await _told_before(ctx, resource)
    if not await is_there(ctx, resource.deposited_by):
        raise UserError("La personne qui a proposé cette fiche a quitté le réseau : publiez, corrigez ou refusez-la.")
    return Ask(AskDepositor.draft(resource=resource.number, said=resource.titre[:100]))


@feature.submit(AskDepositor, roles=ANIMATEURS)
async def ask(ctx: Context, form: AskDepositor) -> Replies:
    """The question goes to who proposed it; the card says that an answer is awaited."""
    resource, revision = await locked(ctx, form.resource)
    if resource.state is not State.PROPOSED:
        return await _told_before(ctx, resource)
    resource.question = form.text
    await write(ctx.db, [resource], revision)
    note_resource(ctx, Act.RESOURCE_ASK, resource, reason=form.text)
    offered = [Button("Répondre", AnswerAbout(resource=resource.number), "primary"), _correct(resource)]
    note = render("ressources/asked", by=await name_of(ctx, ctx.user.id), word=quotation(form.text, 1000))
    told = await tell_depositor(ctx, resource, "asked", offered, form.text)
    return [*await proposals.refresh(ctx, resource, note, here=True), *told]


def _correct(resource: Resource) -> Button:
    return Button("Corriger", Edit(resource=resource.number))


@feature.button(AnswerAbout, writes=False)
async def open_answer(ctx: Context, click: AnswerAbout) -> Replies:
    """The window of an answer."""
    resource = await _of_mine(ctx, await found(ctx, click.resource))
    return Ask(AnswerReview.draft(resource=resource.number, said=resource.question[:300] or resource.titre[:100]))


async def _of_mine(ctx: Context, resource: Resource) -> Resource:
    if ctx.user.id != resource.deposited_by:
        raise UserError("Seule la personne qui a proposé la fiche répond ici.")
    return resource


@feature.submit(AnswerReview)
async def answer(ctx: Context, form: AnswerReview) -> Replies:
    """It stands under the card, which says so."""
    resource, revision = await locked(ctx, form.resource)
    await _of_mine(ctx, resource)
    resource.question = ""
    await write(ctx.db, [resource], revision)
    by, word = await name_of(ctx, ctx.user.id), quotation(form.text, 1000)
    note = render("ressources/answered", by=by, word=word, resource=resource)
    return [Whisper(render("ressources/answer_sent")), *await proposals.again(ctx, resource, note)]


@feature.button(Refuse, roles=ANIMATEURS)
async def ask_why(ctx: Context, click: Refuse) -> Replies:
    """The window of a reason."""
    resource, _ = await locked(ctx, click.resource)
    if resource.state is not State.PROPOSED:
        return await _told_before(ctx, resource)
    return Ask(RefuseResource.draft(resource=resource.number, said=resource.titre[:100]))


@feature.submit(RefuseResource, roles=ANIMATEURS)
async def refuse(ctx: Context, form: RefuseResource) -> Replies:
    """It is not published; who proposed it reads why, may answer, and may correct it and propose it again."""
    resource, revision = await locked(ctx, form.resource)
    if resource.state is not State.PROPOSED:
        return await _told_before(ctx, resource)
    resource.state, resource.decided_by, resource.reason = State.REFUSED, ctx.user.id, form.text
    resource.question, resource.changed_at = "", ctx.now
    await write(ctx.db, [resource], revision)
    note_state(ctx, Act.RESOURCE_REFUSE, resource, State.PROPOSED)
    offered = [_correct(resource), Button("Répondre", AnswerAbout(resource=resource.number))]
    told = await tell_depositor(ctx, resource, "refused", offered, form.text)
    return [*await proposals.refresh(ctx, resource, here=True), *told]
