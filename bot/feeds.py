"""Feeds: what programs of people read over HTTP, by an address that nobody else knows."""

from collections.abc import Mapping
from hashlib import sha256

import structlog
from aiohttp import ETag, web
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.admission import Admission, Machine
from bot.context import Context, Request
from bot.errors import UserError, passes
from bot.features import Key, Trigger
from bot.fronts import Feed
from bot.metrics import OUTCOMES, REQUESTS
from storage.people import PARIS, Person

log = structlog.get_logger()

KEY_MAX = 200
"""Characters of a key; a longer one is nobody’s."""
BODY_MAX = 2_000_000
"""Bytes of a feed."""


class Feeds:
    """Finds the handler of a feed, runs it in a transaction that only reads, and answers as HTTP wants."""

    def __init__(self, triggers: Mapping[Key, Trigger], machine: Machine) -> None:
        self._triggers = {name: trigger for (kind, name), trigger in triggers.items() if kind == "feed"}
        self._admission = Admission(machine)
        self._m = machine

    def routes(self) -> list[web.RouteDef]:
        """Where they are, whether they are on or not."""
        return [web.get(f"/{name}/{{key}}", self.answer) for name in self._triggers]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """The feed, or that what the program has of it is still so. Raises HTTPException, which says nothing more."""
        name = request.path.split("/")[1]
        with REQUESTS.labels("feed", name).time(), self._m.traffic.pass_by():
            feed = await self._outcome(name, request.match_info["key"])
        if feed is None:
            raise web.HTTPNotFound
        tag = ETag(sha256(feed.body).hexdigest()[:32])
        kept = {"Cache-Control": "private, no-cache", "X-Robots-Tag": "noindex", "Referrer-Policy": "no-referrer"}
        is_known = any(known.value in (tag.value, "*") for known in request.if_none_match or ())
        answer = web.Response(status=304, headers=kept) if is_known else _whole(feed, kept)
        answer.etag = tag
        return answer

    async def _outcome(self, name: str, key: str) -> Feed | None:
        try:
            feed = await self._read(self._triggers[name], key)
        except UserError:
            feed = None
        except Exception as problem:
            OUTCOMES.labels("feed", "failed").inc()
            if not passes(problem):
                raise
            log.warning("feed_later", name=name, exc_info=problem)
            raise web.HTTPServiceUnavailable from None
        OUTCOMES.labels("feed", "done" if feed else "refused").inc()
        return feed

    async def _read(self, trigger: Trigger, key: str) -> Feed | None:
        if trigger.is_off or len(key) > KEY_MAX:
            return None
        async with self._m.database.transaction(writes=False) as db:
            feed: Feed | None = await trigger.handler(self._context(trigger, db), key)
        if feed is not None and len(feed.body) > BODY_MAX:
            raise ValueError(f"a feed of {trigger.feature} is too long: {len(feed.body)} bytes")
        return feed

    def _context(self, trigger: Trigger, db: AsyncSession) -> Context:
        """Whoever asks is nobody until the handler knows better."""
        nobody = Person(id="", username="", role=None, timezone=PARIS, since=self._m.clock())
        return self._admission.context(nobody, Request("feed", trigger.key[1]), db)


def _whole(feed: Feed, headers: Mapping[str, str]) -> web.Response:
    return web.Response(body=feed.body, headers={**headers, "Content-Type": feed.content_type})
