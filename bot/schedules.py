"""When jobs are due: cron fields read on the clock of Paris or, of local jobs, on that of each zone."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from apscheduler.triggers.cron import CronTrigger

from config.time import PARIS

DOUBLED_HOUR = datetime(2026, 1, 1, 2, tzinfo=PARIS)
"""When no job may run: an hour that one night a year has twice, and another not at all."""
QUARTER = 15
"""Minutes: what all zones of today are apart from UTC by a multiple of."""

# How far to look back for the last time a job was due: the nearest that holds one is enough.
_BACK = tuple(timedelta(hours=h) for h in (1, 24, 8 * 24, 32 * 24, 367 * 24))
_SOON = timedelta(microseconds=1)


class Schedule:
    """« day_of_week=mon hour=9 minute=0 ».

    Raises ValueError for what makes no sense, and for the hour after two o’clock, which one night a year has twice
    and another not at all. Elsewhere it is another hour: there a period has its name from the clock on the wall, and
    comes once.
    """

    def __init__(self, text: str, *, local: bool = False) -> None:
        self.is_local = local
        self._fields = {name: value for name, _, value in (part.partition("=") for part in text.split())}
        self._triggers: dict[str, Any] = {}
        try:
            hours = _field(self._in(PARIS), "hour")
        except TypeError as error:
            raise ValueError(f"not a schedule: {text}") from error
        if hours.get_next_value(DOUBLED_HOUR) == DOUBLED_HOUR.hour:
            raise ValueError(f"no job between 02:00 and 03:00: {text}")

    @property
    def looks(self) -> Any:
        """The APScheduler trigger of the instants at which the job may be due in some zone or other."""
        if not self.is_local:
            return self._in(PARIS)
        minutes = _field(self._in(PARIS), "minute")
        own = (at.minute for at in _each_minute() if minutes.get_next_value(at) == at.minute)
        some = {(minute + apart) % 60 for minute in own for apart in range(0, 60, QUARTER)}
        return CronTrigger(minute=",".join(map(str, sorted(some))), timezone=UTC)

    def last_due(self, now: datetime, zone: ZoneInfo = PARIS) -> datetime | None:
        """The latest time at or before now that it was due; None when there was none for a year."""
        trigger = self._in(zone)
        for back in _BACK:
            latest, following = None, trigger.get_next_fire_time(None, now - back)
            while following is not None and following <= now:
                latest, following = following, trigger.get_next_fire_time(following, following + _SOON)
            if latest is not None:
                return latest  # type: ignore[no-any-return]
        return None

    def next_due(self, now: datetime, zone: ZoneInfo = PARIS) -> datetime | None:
        """The first time after now that it is due; None when there is none."""
        return self._in(zone).get_next_fire_time(None, now + _SOON)  # type: ignore[no-any-return]

    def period_of(self, due: datetime, zone: ZoneInfo = PARIS) -> str:
        """The name of the period that begins when it is due: the same on every replica."""
        name = due.astimezone(zone).strftime("%Y-%m-%dT%H:%M:%S")
        return f"{name}@{zone.key}" if self.is_local else name

    def _in(self, zone: ZoneInfo) -> Any:
        if zone.key not in self._triggers:
            self._triggers[zone.key] = CronTrigger(timezone=zone, **self._fields)
        return self._triggers[zone.key]


def find_zones(names: Iterable[str]) -> list[ZoneInfo]:
    """Paris, and the zones of these names but those that are none."""
    found = {PARIS.key: PARIS}
    for name in names:
        try:
            found.setdefault(name, ZoneInfo(name))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return list(found.values())


def _field(trigger: Any, name: str) -> Any:
    return next(field for field in trigger.fields if field.name == name)


def _each_minute() -> Iterator[datetime]:
    return (DOUBLED_HOUR.replace(minute=minute) for minute in range(60))
