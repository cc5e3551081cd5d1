"""What is decided about a case: which measure, why, for how long and where."""

from dataclasses import dataclass
from datetime import timedelta

from config.charte import Measure


@dataclass(frozen=True, slots=True)
class Decision:
    """``lasts`` is None for what does not end by itself, or has no length; ``channel_id`` is where, for what is done
    in one channel only (empty: everywhere the bot looks after)."""

    measure: Measure
    reason: str
    lasts: timedelta | None = None
    channel_id: str = ""
