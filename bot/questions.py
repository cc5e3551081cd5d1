"""What the bot asks somebody, written down: « oui » and « non » are answers to it later, on any replica."""

from datetime import datetime

from bot.context import Request
from bot.replies import Message, Update
from storage.outbox import Outgoing, TargetKind
from storage.questions import OpenQuestion


def make_open_question(
    message: Message, request: Request, now: datetime, row: Outgoing | None = None
) -> OpenQuestion | None:
    """What a message asks one person: one that is written down, the post that a click rewrites, or else a whisper where
    they are; None where it asks nothing, or all of a channel."""
    if message.question is None or (row and row.where is not TargetKind.PERSON):
        return None
    asked = message.question
    yes, no = (button.word().model_dump() if button else {} for button in (asked.yes, asked.no))
    is_direct = row is not None or isinstance(message, Update)
    return OpenQuestion(
        user_id=row.target if row else request.user_id,
        place="" if is_direct else request.channel_id,
        message_id=row.id if row else request.post_id if is_direct else "",
        yes=yes,
        no=no,
        polite=asked.polite,
        asked_at=now,
    )
