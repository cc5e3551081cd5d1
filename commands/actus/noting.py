"""What is decided of numbers of the news is noted in the journal."""

from collections.abc import Mapping

from bot.context import Context
from bot.journaling import Deed, note_at_end
from storage.actus.digests import Digest
from storage.journal import Act


def note_digest(
    ctx: Context, act: Act, digest: Digest, before: Mapping[str, object] | None = None, **after: object
) -> None:
    """Something was decided of it; by default it is noted how it stands now."""
    told = after or {"etat": digest.state.value}
    note_at_end(
        ctx, Deed(act, f"numero:{digest.number}", before=before or {}, after={"edition": digest.edition} | told)
    )
