"""The ressourcerie in tests: who deposits and reviews, how long resources last, and graded searches."""

import itertools
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import log2
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from sqlalchemy import delete
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from config.themes import bits
from storage import ressources
from storage.people import Role
from storage.ressources import ResourceState, resources, search
from storage.ressources.resources import Resource, begin_writing, find_by_keys, make_key, write_resources
from tests.people import Person, Post
from tests.people.dialog import Answer, Dialog
from tests.support.house import PARIS, House, is_listening, plain, wait_for

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
DATA = Path(__file__).parents[1] / "data"


def make_resource(titre: str, **more: Any) -> Resource:
    """Make a published resource without storing it; ``themes`` are codes."""
    said: dict[str, Any] = {"date": date(2025, 1, 1), "state": resources.ResourceState.PUBLISHED, "url": ""}
    said |= more | {"themes": bits(more.get("themes", ()))}
    said |= {"created_at": NOW, "changed_at": NOW, "key": make_key(said["url"], titre)}
    return Resource(titre=titre, revision=0, **said)


async def store_resources(db: AsyncSession, *resources: Resource) -> None:
    """Store resources."""
    await write_resources(db, resources, await begin_writing(db))


async def shelve(house: House, *resources: Resource) -> Sequence[int]:
    """Store resources in the ressourcerie of a house; return their numbers."""
    async with house.bot.database.transaction() as db:
        await store_resources(db, *resources)
        keys = [each.key for each in resources]
        found = {each.key: each.number for each in await find_by_keys(db, keys, [])}
    return [found[key] for key in keys]


async def empty_shelves(house: House) -> None:
    """Remove all resources of other stories; the index is told before the rows go."""
    async with house.bot.database.transaction() as db:
        revision = await begin_writing(db)
        there = (await db.exec(select(Resource))).all()
        for one in there:
            one.state = resources.ResourceState.WITHDRAWN
        await write_resources(db, there, revision)
    async with house.bot.database.transaction(writes=False) as db:
        await search(db, "")
    async with house.bot.database.transaction() as db:
        # Numbers may be given again: what was known of them goes along.
        for table in SQLModel.metadata.sorted_tables:
            if table.name == "resource" or "resource" in table.columns:
                await db.execute(delete(table))


def read_graded_resources() -> list[Resource]:
    """Read the resources of the file, in the order of their numbers, which they get in an empty table."""
    rows = _read_rows("ressources.tsv")
    return [
        make_resource(
            row["titre"],
            **{name: row[name] for name in ("description", "categorie", "type", "niveau", "public")},
            themes=[row["themes"]],
            date=date.fromisoformat(row["date"]),
        )
        for row in rows
    ]


def read_graded_queries() -> list[tuple[str, str, dict[int, int]]]:
    """Read, for each query, its lot, its words, and the grades of resources by number."""
    return [(row["lot"], row["requete"], _parse_grades(row["notes"])) for row in _read_rows("requetes.tsv")]


def compute_ndcg(found: Sequence[int], grades: dict[int, int], at: int = 5) -> float:
    """Compute the normalised discounted cumulative gain of the first ``at`` results: 1 is the best possible order."""
    best = sorted(grades.values(), reverse=True)
    return _compute_gain([grades.get(number, 0) for number in found[:at]]) / _compute_gain(best[:at])


def _compute_gain(grades: Sequence[int]) -> float:
    return sum((pow(2.0, grade) - 1) / log2(place + 2) for place, grade in enumerate(grades))


def _parse_grades(text: str) -> dict[int, int]:
    return {int(number): int(grade) for number, grade in (pair.split(":") for pair in text.split())}


def _read_rows(name: str) -> list[dict[str, str]]:
    lines = [line for line in (DATA / name).read_text("utf-8").splitlines() if not line.startswith("#")]
    columns, *rows = [line.split("\t") for line in lines]
    return [dict(zip(columns, row, strict=True)) for row in rows]


_RUNS = itertools.count()


