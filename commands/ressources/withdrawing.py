"""« Retirer » a resource, with a reason, and putting it back."""

from collections.abc import Sequence

from bot.context import Context
from bot.errors import UserError
from bot.others import is_there
from bot.replies import Ask, Button, Direct, Replies, Reply, Whisper
from bot.texts import quotation, render
from commands.ressources import changing, proposals, publishing, reporting
from commands.ressources.buttons import Edit, PutBack, Withdraw
from commands.ressources.feature import feature
from commands.ressources.noting import note_state
from commands.ressources.taking import found, is_own, locked, must_change
from dialogs.ressources.moves import WithdrawResource
from storage.journal import Act
from storage.ressources.resource import Resource, State, write

STANDING = (State.PROPOSED, State.PUBLISHED)


@feature.button(Withdraw, writes=False)
async def ask_why(ctx: Context, click: Withdraw) -> Replies:
    """The window of a reason."""
    resource = _standing(await found(ctx, click.resource))
    must_change(ctx.user, resource)
    return Ask(WithdrawResource.draft(resource=resource.number, said=resource.titre[:100]), here=False)


def _standing(resource: Resource) -> Resource:
    if resource.state not in STANDING:
        raise UserError(f"La fiche n° {resource.number} est déjà retirée.")
    return resource


@feature.submit(WithdrawResource)
async def withdraw(ctx: Context, form: WithdrawResource) -> Replies:
    """It is found no more. Its files leave the channel once the animateurs’ card has copies of them."""
    resource, told = await take_down(ctx, form.resource, form.text)
    back = [Button("Remettre", PutBack(resource=resource.number))]
    return [Whisper(render("ressources/is_withdrawn", resource=resource), back), *told]


async def take_down(ctx: Context, number: int, reason: str) -> tuple[Resource, Sequence[Reply]]:
    """It is withdrawn, by who may: it, and what is said of that elsewhere."""
    resource, revision = await locked(ctx, number)
    was = _standing(resource).state
    must_change(ctx.user, resource)
    resource.state, resource.decided_by, resource.reason = State.WITHDRAWN, ctx.user.id, reason
    resource.question, resource.changed_at = "", ctx.now
    await write(ctx.db, [resource], revision)
    note_state(ctx, Act.RESOURCE_WITHDRAW, resource, was)
    shows_files = bool(resource.files) and resource.post_id not in {"", resource.thread_post}
    card = proposals.put_up if shows_files else proposals.refresh
    told = [*await card(ctx, resource), *await publishing.retell(ctx, resource)]
    settled = await reporting.close(ctx, resource) if ctx.user.animates else []
    return resource, [*told, *settled, *await _tell(ctx, resource, reason)]


async def _tell(ctx: Context, resource: Resource, reason: str) -> Sequence[Reply]:
    """Its author and who deposited it read why, and may correct it: it is reviewed again then."""
    text = render("ressources/told_withdrawn", resource=resource, word=quotation(reason, 1000))
    whom = dict.fromkeys((resource.auteur_id, resource.deposited_by))
    others = [one for one in whom if one and one != ctx.user.id and await is_there(ctx, one)]
    return [Direct(text, [Button("Corriger", Edit(resource=resource.number))], user_id=one) for one in others]


@feature.button(PutBack)
async def put_back(ctx: Context, click: PutBack) -> Replies:
    """It is there again, at once or once it is reviewed."""
    resource, told = await restore(ctx, click.resource)
    said = "is_published" if resource.state is State.PUBLISHED else "proposed"
    return [Whisper(render(f"ressources/{said}", resource=resource)), *told]


async def restore(ctx: Context, number: int) -> tuple[Resource, Sequence[Reply]]:
    """Published as it was, by animateurs or who withdrew it themselves; else it is reviewed again."""
    resource, revision = await locked(ctx, number)
    must_change(ctx.user, resource)
    if resource.state in STANDING:
        raise UserError(f"La fiche n° {resource.number} n’est pas retirée.")
    is_theirs = is_own(ctx.user, resource) and resource.decided_by == ctx.user.id
    if ctx.user.animates or (is_theirs and resource.published_at):
        told = await publishing.publish(ctx, resource, revision)
        return resource, [*await proposals.refresh(ctx, resource), *told]
    return resource, await changing.propose_again(ctx, resource, revision)
