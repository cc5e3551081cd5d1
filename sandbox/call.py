"""One call of the API as its handler sees it."""

import json
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.errors import invalid_body, invalid_url, page_not_found, unauthorized
from sandbox.ids import is_id
from sandbox.records import Token, User
from sandbox.state import State
from sandbox.world import World

OK = {"status": "OK"}


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer other than a plain 200: its status, its JSON, its further headers."""

    status: int
    body: object
    headers: tuple[tuple[str, str], ...] = ()


def created(body: object) -> Reply:
    """Answer 201."""
    return Reply(201, body)


@dataclass(frozen=True, slots=True)
class Page:
    """The page of a list that a request asks for."""

    number: int
    size: int

    def cut(self, rows: list[Any]) -> list[Any]:
        """Return the rows of this page."""
        return rows[self.number * self.size : (self.number + 1) * self.size]


class Call:
    """A request with its author, and methods that refuse malformed input as the real server does."""

    def __init__(self, world: World, request: web.Request, token: Token | None, payload: bytes) -> None:
        self.world = world
        self.request = request
        self.token = token
        self.payload = payload

    @property
    def state(self) -> State:
        """The server’s state."""
        return self.world.state

    @property
    def user(self) -> User:
        """The person or bot who calls."""
        user = self.world.state.users.get(self.token.user_id) if self.token else None
        if user is None:
            raise unauthorized()
        return user

    def only_if(self, exists: bool) -> None:
        """Refuse the call on versions that do not have it."""
        if not exists:
            raise page_not_found(self.request.path)

    def path(self, name: str) -> str:
        """Return a part of the path."""
        return self.request.match_info[name]

    def id(self, name: str) -> str:
        """Return an id of the path; « me » is the caller."""
        value = self.request.match_info[name]
        if name == "user_id" and value == "me":
            return self.user.id
        if not is_id(value):
            raise invalid_url(name)
        return value

    def query(self, name: str, default: str = "") -> str:
        """Return a parameter of the query."""
        return self.request.query.get(name, default)

    def flag(self, name: str) -> bool:
        """Return a parameter of the query that is yes or no."""
        return self.query(name) in {"1", "t", "T", "true", "TRUE", "True"}

    def number(self, name: str, default: int = 0) -> int:
        """Return a parameter of the query that is a number; the default where it is none or negative."""
        value = self.query(name)
        return int(value) if value.isascii() and value.isdigit() else default

    def page(self, most: int = 200) -> Page:
        """Return the part of the list that the query asks for: 60 rows by default."""
        return Page(self.number("page"), min(self.number("per_page", 60), most))

    def body(self, name: str) -> "Body":
        """Return the body, an object, or refuse it under this name."""
        return Body(name, self._decode(name, dict))

    def texts(self, name: str) -> list[str]:
        """Return the body, a list of texts."""
        values = self._decode(name, list)
        if not all(isinstance(value, str) for value in values):
            raise invalid_body(name)
        return list(values)

    def objects(self, name: str) -> list[dict[str, Any]]:
        """Return the body, a list of objects."""
        values = self._decode(name, list)
        if not all(isinstance(value, dict) for value in values):
            raise invalid_body(name)
        return list(values)

    def _decode(self, name: str, kind: type) -> Any:
        try:
            value = json.loads(self.payload)
        except ValueError as error:
            raise invalid_body(name) from error
        if not isinstance(value, kind):
            raise invalid_body(name)
        return value


class Body:
    """A JSON object read field by field; a value of the wrong type refuses the whole."""

    def __init__(self, name: str, values: dict[str, Any]) -> None:
        self.name = name
        self.values = values

    def has(self, field: str) -> bool:
        """Tell whether a field is there and is not null."""
        return self.values.get(field) is not None

    def text(self, field: str, default: str = "") -> str:
        """Return a text."""
        return str(self._read(field, str, default))

    def flag(self, field: str, default: bool = False) -> bool:
        """Return a yes or no."""
        return bool(self._read(field, bool, default))

    def number(self, field: str, default: int = 0) -> int:
        """Return a whole number."""
        return int(self._read(field, int, default))

    def texts(self, field: str) -> list[str]:
        """Return a list of texts."""
        values: list[Any] = self._read(field, list, [])
        if not all(isinstance(value, str) for value in values):
            raise invalid_body(self.name)
        return values

    def object(self, field: str) -> dict[str, Any]:
        """Return an object."""
        found: dict[str, Any] = self._read(field, dict, {})
        return found

    def _read(self, field: str, kind: type, default: Any) -> Any:
        value = self.values.get(field)
        if value is None:
            return default
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise invalid_body(self.name)
        return value
