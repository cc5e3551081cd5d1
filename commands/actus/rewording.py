"""The words of a digest: of an entry, of the edito, of something more; who changes the same undoes nobody’s."""

from collections.abc import Mapping
from hashlib import sha256

from bot.context import Context
from bot.errors import UserError
from bot.forms.limits import LONG_MAX
from bot.french.words import join
from bot.replies import Replies
from commands.actus import changing, pool, words
from commands.actus.assembling import TOTAL_MAX
from commands.actus.feature import ANIMATEURS, feature
from dialogs.actus.editing import AddEntry, RewordEntry, WriteEdito
from storage.actus import candidates, digests, items
from storage.actus.digests import Digest, Entry
from storage.actus.items import Item, Kind
from storage.database import change

FIELDS: Mapping[str, str] = {
    "headline": "titre",
    "text": "texte",
    "link": "lien",
    "credit": "crédit",
    "section": "partie",
}
_COLUMNS = {"headline": "title", "link": "url"}


async def entry_of(ctx: Context, digest: Digest, ident: int) -> Entry:
    """An entry of that digest. Raises UserError."""
    entry = await digests.entry(ctx.db, ident)
    if entry is None or entry.digest != digest.number:
        raise UserError("Cet élément n’est plus dans ce numéro : rouvrez « Modifier… ».")
    return entry


async def must_be_there(ctx: Context, entry: Entry) -> None:
    """Raises UserError for what was dropped."""
    if entry.dropped:
        by = await words.name_of(ctx, entry.changed_by)
        raise UserError(f"Cet élément a été écarté par {by} : « Remettre » d’abord, avec « Modifier… ».")


def entry_window(digest: Digest, entry: Entry) -> RewordEntry:
    """Its words as they are."""
    now = _values(entry)
    seen = {name: _print(value) for name, value in now.items()}
    known = {**now, "section": entry.section}
    return RewordEntry.draft(digest=digest.number, entry=entry.number, seen=seen, **known)


def edito_window(digest: Digest) -> WriteEdito:
    """The words it begins with."""
    text = _fitting(digest.edito)
    return WriteEdito.draft(digest=digest.number, text=text, seen=_print(text))


def adding_window(digest: Digest) -> AddEntry:
    """Something more."""
    return AddEntry.draft(digest=digest.number)


def _values(entry: Entry) -> Mapping[str, str]:
    """What its window shows."""
    return {name: _fitting(str(getattr(entry, _COLUMNS.get(name, name)))) for name in FIELDS}


def _fitting(text: str) -> str:
    """As much of it as a window takes."""
    return text.strip().encode()[:LONG_MAX].decode(errors="ignore")


def _print(text: str) -> str:
    """What stands for a text."""
    return sha256(" ".join(text.split()).encode()).hexdigest()[:12]


@feature.submit(RewordEntry, roles=ANIMATEURS)
async def reword(ctx: Context, form: RewordEntry) -> Replies:
    """What was changed in the window; what others changed meanwhile stands. Raises UserError where it is the same."""
    digest = await words.locked(ctx, form.digest)
    changing.must_change(digest)
    entry = await entry_of(ctx, digest, form.entry)
    await must_be_there(ctx, entry)
    now, said = _values(entry), {name: str(getattr(form, name)) for name in FIELDS}
    mine = {name: value for name, value in said.items() if _print(value) != form.seen.get(name)}
    clash = [name for name in mine if _print(now[name]) not in {form.seen.get(name), _print(mine[name])}]
    if clash and not ctx.request.resumed:
        await _refuse(ctx, entry.changed_by, [FIELDS[name] for name in clash])
    columns = {_COLUMNS.get(name, name): getattr(form, name) for name in mine}
    if "section" in columns:
        columns["position"] = await _last(ctx, digest, form.section) + 1
    if columns:
        await change(ctx.db, entry, **columns, changed_by=ctx.user.id)
    what = {name: now[name] for name in mine}, mine
    return await changing.changed(ctx, digest, what, here=ctx.capabilities.steps)


async def _refuse(ctx: Context, other: str, what: list[str]) -> None:
    by = await words.name_of(ctx, other)
    raise UserError(f"Cela a changé pendant que vous écriviez ({join(what)}, par {by}). Ce que vous avez écrit est "
                    "gardé : `/brouillon` le rouvre, et l’envoyer de là l’emporte.")  # fmt: skip


async def _last(ctx: Context, digest: Digest, section: items.Section) -> int:
    every = await digests.entries(ctx.db, digest.number, dropped=True)
    return max((one.position for one in every if one.section is section), default=0)


@feature.submit(WriteEdito, roles=ANIMATEURS)
async def write_edito(ctx: Context, form: WriteEdito) -> Replies:
    """The new one. Raises UserError where somebody else wrote one meanwhile."""
    digest = await words.locked(ctx, form.digest)
    changing.must_change(digest)
    if _print(_fitting(digest.edito)) not in {form.seen, _print(form.text)} and not ctx.request.resumed:
        await _refuse(ctx, digest.edito_by, ["édito"])
    what = {"edito": digest.edito}, {"edito": form.text}
    await change(ctx.db, digest, edito=form.text, edito_by=ctx.user.id)
    return await changing.changed(ctx, digest, what, here=ctx.capabilities.steps)


@feature.submit(AddEntry, roles=ANIMATEURS)
async def add(ctx: Context, form: AddEntry) -> Replies:
    """Something more, last in its part; what the edition has already is said to be there."""
    digest = await words.locked(ctx, form.digest)
    changing.must_change(digest)
    if len(await digests.entries(ctx.db, digest.number)) >= TOTAL_MAX:
        raise UserError(f"Un numéro a {TOTAL_MAX} éléments au plus : écartez-en un d’abord.")
    key = pool.key_of_link(form.link) if form.link else items.key_of_words(form.headline)
    said = _item(ctx, form, key)
    await items.add(ctx.db, [said])
    item = await items.by_key(ctx.db, key)
    assert item is not None
    if await candidates.is_placed(ctx.db, digest, item):
        field = "lien" if form.link else "titre"
        raise UserError(fields={field: "C’est déjà dans ce numéro ou un ancien : changez-le avec « Modifier… »."})
    await candidates.take_from_later(ctx.db, digest, [item.number])
    position = await _last(ctx, digest, form.section) + 1
    entry = digests.entry_of(said, digest.number, position, item=item.number, by=ctx.user.id)
    await digests.put_in(ctx.db, [entry])
    return await changing.changed(ctx, digest, ({}, {"ajoute": entry.title}), here=ctx.capabilities.steps)


def _item(ctx: Context, form: AddEntry, key: str) -> Item:
    return Item(
        key=key,
        kind=Kind.PROPOSAL,
        section=form.section,
        title=form.headline,
        text=form.text,
        url=form.link,
        credit=form.credit,
        proposed_by=ctx.user.id,
        found_at=ctx.now,
    )
