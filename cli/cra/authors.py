"""Finding the authors of imported comptes rendus: in the register, else in Mattermost."""

from collections.abc import Callable
from datetime import datetime

from bot.errors import ChatError
from bot.mattermost import Chat, ChatUser
from bot.people import newcomer
from cli.faults import same_name_fault
from storage import people
from storage.cra.last_commune import note
from storage.cra.reading import RowError
from storage.cra.values import Report
from storage.database import Database
from storage.people import Person, SameNameError


class Authors:
    """People by user name, each looked for once; ``chat`` is None where Mattermost can’t be asked."""

    def __init__(self, database: Database, chat: Chat | None, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._chat = chat
        self._clock = clock
        self._found: dict[str, Person | None] = {}

    async def of(self, username: str) -> Person:
        """The author of that name; raises RowError when there is none, or more than one."""
        if username not in self._found:
            self._found[username] = await self._find(username)
        person = self._found[username]
        if person is None:
            unasked = "" if self._chat else ", et Mattermost ne répond pas"
            raise RowError(f"auteur : « {username} » n’est pas dans le registre{unasked}")
        return person

    async def _find(self, username: str) -> Person | None:
        async with self._database.transaction(writes=False) as db:
            try:
                if person := await people.by_username(db, username):
                    return person
            except SameNameError as error:
                raise RowError(f"auteur : {same_name_fault(error)}") from None
        user = await self._ask(username)
        if user is None:
            return None
        async with self._database.transaction(writes=False) as db:
            # Somebody who has changed names.
            if person := await people.get(db, user.id):
                return person
        return await self._register(user)

    async def _ask(self, username: str) -> ChatUser | None:
        if self._chat is None:
            return None
        try:
            return await self._chat.user_by_name(username)
        except ChatError:
            # One silence is enough: fifty thousand lines would each wait for it.
            self._chat = None
            return None

    async def settle(self, person: Person, report: Report) -> Person:
        """The author, who works where the first report was made if nothing else is known."""
        if person.departements:
            return person
        async with self._database.transaction() as db:
            settled = await people.settle(db, person, report.departement)
            await note(db, person.id, report)
        self._found[person.username] = settled
        return settled

    async def _register(self, user: ChatUser) -> Person:
        """Without role: it goes on following from Mattermost."""
        person = newcomer(user, self._clock())
        async with self._database.transaction() as db:
            await people.add(db, person)
        return person
