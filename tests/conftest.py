"""What the tests share: the server and the bot of the stories, on every generation of servers and both databases."""

import gc
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from aiohttp import ClientSession

from cli.command import keep_imports
from sandbox import Sandbox
from sandbox.faults import Faults
from storage import engines
from tests.modes import EDGES, FORM_MODES, MIDDLE, MODES, NEWEST, modes_of
from tests.parts import PARTS, files_of, is_of, is_quick, rooms, superfluous
from tests.people import Person, Site, first_admin, new_session
from tests.scheduler import first_alone, own_ports, pytest_xdist_make_scheduler
from tests.support.databases import (
    PostgresServer,
    connect,
    create_sqlite,
    find_binaries,
    make_prompt,
    postgres,
    postgres_url,
    share_statements,
)

if TYPE_CHECKING:
    from tests.support.house import Clock, House


__all__ = ["own_ports", "postgres", "postgres_url", "pytest_xdist_make_scheduler"]

pytest_plugins = ["tests.time_limits"]


gc.disable()  # until all is imported and collected: a third of the time that takes would go into looking for garbage


DATABASES = {"sqlite": "sqlite", "postgres": "postgresql"}
"""The names that tests give the kinds of databases, by those of the option."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a story is told: on which generation of servers (empty: a real one), with which database."""

    mode: str
    database: str

    def __str__(self) -> str:
        return f"{self.mode or 'real'}-{self.database}"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Where the stories are told."""
    group = parser.getgroup("coop-bot")
    group.addoption("--mattermost", metavar="URL", help="tell the stories on a real Mattermost server")
    group.addoption("--admin-token", metavar="T", help="of a system admin of that server")
    group.addoption("--public-url", metavar="URL", help="how that server reaches this machine (http://HOST:PORT)")
    group.addoption("--database", choices=("sqlite", "postgres"), help="only this database")
    group.addoption("--mode", choices=MODES, help="only this generation of embedded servers")
    group.addoption("--part", choices=PARTS, help="what « make test » tells, or the rest (tests/parts.py)")
    group.addoption("--room", default="", help="only the files that have this word in their names")


def pytest_configure(config: pytest.Config) -> None:
    """The marks of stories; and what a real server needs."""
    if config.getoption("--mattermost") and not config.getoption("--admin-token"):
        raise pytest.UsageError("--mattermost needs --admin-token: stories make a team, people and a bot of their own")
    room = config.getoption("--room")
    if room and not files_of(room):
        raise pytest.UsageError(f"ROOM={room} : aucun test de ce nom. Il y a : {', '.join(rooms())}.")
    config.addinivalue_line("markers", "every_mode: told on a generation of servers in the middle, too")
    config.addinivalue_line("markers", "newest_only: told on the newest server, with SQLite")
    config.addinivalue_line("markers", "browser: told in a real browser, where the machine has one")
    config.addinivalue_line("markers", "own_database: has a database of its own, whatever the house has")
    config.addinivalue_line("markers", "no_database: asks Mattermost only, and nothing of the bot’s database")
    config.addinivalue_line("markers", "both_databases: told on the newest server, with both databases")
    config.addinivalue_line(
        "markers", "postgres_too: quick with PostgreSQL too, a story on the newest server: storage, locks, races"
    )
    config.addinivalue_line("markers", "replicas: quick with PostgreSQL instead: what several replicas do at once")
    config.addinivalue_line("markers", "recorded: held to what real servers sent, each of them")
    config.addinivalue_line(
        "markers", "timeout(seconds): may take so long, in each of its parts (tests/time_limits.py)"
    )
    config.addinivalue_line("markers", "slow: told by « make test-all » only")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Read no file of another room than the one that is asked for."""
    room = config.getoption("--room")
    return True if room and collection_path.name.startswith("test_") and not is_of(room, collection_path) else None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """The first of several processes reads the tests alone: to rewrite their assertions takes longer than all else, and
    the others find what it wrote."""
    worker = getattr(session.config, "workerinput", None)
    if worker is None or sys.dont_write_bytecode:
        return (yield)
    with first_alone(Path(tempfile.gettempdir()) / f"coop-tests-{worker['testrunuid']}", worker["workercount"]):
        return (yield)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Clear up after a story, and only there: most tests are none, and two turns of the loop are a tenth of theirs."""
    names: list[str] = getattr(item, "fixturenames", [])
    if "house" in names and "_cleared" not in names:
        names.insert(0, "_cleared")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Tell a story in each of its places."""
    if "house" in metafunc.fixturenames:
        places = _of_part(metafunc, _places(metafunc))
        metafunc.parametrize("house", places, indirect=True, ids=str, scope="session")


