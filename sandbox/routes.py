"""The table of methods and paths, and the functions that answer them."""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from sandbox.call import Call

Handler = Callable[[Call], Awaitable[object]]
Register = Callable[[Handler], Handler]

API = "/api/v4"


@dataclass(frozen=True, slots=True)
class Route:
    """A call of the API."""

    method: str
    path: str
    handler: Handler
    auth: bool
    limit_body: bool

    @property
    def pattern(self) -> str:
        """The path as a pattern of aiohttp: ids are letters and digits, other placeholders anything but a slash."""
        return re.sub(r"\{(\w+_id|\w+_ids)\}", r"{\1:[A-Za-z0-9]+}", self.path)


class Routes:
    """The calls of one area, in the order in which they are tried."""

    def __init__(self, prefix: str = API) -> None:
        self._prefix = prefix
        self._routes: list[Route] = []

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def get(self, path: str, *, auth: bool = True) -> Register:
        """Register a GET."""
        return self._add("GET", path, auth=auth)

    def post(self, path: str, *, auth: bool = True, limit_body: bool = True) -> Register:
        """Register a POST."""
        return self._add("POST", path, auth=auth, limit_body=limit_body)

    def put(self, path: str, *, auth: bool = True) -> Register:
        """Register a PUT."""
        return self._add("PUT", path, auth=auth)

    def delete(self, path: str, *, auth: bool = True) -> Register:
        """Register a DELETE."""
        return self._add("DELETE", path, auth=auth)

    def _add(self, method: str, path: str, *, auth: bool, limit_body: bool = True) -> Register:
        def register(handler: Handler) -> Handler:
            self._routes.append(Route(method, self._prefix + path, handler, auth, limit_body))
            return handler

        return register