@dataclass
class ShelfStage:
    """The stage of stories about the ressourcerie: ``juliette`` writes, ``ana`` animates, in the room « animation »."""

    house: House
    juliette: Person
    ana: Person
    room: str
    channel: str
    numbers: list[int] = field(default_factory=list)

    async def holds(self, titre: str, **more: Any) -> ressources.Resource:
        """Store a published resource of a title, by default Juliette’s."""
        async with self.house.bot.database.transaction() as db:
            said = {"auteur_id": self.juliette.id, "auteur": "juliette", "published_at": self.house.clock()} | more
            new = make_resource(titre, **said)
            await store_resources(db, new)
            found = await resources.find_by_key(db, new.key)
        assert found
        return found

    async def now(self, number: int) -> ressources.Resource:
        """Read a resource as it is now."""
        async with self.house.bot.database.transaction(writes=False) as db:
            found = await resources.get_resource(db, number)
        assert found
        return found

    async def changes(self, number: int, **to: Any) -> ressources.Resource:
        """Change a resource, and return it."""
        async with self.house.bot.database.transaction() as db:
            revision = await begin_writing(db)
            found = await resources.get_resource(db, number)
            assert found
            for name, value in to.items():
                setattr(found, name, value)
            await write_resources(db, [found], revision)
        return await self.now(number)

    async def is_empty(self) -> None:
        """Withdraw what other stories left."""
        async with self.house.bot.database.transaction() as db:
            revision = await begin_writing(db)
            async for page in resources.iterate_pages(db, ResourceState.PUBLISHED):
                for one in page:
                    one.state, one.review_on = ResourceState.WITHDRAWN, None
                await write_resources(db, page, revision)

    async def runs(self, job: str, at: datetime | None = None) -> None:
        """Run a job at a time, and wait until all that follows from it is done."""
        if at:
            self.house.clock.goes_to(at)
        await self.house.bot.runs.run(("job", f"ressources.{job}"), f"essai-{next(_RUNS)}")
        await self.house.settled()

    async def said(self, containing: str, where: str = "") -> Post:
        """Wait for a message of the bot with some words in the animateurs’ room (or another), and return it."""

        async def stands() -> Post | None:
            posts = await self.ana.reads(where or self.room)
            return next((post for post in posts if containing in plain(post)), None)

        return await wait_for(stands)

    async def told(self, who: Person, containing: str) -> list[Post]:
        """List the direct messages of the bot to somebody that contain some words."""
        return [post for post in await who.direct() if containing in plain(post)]


async def choose_action(who: Person, post: Post, label: str) -> Dialog | None:
    """Do something that a whispered resource offers, by its button or under « Plus… »; return the dialog, if one
    opens."""
    if label in post.buttons:
        await who.clicks(post, label)
        return None
    form = await who.opens_by(post, "Plus…")
    wanted = next(value for value, text in form.options("chosen").items() if text == label)
    await form.fill(chosen=wanted).submit()
    return form


