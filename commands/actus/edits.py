"""Editing of a digest: entries are moved and reworded, the edito is written; a published digest is corrected wherever
it stands."""

from collections.abc import Mapping, Sequence
from hashlib import sha256

from bot.broadcasts import delete_posts
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.forms import Form
from bot.forms.kinds import LONG_MAX
from bot.permalinks import find_permalink
from bot.plain_text import shorten
from bot.replies import Ask, Button, Progress, Refresh, Replies, Reply, Start, Step, Whisper
from bot.texts import render
from commands.actus import drafts, editions
from commands.actus.editions import ANIMATEURS, feature
from commands.actus.formats import draw_posts
from commands.actus.publication import UNIT, get_posted
from dialogs.actus import NO_ENTRY, AddEntry, EditDigest, EntryMove, RewordEntry, WriteEdito
from storage.actus import digests, items
from storage.actus.digests import Digest, DigestEntry, DigestState
from storage.database import change
from storage.journal import AuditAct
from storage.urls import url_key


async def get_editable(ctx: Context, number: int, *, lock: bool = False) -> Digest:
    """Get a digest that can be edited now. Raises UserError."""
    digest = await editions.get_digest(ctx, number, lock=lock)
    if digest.state is DigestState.APPROVED:
        raise UserError(render("actus/approved_already", number=digest.number))
    if digest.state is not DigestState.PUBLISHED:
        editions.must_be_open(digest)
    return digest


async def record_change(
    ctx: Context, digest: Digest, before: Mapping[str, object], after: Mapping[str, object], *, here: bool
) -> Sequence[Reply]:
    """Record a change of a digest in the audit log, and rewrite its draft cards or its published posts. ``here`` says
    whether the window was opened from a card."""
    is_out = digest.state is DigestState.PUBLISHED
    editions.note_digest(ctx, AuditAct.DIGEST_CORRECT if is_out else AuditAct.DIGEST_CHANGE, digest, before, **after)
    await change(ctx.db, digest, revision=digest.revision + 1, corrected=digest.corrected + is_out)
    if is_out:
        await _must_fit(ctx, digest)
        said = Whisper(render("actus/is_corrected", number=digest.number))
        rewriting = Start(payload=drafts.DigestRewrite(digest=digest.number))
        return [await drafts.refresh_card(ctx, digest), rewriting, said]
    shown = await editions.DRAFT.is_sent(ctx.db, digest)
    card = await drafts.refresh_card(ctx, digest, here=here)
    return [card] if shown else [card, card.recast(Whisper)]


async def _must_fit(ctx: Context, digest: Digest) -> None:
    """Raise UserError if a correction needs more posts than were published: none can be inserted between them."""
    if len(draw_posts(await editions.read_sheet(ctx, digest))) > digest.parts:
        raise UserError(render("actus/does_not_fit", number=digest.number))


FIELDS: Mapping[str, str] = {
    "headline": "titre",
    "text": "texte",
    "link": "lien",
    "credit": "crédit",
    "section": "partie",
}
_COLUMNS = {"headline": "title", "link": "url"}


async def get_entry(ctx: Context, digest: Digest, ident: int) -> DigestEntry:
    """Get an entry of that digest. Raises UserError."""
    entry = await digests.get_entry(ctx.db, ident)
    if entry is None or entry.digest != digest.number:
        raise UserError(render("actus/entry_gone"))
    return entry


async def must_be_kept(ctx: Context, entry: DigestEntry) -> None:
    """Raise UserError for an entry that was dropped."""
    if entry.dropped:
        by = await editions.name_person(ctx, entry.changed_by)
        raise UserError(render("actus/set_aside_by", by=by))


def _read_values(entry: DigestEntry) -> Mapping[str, str]:
    """Return the fields of an entry’s window, by name."""
    return {name: _cut_to_window(str(getattr(entry, _COLUMNS.get(name, name)))) for name in FIELDS}


def _cut_to_window(text: str) -> str:
    """Cut a text to the length that a window takes."""
    return text.strip().encode()[:LONG_MAX].decode(errors="ignore")


def _fingerprint(text: str) -> str:
    """Return a short hash of a text, kept in a window’s state to see whether it changed meanwhile."""
    return sha256(" ".join(text.split()).encode()).hexdigest()[:12]