def _of_part(metafunc: pytest.Metafunc, places: list[Place]) -> list[Place]:
    """Those of « make test », where that is asked for: a third of all tests need not be made to be left out. What a
    single value is marked with is seen later, and can only leave out more. One place at least stays: of a story without
    any pytest would say that it was skipped."""
    if metafunc.config.getoption("--part") != "quick":
        return places
    marks = {mark.name for mark in metafunc.definition.iter_markers()}
    return [place for place in places if is_quick(set(), marks, (place.mode, place.database))] or places[:1]


def _places(metafunc: pytest.Metafunc) -> list[Place]:
    """From the newest server, with SQLite, to the oldest, with PostgreSQL; all that is asked for where it is."""
    option = metafunc.config.getoption
    marks = {m.name for m in metafunc.definition.iter_markers()}
    if option("--mattermost"):
        return [Place("", option("--database") or "sqlite")]
    modes: tuple[str, ...] = modes_of(metafunc.definition.nodeid) if "every_mode" in marks else EDGES
    if marks & {"newest_only", "both_databases"} or ("postgres_too" in marks and "every_mode" not in marks):
        modes = (NEWEST,)
    modes = (option("--mode"),) if option("--mode") else modes
    databases = (option("--database"),) if option("--database") else (*DATABASES,)
    if marks & {"newest_only", "browser", "own_database", "no_database"}:
        databases = tuple(database for database in databases if database == "sqlite")
    if len(databases) < 2 or len(modes) == 1:
        return [Place(mode, database) for database in databases for mode in modes]
    return [*(Place(mode, databases[0]) for mode in modes[:-1]), Place(modes[-1], databases[-1])]


