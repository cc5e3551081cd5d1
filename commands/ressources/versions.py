"""« /ressources versions 12 »: who changed what of a resource, when; and going back to how it was."""

import re
from collections.abc import Sequence

from bot.context import Context
from bot.errors import UserError
from bot.french.dates import say_date
from bot.menus import Menu
from bot.others import name_of
from bot.replies import Replies, Whisper
from bot.texts import Markdown, escape, render
from commands.ressources import changing
from commands.ressources.buttons import Restore
from commands.ressources.feature import feature
from commands.ressources.taking import found, is_own, locked, must_change, words
from storage.ressources import versions
from storage.ressources.resource import Resource, State
from storage.ressources.versions import ResourceVersion

_NUMBER = re.compile(r"(?:fiche )?(?:n )?(\d{1,9})")
SHOWN_MAX = 15
"""Versions in one answer, the newest."""
TOLD = ("titre", "url", "licence", "auteur")
"""Of which it is said how they were before: they are short."""


@feature.command("ressources versions", help="Voir qui a changé une fiche, et revenir en arrière", hint="numéro")
async def history(ctx: Context, line: str) -> Replies:
    """The newest first, with a way back for those who may change it."""
    number = _NUMBER.fullmatch(words(line))
    if number is None:
        raise UserError("Écrivez le numéro de la fiche : `/ressources versions 12`.")
    resource = await found(ctx, int(number[1]))
    mine = ctx.user.animates or is_own(ctx.user, resource)
    if resource.state is not State.PUBLISHED and not mine:
        raise UserError(f"Il n’y a pas de fiche n° {number[1]}.")
    changes = (await versions.of(ctx.db, resource.number))[:SHOWN_MAX]
    lines = [(change.version, await _said(ctx, change), _changed(change)) for change in changes]
    first = await _first(ctx, resource)
    text = render("ressources/versions", resource=resource, lines=lines, first=first, restorable=bool(changes) and mine)
    options = {str(change.version - 1): f"version {change.version - 1}" for change in changes}
    return Whisper(
        text, menus=[Menu("Revenir à…", Restore(resource=resource.number), options)] if options and mine else []
    )


async def _said(ctx: Context, change: ResourceVersion) -> Markdown:
    local = change.at.astimezone(ctx.zone)
    day = say_date(local.date(), ctx.today)
    return Markdown(f"{day} à {local:%H h %M}, {await name_of(ctx, change.by)}")


async def _first(ctx: Context, resource: Resource) -> Markdown:
    local = resource.created_at.astimezone(ctx.zone)
    by = await name_of(ctx, resource.deposited_by) or Markdown("un import")
    return Markdown(f"{say_date(local.date(), ctx.today)} à {local:%H h %M}, {by}")


def _changed(change: ResourceVersion) -> Markdown:
    """What changed, in words; what is short with how it was."""
    names = [name for name in changing.LABELS if name in change.before]
    parts = [f"{changing.LABELS[name]}{_before(change, name)}" for name in names]
    return Markdown(", ".join(parts) or "auteur")


def _before(change: ResourceVersion, name: str) -> str:
    was = str(change.before[name])
    return f" (avant : {escape(was[:120])})" if name in TOLD and was else ""


@feature.button(Restore)
async def restore(ctx: Context, click: Restore) -> Replies:
    """How it was then is its next version. Its files stay those of now: others may be gone."""
    resource, revision = await locked(ctx, click.resource)
    must_change(ctx.user, resource)
    changes = await versions.of(ctx.db, resource.number)
    version = int(click.chosen) if click.chosen.isdecimal() else 0
    if not 0 < version < resource.version:
        raise UserError("Cette version n’existe pas, ou c’est celle de maintenant.")
    was = {name: value for name, value in versions.as_of(resource, changes, version).items() if name != "files"}
    await changing.must_be_free(ctx, resource, was)
    changed: Sequence[str] = await versions.revise(ctx.db, resource, was, (ctx.user.id, ctx.now, revision))
    if not changed:
        return Whisper(render("ressources/unchanged", resource=resource))
    done = Whisper(render("ressources/restored", resource=resource, version=version))
    return [done, *await changing.told_changed(ctx, resource, changed)]
