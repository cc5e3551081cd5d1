"""Files that people ask for: what they see come, in which order, and who gets none."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import update
from sqlmodel import col, select

from bot.app import App
from bot.errors import UserError
from bot.texts import typeset
from bot.work import orders
from bot.work.orders import OrderFolders
from storage.work import Work, WorkState
from tests.support.house import wait_until
from tests.support.work import HERE, READY, WAITING, FileWorkplace, Pause, file_workplace, name_file, room, run_before

__all__ = ["file_workplace", "room"]


async def test_the_files_arrive_and_the_waiting_message_says_so(file_workplace: FileWorkplace) -> None:
    pause = Pause()
    file_workplace.shop.trouble = pause
    async with file_workplace.bot() as app:
        await file_workplace.asks(app, count=2)
        waiting = await file_workplace.room.juliette.told(WAITING)
        await pause.reached.wait()
        pause.over.set()
        parcel = await file_workplace.room.juliette.told(HERE)
        await file_workplace.room.juliette.rewritten(waiting, READY)
        assert [p.id for p in await file_workplace.settled(app)] == [waiting.id, parcel.id]
    assert list(await file_workplace.room.juliette.files(parcel)) == [name_file(0), name_file(1)]
    assert set((await file_workplace.room.juliette.files(parcel)).values()) == {b"x" * 10}
    assert parcel.buttons == ["Encore"]
    assert "Période : septembre" in parcel.text


async def test_the_handler_gets_the_person_the_instant_and_a_folder_of_its_own(file_workplace: FileWorkplace) -> None:
    async with file_workplace.bot() as app:
        await file_workplace.asks(app)
        await file_workplace.settled(app)
        order = await file_workplace.order(app)
        (made,), (folder,) = file_workplace.shop.made, file_workplace.shop.folders
        assert (made.user.id, made.now, made.request.kind) == (order.person, order.created_at, "file")
        assert not folder.exists()
        assert (order.state, order.done, order.total, order.data) == (WorkState.DONE, 1, 1, {})
        assert order.topic is None
        assert not [row for row in await file_workplace.rows(app) if row.topic], "nothing is kept for a later rewriting"


async def test_without_a_waiting_message_only_the_files_come(file_workplace: FileWorkplace) -> None:
    file_workplace.shop.waiting = ""
    async with file_workplace.bot() as app:
        await file_workplace.asks(app)
        (parcel,) = await file_workplace.settled(app)
    assert parcel.message == HERE
    assert len(parcel.file_ids) == 1


async def test_a_large_file_arrives_whole(file_workplace: FileWorkplace) -> None:
    async with file_workplace.bot() as app:
        await file_workplace.asks(app, size=3_000_000)
        parcel = (await file_workplace.settled(app))[-1]
    assert await file_workplace.room.juliette.files(parcel) == {name_file(0): b"x" * 3_000_000}


async def test_an_empty_file_and_a_parcel_without_files(file_workplace: FileWorkplace) -> None:
    async with file_workplace.bot() as app:
        await file_workplace.asks(app, size=0)
        await file_workplace.settled(app)
        await file_workplace.asks(app, count=0)
        told = await file_workplace.settled(app)
    assert [len(p.file_ids) for p in told] == [0, 1, 0, 0]
    assert [p.message for p in told] == [READY, HERE, READY, HERE]


async def test_many_files_take_several_posts(file_workplace: FileWorkplace) -> None:
    async with file_workplace.bot() as app:
        await file_workplace.asks(app, count=23)
        _, *parcels = await file_workplace.settled(app)
    assert [(p.message, len(p.file_ids)) for p in parcels] == [(HERE, 10), ("", 10), ("", 3)]
    names = [name for p in parcels for name in await file_workplace.room.juliette.files(p)]
    assert names == [name_file(n) for n in range(23)]


async def test_messages_flow_while_files_are_made(file_workplace: FileWorkplace) -> None:
    pause = Pause()
    file_workplace.shop.trouble = pause
    async with file_workplace.bot() as app:
        await file_workplace.asks(app)
        await pause.reached.wait()
        for n in range(5):
            await file_workplace.runs_command(app, "bonjour", f"bonjour {n}")
        await file_workplace.room.juliette.told("bonjour 4")
        assert [p.message for p in await file_workplace.told()] == [WAITING, *(f"bonjour {n}" for n in range(5))]
        pause.over.set()
        assert (await file_workplace.settled(app))[-1].message == HERE


async def test_one_person_gets_files_in_order_one_at_a_time(file_workplace: FileWorkplace) -> None:
    pause = Pause()
    file_workplace.shop.trouble = pause
    async with file_workplace.bot() as app:
        for count in (1, 2, 3):
            await file_workplace.asks(app, count=count)
        await pause.reached.wait()
        await file_workplace.runs_command(app, "bonjour", "pendant ce temps")
        await file_workplace.room.juliette.told("pendant ce temps")
        assert len(file_workplace.shop.made) == 1
        pause.over.set()
        told = await file_workplace.settled(app)
    assert [len(p.file_ids) for p in told if p.message == HERE] == [1, 2, 3]


async def test_who_waits_does_not_wait_for_others_files_unless_many_are_made(file_workplace: FileWorkplace) -> None:
    """Each making holds a connection, too, and people’s commands need some."""
    pause, shop, site = Pause(), file_workplace.shop, file_workplace.room.site
    names = ("agathe", "amina", "simon", "lea", "omar", "ines")
    people = [file_workplace.room.juliette, *[await site.person(name) for name in names]]
    async with file_workplace.bot() as app:
        shop.trouble = partial(_pause_reading, app, pause)
        for person in people:
            await file_workplace.registers(app, person)
        for made, person in enumerate(people[:5], 1):
            await file_workplace.asks(app, person)
            await wait_until(lambda made=made: len(shop.made) == made)  # type: ignore[misc]
        for person in people[5:]:
            await file_workplace.asks(app, person)
            await person.told(WAITING)
        await file_workplace.leases_end(app)
        await asyncio.sleep(0.1)
        assert len(shop.made) == 5
        pause.over.set()
        for person in people:
            assert (await person.told(HERE)).file_ids


async def _pause_reading(app: App, pause: Pause) -> None:
    """A file that reads for long."""
    async with app.database.transaction(writes=False) as db:
        await db.exec(select(Work.id).limit(1))
        await pause()


async def test_who_lost_the_role_meanwhile_gets_a_sentence(file_workplace: FileWorkplace) -> None:
    async with file_workplace.bot() as app:
        run_before(app, "newest_posts", lambda: file_workplace.loses_her_role(app))
        await file_workplace.asks(app)
        (told,) = await file_workplace.settled(app)
    assert "réservée aux conseillers numériques" in told.message
    assert file_workplace.shop.made == []


async def test_what_the_handler_refuses_is_said_in_its_words(file_workplace: FileWorkplace) -> None:
    async def nothing() -> None:
        raise UserError("Rien à exporter en septembre.")

    file_workplace.shop.trouble = nothing
    async with file_workplace.bot() as app:
        await file_workplace.asks(app)
        (told,) = await file_workplace.settled(app)
        assert told.message == "Rien à exporter en septembre."
        file_workplace.shop.waiting = ""
        await file_workplace.asks(app)
        assert [p.message for p in await file_workplace.settled(app)] == ["Rien à exporter en septembre."] * 2
        assert {(row.state, row.error) for row in await file_workplace.works(app)} == {(WorkState.DONE, None)}, (
            "it is no fault"
        )


async def test_what_fails_once_is_made_again(file_workplace: FileWorkplace) -> None:
    async def once() -> None:
        if len(file_workplace.shop.made) == 1:
            raise RuntimeError("oups")

    file_workplace.shop.trouble = once
    async with file_workplace.bot() as app:
        await file_workplace.asks(app)
        told = await file_workplace.settled(app)
    assert [p.message for p in told] == [READY, HERE]
    assert len(file_workplace.shop.made) == 2


@pytest.mark.parametrize("waiting", [WAITING, ""])
async def test_what_always_fails_is_told_kindly(file_workplace: FileWorkplace, waiting: str) -> None:
    async def always() -> None:
        raise RuntimeError("oups")

    file_workplace.shop.trouble, file_workplace.shop.waiting = always, waiting
    async with file_workplace.bot() as app:
        await file_workplace.asks(app)
        (told,) = await file_workplace.settled(app)
        order = await file_workplace.order(app)
    assert len(file_workplace.shop.made) == 3
    assert "n’a pas pu être préparé" in told.message
    assert "oups" not in told.message
    assert (order.state, order.error) == (WorkState.FAILED, "not made: RuntimeError")


async def test_what_takes_too_long_is_told(file_workplace: FileWorkplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "MAKING_MAX", 0.05)

    async def for_ever() -> None:
        await asyncio.Event().wait()

    file_workplace.shop.trouble = for_ever
    async with file_workplace.bot() as app:
        await file_workplace.asks(app)
        (told,) = await file_workplace.settled(app)
    assert "n’a pas pu être préparé" in told.message


async def test_a_file_from_elsewhere_is_not_sent(file_workplace: FileWorkplace) -> None:
    secret = file_workplace.folder / "secret.txt"
    secret.write_text("clé")

    async def link() -> None:
        (file_workplace.shop.folders[-1] / name_file(0)).symlink_to(secret)

    file_workplace.shop.trouble = link
    async with file_workplace.bot() as app:
        await file_workplace.asks(app)
        (told,) = await file_workplace.settled(app)
    assert "n’a pas pu être préparé" in told.message


@pytest.mark.parametrize("known", [False, True])
async def test_an_order_of_an_older_version_is_refused(file_workplace: FileWorkplace, known: bool) -> None:
    """Neither what this version makes no more, nor what it reads no more."""
    async with file_workplace.bot() as app:
        await app.makers.stop()
        await file_workplace.asks(app)
        await file_workplace.room.juliette.told(WAITING)
        order = await file_workplace.order(app)
        async with app.database.transaction() as db:
            changed = {"data": {"count": "beaucoup"}} if known else {"name": "essai.Autre"}
            await db.exec(update(Work).where(col(Work.id) == order.id).values(changed))
    async with file_workplace.bot() as app:
        (told,) = await file_workplace.settled(app)
    assert told.message == typeset("Ce fichier vient d’une demande plus ancienne : retapez la commande.")


async def test_who_waits_comes_before_what_nobody_watches(file_workplace: FileWorkplace) -> None:
    shop = file_workplace.shop
    async with file_workplace.bot() as app:
        await app.makers.stop()
        shop.waiting = ""
        await file_workplace.asks(app, count=1)
        await file_workplace.asks(app, count=2)
        shop.waiting = WAITING
        await file_workplace.asks(app, count=3)
        await file_workplace.room.juliette.told(WAITING)
        await file_workplace.leases_end(app)
    async with file_workplace.bot() as app:
        told = await file_workplace.settled(app)
    assert [len(p.file_ids) for p in told if p.message == HERE] == [3, 1, 2]


def sent() -> float:
    return REGISTRY.get_sample_value("coop_orders_total", {"outcome": "sent"}) or 0.0


async def test_tries_are_counted(file_workplace: FileWorkplace) -> None:
    earlier = sent()
    async with file_workplace.bot() as app:
        await file_workplace.asks(app)
        await file_workplace.settled(app)
    assert sent() == earlier + 1


def test_a_folder_of_the_dead_is_cleared_away(file_workplace: FileWorkplace) -> None:
    folders = OrderFolders(file_workplace.folder)
    with folders.fresh() as mine:
        (mine / "à moi.csv").write_text("x")
        left = file_workplace.folder / "files" / "mort"
        (left / "export").mkdir(parents=True)
        others = OrderFolders(file_workplace.folder)
        assert not left.exists()
        assert (mine / "à moi.csv").exists(), "its process lives"
        others.close()
    folders.close()
    assert list((file_workplace.folder / "files").iterdir()) == []


def test_programs_that_start_together_leave_each_other_their_folders(tmp_path: Path) -> None:
    def starts_and_ends(_: int) -> bool:
        folders = OrderFolders(tmp_path)
        with folders.fresh() as mine:
            (mine / "export.csv").write_text("x")
        folders.close()
        return True

    with ThreadPoolExecutor(8) as together:
        assert all(together.map(starts_and_ends, range(200)))
