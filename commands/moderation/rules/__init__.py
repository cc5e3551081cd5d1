"""The automatic rules: what each looks for, how it is tuned, and whether it finds a message.

Words:
    RuleName, Tuning, Hit: an automatic rule; its mode, number, time and list; a message that one found, once.
    Said, Note, Memory, Engine, Table: a message as rules see it; what a replica remembers of it; of whom, bounded;
        which rules find a message, asking nobody; those that hold in some channels.
"""

from commands.moderation.rules.engine import ASLEEP, Engine, Table
from commands.moderation.rules.names import SPECS, RuleName
from commands.moderation.rules.tuning import BrokenRuleError, Tuning

__all__ = ["ASLEEP", "SPECS", "BrokenRuleError", "Engine", "RuleName", "Table", "Tuning"]
