"""The guard of personal data: what of a text tells who somebody is or opens their accounts, found and masked.

Words:
    Detection, DataKind: what of a text is personal data, and of which sort (`find`, `mask`, `name_kinds`).
    PlainText: a text as it is searched, each character of which knows where it stands in the original.
"""

from bot.guard.search import DataKind, Detection, find, mask, name_kinds, names_owner

__all__ = [
    "DataKind",
    "Detection",
    "find",
    "mask",
    "name_kinds",
    "names_owner",
]
