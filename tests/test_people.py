"""Who acts: roles from the register or from Mattermost, the cache, and what holds when nobody answers.

What comes of accounts and addresses is in test_people_accounts.py.
"""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from bot import people as bot_people
from bot import people as module
from bot.errors import ChatError
from bot.people import People
from storage.cra.report import begin_training, end_training, list_trainees
from storage.database import Database
from storage.people import Person, Role
from storage.people import register as stored_register
from storage.people.register import find_awaited
from tests.support.databases import sqlite_database
from tests.support.mattermost import ID, USER, ChatServer, make_error
from tests.support.membership import (
    MEMBER_PATH,
    USER_PATH,
    ManualClock,
    client,
    clock,
    people,
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


@pytest.mark.parametrize(
    ("user", "member", "role"),
    [
        ({}, {}, Role.CONSEILLER),
        ({"email": "J@Conseiller-Numerique.FR"}, {}, Role.CONSEILLER),
        ({"email": "j@evil-conseiller-numerique.fr"}, {}, Role.INVITE),
        ({"email": "j@conseiller-numerique.fr.evil.fr"}, {}, Role.INVITE),
        ({"email": "conseiller-numerique.fr"}, {}, Role.INVITE),
        ({"email": ""}, {}, Role.INVITE),
        ({"email": "j@mairie.fr"}, {"scheme_admin": True}, Role.ANIMATEUR),
        ({}, {"roles": "team_user team_admin"}, Role.ANIMATEUR),
        ({"roles": "system_user system_admin"}, {}, Role.ANIMATEUR),
        ({"delete_at": 5}, {}, Role.INVITE),
        ({"is_bot": True, "roles": "system_admin"}, {"scheme_admin": True}, Role.INVITE),
    ],
)
async def test_the_role_of_somebody_the_register_does_not_know(
    user: dict[str, Any], member: dict[str, Any], role: Role, people: People, server: ChatServer
) -> None:
    server.answers[USER_PATH] = USER | user
    server.answers[MEMBER_PATH] = {"user_id": ID, "roles": "team_user"} | member
    person = await people.of(ID)
    assert (person.role, person.username, person.departements) == (role, "juliette", [])


async def test_who_is_not_in_the_team_can_be_a_conseiller(people: People, server: ChatServer) -> None:
    server.answers[MEMBER_PATH] = make_error(404, "app.team.get_member.missing.app_error")
    assert (await people.of(ID)).role is Role.CONSEILLER


@pytest.mark.parametrize(
    ("timezone", "name"),
    [
        (None, "Europe/Paris"),
        ({"useAutomaticTimezone": "true", "automaticTimezone": "Indian/Reunion"}, "Indian/Reunion"),
        ({"useAutomaticTimezone": "false", "manualTimezone": "America/Cayenne"}, "America/Cayenne"),
        (
            {"useAutomaticTimezone": "true", "automaticTimezone": "", "manualTimezone": "Pacific/Noumea"},
            "Pacific/Noumea",
        ),
        ({"useAutomaticTimezone": "true", "automaticTimezone": "Mars/Olympus"}, "Europe/Paris"),
        ({"useAutomaticTimezone": "true", "automaticTimezone": "../../etc/passwd"}, "Europe/Paris"),
        ({"useAutomaticTimezone": "true", "automaticTimezone": "/etc"}, "Europe/Paris"),
    ],
)
async def test_the_clock_of_somebody_unknown(timezone: Any, name: str, people: People, server: ChatServer) -> None:
    server.answers[USER_PATH] = USER | {"timezone": timezone}
    person = await people.of(ID)
    assert person.timezone == name
    assert person.zone.key == name


async def test_the_register_comes_first(people: People, database: Database, server: ChatServer) -> None:
    await register_juliette(database, role=Role.COORDINATEUR, timezone="Indian/Reunion")
    person = await people.of(ID)
    assert (person.role, person.departement, person.timezone) == (Role.COORDINATEUR, "69", "Indian/Reunion")
    assert server.asked == []


async def test_a_registered_person_without_role_has_the_one_mattermost_tells(
    people: People, database: Database
) -> None:
    await register_juliette(database)
    for person in (await people.of(ID), await refresh_juliette(people, database)):
        assert (person.role, person.departement) == (Role.CONSEILLER, "69")
    async with database.transaction(writes=False) as db:
        stored = await db.get(Person, ID)
    assert stored
    assert stored.role is None


async def test_known_for_a_minute(people: People, clock: ManualClock, server: ChatServer) -> None:
    await people.of(ID)
    server.answers[USER_PATH] = USER | {"email": "j@mairie.fr"}
    clock.wait(59)
    assert (await people.of(ID)).role is Role.CONSEILLER
    clock.wait(2)
    assert (await people.of(ID)).role is Role.INVITE


async def test_forgotten_when_something_changed(people: People, server: ChatServer) -> None:
    people.note_change(ID)
    await people.of(ID)
    server.answers[USER_PATH] = USER | {"email": "j@mairie.fr"}
    people.note_change(ID)
    assert (await people.of(ID)).role is Role.INVITE


async def test_who_is_among_a_few_is_known_a_second_later_whoever_wrote_it(
    people: People, database: Database, clock: ManualClock
) -> None:
    """As where somebody begins a training on another replica, and opens a window on this one."""

    async def trains() -> bool:
        return await people.is_among(ID, list_trainees)

    assert not await trains()
    async with database.transaction() as db:
        await begin_training(db, ID, clock())
    clock.now += timedelta(seconds=2)
    assert await trains()
    async with database.transaction() as db:
        await end_training(db, ID)
    people.forget(ID)
    assert not await trains(), "what changed here counts at once"


async def test_many_who_ask_at_once_whether_they_are_among_a_few_share_a_question_but_not_its_failure(
    people: People, clock: ManualClock
) -> None:
    asked = list[str]()

    async def read(_: AsyncSession) -> frozenset[str]:
        asked.append("once")
        if len(asked) == 1:
            raise TimeoutError
        await asyncio.sleep(0)
        return frozenset({ID})

    with pytest.raises(TimeoutError):
        await people.is_among(ID, read)
    first, *_ = turns = [asyncio.create_task(people.is_among(ID, read)) for _ in range(10)]
    await asyncio.sleep(0)
    first.cancel()
    assert await asyncio.gather(*turns[1:]) == [True] * 9
    assert len(asked) == 2
    clock.now += timedelta(seconds=2)
    assert not await people.is_among("somebody else", read)
    assert len(asked) == 3


async def test_a_change_counts_at_once_for_what_changes_something(
    people: People, database: Database, server: ChatServer
) -> None:
    assert (await people.of(ID)).role is Role.CONSEILLER
    server.answers[USER_PATH] = USER | {"email": "j@mairie.fr"}
    people.note_change(ID)
    assert (await refresh_juliette(people, database)).role is Role.INVITE
    assert (await people.of(ID)).role is Role.INVITE


async def test_a_change_of_the_register_counts_at_once(people: People, database: Database) -> None:
    await register_juliette(database, role=Role.ANIMATEUR)
    assert (await people.of(ID)).role is Role.ANIMATEUR
    async with database.transaction() as db:
        stored = await db.get(Person, ID)
        assert stored
        stored.role = None
    assert (await refresh_juliette(people, database)).role is Role.CONSEILLER


async def test_somebody_entered_in_the_register_meanwhile(people: People, database: Database) -> None:
    assert (await people.of(ID)).role is Role.CONSEILLER
    await register_juliette(database, role=Role.COORDINATEUR)
    assert (await refresh_juliette(people, database)).role is Role.COORDINATEUR


async def test_somebody_entered_while_they_are_looked_up(
    people: People, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = find_awaited

    async def find_slowly(*args: Any) -> Any:
        found = await original(*args)
        await asyncio.create_task(register_juliette(database, role=Role.COORDINATEUR))
        people.forget(ID)
        return found

    monkeypatch.setattr(stored_register, "find_awaited", find_slowly)
    await people.of(ID)
    assert (await people.of(ID)).role is Role.COORDINATEUR


async def test_what_was_known_holds_while_mattermost_is_away(
    people: People, database: Database, clock: ManualClock, server: ChatServer
) -> None:
    await people.of(ID)
    server.answers[USER_PATH] = make_error(503, "away")
    clock.wait(3600)
    assert (await refresh_juliette(people, database)).role is Role.CONSEILLER
    clock.wait(3600)
    assert (await people.of(ID)).role is Role.CONSEILLER


async def test_a_slow_mattermost_is_not_waited_for(
    people: People, database: Database, server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await people.of(ID)
    monkeypatch.setattr(bot_people, "ASKING_MAX", 0)
    people.note_change(ID)
    server.answers[USER_PATH] = USER | {"email": "j@mairie.fr"}
    assert (await refresh_juliette(people, database)).role is Role.CONSEILLER


async def test_nobody_can_tell_who_was_never_seen(people: People, server: ChatServer) -> None:
    server.answers[USER_PATH] = make_error(404, "app.user.missing_account.const")
    with pytest.raises(ChatError, match="404"):
        await people.of(ID)
    with pytest.raises(ChatError, match="bad_id"):
        await people.of("../../config")


async def test_a_refusal_about_somebody_known_is_not_hidden(people: People, server: ChatServer) -> None:
    await people.of(ID)
    people.note_change(ID)
    server.answers[USER_PATH] = make_error(401, "api.context.session_expired.app_error")
    with pytest.raises(ChatError, match="401"):
        await people.of(ID)


async def test_a_rolled_back_transaction_leaves_the_person_whole(people: People, database: Database) -> None:
    await register_juliette(database, role=Role.CONSEILLER)

    async def refused() -> None:
        async with database.transaction() as db:
            await people.fresh(db, ID)
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 (the test’s own)
        await refused()
    assert (await people.of(ID)).departement == "69"


async def test_only_so_many_are_remembered(people: People, server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot_people, "ACCOUNTS_MAX", 1)
    monkeypatch.setattr(module, "PEOPLE_MAX", 1)
    other = "o" * 26
    server.answers[f"GET /api/v4/users/{other}"] = USER | {"id": other, "roles": "system_admin"}
    await people.of(ID)
    await people.of(other)
    await people.of(ID)
    assert server.asked.count(("GET", f"/api/v4/users/{ID}")) == 2
