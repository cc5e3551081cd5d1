"""How long things took: gathered one by one, told by the middle one and by what nine of ten stay under."""

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

MEDIAN, P90 = 50, 90


@dataclass(frozen=True, slots=True)
class Delays:
    """``count`` of them; ``median`` and ``p90`` (see ``quantile``) are None where there is none."""

    count: int = 0
    median: timedelta | None = None
    p90: timedelta | None = None


NONE = Delays()


@dataclass(slots=True)
class Gathered:
    """Delays as they are met, in whole seconds: eight bytes each."""

    seconds: "array[int]" = field(default_factory=lambda: array("q"))

    def add(self, delay: timedelta) -> None:
        """One more; none is shorter than nothing."""
        self.seconds.append(max(0, delay // timedelta(seconds=1)))

    @property
    def told(self) -> Delays:
        """What is said of them."""
        if not self.seconds:
            return NONE
        ordered = sorted(self.seconds)
        return Delays(len(ordered), quantile(ordered, MEDIAN), quantile(ordered, P90))


def quantile(ordered: Sequence[int], percent: int) -> timedelta:
    """The value (seconds, sorted, at least one) below which that share of them lies, straight between two neighbours.

    Counted from nought, it stands at place (n - 1) × percent / 100. Of an odd number the median is the middle one, of
    an even number half way between the two in the middle; of one value every quantile is that value. This is the
    « inclusive » method of Python’s statistics, type 7 of Hyndman and Fan (1996), and what spreadsheets do
    (CENTILE.INCLURE); exact to the microsecond, rounded down.
    """
    place, rest = divmod((len(ordered) - 1) * percent, 100)
    low, high = ordered[place], ordered[min(place + 1, len(ordered) - 1)]
    return timedelta(seconds=1) * (low * (100 - rest) + high * rest) // 100
