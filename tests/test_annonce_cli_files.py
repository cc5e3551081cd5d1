"""« coop-bot announce --file »: the files go along, once to each channel, however often it is called and cut off."""

import os
import re
from collections.abc import Mapping

import pytest

from cli.errors import OperatorError
from tests.support.house import list_said, wait_for
from tests.support.membership import room
from tests.support.publications import AnnouncementWorkplace, announcement_workplace
from tests.support.workplace import begin_command, operate
from tests.test_annonce_cli import BOTH, EVERYWHERE, said_somewhere

__all__ = ["announcement_workplace", "room"]


Capture = pytest.CaptureFixture[str]
FILES = {"programme_été.pdf": b"%PDF-1.4 jeudi", "affiche.csv": b"a;b\n" * 500}


def given(announcement_workplace: AnnouncementWorkplace, files: Mapping[str, bytes] = FILES) -> list[str]:
    """The options that name these files."""
    for name, content in files.items():
        (announcement_workplace.folder / name).write_bytes(content)
    return [word for name in files for word in ("--file", str(announcement_workplace.folder / name))]


async def carried(announcement_workplace: AnnouncementWorkplace, place: str) -> list[dict[str, bytes]]:
    """The files of each message of the bot’s in a channel."""
    site = announcement_workplace.room.site
    reader = await site.person("lectrice")
    await site.add_members(place, reader)
    return [await reader.files(post) for post in await list_said(site.admin, announcement_workplace.room.bot_id, place)]


def loose(announcement_workplace: AnnouncementWorkplace) -> int:
    """How many files were brought to the server that stand in no message."""
    return len([info for info in announcement_workplace.room.server.state.files if not info.post_id])


@EVERYWHERE
async def test_each_channel_has_them_once_however_often_the_command_is_called(
    announcement_workplace: AnnouncementWorkplace, capsys: Capture
) -> None:
    places = await announcement_workplace.channels()
    files = given(announcement_workplace)
    for _ in range(2):
        assert await announcement_workplace.announces("69,38", "Jeudi", *files, capsys=capsys) == (
            0,
            {"channels": 2, "sent": 2},
        )
    for place in places.values():
        assert await carried(announcement_workplace, place) == [FILES]
    assert loose(announcement_workplace) == len(FILES), "brought once, copied for each channel"


@BOTH
async def test_beside_a_bot_at_work_and_a_second_time_on_purpose(
    announcement_workplace: AnnouncementWorkplace, capsys: Capture
) -> None:
    places = await announcement_workplace.channels()
    files = given(announcement_workplace)
    async with announcement_workplace.bot():
        assert await announcement_workplace.announces("69", "Jeudi", *files, capsys=capsys) == (
            0,
            {"channels": 1, "sent": 1},
        )
        assert await announcement_workplace.announces("69", "Jeudi", *files, "--again", capsys=capsys) == (
            0,
            {"channels": 1, "sent": 1},
        )
    assert await carried(announcement_workplace, places["rhone"]) == [FILES] * 2


async def test_other_files_or_none_are_another_call(
    announcement_workplace: AnnouncementWorkplace, capsys: Capture
) -> None:
    places = await announcement_workplace.channels()
    for files in (FILES, {}, {"affiche.csv": b"c;d\n"}, {"affiches.csv": b"c;d\n"}):
        asked = given(announcement_workplace, files)
        for options, sent in ((["--dry-run"], 0), ([], 1), (["--dry-run"], 1)):
            told = await announcement_workplace.announces("69", "Jeudi", *asked, *options, capsys=capsys)
            assert told == (0, {"channels": 1, "sent": sent})
    assert [set(each) for each in await carried(announcement_workplace, places["rhone"])] == [
        set(FILES), set(), {"affiche.csv"}, {"affiches.csv"}
    ]  # fmt: skip


@pytest.mark.slow
@BOTH
async def test_one_that_is_killed_is_resumed_and_doubles_nothing(
    announcement_workplace: AnnouncementWorkplace, capsys: Capture
) -> None:
    places = await announcement_workplace.channels()
    files, text = given(announcement_workplace), "Une annonce interrompue"
    words = ("announce", "--to", "69,38", "--text", str(announcement_workplace.file(text)), *files)
    with begin_command(announcement_workplace.settings(work_calls=0.5), *words):
        await wait_for(lambda: said_somewhere(announcement_workplace, places))
    assert await announcement_workplace.announces("69,38", text, *files, capsys=capsys) == (
        0,
        {"channels": 2, "sent": 2},
    )
    for place in places.values():
        assert await carried(announcement_workplace, place) == [FILES]


async def test_what_was_brought_and_is_gone_is_brought_anew(
    announcement_workplace: AnnouncementWorkplace, capsys: Capture
) -> None:
    places = await announcement_workplace.channels()
    files = given(announcement_workplace)
    await announcement_workplace.announces("69", "Jeudi", *files, capsys=capsys)
    for info in announcement_workplace.room.server.state.files:
        info.delete_at = 1 if not info.post_id else 0
    assert await announcement_workplace.announces("69", "Jeudi", *files, "--again", capsys=capsys) == (
        0,
        {"channels": 1, "sent": 1},
    )
    assert await carried(announcement_workplace, places["rhone"]) == [FILES] * 2


async def test_what_does_not_go_is_said_and_nothing_is_sent(
    announcement_workplace: AnnouncementWorkplace, capsys: Capture
) -> None:
    places = await announcement_workplace.channels()
    limit = announcement_workplace.room.server.config.get("FileSettings", "MaxFileSize")
    heavy = given(announcement_workplace, {"lourd.bin": b"x"})
    os.truncate(heavy[1], limit + 1)
    for asked, words in (
        (["--file", str(announcement_workplace.folder / "absent.pdf")], "n’existe pas, ou n’est pas un fichier"),
        (["--file", str(announcement_workplace.folder)], "n’existe pas, ou n’est pas un fichier"),
        (given(announcement_workplace, {"vide.txt": b""}), "est vide"),
        (heavy, "« lourd.bin » pèse"),
        (given(announcement_workplace) * 6, "10 fichiers au plus"),
    ):
        with pytest.raises(OperatorError, match=re.escape(words)):
            await announcement_workplace.announces("69", "Jeudi", *asked, capsys=capsys)
    half = given(announcement_workplace, {f"{n}.bin": b"x" * 26_000_000 for n in range(2)})
    with pytest.raises(OperatorError, match="50\u00a0Mo au plus"):
        await announcement_workplace.announces("69", "Jeudi", *half, capsys=capsys)
    await announcement_workplace.room.site.admin.put(
        "/config/patch", {"FileSettings": {"EnableFileAttachments": False}}
    )
    with pytest.raises(OperatorError, match="ne prend pas de fichiers"):
        await announcement_workplace.announces("69", "Jeudi", *given(announcement_workplace), capsys=capsys)
    assert await announcement_workplace.texts(places["rhone"]) == []
    assert await announcement_workplace.states() == []


async def test_a_rehearsal_counts_them_and_brings_nothing(
    announcement_workplace: AnnouncementWorkplace, capsys: Capture
) -> None:
    await announcement_workplace.channels()
    words = [
        "announce",
        "--to",
        "69",
        "--text",
        str(announcement_workplace.file("Jeudi")),
        "--dry-run",
        *given(announcement_workplace),
    ]
    assert await operate(announcement_workplace.settings(), *words) == 0
    assert "1 canal, 2 fichiers dans chacun, dont 0 l’ont déjà. Rien n’est envoyé." in capsys.readouterr().out
    assert loose(announcement_workplace) == 0