@feature.submit(RewordEntry, roles=ANIMATEURS)
async def reword_entry(ctx: Context, form: RewordEntry) -> Replies:
    """Store the changes of the window; fields that others changed meanwhile stay. Raises UserError if both changed the
    same field."""
    digest = await get_editable(ctx, form.digest, lock=True)
    entry = await get_entry(ctx, digest, form.entry)
    await must_be_kept(ctx, entry)
    now, said = _read_values(entry), {name: str(getattr(form, name)) for name in FIELDS}
    mine = {name: value for name, value in said.items() if _fingerprint(value) != form.seen.get(name)}
    clash = [name for name in mine if _fingerprint(now[name]) not in {form.seen.get(name), _fingerprint(mine[name])}]
    if clash and not ctx.request.resumed:
        await _refuse_clash(ctx, entry.changed_by, [FIELDS[name] for name in clash])
    columns = {_COLUMNS.get(name, name): getattr(form, name) for name in mine}
    if "section" in columns:
        columns["position"] = await _find_last_position(ctx, digest, form.section) + 1
    if columns:
        await change(ctx.db, entry, **columns, changed_by=ctx.user.id)
    before = {name: now[name] for name in mine}
    return await record_change(ctx, digest, before, mine, here=ctx.capabilities.steps)


async def _refuse_clash(ctx: Context, other: str, what: list[str]) -> None:
    by = await editions.name_person(ctx, other)
    raise UserError(render("actus/clash", what=what, by=by))


async def _find_last_position(ctx: Context, digest: Digest, section: items.NewsSection) -> int:
    every = await digests.list_entries(ctx.db, digest.number, dropped=True)
    return max((one.position for one in every if one.section is section), default=0)


@feature.submit(WriteEdito, roles=ANIMATEURS)
async def write_edito(ctx: Context, form: WriteEdito) -> Replies:
    """Store the new edito. Raises UserError if somebody else changed it meanwhile."""
    digest = await get_editable(ctx, form.digest, lock=True)
    was, now = digest.edito, form.text
    if _fingerprint(_cut_to_window(was)) not in {form.seen, _fingerprint(now)} and not ctx.request.resumed:
        await _refuse_clash(ctx, digest.edito_by, ["édito"])
    await change(ctx.db, digest, edito=now, edito_by=ctx.user.id)
    return await record_change(ctx, digest, {"edito": was}, {"edito": now}, here=ctx.capabilities.steps)


@feature.submit(AddEntry, roles=ANIMATEURS)
async def add_entry(ctx: Context, form: AddEntry) -> Replies:
    """Add an entry at the end of its part. Raises UserError if the edition has had it already."""
    digest = await get_editable(ctx, form.digest, lock=True)
    if len(await digests.list_entries(ctx.db, digest.number)) >= drafts.TOTAL_MAX:
        raise UserError(render("actus/too_many_entries", most=drafts.TOTAL_MAX))
    said = _make_item(ctx, form)
    item, _ = await items.add_or_get(ctx.db, said)
    if await digests.is_placed(ctx.db, digest, item):
        field = "lien" if form.link else "titre"
        raise UserError(fields={field: render("actus/entry_known")})
    await digests.take_from_later(ctx.db, digest, [item.number])
    position = await _find_last_position(ctx, digest, form.section) + 1
    entry = digests.make_entry(said, digest.number, position, item=item.number, by=ctx.user.id)
    await digests.add_entries(ctx.db, [entry])
    return await record_change(ctx, digest, {}, {"ajoute": entry.title}, here=ctx.capabilities.steps)


def _make_item(ctx: Context, form: AddEntry) -> items.Item:
    if ident := find_permalink(form.link):
        key = items.make_post_key(ident)
    else:
        key = url_key(form.link) if form.link else items.make_words_key(form.headline)
    return items.Item(
        key=key,
        kind=items.ItemKind.PROPOSAL,
        section=form.section,
        title=form.headline,
        text=form.text,
        url=form.link,
        credit=form.credit,
        proposed_by=ctx.user.id,
        found_at=ctx.now,
    )


ASKED_FURTHER = (EntryMove.CHANGE, EntryMove.ADD, EntryMove.EDITO)
"""The moves that need a window of their own."""
SHOWN_MAX = 60
"""The most characters of a title in a list."""


@feature.command("actus corriger", help="Corriger un numéro, partout où il est sorti", hint="numéro", roles=ANIMATEURS)
async def correct_digest(ctx: ReadingContext, line: str) -> Replies:
    """Open the window of a digest that is named by its number."""
    return await choose_entry(ctx, drafts.ChangeDigest(digest=editions.read_number(line, "corriger")))


@feature.button(drafts.ChangeDigest, name="actus.Edit", roles=ANIMATEURS, writes=False)
async def choose_entry(ctx: Context, click: drafts.ChangeDigest) -> Replies:
    """Open the window in which an entry is chosen, and what to do with it."""
    digest = await get_editable(ctx, click.digest)
    listed = await _list_entries(ctx, digest)
    return Ask(EditDigest.draft(digest=digest.number, entries=listed, entry=NO_ENTRY, move=EntryMove.CHANGE))


