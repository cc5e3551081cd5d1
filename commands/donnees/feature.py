"""The feature that the files of this folder add their handlers to."""

from datetime import timedelta

from bot.features import Feature
from bot.fronts import Front

feature = Feature(
    "donnees",
    front=Front("Mes données", "une copie de ce que le bot garde de vous, ou leur effacement", lambda _: "mes-donnees"),
)

PATIENCE = timedelta(days=7)
"""How long after the wish somebody is erased."""
WARNED = timedelta(days=30)
"""How long before its erasure the person of a sleeping account is told."""


def topic_of(user_id: str) -> str:
    """What the message about somebody’s erasure is filed under."""
    return f"donnees.erasure:{user_id}"
