"""What this Mattermost server and its clients can do, by its version."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What features may ask for; they never compare versions (docs/mattermost.md §1.2)."""

    version: tuple[int, int]
    licensed: bool = False
    """Whether the server says that it has a licence, of whatever edition."""

    @property
    def multiselect(self) -> bool:
        """Dialogs have selects with several values."""
        return self.version >= (11, 0)

    @property
    def dates(self) -> bool:
        """Dialogs have date fields."""
        return self.version >= (11, 1)

    @property
    def steps(self) -> bool:
        """A dialog can be answered by a next dialog."""
        return self.version >= (11, 1)

    @property
    def bulk_members(self) -> bool:
        """Several people are added to a channel by one call."""
        return self.version >= (9, 11)

    @property
    def directory_groups(self) -> bool:
        """Whether the organisation’s directory groups are available, with their members."""
        return self.licensed and self.version >= (7, 0)

    @property
    def props_max(self) -> int:
        """The largest size of a post’s props, in characters of JSON."""
        return 800_000 if self.version >= (6, 0) else 8_000

    @property
    def trigger_seconds(self) -> int:
        """How many seconds a trigger id can open a dialog."""
        return 30 if self.version >= (9, 5) else 3


OLDEST = Capabilities((5, 37))
"""What is safe to assume of a server not reached yet, and the oldest that the bot was tried with."""

NEWEST_TRIED = (11, 6)
"""The newest that it was tried with; what is newer is taken for one that can do as much."""


def of_version(text: str) -> Capabilities | None:
    """Read the capabilities of « 11.2.0.11.2.0.cff4….false » (X-Version-Id, hello) or « 11.2.0 »; None for any other
    text."""
    found = re.match(r"(\d+)\.(\d+)", text)
    return Capabilities((int(found[1]), int(found[2])), text.endswith(".true")) if found else None