async def _list_entries(ctx: Context, digest: Digest) -> Mapping[str, str]:
    every = await digests.list_entries(ctx.db, digest.number, dropped=True)
    titles = {e.number: shorten(" ".join(e.title.split()), SHOWN_MAX) for e in every}
    kept, away = [e.number for e in every if not e.dropped], [e.number for e in every if e.dropped]
    listed = {str(e): f"{n}. {titles[e]}" for n, e in enumerate(kept, 1)}
    return listed | {str(e): f"(écarté) {titles[e]}" for e in away}


@feature.submit(EditDigest, roles=ANIMATEURS)
async def edit_digest(ctx: Context, form: EditDigest) -> Replies:
    """Do the chosen action at once, or open the window that it needs."""
    digest = await get_editable(ctx, form.digest, lock=True)
    chosen = 0 if form.entry == NO_ENTRY else int(form.entry)
    if form.move in ASKED_FURTHER:
        further = drafts.GoOn(digest=digest.number, entry=chosen, move=form.move)
        asked = await _draft_next_window(ctx, further)
        if ctx.capabilities.steps:
            return Ask(asked)
        # A step of a window that is begun anew would look like one that was taken up after a refusal.
        return Whisper(render("actus/click_continue", title=asked.title), [Button("Continuer", further, "primary")])
    entry = await get_entry(ctx, digest, chosen)
    if not await _move_entry(ctx, digest, entry, form.move):
        return await drafts.refresh_card(ctx, digest, here=True)
    return await record_change(ctx, digest, {"element": entry.title}, {"geste": form.move.value}, here=True)


@feature.button(drafts.GoOn, roles=ANIMATEURS, writes=False)
async def ask_further(ctx: Context, click: drafts.GoOn) -> Replies:
    """Open the window that the chosen action needs."""
    return Ask(await _draft_next_window(ctx, click))


async def _draft_next_window(ctx: Context, asked: drafts.GoOn) -> Form:
    """Fill the window of the chosen action with what the digest has now."""
    digest = await get_editable(ctx, asked.digest)
    if asked.move is EntryMove.ADD:
        return AddEntry.draft(digest=digest.number)
    if asked.move is EntryMove.EDITO:
        text = _cut_to_window(digest.edito)
        return WriteEdito.draft(digest=digest.number, text=text, seen=_fingerprint(text))
    entry = await get_entry(ctx, digest, asked.entry)
    await must_be_kept(ctx, entry)
    now = _read_values(entry)
    seen = {name: _fingerprint(value) for name, value in now.items()}
    known = {**now, "section": entry.section}
    return RewordEntry.draft(digest=digest.number, entry=entry.number, seen=seen, **known)


async def _move_entry(ctx: Context, digest: Digest, entry: DigestEntry, move: EntryMove) -> bool:
    """Move, drop or take back an entry; False where that changes nothing."""
    if move in {EntryMove.DROP, EntryMove.BACK}:
        dropped = move is EntryMove.DROP
        if entry.dropped is dropped:
            return False
        await change(ctx.db, entry, dropped=dropped, changed_by=ctx.user.id)
        return True
    await must_be_kept(ctx, entry)
    every = await digests.list_entries(ctx.db, digest.number)
    theirs = [one for one in every if one.section is entry.section]
    at = next(n for n, one in enumerate(theirs) if one.id == entry.id)
    to = {EntryMove.UP: max(at - 1, 0), EntryMove.DOWN: min(at + 1, len(theirs) - 1), EntryMove.FIRST: 0}[move]
    moved = theirs[at]
    theirs.insert(to, theirs.pop(at))
    for position, one in enumerate(theirs, 1):
        if one.position != position:
            await change(ctx.db, one, position=position)
    await change(ctx.db, moved, changed_by=ctx.user.id)
    return to != at


@feature.work(drafts.DigestRewrite, name="actus.Rewrite", title="Correction des actus", unit=UNIT, writes=True)
async def rewrite_posts(ctx: Context, asked: drafts.DigestRewrite, so_far: Progress) -> Step:
    """Rewrite the next batch of a digest’s posts, and delete those that are no longer needed. Posts that are on their
    way arrive first."""
    digest = await digests.lock(ctx.db, asked.digest)
    if digest is None or digest.state is not DigestState.PUBLISHED:
        return so_far.end()

    async def rewrite(part: int) -> Sequence[Reply]:
        drawn = draw_posts(await editions.read_sheet(ctx, digest))
        if part + 1 >= digest.parts > len(drawn):
            await change(ctx.db, digest, parts=len(drawn))
        topic = editions.get_part_topic(digest.number, part)
        return [Refresh(drawn[part], topic=topic)] if part < len(drawn) else await delete_posts(ctx, topic)

    return await get_posted(digest).visit(ctx, so_far, rewrite)
