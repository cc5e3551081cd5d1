"""A digest that is changed: whether it may be, and what follows wherever it stands."""

from collections.abc import Mapping, Sequence

from bot.context import Context
from bot.errors import UserError
from bot.replies import Reply, Start, Whisper
from commands.actus import cards, words
from commands.actus.buttons import Rewrite
from commands.actus.noting import note_digest
from commands.actus.posts import posts
from storage.actus.digests import Digest, State
from storage.database import change
from storage.journal import Act

CHANGES = (State.DRAFT, State.HELD, State.PUBLISHED)


def must_change(digest: Digest) -> None:
    """Raises UserError for what is not edited now."""
    if digest.state is State.APPROVED:
        raise UserError(f"Le n° {digest.number} est approuvé : « Reprendre » permet de le changer.")
    if digest.state not in CHANGES:
        words.must_be_open(digest)


Change = tuple[Mapping[str, object], Mapping[str, object]]
"""How it was, and is."""


async def changed(ctx: Context, digest: Digest, what: Change, *, here: bool = True) -> Sequence[Reply]:
    """Something of it was changed: copies of the draft show it, and what stands is rewritten. ``here`` says whether
    the window was opened by the button of a copy."""
    act = Act.DIGEST_CORRECT if digest.state is State.PUBLISHED else Act.DIGEST_CHANGE
    note_digest(ctx, act, digest, what[0], **what[1])
    more = {"corrected": digest.corrected + 1} if digest.state is State.PUBLISHED else {}
    await change(ctx.db, digest, revision=digest.revision + 1, **more)
    if digest.state is State.PUBLISHED:
        await _must_fit(ctx, digest)
        return [await cards.refresh(ctx, digest), Start(payload=Rewrite(digest=digest.number))]
    shown = await words.is_shown(ctx, digest)
    card = await cards.refresh(ctx, digest, here=here)
    return [card] if shown else [card, Whisper(card.text, card.buttons)]


async def _must_fit(ctx: Context, digest: Digest) -> None:
    """Raises UserError where a correction needs more posts than stand: none can be put between those that do."""
    if len(posts(await words.sheet_of(ctx, digest))) > digest.parts:
        raise UserError(f"Avec ce changement le n° {digest.number} ne tient plus dans les messages qui sont sortis : "
                        "raccourcissez-le, ou retirez autre chose d’abord.")  # fmt: skip
