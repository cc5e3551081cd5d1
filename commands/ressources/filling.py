"""The window of a resource: filled from what is known, and read into the columns of the table."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.attached import look_at, offer, offers, say_size
from bot.context import Context
from bot.errors import UserError
from bot.forms import ID
from bot.forms.limits import LONG_MAX, TEXT_MAX
from bot.linked import read_linked
from bot.mattermost import ChatPost
from bot.texts import quote
from bot.writer import FILES_MAX
from config.themes import bits
from dialogs.ressources.deposit import KEPT_FILES, NO_FILES, DepositResource, EditResource, Fiche
from storage.ressources.links import guess_type, guess_type_of_file, read_link
from storage.ressources.resource import Resource

_LINK = re.compile(r"https?://[^\s<>()\[\]\"'`|]{1,1000}")
_LIST = ("categorie", "niveau", "public", "licence")


def first_link(text: str) -> str:
    """The first address of a page in a text, as it is kept; "" where there is none."""
    for found in _LINK.findall(text):
        try:
            return read_link(found.rstrip(".,;:!?»*_"))
        except ValueError:
            continue
    return ""


async def window(ctx: Context, **known: object) -> DepositResource:
    """The window of a new one; the last files that somebody sent to the bot are offered."""
    attached: dict[str, str] = {**await offers(ctx), **(known.pop("attached", {}) or {})}  # type: ignore[dict-item]
    return DepositResource.draft(**({"fichiers": NO_FILES} | known), attached=attached)


async def from_message(ctx: Context, post: ChatPost) -> DepositResource:
    """The window filled from a message: its words, its first link, its files; who wrote it is its author."""
    first, _, rest = post.message.strip().partition("\n")
    title = " ".join(_LINK.sub(" ", first).split()).strip(" :-–—*#>")
    cut = len(title) > TEXT_MAX
    words = post.message.strip() if cut or not title else rest.strip()
    known: dict[str, object] = {
        "titre": (f"{title[: TEXT_MAX - 1]}…" if cut else title) or None,
        "url": first_link(post.message) or None,
        "description": words[:LONG_MAX] or None,
        "source": post.id,
    }
    if post.file_ids:
        known |= {"attached": {post.id: await offer(ctx, post)}, "fichiers": post.id}
    if post.user_id != ctx.user.id:
        known["auteur"] = post.user_id
    return await window(ctx, **known)


async def edit_window(ctx: Context, resource: Resource, attached: Mapping[str, str]) -> EditResource:
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
        attached={**kept, **attached},
    )


async def read(ctx: Context, form: Fiche) -> dict[str, Any]:
    """What a window says, by column; Mattermost is asked about files and author. Raises UserError.

    What the window leaves as it was is not in it: files that are kept, an author whom nobody chose.
    """
    said: dict[str, Any] = {name: getattr(form, name) for name in ("titre", "url", *_LIST)}
    said |= {"themes": bits(form.themes), "description": "\n".join(form.description.splitlines())}
    if form.fichiers != KEPT_FILES:
        said["files"] = await _files(ctx, form)
    names = list(said.get("files", {}).values())
    guessed = guess_type(form.url) or (guess_type_of_file(names[0]) if names else "")
    said |= {"type": form.kind or guessed} if form.kind or guessed else {"type": ""}
    return said | await _author(ctx, form.auteur)


async def _author(ctx: Context, user_id: str) -> dict[str, str]:
    if not user_id:
        return {}
    if user_id == ctx.user.id:
        return {"auteur": ctx.user.username, "auteur_id": user_id}
    return {"auteur": (await ctx.chat.user(user_id)).username, "auteur_id": user_id}


async def _files(ctx: Context, form: Fiche) -> dict[str, str]:
    """The files that were chosen, name by id. Raises UserError under their field."""
    if not ID.fullmatch(form.fichiers):
        return {}
    try:
        ids: Sequence[str] = (await read_linked(ctx, form.fichiers)).file_ids
    except UserError as problem:
        raise UserError(fields={"fichiers": problem.text}) from None
    if len(ids) > FILES_MAX:
        raise _wrong_files(f"Ce message a {len(ids)} fichiers : une fiche en porte {FILES_MAX} au plus.")
    files = await look_at(ctx.chat, ids)
    largest = await ctx.chat.largest_file() if ids else 0
    for file in files:
        if file is None:
            raise _wrong_files("Un de ces fichiers a été supprimé depuis : envoyez-les de nouveau au bot.")
        if file.size > largest:
            raise _wrong_files(f"« {quote(file.name)} » pèse {say_size(file.size)}, {say_size(largest)} au plus : "
                               "donnez plutôt un lien.")  # fmt: skip
    return {file.id: file.name for file in files if file}


def _wrong_files(sentence: str) -> UserError:
    return UserError(fields={"fichiers": sentence})
