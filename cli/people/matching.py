"""Who a line is about: an account of Mattermost, whose id is the only key, else somebody the register knows."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from bot.errors import ChatError
from bot.mattermost import ChatReader, ChatUser
from bot.people import newcomer
from cli.people.lines import Entry
from cli.tables import BadLineError
from storage.people import Awaited, Person


class Accounts:
    """The accounts behind user names; ``chat`` is None where Mattermost can’t be asked."""

    def __init__(self, chat: ChatReader | None) -> None:
        self._chat = chat
        self.is_silent = chat is None

    async def named(self, usernames: Sequence[str]) -> Mapping[str, ChatUser]:
        """Those of these names that there are, by name; none where Mattermost does not answer."""
        found: dict[str, ChatUser] = {}
        if self._chat is None or self.is_silent:
            return found
        try:
            async for page in self._chat.users_by_names(usernames):
                found |= {user.username: user for user in page}
        except ChatError:
            # One silence is enough: a hundred batches would each wait for it.
            self.is_silent = True
            return {}
        return found


class Seen:
    """What was named before in this file, and in which line; kept in a file that the system erases."""

    def __init__(self) -> None:
        self._lines = sqlite3.connect("")
        self._lines.execute("CREATE TABLE seen (what TEXT PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID")

    def note(self, what: str, line: int) -> int | None:
        """The line that named this before, if one did."""
        found = self._lines.execute("SELECT line FROM seen WHERE what = ?", (what,)).fetchone()
        if found is None:
            self._lines.execute("INSERT INTO seen VALUES (?, ?)", (what, line))
        return int(found[0]) if found else None

    def close(self) -> None:
        """Give the file back."""
        self._lines.close()


@dataclass(slots=True)
class Known:
    """What is known of the people of a batch."""

    accounts: Mapping[str, ChatUser]
    now: datetime
    ids: dict[str, Person] = field(default_factory=dict)
    _named: dict[str, list[Person]] = field(default_factory=lambda: defaultdict(list))
    _waiting: dict[str, Awaited] = field(default_factory=dict)

    def add(self, persons: Iterable[Person], waiting: Iterable[Awaited]) -> None:
        """People of the register, and lines that wait."""
        for person in persons:
            self.ids[person.id] = person
            for named in {person.username, (person.email or "").lower()} - {""}:
                self._named[named].append(person)
        for line in waiting:
            for name in (line.username, line.email):
                if name:
                    self._waiting.setdefault(name, line)

    def person(self, entry: Entry) -> Person | None:
        """Who it is, by the name they have today. Raises BadLineError for a bot, or a name that is not only one’s."""
        account = self.accounts.get(entry.username)
        if account is None:
            return self._only(entry.username) or self._only(entry.email)
        if account.is_bot:
            raise BadLineError(f"username : « {entry.username} » est un compte de bot")
        known = self.ids.get(account.id) or newcomer(account, self.now)
        if known.username == account.username:
            return known
        return Person(**(known.model_dump() | {"username": account.username}))

    def waiting(self, entry: Entry) -> Awaited | None:
        """The line that waits under the same name, else the same address."""
        return self._waiting.get(entry.username) or self._waiting.get(entry.email)

    def _only(self, name: str) -> Person | None:
        found = self._named.get(name, [])
        if len(found) > 1:
            raise BadLineError(f"« {name} » est, au registre, le nom ou l’adresse de plusieurs personnes")
        return found[0] if found else None
