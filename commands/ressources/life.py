"""The life of a resource: each change is a version, which can be restored; resources are withdrawn and put back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.account_status import read_display_name
from bot.command_lines import read_typed_number
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.french import say_date, say_hour
from bot.menus import Choosing, Menu
from bot.replies import Ask, Button, Replies, Reply, Whisper
from bot.texts import Markdown, escape, quotation, render, require
from commands.ressources import deposit, posts, records, review
from commands.ressources.records import feature
from dialogs.ressources import EditResource, WithdrawResource
from storage.journal import AuditAct
from storage.ressources import resources
from storage.ressources.resources import STANDING_STATES, Resource, ResourceState, ResourceVersion

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
"""The French names of the columns."""


@feature.button(records.ChangeResource, name="ressources.Edit", writes=False)
async def open_edit_window(ctx: ReadingContext, click: records.ChangeResource) -> Replies:
    """Open the window with everything that may be changed."""
    offered = await deposit.offer_recent_files(ctx)
    return Ask(deposit.draft_edit_window(await records.find_changeable(ctx, click.resource), offered), here=False)


@feature.submit(EditResource)
async def save_edit(ctx: Context, form: EditResource) -> Replies:
    """Store the next version; fields that others changed meanwhile stay."""
    resource, revision = await records.lock_resource(ctx, form.resource)
    said = await deposit.read_form(ctx, form, resource)
    records.must_change(ctx.user, resource)
    if form.length and not form.description:
        said["description"] = resource.description
    mine = await _select_own_changes(ctx, resource, form, said)
    await must_be_unique(ctx, resource, mine)
    away = posts.delete_files_post(resource) if mine.get("files", resource.files) != resource.files else []
    changed = await resources.revise_resource(ctx.db, resource, mine, (ctx.user.id, ctx.now, revision))
    is_gone = resource.state in (ResourceState.REFUSED, ResourceState.WITHDRAWN)
    # What was refused or withdrawn is reviewed once more when somebody else than an animateur corrected it.
    again = await propose_again(ctx, resource, revision) if is_gone and not ctx.user.animates else []
    if not changed and not again:
        return Whisper(render("ressources/unchanged", resource=resource))
    await _take_as_answer(ctx, resource, revision)
    told = again or await report_change(ctx, resource, changed)
    thanks = render("ressources/changed", resource=resource, again=bool(again))
    return [Whisper(thanks), *away, *told]


async def _take_as_answer(ctx: Context, resource: Resource, revision: int) -> None:
    """Drop the question of the reviewers, which offers to correct the resource, once its depositor has done so."""
    if resource.question and ctx.user.id == resource.deposited_by:
        resource.question = ""
        await resources.write_resources(ctx.db, [resource], revision)


async def _select_own_changes(
    ctx: Context, resource: Resource, form: EditResource, said: dict[str, Any]
) -> Mapping[str, Any]:
    """Return what was changed in the window. Raises UserError if others changed the same fields meanwhile, unless that
    was said already; what was typed is kept as a draft."""
    if resource.version == form.version:
        return said
    changes = await resources.list_versions(ctx.db, resource.number)
    base, now = resources.read_content_at(resource, changes, form.version), resources.read_content(resource)
    mine = {name: value for name, value in said.items() if value != base[name]}
    clash = [name for name, value in mine.items() if now[name] not in (base[name], value) and name in LABELS]
    if clash and not ctx.request.resumed:
        by = await read_display_name(ctx, changes[0].by) if changes else "quelqu’un"
        fields = ", ".join(LABELS[n] for n in clash)
        raise UserError(render("ressources/changed_meanwhile", fields=fields, by=by))
    return mine


async def must_be_unique(ctx: Context, resource: Resource, said: Mapping[str, Any]) -> None:
    """Raise UserError if another resource has the same link or, without a link, the same title."""
    url, titre = said.get("url", resource.url), said.get("titre", resource.titre)
    other = await resources.find_by_key(ctx.db, resources.make_key(url, titre))
    if other is not None and other.number != resource.number:
        sentence = render("ressources/same_as_other", words="ce lien" if url else "ce titre", other=other)
        raise UserError(fields={"lien" if url else "titre": sentence})


async def propose_again(ctx: Context, resource: Resource, revision: int) -> Sequence[Reply]:
    """Submit a resource for review again."""
    resource.state, resource.reason, resource.decided_by = ResourceState.PROPOSED, "", ""
    resource.changed_at = ctx.now
    await resources.write_resources(ctx.db, [resource], revision)
    note = render("ressources/again", by=await read_display_name(ctx, ctx.user.id))
    return [*await posts.repost_card(ctx, resource, note), *records.check_link(ctx, resource)]


async def report_change(ctx: Context, resource: Resource, changed: Sequence[str]) -> Sequence[Reply]:
    """Rewrite the card and the posts of a resource; record changes by others than its author in the audit log."""
    if not records.is_own(ctx.user, resource):
        was, now = (await resources.list_versions(ctx.db, resource.number))[0].before, resources.read_content(resource)
        records.note_resource(ctx, AuditAct.RESOURCE_CHANGE, resource, (was, {name: now[name] for name in was}))
    what = ", ".join(LABELS[name] for name in changed if name in LABELS)
    note = render("ressources/corrected", by=await read_display_name(ctx, ctx.user.id), what=what)
    waits = resource.state is ResourceState.PROPOSED
    card = await posts.refresh_card(ctx, resource, note if waits else "")
    checked = records.check_link(ctx, resource) if "url" in changed else []
    return [*card, *(await posts.refresh_posts(ctx, resource) if resource.published_at else []), *checked]


@feature.button(records.RemoveResource, name="ressources.Withdraw", writes=False)
async def ask_withdrawal_reason(ctx: Context, click: records.RemoveResource) -> Replies:
    """Open the window of a reason."""
    resource = await records.find_resource(ctx, click.resource)
    _must_be_removable(ctx, resource)
    return Ask(WithdrawResource.of(resource), here=False)


def _must_be_removable(ctx: Context, resource: Resource) -> None:
    if resource.state not in STANDING_STATES:
        raise UserError(render("ressources/already_removed", number=resource.number))
    records.must_change(ctx.user, resource)


@feature.submit(WithdrawResource)
async def withdraw_resource(ctx: Context, form: WithdrawResource) -> Replies:
    """Withdraw a resource, which is no longer found. Its files leave the channel once the card has copies of them."""
    resource, told = await take_down(ctx, form.resource, form.text)
    back = [Button("Remettre", records.PutBackResource(resource=resource.number))]
    return [Whisper(render("ressources/is_withdrawn", resource=resource), back), *told]


async def take_down(ctx: Context, number: int, reason: str) -> tuple[Resource, Sequence[Reply]]:
    """Withdraw a resource if the person may; return it, and the replies that this needs."""
    resource, revision = await records.lock_resource(ctx, number)
    _must_be_removable(ctx, resource)
    await records.decide_resource(ctx, resource, revision, ResourceState.WITHDRAWN, reason)
    shows_files = bool(resource.files) and resource.post_id not in {"", resource.thread_post}
    card = posts.post_card if shows_files else posts.refresh_card
    told = [*await card(ctx, resource), *await posts.refresh_posts(ctx, resource)]
    settled = await review.close_reports(ctx, resource) if ctx.user.animates else []
    # Its author and who deposited it read why, and may correct it: it is reviewed again then.
    text = render("ressources/told_withdrawn", resource=resource, word=quotation(reason, 1000))
    correct = Button("Corriger", records.ChangeResource(resource=number))
    others = await records.tell_others(ctx, [resource.auteur_id, resource.deposited_by], text, [correct])
    return resource, [*told, *settled, *others]


@feature.button(records.PutBackResource, name="ressources.PutBack")
async def put_back_resource(ctx: Context, click: records.PutBackResource) -> Replies:
    """Put a withdrawn resource back, at once or after a review."""
    resource, told = await restore_resource(ctx, click.resource)
    said = "is_published" if resource.state is ResourceState.PUBLISHED else "proposed"
    dead = await posts.say_dead_link(ctx, resource)
    return [Whisper(render(f"ressources/{said}", resource=resource, dead=dead)), *told]


async def restore_resource(ctx: Context, number: int) -> tuple[Resource, Sequence[Reply]]:
    """Publish a withdrawn resource as it was, for animateurs and whoever withdrew it; for others, submit it for
    review."""
    resource, revision = await records.lock_resource(ctx, number)
    records.must_change(ctx.user, resource)
    if resource.state in STANDING_STATES:
        raise UserError(render("ressources/not_removed", number=resource.number))
    is_theirs = records.is_own(ctx.user, resource) and resource.decided_by == ctx.user.id
    if ctx.user.animates or (is_theirs and resource.published_at):
        told = await posts.publish_resource(ctx, resource, revision)
        return resource, [*await posts.refresh_card(ctx, resource), *told]
    return resource, await propose_again(ctx, resource, revision)


class RestoreVersion(Choosing):
    """Menu « Revenir à… »: ``chosen`` is a version."""

    resource: int


VERSIONS_SHOWN = 15
"""How many versions one answer shows, the newest ones."""
SHORT_FIELDS = ("titre", "url", "licence", "auteur")
"""The columns whose former value is shown, since they are short."""


@feature.command("ressources versions", help="Voir qui a changé une ressource, et revenir en arrière", hint="numéro")
async def show_history(ctx: Context, line: str) -> Replies:
    """List the versions, newest first, with a menu to restore one for those who may change the resource."""
    number = require(read_typed_number(line, "fiche"), "ressources/history_usage")
    resource = await records.find_resource(ctx, number)
    mine = ctx.user.animates or records.is_own(ctx.user, resource)
    if resource.state is not ResourceState.PUBLISHED and not mine:
        raise UserError(render("ressources/unknown_number", number=number))
    changes = (await resources.list_versions(ctx.db, resource.number))[:VERSIONS_SHOWN]
    lines = [(each.version, await _say_version(ctx, each.at, each.by), _say_changed(each)) for each in changes]
    first = await _say_version(ctx, resource.created_at, resource.deposited_by)
    text = render("ressources/versions", resource=resource, lines=lines, first=first, restorable=bool(changes) and mine)
    options = {str(change.version - 1): f"version {change.version - 1}" for change in changes}
    menu = Menu("Revenir à…", RestoreVersion(resource=resource.number), options) if options and mine else None
    return Whisper(text, menus=[menu] if menu else [])


async def _say_version(ctx: Context, at: datetime, user_id: str) -> Markdown:
    """Write when a version was made, and by whom ("" for an import)."""
    local, by = at.astimezone(ctx.zone), await read_display_name(ctx, user_id) or "un import"
    return Markdown(f"{say_date(local.date(), ctx.today)} à {say_hour(local)}, {by}")


def _say_changed(change: ResourceVersion) -> Markdown:
    """Describe the changes of a version; short values with the one before."""
    parts = []
    for name, label in LABELS.items():
        if name in change.before:
            was = str(change.before[name]) if name in SHORT_FIELDS else ""
            parts.append(f"{label} (avant : {escape(was[:120])})" if was else label)
    return Markdown(", ".join(parts) or "auteur")


@feature.button(RestoreVersion, name="ressources.Restore")
async def restore_version(ctx: Context, click: RestoreVersion) -> Replies:
    """Make the content of an old version the next one. Files stay those of now, as older ones may be deleted."""
    resource, revision = await records.lock_resource(ctx, click.resource)
    records.must_change(ctx.user, resource)
    changes = await resources.list_versions(ctx.db, resource.number)
    version = int(click.chosen) if click.chosen.isdecimal() else 0
    if not 0 < version < resource.version:
        raise UserError(render("ressources/no_version"))
    was = resources.read_content_at(resource, changes, version) | {"files": resource.files}
    await must_be_unique(ctx, resource, was)
    changed = await resources.revise_resource(ctx.db, resource, was, (ctx.user.id, ctx.now, revision))
    if not changed:
        return Whisper(render("ressources/unchanged", resource=resource))
    done = Whisper(render("ressources/restored", resource=resource, version=version))
    return [done, *await report_change(ctx, resource, changed)]
