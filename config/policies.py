"""Limits for one person: how much they may ask for in a day, and who publishes without review."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from config.canaux import ROLES
from config.text import fold

USUAL_QUOTAS = (
    "sondage 3, annonce 10, demande 20, signalement 20, proposition 10, evenement 10, fiche 20, commentaire 30, "
    "partage 10, besoin 10, contact 10, rappel 2, acces 3, idee 10"
)
"""« rappel » are the reminders that a person gets; all others are what they ask for."""
QUOTA_KINDS = tuple(part.split()[0] for part in USUAL_QUOTAS.split(","))
QUOTA_MAX = 1_000
_HOW = f"Écrivez un nombre par jour pour chaque chose, 0 pour aucune : « {USUAL_QUOTAS} »."


def read_quotas(text: str) -> Mapping[str, int]:
    """Read the daily quotas by kind; kinds that are not named have the usual ones. Raises ValueError, in French."""
    usual = {} if text == USUAL_QUOTAS else read_quotas(USUAL_QUOTAS)
    return {**usual, **dict(_read(part) for part in text.split(",") if part.strip())}


def _read(part: str) -> tuple[str, int]:
    match = re.fullmatch(r"([a-z]+) (\d{1,4})", " ".join(fold(part).split()))
    if match is None or match[1] not in QUOTA_KINDS:
        raise ValueError(f"« {part.strip()[:40]} » n’est pas un quota ({', '.join(QUOTA_KINDS)}). {_HOW}")
    if int(match[2]) > QUOTA_MAX:
        raise ValueError(f"« {part.strip()[:40]} » : {QUOTA_MAX} par jour au plus. {_HOW}")
    return match[1], int(match[2])


def read_role_groups(text: str) -> Mapping[str, str]:
    """Read the roles that membership of directory groups gives, by folded name of the group, in the order of the text:
    « Conseillers 69 = conseiller, animation = animateur ». Raises ValueError, in French."""
    found: dict[str, str] = {}
    for part in filter(str.strip, text.split(",")):
        group, _, role = (fold(" ".join(word.split())) for word in part.partition("="))
        if not group or role not in ROLES:
            known = ", ".join(sorted(ROLES))
            raise ValueError(f"écrivez « groupe = rôle », séparés par des virgules ; un rôle est : {known}")
        found.setdefault(group, role)
    return found


USUAL_TRUST = "animateur|administrateur"
_COUNT = re.compile(r"[1-9]\d{0,3}")


@dataclass(frozen=True, slots=True)
class Trust:
    """Who publishes without review: people of those ``roles``, and those who have that many resources ``published``
    (None: that is not enough)."""

    roles: frozenset[str]
    published: int | None = None


def read_trust(text: str) -> Trust:
    """Read roles and a number separated by « | ». Animateurs are always trusted, as they review what others propose.

    Raises ValueError, in French.
    """
    words = [fold(word) for word in text.split("|") if word.strip()]
    counts = [int(word) for word in words if _COUNT.fullmatch(word)]
    if wrong := [word for word in words if word not in ROLES and not _COUNT.fullmatch(word)]:
        raise ValueError(f"« {wrong[0][:40]} » n’est ni un rôle ({', '.join(sorted(ROLES))}), ni un nombre de fiches")
    if len(counts) > 1:
        raise ValueError("donnez un seul nombre de fiches")
    return Trust(ROLES.intersection(words) | set(USUAL_TRUST.split("|")), counts[0] if counts else None)
