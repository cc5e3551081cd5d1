"""« Modifier » a resource: by its author, who deposited it, and animateurs; each change is a version."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.context import Context
from bot.errors import UserError
from bot.others import name_of
from bot.replies import Ask, Replies, Reply, Whisper
from bot.texts import render
from commands.ressources import filling, proposals, publishing
from commands.ressources.buttons import Edit
from commands.ressources.feature import feature
from commands.ressources.noting import note_resource
from commands.ressources.taking import found, is_own, locked, must_change
from dialogs.ressources.deposit import EditResource
from storage.journal import Act
from storage.ressources import versions
from storage.ressources.resource import Resource, State, among, key, write
from storage.ressources.versions import revise

LABELS = {
    "titre": "titre",
    "url": "lien",
    "description": "description",
    "files": "fichiers",
    "categorie": "catégorie",
    "themes": "thèmes",
    "type": "type",
    "niveau": "niveau",
    "public": "public",
    "licence": "licence",
    "auteur": "auteur",
}
"""What people call the columns."""


@feature.button(Edit, writes=False)
async def open_window(ctx: Context, click: Edit) -> Replies:
    """The window with everything."""
    offered = await filling.given(ctx)
    resource = await found(ctx, click.resource)
    must_change(ctx.user, resource)
    return Ask(filling.edit_window(resource, offered), here=False)


@feature.submit(EditResource)
async def save(ctx: Context, form: EditResource) -> Replies:
    """The next version; what others changed meanwhile stays, unless it is the same that was changed here."""
    resource, revision = await locked(ctx, form.resource)
    said = await filling.read(ctx, form)
    must_change(ctx.user, resource)
    if form.length and not form.description:
        said["description"] = resource.description
    mine = await _mine(ctx, resource, form, said)
    await must_be_free(ctx, resource, mine)
    away = publishing.take_files_away(resource) if mine.get("files", resource.files) != resource.files else []
    changed = await revise(ctx.db, resource, mine, (ctx.user.id, ctx.now, revision))
    again = await _propose_again(ctx, resource, revision)
    if not changed and not again:
        return Whisper(render("ressources/unchanged", resource=resource))
    told = again or await told_changed(ctx, resource, changed)
    thanks = render("ressources/changed", resource=resource, again=bool(again))
    return [Whisper(thanks), *away, *told]


async def _mine(ctx: Context, resource: Resource, form: EditResource, said: dict[str, Any]) -> Mapping[str, Any]:
    """What was changed in the window. Raises UserError where others changed the same meanwhile, unless it was said
    already: what was written waits as a draft."""
    if resource.version == form.version:
        return said
    changes = await versions.of(ctx.db, resource.number)
    base, now = versions.as_of(resource, changes, form.version), versions.content(resource)
    mine = {name: value for name, value in said.items() if value != base[name]}
    clash = [name for name, value in mine.items() if now[name] not in (base[name], value) and name in LABELS]
    if clash and not ctx.request.resumed:
        by = await name_of(ctx, changes[0].by) if changes else "quelqu’un"
        raise UserError(f"Cette fiche a changé pendant que vous écriviez ({', '.join(LABELS[n] for n in clash)}, par "
                        f"{by}). Ce que vous avez écrit est gardé : `/brouillon` le rouvre, et l’envoyer de là "
                        "l’emporte.")  # fmt: skip
    return mine


async def must_be_free(ctx: Context, resource: Resource, said: Mapping[str, Any]) -> None:
    """Raises UserError where another resource has that link, or without a link that title."""
    url, titre = said.get("url", resource.url), said.get("titre", resource.titre)
    others = [one for one in await among(ctx.db, [key(url, titre)], []) if one.number != resource.number]
    if others:
        sentence = f"Une autre fiche a déjà {'ce lien' if url else 'ce titre'} : n° {others[0].number}."
        raise UserError(fields={"lien" if url else "titre": sentence})


async def _propose_again(ctx: Context, resource: Resource, revision: int) -> Sequence[Reply]:
    """What was refused or withdrawn is reviewed once more when somebody else than an animateur corrected it."""
    if ctx.user.animates or resource.state not in (State.REFUSED, State.WITHDRAWN):
        return []
    return await propose_again(ctx, resource, revision)


async def propose_again(ctx: Context, resource: Resource, revision: int) -> Sequence[Reply]:
    """It waits for a review, like something new."""
    resource.state, resource.reason, resource.decided_by = State.PROPOSED, "", ""
    resource.changed_at = ctx.now
    await write(ctx.db, [resource], revision)
    note = render("ressources/again", by=await name_of(ctx, ctx.user.id))
    return await proposals.again(ctx, resource, note)


async def told_changed(ctx: Context, resource: Resource, changed: Sequence[str]) -> Sequence[Reply]:
    """Its card, and what stands in the channel, say what is so now; the journal has what its author did not change."""
    if not is_own(ctx.user, resource):
        was, now = (await versions.of(ctx.db, resource.number))[0].before, versions.content(resource)
        note_resource(ctx, Act.RESOURCE_CHANGE, resource, (was, {name: now[name] for name in was}))
    what = ", ".join(LABELS[name] for name in changed if name in LABELS)
    note = render("ressources/corrected", by=await name_of(ctx, ctx.user.id), what=what)
    waits = resource.state is State.PROPOSED
    card = await proposals.refresh(ctx, resource, note if waits else "")
    return [*card, *(await publishing.retell(ctx, resource) if resource.published_at else [])]
