"""Who may announce where."""

from collections.abc import Sequence

from bot.destinations import allowed
from bot.errors import UserError
from storage.people import Person


def must_be_allowed(person: Person, wanted: Sequence[str]) -> None:
    """Raises UserError for who may not announce there, or not any more."""
    if not allowed(person, wanted):
        raise UserError("Vous pouvez annoncer dans les canaux de vos départements ; pour d’autres, demandez à l’équipe "
                        "d’animation.")  # fmt: skip
