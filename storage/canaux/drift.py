"""What is not as it is to be in a channel: each thing with its reason, and how it would be put right."""

from dataclasses import dataclass
from enum import StrEnum


class Drift(StrEnum):
    """The kinds of it. ``PUT_AWAY`` is none: it is the archiving that somebody asked for, undone like the others."""

    ABSENT = "absent"
    ARCHIVED = "archived"
    UNSEEN = "unseen"
    TITLE = "title"
    HEADER = "header"
    PURPOSE = "purpose"
    PRIVACY = "privacy"
    MISSING = "missing"
    INTRUDER = "intruder"
    STRANGER = "stranger"
    ADMIN_MISSING = "admin_missing"
    ADMIN_EXTRA = "admin_extra"
    PUT_AWAY = "put_away"


OUTSIDERS = frozenset({Drift.INTRUDER, Drift.STRANGER})
"""Who is in a channel and should not be: by what the register says, or because it does not know them."""
LEADERSHIP = frozenset({Drift.ADMIN_MISSING, Drift.ADMIN_EXTRA})
LEADERLESS = "devrait administrer le canal"
"""Of a coordinateur who does not."""
GONE = "a un compte désactivé"
PRIVATE, PUBLIC = "privé", "public"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing: ``key`` names the planned channel, ``address`` is where it stands in Mattermost; ``user_id`` and
    ``username`` are whom it is about, if it is about somebody. ``reason`` is in French and stands after a colon.

    ``before`` is what stands there, ``after`` what should (texts, and « privé » or « public »). Of who is missing
    ``leads`` says that they are to administer the channel, too.
    """

    drift: Drift
    key: str
    address: str
    reason: str
    user_id: str = ""
    username: str = ""
    before: str = ""
    after: str = ""
    leads: bool = False
