"""Look up people of the register by user name."""

from sqlmodel.ext.asyncio.session import AsyncSession

from cli.errors import OperatorError
from storage import people
from storage.people import Person


def refuse_name(username: str) -> OperatorError:
    """Make the error for an unknown user name."""
    return OperatorError(f"Personne ne s’appelle « {username} » dans le registre.")


async def find_person(db: AsyncSession, username: str) -> Person:
    """Get a person of the register by user name. Raises OperatorError if there is none, SameNameError for several."""
    if person := await people.by_username(db, username):
        return person
    raise refuse_name(username)