def paris_time(day: date, hour: int = 9) -> datetime:
    """Make an hour of a day in Paris."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=PARIS)


def in_days(house: House, number: int, hour: int = 22) -> datetime:
    """Set the clock so many days ahead, at an hour in Paris; return that instant."""
    return paris_time(house.today + timedelta(days=number), hour)


@pytest.fixture(name="stage")
async def kept_shelf(house: House) -> ShelfStage:
    """An empty ressourcerie whose rooms exist."""
    juliette, ana = await house.conseiller(), await house.someone(Role.ANIMATEUR, "ana")
    room = await house.planned_channel("animation", "P", ana)
    channel = await house.planned_channel("ressourcerie", "O", ana)
    made = ShelfStage(house, juliette, ana, room, channel)
    await made.is_empty()
    return made


ROOMS = {"animation": "P", "ressourcerie": "O"}


@dataclass
class ReviewStage:
    """The stage of stories about reviews: ``agathe`` and ``omar`` review, in the room that ``rooms`` names. Posts that
    stood there ``before`` may be about other resources of the same numbers."""

    house: House
    juliette: Person
    agathe: Person
    omar: Person
    rooms: dict[str, str]
    before: frozenset[str]

    async def deposits(self, who: Person, line: str = "", **fields: Any) -> Answer:
        """Send the window of a resource as somebody."""
        form = await who.opens(f"/ressources ajouter {line}".strip())
        answer = await form.fill(**fields).submit()
        assert answer.accepted, answer
        return answer

    async def proposes(self, who: Person, titre: str, **fields: Any) -> tuple[Resource, Post]:
        """Propose a resource as somebody; return it with its card."""
        await self.deposits(who, titre=titre, **({"description": "Pas à pas."} | fields))
        resource = await self.titled(titre)
        card = await self.card(resource)
        await self.house.settled()
        return resource, card

    async def titled(self, titre: str) -> Resource:
        """Wait for the resource of a title, and return it."""

        async def is_there() -> Resource | None:
            async with self.house.bot.database.transaction(writes=False) as db:
                named = select(Resource).where(Resource.titre == titre).order_by(col(Resource.id).desc())
                return (await db.exec(named)).first()

        return await wait_for(is_there)

    async def now(self, resource: Resource) -> Resource:
        """Read a resource as it is now."""
        async with self.house.bot.database.transaction(writes=False) as db:
            return (await db.exec(select(Resource).where(Resource.id == resource.id))).one()

    async def card(self, resource: Resource, containing: str = "") -> Post:
        """Wait until the newest card of a resource in the animateurs’ room has some words, and return it."""

        async def stands() -> Post | None:
            posts = await self.agathe.reads(self.rooms["animation"])
            new = [p for p in posts if p.id not in self.before and not p.root_id]
            mine = [p for p in new if f"Ressource n° {resource.id}," in plain(p)]
            return next((p for p in reversed(mine) if containing in plain(p)), None)

        return await wait_for(stands)

    async def said(self, containing: str, *, root: Post | None = None, room: str = "ressourcerie") -> Post:
        """Wait for a message of the bot with some words in a room (under a post), and return it."""

        async def stands() -> Post | None:
            posts = [p for p in await self.agathe.reads(self.rooms[room]) if p.user_id == self.house.site.bot_id]
            mine = [p for p in posts if containing in plain(p) and p.root_id == (root.id if root else "")]
            return mine[-1] if mine else None

        return await wait_for(stands)

    async def all_said(self, containing: str, room: str = "ressourcerie") -> list[Post]:
        """List all messages of the bot with some words in a room."""
        posts = [p for p in await self.agathe.reads(self.rooms[room]) if p.user_id == self.house.site.bot_id]
        return [p for p in posts if containing in plain(p)]


async def give_files(person: Person, text: str = "", channel: str = "", **files: bytes) -> Post:
    """Post a message with files as somebody, by default in the direct channel with the bot; « __ » stands for a dot."""
    channel = channel or await person.direct_channel()
    ids = [await person.api.upload(channel, name.replace("__", "."), content) for name, content in files.items()]
    return Post.read(await person.api.post("/posts", {"channel_id": channel, "message": text, "file_ids": ids}))


def make_permalink(stage: ReviewStage, post: Post) -> str:
    """Return the permalink of a post, as « Copy link » gives it."""
    return f"{stage.house.site.url}/{stage.house.site.team}/pl/{post.id}"


async def send_dialog(who: Person, post: Post, label: str, **fields: str) -> Answer:
    """Fill the window behind a button, and send it."""
    form = await who.opens_by(post, label)
    answer = await form.fill(**fields).submit()
    assert answer.accepted, answer
    return answer


class StepTimer:
    """The time that each step of a fixture took: this one was seen to wait for half a minute
    (docs/decisions/tests.md)."""

    LONG = 10.0

    def __init__(self, house: House) -> None:
        self._house, self._took, self._since = house, dict[str, float](), monotonic()

    def done(self, step: str) -> None:
        """Note that a step is over."""
        now = monotonic()
        self._took[step], self._since = round(now - self._since, 1), now

    async def tell(self, step: str) -> None:
        """Note that the last step is over; warn where all took long, with what the bot had in hand."""
        self.done(step)
        if sum(self._took.values()) > self.LONG:
            warnings.warn(
                f"a fixture took long: {self._took} in {self._house.site.url}: {await self._house.left()}", stacklevel=1
            )


@pytest.fixture
async def stage(house: House) -> ReviewStage:
    """The stage of reviews, on a day of its own, whose channels the bot knows."""
    house.clock.goes_to(house.clock() + timedelta(seconds=1))
    steps = StepTimer(house)
    juliette = await house.conseiller()
    agathe, omar = await house.animateurs("agathe", "omar")
    steps.done("people")
    rooms = {key: await house.site.channel(key, kind=kind) for key, kind in ROOMS.items()}
    for place in rooms.values():
        await house.site.add_members(place, agathe, omar)
    steps.done("rooms")
    await house.remembers(rooms)
    steps.done("database")
    await wait_for(lambda: is_listening(house.bot, set(), {rooms["ressourcerie"]}))
    await steps.tell("hearing")
    before = frozenset(post.id for post in await agathe.reads(rooms["animation"]))
    return ReviewStage(house, juliette, agathe, omar, rooms, before)
