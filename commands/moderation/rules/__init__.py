"""The automatic rules: what each looks for, how it is tuned, and whether it finds a message."""

from commands.moderation.rules.engine import ASLEEP, Engine, Table
from commands.moderation.rules.names import SPECS, RuleName
from commands.moderation.rules.tuning import BrokenRuleError, Tuning

__all__ = ["ASLEEP", "SPECS", "BrokenRuleError", "Engine", "RuleName", "Table", "Tuning"]
