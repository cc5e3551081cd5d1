"""« Modifier… »: an entry is moved, dropped, brought back, or its words are asked for in the next window."""

from collections.abc import Mapping

from bot.context import Context
from bot.forms import Form
from bot.quoting import shorten
from bot.replies import Ask, Button, Replies, Whisper
from commands.actus import cards, changing, rewording, words
from commands.actus.buttons import Edit, GoOn
from commands.actus.feature import ANIMATEURS, feature
from dialogs.actus.editing import NONE, EditDigest, Move
from storage.actus import digests
from storage.actus.digests import Digest, Entry
from storage.database import change

ASKED = (Move.CHANGE, Move.ADD, Move.EDITO)
"""What is asked further, in another window."""
SHOWN_MAX = 60
"""Characters of a title in a list."""


@feature.button(Edit, roles=ANIMATEURS, writes=False)
async def choose(ctx: Context, click: Edit) -> Replies:
    """The window: what of it, and what to do."""
    digest = await words.found(ctx, click.digest)
    changing.must_change(digest)
    return Ask(await window(ctx, digest))


async def window(ctx: Context, digest: Digest) -> EditDigest:
    """What is in it, in order."""
    return EditDigest.draft(digest=digest.number, entries=await _listed(ctx, digest), entry=NONE, move=Move.CHANGE)


async def _listed(ctx: Context, digest: Digest) -> Mapping[str, str]:
    every = await digests.entries(ctx.db, digest.number, dropped=True)
    kept, away = [e for e in every if not e.dropped], [e for e in every if e.dropped]
    listed = {str(e.number): f"{n}. {_short(e)}" for n, e in enumerate(kept, 1)}
    return listed | {str(e.number): f"(écarté) {_short(e)}" for e in away}


def _short(entry: Entry) -> str:
    return shorten(" ".join(entry.title.split()), SHOWN_MAX)


@feature.submit(EditDigest, roles=ANIMATEURS)
async def edit(ctx: Context, form: EditDigest) -> Replies:
    """Done at once, or asked further."""
    digest = await words.locked(ctx, form.digest)
    changing.must_change(digest)
    chosen = 0 if form.entry == NONE else int(form.entry)
    if form.move in ASKED:
        asked = await _window(ctx, GoOn(digest=digest.number, entry=chosen, move=form.move))
        if ctx.capabilities.steps:
            return Ask(asked)
        # A step of a window that is begun anew would look like one that was taken up after a refusal.
        go_on = Button("Continuer", GoOn(digest=digest.number, entry=chosen, move=form.move), "primary")
        return Whisper(f"« {asked.title} » : cliquez sur « Continuer ».", [go_on])
    entry = await rewording.entry_of(ctx, digest, chosen)
    if not await _move(ctx, digest, entry, form.move):
        return await cards.refresh(ctx, digest, here=True)
    return await changing.changed(ctx, digest, ({"element": entry.title}, {"geste": form.move.value}))


@feature.button(GoOn, roles=ANIMATEURS, writes=False)
async def go_on(ctx: Context, click: GoOn) -> Replies:
    """The window in which it is asked further."""
    return Ask(await _window(ctx, click))


async def _window(ctx: Context, asked: GoOn) -> Form:
    """What is asked further, as it is now."""
    digest = await words.found(ctx, asked.digest)
    changing.must_change(digest)
    if asked.move is Move.EDITO:
        return rewording.edito_window(digest)
    if asked.move is Move.ADD:
        return rewording.adding_window(digest)
    entry = await rewording.entry_of(ctx, digest, asked.entry)
    await rewording.must_be_there(ctx, entry)
    return rewording.entry_window(digest, entry)


async def _move(ctx: Context, digest: Digest, entry: Entry, move: Move) -> bool:
    """Whether that changed something."""
    if move in {Move.DROP, Move.BACK}:
        dropped = move is Move.DROP
        if entry.dropped is dropped:
            return False
        await change(ctx.db, entry, dropped=dropped, changed_by=ctx.user.id)
        return True
    await rewording.must_be_there(ctx, entry)
    every = await digests.entries(ctx.db, digest.number)
    theirs = [one for one in every if one.section is entry.section]
    at = next(n for n, one in enumerate(theirs) if one.id == entry.id)
    to = {Move.UP: max(at - 1, 0), Move.DOWN: min(at + 1, len(theirs) - 1), Move.FIRST: 0}[move]
    moved = theirs[at]
    theirs.insert(to, theirs.pop(at))
    for position, one in enumerate(theirs, 1):
        if one.position != position:
            await change(ctx.db, one, position=position)
    await change(ctx.db, moved, changed_by=ctx.user.id)
    return to != at
