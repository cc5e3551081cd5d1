"""Who may ask where, and until when."""

from collections.abc import Sequence
from datetime import datetime

from bot.destinations import allowed
from bot.errors import UserError
from commands.sondage.feature import LONGEST, SHORTEST
from storage.people import Person, Role


def must_be_allowed(person: Person, places: Sequence[str]) -> None:
    """Raises UserError for who may not ask there, or not any more."""
    if places and not (person.animates or (person.role is Role.COORDINATEUR and allowed(person, places))):
        raise UserError("Vous pouvez poser une question dans le canal où vous êtes et, si vous coordonnez, dans "
                        "ceux de vos départements ; pour d’autres, demandez à l’équipe d’animation.")  # fmt: skip


def must_be_soon(ends: datetime, now: datetime) -> datetime:
    """An end that a poll can have. Raises UserError under its field."""
    if now + SHORTEST <= ends <= now + LONGEST:
        return ends
    raise UserError(fields={"fin": f"Choisissez un moment à venir, dans {LONGEST.days} jours au plus."})
