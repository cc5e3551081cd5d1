"""What Mattermost’s word is worth: addresses, deactivated accounts, and how rarely and when it is asked."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest
from aiohttp import web

from bot import people as module
from bot.errors import ChatError, UserError
from bot.mattermost import AioClient
from bot.people import People
from storage import people as storage
from storage.actus import items
from storage.database import Database, is_writing
from storage.people import Person, Role, arrivals
from storage.stats import recipients
from tests.support.databases import sqlite_database
from tests.support.mattermost import ID, USER, ChatServer, make_error
from tests.support.membership import (
    CONFIG_PATH,
    USER_PATH,
    ManualClock,
    client,
    clock,
    make_people,
    people,
    read_juliette,
    refresh_juliette,
    register_juliette,
    server,
)

__all__ = [
    "client",
    "clock",
    "people",
    "server",
    "sqlite_database",
]


AWAY = make_error(503, "away")
ELSEWHERE = USER | {"email": "juliette@mairie.fr"}


@pytest.mark.parametrize(
    ("trust", "told", "role"),
    [
        ("auto", {"RequireEmailVerification": "true"}, Role.CONSEILLER),
        ("auto", {"RequireEmailVerification": "false"}, Role.INVITE),
        ("auto", {}, Role.INVITE),
        ("auto", ["RequireEmailVerification"], Role.INVITE),
        ("auto", make_error(403, "api.context.permissions.app_error"), Role.INVITE),
        ("auto", make_error(501, "switched.off"), Role.INVITE),
        ("oui", {"RequireEmailVerification": "false"}, Role.CONSEILLER),
        ("non", {"RequireEmailVerification": "true"}, Role.INVITE),
    ],
)
async def test_an_address_counts_where_it_is_verified_or_the_operator_says_so(
    trust: str, told: Any, role: Role, client: AioClient, database: Database, clock: ManualClock, server: ChatServer
) -> None:
    server.answers[CONFIG_PATH] = told
    assert (await make_people(client, database, clock, trust_addresses=trust).of(ID)).role is role


async def test_whether_addresses_are_verified_is_asked_again(
    people: People, clock: ManualClock, server: ChatServer
) -> None:
    assert (await people.of(ID)).role is Role.CONSEILLER
    server.answers[CONFIG_PATH] = {"RequireEmailVerification": "false"}
    clock.wait(61)
    assert (await people.of(ID)).role is Role.INVITE


async def test_the_register_gives_a_role_whatever_the_address(people: People, database: Database) -> None:
    await register_juliette(database, role=Role.INVITE)
    assert (await people.of(ID)).role is Role.INVITE
    assert (await refresh_juliette(people, database)).role is Role.INVITE


@pytest.mark.parametrize("answer", [AWAY, make_error(500, "x"), make_error(429, "x", Retry_After="60")])
async def test_who_is_registered_works_after_a_restart_while_mattermost_is_away(
    answer: web.Response, people: People, database: Database, server: ChatServer
) -> None:
    await register_juliette(database, role=Role.CONSEILLER)
    server.answers["*"] = server.answers[USER_PATH] = answer
    assert (await refresh_juliette(people, database)).role is Role.CONSEILLER
    assert (await people.of(ID)).role is Role.CONSEILLER


async def test_what_followed_from_mattermost_holds_after_a_restart(
    people: People, client: AioClient, database: Database, clock: ManualClock, server: ChatServer
) -> None:
    await register_juliette(database)
    await refresh_juliette(people, database)
    server.answers[USER_PATH] = AWAY
    clock.wait(3600)
    assert (await refresh_juliette(make_people(client, database, clock), database)).role is Role.CONSEILLER
    assert (await make_people(client, database, clock).of(ID)).role is Role.CONSEILLER
    clock.wait(module.ROLE_HOLDS_FOR.total_seconds())
    with pytest.raises(ChatError):
        await refresh_juliette(make_people(client, database, clock), database)


async def test_a_role_that_was_lost_is_not_found_again_by_an_outage(
    people: People, client: AioClient, database: Database, clock: ManualClock, server: ChatServer
) -> None:
    await register_juliette(database)
    await refresh_juliette(people, database)
    server.answers[USER_PATH] = ELSEWHERE
    people.note_change(ID)

    async def refused() -> None:
        async with database.transaction() as db:
            assert (await people.fresh(db, ID)).role is Role.INVITE
            raise UserError

    with pytest.raises(UserError):
        await refused()
    server.answers[USER_PATH] = AWAY
    assert (await refresh_juliette(make_people(client, database, clock), database)).role is Role.INVITE


async def test_the_register_remembers_within_a_day_when_it_was_told(
    people: People, database: Database, clock: ManualClock
) -> None:
    await register_juliette(database)
    for _ in range(30):
        await refresh_juliette(people, database)
        person = await read_juliette(database)
        assert person
        assert (person.role, person.derived_role) == (None, Role.CONSEILLER)
        assert person.derived_at
        assert clock() - person.derived_at <= module.ROLE_NOTED_FOR
        clock.wait(3600)


async def test_who_runs_the_server_is_nobody_s_contact_where_the_register_has_animateurs(
    database: Database, clock: ManualClock
) -> None:
    async with database.transaction() as db:
        await storage.register_person(db, Person(id=ID, username="admin", since=clock(), derived_role=Role.ANIMATEUR))
        assert [one.username for one in await storage.list_to_ask(db, clock().date())] == ["admin"]
        await storage.register_person(db, Person(id=ID[::-1], username="agathe", since=clock(), role=Role.ANIMATEUR))
        assert [one.username for one in await storage.list_to_ask(db, clock().date())] == ["agathe"]


@pytest.mark.parametrize(("days", "is_there"), [(300, True), (0, True), (-1, False)])
async def test_who_has_a_last_day_to_come_is_still_asked_told_and_announced(
    database: Database, clock: ManualClock, days: int, is_there: bool
) -> None:
    today, month = clock().date(), date(2026, 1, 1)
    wanted = {ID} if is_there else set()
    last: dict[str, Any] = {"since": clock(), "left_on": today + timedelta(days=days)}
    async with database.transaction() as db:
        for ident, role in ((ID, Role.CONSEILLER), (ID[::-1], Role.ANIMATEUR)):
            await storage.register_person(db, Person(id=ident, username=role, role=role, **last))
            await arrivals.note_arrival(db, ident, clock())
        await arrivals.note_newcomer(db, arrivals.Newcomer(person_id=ID, key="69", day=today, at=clock()))
        assert {one.id for one in await arrivals.list_newcomers(db, "69", today)} == wanted
        assert {one.id for one in await storage.with_role(db, Role.CONSEILLER, today)} == wanted
        assert len(await storage.list_to_ask(db, today)) == is_there
        assert (
            len(await items.find_newcomers(db, clock() - timedelta(days=1), clock() + timedelta(minutes=1)))
            == 2 * is_there
        )
        await recipients.subscribe(db, ID, clock(), month)
        assert set(await recipients.find_waiting_subscribers(db, date(2026, 2, 1), "Europe/Paris", today)) == wanted
        assert {one.id for one in await arrivals.list_missed(db, today)} >= wanted
        await arrivals.note_welcome(db, Person(id=ID, username="juliette", **last), clock())
        found = await arrivals.list_to_remind(db, clock() + timedelta(days=1), today, 10)
        assert {welcome.person_id for welcome, _ in found} == wanted


async def test_somebody_settled_is_known_with_what_mattermost_said(people: People, database: Database) -> None:
    async with database.transaction() as db:
        await storage.settle_departement(db, await people.fresh(db, ID), "69")
    person = await read_juliette(database)
    assert person
    assert (person.role, person.derived_role, person.derived_at is not None) == (None, Role.CONSEILLER, True)


@pytest.mark.parametrize("fields", [None, {}, {"role": Role.CONSEILLER}])
async def test_mattermost_is_asked_once_a_minute_and_the_register_once_a_submission(
    fields: dict[str, Any] | None,
    people: People,
    database: Database,
    clock: ManualClock,
    server: ChatServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if fields is not None:
        await register_juliette(database, **fields)
    await refresh_juliette(people, database)
    reads = 0

    async def counted(*args: Any) -> Person | None:
        nonlocal reads
        reads += 1
        return await read(*args)

    read = storage.get
    monkeypatch.setattr(storage, "get", counted)
    asked = len(server.asked)
    for _ in range(20):
        await refresh_juliette(people, database)
        people.forget(ID)  # as the dispatcher does after each submission
        clock.wait(2)
    assert reads == 20
    assert len(server.asked) == asked
    clock.wait(30)
    await refresh_juliette(people, database)
    assert server.asked.count(("GET", f"/api/v4/users/{ID}")) == 2


Situation = Callable[[People, Database], Awaitable[None]]


async def _nothing(_: People, __: Database) -> None:
    """Just started."""


async def _known(people: People, _: Database) -> None:
    await people.of(ID)
    people.note_change(ID)


async def _changed(people: People, database: Database) -> None:
    await refresh_juliette(people, database)
    people.note_change(ID)


@pytest.mark.parametrize("before", [_nothing, _known, _changed])
@pytest.mark.parametrize("fields", [None, {}, {"role": Role.CONSEILLER}])
async def test_mattermost_is_never_asked_while_other_writers_wait(
    before: Situation, fields: dict[str, Any] | None, people: People, database: Database, server: ChatServer
) -> None:
    if fields is not None:
        await register_juliette(database, **fields)
    await before(people, database)
    async with database.transaction() as db:

        def answer(*_: Any) -> web.StreamResponse:
            assert not is_writing(db)
            return web.json_response(USER)

        server.answers[USER_PATH] = answer
        assert (await people.fresh(db, ID)).role is Role.CONSEILLER
    assert ("GET", f"/api/v4/users/{ID}") in server.asked


async def test_a_role_just_taken_back_is_asked_for_with_nobody_waiting(
    people: People, database: Database, server: ChatServer
) -> None:
    await register_juliette(database, role=Role.ANIMATEUR)
    await refresh_juliette(people, database)
    person = await read_juliette(database)
    assert person
    async with database.transaction() as db:
        await storage.give_role(db, Person(**person.model_dump() | {"role": None}))
    async with database.transaction() as db:

        def answer(*_: Any) -> web.StreamResponse:
            assert not is_writing(db)
            return web.json_response(USER)

        server.answers[USER_PATH] = answer
        assert (await people.fresh(db, ID)).role is Role.CONSEILLER


@pytest.mark.parametrize("fields", [{}, {"role": Role.CONSEILLER}])
async def test_a_deactivated_account_may_do_nothing_whatever_its_role(
    fields: dict[str, Any], people: People, database: Database, clock: ManualClock, server: ChatServer
) -> None:
    await register_juliette(database, **fields)
    await refresh_juliette(people, database)
    server.answers[USER_PATH] = USER | {"delete_at": 5}
    clock.wait(61)
    with pytest.raises(UserError, match="désactivé"):
        await refresh_juliette(people, database)
    server.answers[USER_PATH] = USER
    people.note_change(ID)
    assert (await refresh_juliette(people, database)).role is Role.CONSEILLER


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_deactivation_that_was_heard_of_counts_at_once(
    is_known: bool, people: People, database: Database, server: ChatServer
) -> None:
    await register_juliette(database, role=Role.CONSEILLER)
    if is_known:
        await refresh_juliette(people, database)
    server.answers[USER_PATH] = AWAY
    people.note_change(ID, is_gone=True)
    with pytest.raises(UserError, match="désactivé"):
        await refresh_juliette(people, database)


async def test_an_account_that_is_no_more_may_do_nothing(
    people: People, database: Database, server: ChatServer
) -> None:
    await register_juliette(database, role=Role.CONSEILLER)
    server.answers[USER_PATH] = make_error(404, "app.user.missing_account.const")
    with pytest.raises(UserError, match="désactivé"):
        await refresh_juliette(people, database)


async def test_a_mattermost_that_refuses_the_bot_refuses_nobody_registered(
    people: People, database: Database, server: ChatServer
) -> None:
    await register_juliette(database, role=Role.CONSEILLER)
    server.answers[USER_PATH] = make_error(401, "api.context.session_expired.app_error")
    assert (await refresh_juliette(people, database)).role is Role.CONSEILLER


async def test_a_silent_mattermost_is_waited_for_once_in_a_while(
    people: People, database: Database, clock: ManualClock, server: ChatServer
) -> None:
    await register_juliette(database, role=Role.CONSEILLER)
    server.answers[USER_PATH] = AWAY
    await refresh_juliette(people, database)
    tries = len(server.asked)
    assert tries
    for _ in range(5):
        await refresh_juliette(people, database)
    assert len(server.asked) == tries
    server.answers[USER_PATH] = USER | {"delete_at": 5}
    clock.wait(6)
    with pytest.raises(UserError):
        await refresh_juliette(people, database)
