"""The window in which help is asked for, filled with what is known."""

from bot.context import Context
from bot.replies import Ask
from commands.hotline.queues import queues
from config.hotline import OTHER
from dialogs.hotline import OpenTicket
from storage.hotline.states import Urgency
from storage.hotline.tickets import SUBJECT_MAX


async def window(ctx: Context, words: str = "", details: str = "", source: str = "") -> Ask:
    """The window filled with that; what is too long for the first line is among the details."""
    line = " ".join(words.split())
    if len(line) > SUBJECT_MAX:
        line, details = f"{line[: SUBJECT_MAX - 1]}…", f"{words.strip()}\n{details}".strip()
    offered = {queue.code: f"{queue.name} : {queue.about}"[:120] for queue in queues(ctx).values()}
    known: dict[str, object] = {"subject": line or None, "details": details or None, "source": source}
    return Ask(OpenTicket.draft(queues=offered, category=OTHER, urgency=Urgency.GENANT.value, **known))
