"""What becomes of polls is noted in the journal; never what somebody voted."""

from collections.abc import Mapping

from bot.context import Context
from bot.journaling import Deed, note_at_end
from storage.journal import Act
from storage.sondage import Poll


def note_poll(ctx: Context, act: Act, poll: Poll, before: Mapping[str, object], **after: object) -> None:
    """It concerns who asked it."""
    named = {"question": poll.question, **before}
    note_at_end(ctx, Deed(act, f"sondage:{poll.id}", poll.by, before=named, after=after))
