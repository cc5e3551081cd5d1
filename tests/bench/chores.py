"""Measure (u): a message is hidden and a poll begins while links are looked at that do not answer, a digest goes to
every département's channel and the channels are checked."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from unittest.mock import patch

from bot.app import App
from bot.clock import utc_now
from bot.forms import name_of
from bot.web import Trouble, WebClient, WebError, WebResponse
from bot.work import make_work
from commands import FEATURES
from commands.actus.drafts import PublishDigest
from commands.actus.publication import Phase
from commands.actus.publication import PublicationPlan as Publishing
from commands.canaux.cards import Check
from commands.ressources.records import CheckLinks
from config import editions
from sandbox import Sandbox
from storage import canaux, work
from storage.actus.digests import Digest
from storage.actus.digests import DigestState as Published
from storage.database import Database
from storage.people import Person as Registered
from storage.people import Role
from storage.ressources import Resource, ResourceState
from storage.work import WorkSort
from tests.bench.announcements import places
from tests.bench.children import free_port
from tests.bench.client import Chatter
from tests.bench.figures import Figure, ms
from tests.bench.plan import Plan
from tests.bench.store import Stores
from tests.people import Person, Post, Site, first_admin, new_session
from tests.support.house import prepare_server
from tests.support.publications import preview_poll

GOAL_S, TIMES, PATIENCE_S, DEAD_S = 1.0, 4, 30.0, 15.0
NUMBER = 1


@dataclass(frozen=True, slots=True)
class Town:
    """A bot at its chores, an animatrice, people who write and ask, and the channel where they are."""

    app: App
    site: Site
    agathe: Person
    people: Sequence[Person]
    place: str


async def measure(plan: Plan, _: Chatter, stores: Stores, folder: Path) -> Figure:
    """Measure the time from the animatrice’s line until the message is gone, and from « Lancer » until the poll is
    posted."""
    async with _town(plan, stores, folder) as town:
        previews = [await preview_poll(person, town.place) for person in town.people]
        written = [await person.says("Une pique", town.place) for person in town.people]
        await _chores(town, plan)
        hidden = [await _hidden(town, post) for post in written]
        asked = [await _asked(town, *each) for each in zip(town.people, previews, strict=True)]
        busy = await _busy(town)
    shown = f"masqué {ms(median(hidden))}, au plus {ms(max(hidden))} ; sondage {ms(median(asked))}, {ms(max(asked))}"
    what = f"(u) masquer et sonder pendant {plan.dead_links} liens morts, actus et contrôle, {stores.name}"
    met = max(*hidden, *asked) <= GOAL_S
    return Figure(what, shown, f"{busy} des trois en cours à la fin", "≤ 1 s", met)


async def _chores(town: Town, plan: Plan) -> None:
    """Begin all chores, and wait until they are under way."""
    await town.app.runs.run(("job", "ressources.check_links"), "mesure")
    await town.app.runs.run(("job", "canaux.watch_over"), "mesure")
    now = utc_now()
    publishing = make_work(WorkSort.STEPS, PublishDigest(digest=NUMBER), "", now, told=False)
    publishing.cursor = Publishing(phase=Phase.WRITE).model_dump(mode="json")
    async with town.app.database.transaction() as db:
        await work.add(db, [publishing])
    town.app.workers.look()
    await asyncio.sleep(1)


async def _hidden(town: Town, post: Post) -> float:
    begun = time.perf_counter()
    typed = asyncio.create_task(town.agathe.types(f"/moderer masquer {town.site.url}/x/pl/{post.id} propos"))
    await _until(lambda: _stands(town, post.id, there=False))
    await typed
    return time.perf_counter() - begun


async def _asked(town: Town, person: Person, preview: Post) -> float:
    before, begun = await _posts(town), time.perf_counter()
    clicked = asyncio.create_task(person.clicks(preview, "Lancer"))
    await _until(lambda: _has_more(town, before))
    await clicked
    return time.perf_counter() - begun


async def _posts(town: Town) -> set[str]:
    return set((await town.site.admin.get(f"/channels/{town.place}/posts?per_page=200"))["order"])


async def _stands(town: Town, post_id: str, *, there: bool) -> bool:
    return (post_id in await _posts(town)) is there


async def _has_more(town: Town, before: set[str]) -> bool:
    return bool(await _posts(town) - before)


async def _until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await condition():  # noqa: ASYNC110  (a server’s state has no event)
            await asyncio.sleep(0.01)


async def _busy(town: Town) -> int:
    """Count which of the three chores are still under way."""
    names = {name_of(payload) for payload in (CheckLinks, Check, PublishDigest)}
    async with town.app.database.transaction(writes=False) as db:
        return len({each.name for each in await work.list_latest(db) if each.state in work.ACTIVE} & names)


async def _dead(*_: Any, **__: Any) -> WebResponse:
    """Answer as an address where nobody is."""
    await asyncio.sleep(DEAD_S)
    raise WebError(Trouble.SLOW)


@asynccontextmanager
async def _town(plan: Plan, stores: Stores, folder: Path) -> AsyncIterator[Town]:
    server = Sandbox(version="11.2")
    await server.start(port=0)
    try:
        async with new_session() as session:
            admin = await first_admin(session, server.url)
            site = await Site.at(session, server.url, admin.token)
            port = free_port()
            url = f"http://127.0.0.1:{port}"
            settings = await prepare_server(site, url, fix_server=True)
            await site.admin.put(
                f"/teams/{site.team_id}/members/{site.bot_id}/roles", {"roles": "team_user team_admin"}
            )
            agathe, people = await site.person("agathe"), [await site.person(f"p{n}") for n in range(TIMES)]
            ids, place = await places(site, plan.announced), await _square(site, agathe, *people)
            await _fill(plan, stores, [(agathe, Role.ANIMATEUR), *((one, Role.CONSEILLER) for one in people)], ids)
            own = {"host": "127.0.0.1", "port": port, "public_url": url, "database_url": stores.bot, "data_dir": folder}
            app = App(settings.model_copy(update=own), FEATURES)
            with patch.object(WebClient, "fetch", _dead):
                await app.start()
                try:
                    yield Town(app, site, agathe, people, place)
                finally:
                    await app.stop()
            await site.clear()
    finally:
        await server.stop()


async def _square(site: Site, *people: Person) -> str:
    body = {"team_id": site.team_id, "name": "place", "display_name": "La place", "type": "O"}
    channel = str((await site.admin.post("/channels", body))["id"])
    for user_id in (site.bot_id, *(person.id for person in people)):
        await site.admin.post(f"/channels/{channel}/members", {"user_id": user_id})
    return channel


async def _fill(plan: Plan, stores: Stores, people: Sequence[tuple[Person, Role]], ids: dict[str, str]) -> None:
    """Store the people of the register, resources, channels, and a digest that comes out in all channels."""
    database, now = Database(stores.bot), utc_now()
    async with database.transaction() as db:
        for person, role in people:
            db.add(Registered(id=person.id, username=person.username, role=role, departements=["69"], since=now))
        for key, ident in ids.items():
            await canaux.remember_channel(db, key, ident, now)
        db.add_all(_resource(number) for number in range(plan.dead_links))
        day = now.date()
        coming: dict[str, Any] = {"day": day, "first_day": day, "at": now, "since": now, "until": now}
        key, channels = next(iter(editions.read())), {ident: key for key, ident in ids.items()}
        found = Digest(number=NUMBER, edition=key, state=Published.PUBLISHING, created_at=now, **coming)
        found.edito, found.channels, found.published_at = "Bonjour à toutes et tous.", channels, now
        db.add(found)
    await database.close()


def _resource(number: int) -> Resource:
    url = f"https://mort{number}.example/"
    now = utc_now()
    when: dict[str, Any] = {"date": now.date(), "created_at": now, "changed_at": now, "revision": number + 1}
    return Resource(key=url, titre=f"Lien {number}", url=url, state=ResourceState.PUBLISHED, **when)
