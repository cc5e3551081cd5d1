"""« /garde »: who is on duty at the hotline, when, and who takes over from whom."""

from commands.garde import absences, ending, leaving, showing, swapping, taking
from commands.garde.feature import feature

__all__ = ["absences", "ending", "feature", "leaving", "showing", "swapping", "taking"]
