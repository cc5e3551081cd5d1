"""The length and the load of the drill: in full as the issue wants it, short for two cores that others use as well."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class DrillPlan:
    """A plan of the drill: ``people`` are in the team, ``cras`` in the database; rates are per second, of ``posts`` per
    minute; the others are counts, or seconds where they say so. ``blows`` are those of tests/drill/blows.py, in turn,
    each ``pause_s`` after people felt the last."""

    people: int = 4000
    cras: int = 5_000_000
    reports: float = 40
    commands: float = 100
    clicks: float = 50
    posts: float = 2000
    lines: float = 2
    channels: int = 101
    arrivals: int = 300
    arrivals_s: float = 60
    tickets: int = 200
    seconds: float = 600
    first_blow_s: float = 30
    pause_s: float = 20
    away_s: float = 120
    cut_s: float = 30
    skewed_s: float = 30
    settle_s: float = 400
    """Longer than what a replica wrote down whose clock is five minutes fast."""
    blows: tuple[str, ...] = ("kill1", "kill2", "kill3", "upgrade", "failover", "mattermost", "cut", "clocks")

    def at(self, load: float) -> "DrillPlan":
        """Return the plan at a part of its rates."""
        rates = {name: getattr(self, name) * load for name in ("reports", "commands", "clicks", "posts", "lines")}
        return replace(self, **rates)

    def soak(self, seconds: float) -> "DrillPlan":
        """Return the plan of so many seconds without blows."""
        return replace(self, seconds=seconds, blows=())


FULL = DrillPlan()
SHORT = DrillPlan(
    people=400,
    cras=20_000,
    reports=4,
    commands=6,
    clicks=4,
    posts=120,
    lines=1,
    channels=20,
    arrivals=30,
    arrivals_s=30,
    tickets=40,
    seconds=75,
    first_blow_s=5,
    pause_s=3,
    away_s=6,
    cut_s=5,
    settle_s=150,
    blows=("kill1", "kill2", "kill3", "upgrade", "failover", "mattermost", "cut"),
)