def pytest_collection_finish() -> None:
    """All that the tests are made of stays: looking through it for garbage, again and again, costs each of them; so
    does looking through what a bot and its server are made of (7 % of a story) as often as Python would."""
    keep_imports()  # which commands do, too, once a process
    gc.set_threshold(100_000, 20, 50)
    gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where only one database or generation is asked for, leave out what other tests do with others; and what is told
    in each pair of both but in some."""
    option = config.getoption
    others = {*({"sqlite", "postgresql"} - {DATABASES[option("--database")]} if option("--database") else ())}
    others |= {*MODES, *FORM_MODES} - {option("--mode")} if option("--mode") else set()
    asked = [item for item in items if not others.intersection(_words(item))]
    if not option("--mode"):
        asked = [item for item in asked if _is_for(item)]
    told_too = superfluous([(_name(item), _words(item)) for item in asked])
    wanted = [item for item, is_told_too in zip(asked, told_too, strict=True) if not is_told_too]
    if part := option("--part"):
        wanted = [item for item in wanted if _is_quick(item) is (part == "quick")]
    if left_out := set(items) - set(wanted):
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = wanted


def _is_for(item: pytest.Item) -> bool:
    """Whether a test in a room of its own is for that server: for no more of those in the middle than a story."""
    callspec = getattr(item, "callspec", None)
    room = callspec.params.get("room") if callspec else None
    return room not in MIDDLE or room in modes_of(item.nodeid.partition("[")[0])


def _is_quick(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    place = callspec.params.get("house") if callspec else None
    there = (place.mode, place.database) if isinstance(place, Place) else None
    return is_quick(set(_words(item)), {mark.name for mark in item.iter_markers()}, there)


def _name(item: pytest.Item) -> str:
    """A test with its file, and which of its values of no text it has."""
    callspec = getattr(item, "callspec", None)
    values = callspec.params.items() if callspec else ()
    return f"{item.nodeid.partition('[')[0]} {[(name, value) for name, value in values if not isinstance(value, str)]}"


def _words(item: pytest.Item) -> list[str]:
    """The texts among the parameters of a test."""
    callspec = getattr(item, "callspec", None)
    return [value for value in callspec.params.values() if isinstance(value, str)] if callspec else []


@pytest.fixture(scope="session", autouse=True)
def _forgetful() -> None:
    """Databases live as long as the tests: no commit waits for the disk, as none of PostgreSQL’s does. A process that
    gave way to others once would do so in all the tests that follow."""
    engines.WRITING = ("journal_mode=WAL", "synchronous=OFF", "secure_delete=ON")
    engines.connect = connect  # type: ignore[assignment]
    share_statements()
    os.nice = lambda _: 0


@pytest.fixture(scope="session")
async def house(request: pytest.FixtureRequest) -> AsyncIterator["House"]:
    """A server with a team, and the bot at work in it."""
    place: Place = request.param
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(_database(request, place))
        session = await stack.enter_async_context(new_session())
        made = await stack.enter_async_context(_real(request, session) if not place.mode else _embedded(place, session))
        made.settings = made.settings.model_copy(update={"database_url": database})
        await made.start()
        await made.knows_the_team()
        try:
            yield made
        finally:
            await made.site.close()
            await made.stop()


@asynccontextmanager
async def _embedded(place: Place, session: ClientSession) -> AsyncIterator["House"]:
    """A sandbox, set up as its first admin would."""
    from cli.demo.stage import free_port
    from tests.support.house import House, prepare_server

    server = Sandbox(version=place.mode)
    server.triggers.life = 60  # a slow machine may take longer than the three seconds of old servers
    await server.start(port=0)
    try:
        admin = await first_admin(session, server.url)
        room, proof = {"MaxUsersPerTeam": 10_000}, {"RequireEmailVerification": True}
        await admin.put("/config/patch", {"TeamSettings": room, "EmailSettings": proof})
        site = await Site.at(session, server.url, admin.token)
        site.embedded = server
        settings = await prepare_server(site, f"http://127.0.0.1:{free_port()}", fix_server=True)
        # An embedded server takes as many calls as come: long work need not make ten a second.
        yield House(site, settings.model_copy(update={"host": "127.0.0.1", "work_calls": 1000}), server)
    finally:
        await server.stop()


@asynccontextmanager
async def _real(request: pytest.FixtureRequest, session: ClientSession) -> AsyncIterator["House"]:
    """A team of its own on the server that the options name; that server’s settings are left alone."""
    from cli.demo.stage import free_port
    from tests.support.house import House, prepare_server

    option = request.config.getoption
    site = await Site.at(session, option("--mattermost"), option("--admin-token"))
    public_url = option("--public-url") or f"http://127.0.0.1:{free_port()}"
    settings = await prepare_server(site, public_url, fix_server=False)
    # The addresses of the stories’ people are given by its admin.
    yield House(site, settings.model_copy(update={"trust_addresses": "oui"}))


@asynccontextmanager
async def _database(request: pytest.FixtureRequest, place: Place) -> AsyncIterator[str]:
    if place.database == "sqlite":
        with tempfile.TemporaryDirectory(prefix="coop-db-") as folder:
            yield make_prompt(await create_sqlite(Path(folder)))
        return
    if find_binaries() is None:
        pytest.skip("no PostgreSQL binaries on this machine")
    server: PostgresServer = request.getfixturevalue("postgres")
    async with server.database() as url:
        yield url


@pytest.fixture
async def _cleared(request: pytest.FixtureRequest) -> AsyncIterator[None]:
    """After a story its people leave, and it is now again."""
    yield
    told: House = request.getfixturevalue("house")
    told.clock.is_right_again()
    gone = await told.site.clear()
    if told.app is None:  # it failed while it had stopped the bot: the next ones shall not fail with it
        await told.start()
    await told.forget_story(gone)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show what the bot wrote when a story failed."""
    report = yield
    if report.failed and "house" in getattr(item, "fixturenames", ()):
        from tests.support.house import LOG

        report.sections.append(("the bot’s log", LOG.getvalue()[-3000:]))
    return report


@pytest.fixture
def clock(house: "House") -> "Clock":
    """The bot’s clock."""
    return house.clock


@pytest.fixture
def no_holiday(house: "House") -> None:
    """Begin a story on a day that no holiday follows for ten: what is noted on one is asked about first."""
    from bot.calendar import find_holiday

    begin = house.clock()
    while any(find_holiday(begin.date() + timedelta(days), "69") for days in range(10)):
        begin += timedelta(days=1)
    house.clock.goes_to(begin)


@pytest.fixture
def faults(house: "House") -> Iterator[Faults]:
    """The switches by which the server fails; a real server has none."""
    if house.sandbox is None:
        pytest.skip("a real server cannot be told to fail")
    switches = house.sandbox.faults
    yield switches
    switches.down, switches.status, switches.slow = False, None, ""
    switches.rate_limit(0, 0)


@pytest.fixture
async def juliette(house: "House") -> Person:
    """Conseillère in Vaulx-en-Velin (69)."""
    return await house.conseiller("juliette")
