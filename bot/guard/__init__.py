"""The guard of personal data: what of a text tells who somebody is or opens their accounts, found and masked.

Words:
    guard, Found, Kind: what of a text is personal data, where, and of which sort: `find`, `mask`, `name` over plain
        text.
"""

from bot.guard.finding import find, mask, name
from bot.guard.kinds import Found, Kind
from bot.guard.owners import names_owner

__all__ = ["Found", "Kind", "find", "mask", "name", "names_owner"]
