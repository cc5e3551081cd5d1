"""Who publishes in the ressourcerie without being read over: some roles, and who deposited enough already."""

import re
from dataclasses import dataclass

from config.canaux import ROLES
from config.folding import fold

USUAL = "animateur|administrateur"
_COUNT = re.compile(r"[1-9]\d{0,3}")


@dataclass(frozen=True, slots=True)
class Trust:
    """Those ``roles``, and who has that many resources ``published`` (None: nobody for that)."""

    roles: frozenset[str]
    published: int | None = None


def read_trust(text: str) -> Trust:
    """Roles and a number separated by « | ». Animateurs read over what others propose: they are always trusted.

    Raises ValueError, in French.
    """
    words = [fold(word) for word in text.split("|") if word.strip()]
    counts = [int(word) for word in words if _COUNT.fullmatch(word)]
    if wrong := [word for word in words if word not in ROLES and not _COUNT.fullmatch(word)]:
        raise ValueError(f"« {wrong[0][:40]} » n’est ni un rôle ({', '.join(sorted(ROLES))}), ni un nombre de fiches")
    if len(counts) > 1:
        raise ValueError("donnez un seul nombre de fiches")
    return Trust(ROLES.intersection(words) | set(USUAL.split("|")), counts[0] if counts else None)
