"""The window of a resource: filled from what is known, and read into the columns of the table."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot import attached
from bot.attached import look_at, offer, say_size
from bot.context import Context
from bot.errors import ChatError
from bot.forms.limits import LONG_MAX, TEXT_MAX
from bot.mattermost import ChatFile, ChatPost
from bot.texts import escape
from bot.writer import FILES_MAX
from config.themes import bits
from dialogs.ressources.deposit import KEPT_FILES, NO_FILES, DepositResource, EditResource, Fiche
from storage import people
from storage.links import first_link, guess_type, guess_type_of_file, without_links
from storage.ressources.resource import Resource

NAME_MAX = 80
"""Characters of a file’s name that travel with a window: the whole is known once the bot has a copy."""
_LIST = ("categorie", "niveau", "public", "licence")


@dataclass(slots=True)
class Given:
    """Messages whose files are offered in a window: how each is called, its files, and why it cannot be taken."""

    attached: dict[str, str] = field(default_factory=dict)
    files: dict[str, dict[str, str]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    async def add(self, ctx: Context, post: ChatPost) -> None:
        """Those of one more message, asked of Mattermost while it answers: who sends the window needs it no more."""
        label, found = await offer(ctx, post), await look_at(ctx.chat, post.file_ids)
        self.attached[post.id] = label
        self.files[post.id] = {file.id: file.name[-NAME_MAX:] for file in found[:FILES_MAX] if file}
        if fault := _fault_of(found, await ctx.chat.largest_file()):
            self.faults[post.id] = fault


def _fault_of(files: Sequence[ChatFile | None], largest: int) -> str:
    """Why files cannot be taken, in French; empty when they can."""
    if len(files) > FILES_MAX:
        return f"Ce message a {len(files)} fichiers : une fiche en porte {FILES_MAX} au plus."
    if heavy := next((file for file in files if file and file.size > largest), None):
        size, most = say_size(heavy.size), say_size(largest)
        return f"« {escape(heavy.name)} » pèse {size}, {most} au plus : donnez plutôt un lien."
    return ""


async def given(ctx: Context) -> Given:
    """The last files that somebody sent to the bot; nothing while Mattermost takes its time."""
    found = Given()
    try:
        async with asyncio.timeout(attached.PATIENCE):
            post = await attached.newest(ctx)
            if post is not None:
                await found.add(ctx, post)
    except (ChatError, TimeoutError):
        return Given()
    return found


async def window(ctx: Context, files: Given | None = None, **known: object) -> DepositResource:
    """The window of a new one; files that were just given are offered."""
    offered = files or await given(ctx)
    shown: dict[str, object] = {"fichiers": NO_FILES} | known
    return DepositResource.draft(**shown, attached=offered.attached, files=offered.files, faults=offered.faults)


async def from_message(ctx: Context, post: ChatPost) -> DepositResource:
    """The window filled from a message: its words, its first link, its files; who wrote it is its author."""
    first, _, rest = post.message.strip().partition("\n")
    title = without_links(first)
    cut = len(title) > TEXT_MAX
    words = post.message.strip() if cut or not title else rest.strip()
    known: dict[str, object] = {
        "titre": (f"{title[: TEXT_MAX - 1]}…" if cut else title) or None,
        "url": first_link(post.message) or None,
        "description": words[:LONG_MAX] or None,
        "source": post.id,
    }
    offered = Given()
    if post.file_ids:
        await offered.add(ctx, post)
        known["fichiers"] = post.id
    if post.user_id != ctx.user.id:
        author = await ctx.chat.user(post.user_id)
        known |= {"auteur": author.id, "names": {author.id: author.username}}
    return await window(ctx, offered, **known)


def edit_window(resource: Resource, offered: Given) -> EditResource:
    """The window of one that is there; a description that is too long for it stays where it is."""
    fits = len(resource.description) <= LONG_MAX
    kept = {KEPT_FILES: f"Les garder : {', '.join(resource.files.values())}"[:200]} if resource.files else {}
    shown: dict[str, object] = {name: getattr(resource, name) or None for name in ("titre", "url", *_LIST)}
    shown |= {"kind": resource.type or None, "description": (resource.description if fits else "") or None}
    return EditResource.draft(
        **shown,
        resource=resource.number,
        version=resource.version,
        length=0 if fits else len(resource.description),
        named=f"@{resource.auteur}" if resource.auteur else "",
        themes=resource.theme_codes,
        fichiers=KEPT_FILES if kept else NO_FILES,
        attached={**kept, **offered.attached},
        files=offered.files,
        faults=offered.faults,
    )


async def read(ctx: Context, form: Fiche) -> dict[str, Any]:
    """What a window says, by column; what it leaves as it was is not in it: files that are kept, an author whom nobody
    chose."""
    said: dict[str, Any] = {name: getattr(form, name) for name in ("titre", "url", *_LIST)}
    said |= {"themes": bits(form.themes), "description": "\n".join(form.description.splitlines())}
    if form.fichiers != KEPT_FILES:
        said["files"] = form.files.get(form.fichiers, {})
    names = list(said.get("files", {}).values())
    said["type"] = form.kind or guess_type(form.url) or (guess_type_of_file(names[0]) if names else "")
    return said | await _author(ctx, form)


async def _author(ctx: Context, form: Fiche) -> dict[str, str]:
    if not form.auteur:
        return {}
    known = await people.get(ctx.db, form.auteur)
    return {"auteur": known.username if known else form.names.get(form.auteur, ""), "auteur_id": form.auteur}
