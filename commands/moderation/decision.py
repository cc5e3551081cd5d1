"""What is decided about a case: which measure, why, for how long and where."""

from dataclasses import dataclass
from datetime import timedelta

from config.charte import Measure
from storage.moderation.cases import Case, State


@dataclass(frozen=True, slots=True)
class Decision:
    """``lasts`` is None for what does not end by itself, or has no length; ``channel_id`` is where, for what is done
    in one channel only (empty: everywhere the bot looks after)."""

    measure: Measure
    reason: str
    lasts: timedelta | None = None
    channel_id: str = ""


def proposed(case: Case) -> Decision | None:
    """What waits for a second animateur, if something does."""
    if case.state is not State.SECOND or not case.proposed:
        return None
    found = case.proposed
    lasts = timedelta(seconds=found["seconds"]) if found["seconds"] else None
    return Decision(Measure(found["act"]), found["reason"], lasts, found["channel_id"])
