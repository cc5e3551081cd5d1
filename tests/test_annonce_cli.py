"""« coop-bot announce »: once in each channel, whoever else is at work, however often it is called and cut off."""

import asyncio
import io
import re
import signal
import sys
from typing import Any

import pytest

from cli import annonce as sending
from cli.errors import OperatorError
from config.settings import Settings
from storage.annonce import AnnouncementState
from tests.bench.children import environment_of
from tests.modes import MODES, NEWEST
from tests.support.broadcasts import AnnouncementWorkplace, fair
from tests.support.cli import operate
from tests.support.house import wait_for
from tests.support.membership import room
from tests.test_work_killed import ROOT

__all__ = ["fair", "room"]


BOTH = pytest.mark.parametrize(("room", "fair"), [(NEWEST, "sqlite"), (NEWEST, "postgresql")], indirect=True)
EVERYWHERE = pytest.mark.parametrize(
    ("room", "fair"), [*((mode, "sqlite") for mode in MODES), (NEWEST, "postgresql")], indirect=True
)
Capture = pytest.CaptureFixture[str]


@EVERYWHERE
async def test_each_channel_has_it_once_however_often_the_command_is_called(
    fair: AnnouncementWorkplace, capsys: Capture
) -> None:
    places = await fair.channels()
    text = "**Rencontre** jeudi\n\n- à 9 h @all\n- pour @channel."
    for _ in range(2):
        assert await fair.announces("69,38", text, capsys=capsys) == (0, {"channels": 2, "sent": 2})
        assert await fair.announces("38, Rhône", text, capsys=capsys) == (0, {"channels": 2, "sent": 2})
    (said,) = await fair.texts(places["rhone"])
    assert said.replace("\u200b", "") == text, "as it is written"
    assert "@\u200ball" in said, "pasted words call nobody"
    assert "@\u200bchannel" in said
    assert len(await fair.texts(places["isere"])) == 1


@BOTH
async def test_a_second_time_on_purpose(fair: AnnouncementWorkplace, capsys: Capture) -> None:
    places = await fair.channels()
    for options, count in (((), 1), (("--again",), 2), ((), 2), (("--again",), 3)):
        assert await fair.announces("69", "Bonjour", *options, capsys=capsys) == (0, {"channels": 1, "sent": 1})
        assert await fair.texts(places["rhone"]) == ["Bonjour"] * count


@BOTH
async def test_what_was_taken_back_is_not_said_again_by_itself(fair: AnnouncementWorkplace, capsys: Capture) -> None:
    places = await fair.channels()
    await fair.announces("69", "Bonjour", capsys=capsys)
    await fair.changes(AnnouncementState.WITHDRAWN)
    with pytest.raises(OperatorError, match="a été retirée depuis : « --again »"):
        await fair.announces("69", "Bonjour", capsys=capsys)
    assert await fair.announces("69", "Bonjour", "--dry-run", capsys=capsys) == (0, {"channels": 1, "sent": 0})
    assert await fair.announces("69", "Bonjour", "--again", capsys=capsys) == (0, {"channels": 1, "sent": 1})
    assert await fair.texts(places["rhone"]) == ["Bonjour", "Bonjour"]


async def test_what_is_taken_back_while_it_is_sent_stays_so(
    fair: AnnouncementWorkplace, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await fair.channels()
    original = sending.enlist

    async def enlist_then_withdraw(*args: Any, **options: Any) -> Any:
        kept = await original(*args, **options)
        await fair.changes(AnnouncementState.WITHDRAWN)
        return kept

    monkeypatch.setattr("cli.annonce.enlist", enlist_then_withdraw)
    assert await fair.announces("69", "Bonjour", capsys=capsys) == (1, {"channels": 1, "sent": 0})
    assert (await fair.states()) == [AnnouncementState.WITHDRAWN]


async def test_a_hub_is_the_channels_of_its_departements(fair: AnnouncementWorkplace, capsys: Capture) -> None:
    places = await fair.channels()
    assert await fair.announces("hub:Hinaura", "Bonjour", capsys=capsys) == (0, {"channels": 2, "sent": 2})
    assert [await fair.texts(place) for place in places.values()] == [["Bonjour"], ["Bonjour"]]


async def test_other_words_or_another_place_are_another_call(fair: AnnouncementWorkplace, capsys: Capture) -> None:
    places = await fair.channels()
    await fair.announces("69", "Un", capsys=capsys)
    await fair.announces("69", "Deux", capsys=capsys)
    assert await fair.announces("69,38", "Un", capsys=capsys) == (0, {"channels": 2, "sent": 2})
    assert await fair.texts(places["rhone"]) == ["Un", "Deux", "Un"]


async def test_a_rehearsal_sends_nothing_and_counts_what_is_there(fair: AnnouncementWorkplace, capsys: Capture) -> None:
    places = await fair.channels()
    assert await fair.announces("69,38", "Bonjour", "--dry-run", capsys=capsys) == (0, {"channels": 2, "sent": 0})
    assert await fair.texts(places["rhone"]) == []
    await fair.announces("69,38", "Bonjour", capsys=capsys)
    assert await fair.announces("69,38", "Bonjour", "--dry-run", capsys=capsys) == (0, {"channels": 2, "sent": 2})


@BOTH
async def test_beside_a_bot_at_work_nothing_is_said_twice(fair: AnnouncementWorkplace, capsys: Capture) -> None:
    places = await fair.channels()
    async with fair.bot() as app:
        assert await fair.announces("69,38", "Bonjour", capsys=capsys) == (0, {"channels": 2, "sent": 2})
        app.outbox.look()
        same = ("announce", "--to", "69,38", "--text", str(fair.file("Bonsoir")))
        assert await asyncio.gather(*(operate(fair.settings(), *same) for _ in range(2))) == [0, 0]
    for place in places.values():
        assert await fair.texts(place) == ["Bonjour", "Bonsoir"]


@BOTH
async def test_one_that_is_killed_is_resumed_and_doubles_nothing(fair: AnnouncementWorkplace, capsys: Capture) -> None:
    """Killed between two channels, or in the middle of one: whatever it had in hand is free again at once."""
    places = await fair.channels()
    text = "Une annonce interrompue"
    process = await begun(fair.settings(work_calls=0.2), "69,38", str(fair.file(text)))
    await wait_for(lambda: said_somewhere(fair, places))
    process.send_signal(signal.SIGKILL)
    await process.wait()
    assert await fair.announces("69,38", text, capsys=capsys) == (0, {"channels": 2, "sent": 2})
    for place in places.values():
        assert await fair.texts(place) == [text]


async def said_somewhere(fair: AnnouncementWorkplace, places: dict[str, str]) -> bool:
    return any([await fair.texts(place) for place in places.values()])


async def begun(settings: Settings, to: str, path: str, *options: str) -> asyncio.subprocess.Process:
    """The command in a process of its own."""
    words = ("-m", "cli", "announce", "--to", to, "--text", path, *options)
    return await asyncio.create_subprocess_exec(sys.executable, *words, cwd=ROOT, env=environment_of(settings))


async def test_a_server_that_takes_nothing_is_told_and_the_next_call_goes_on(
    fair: AnnouncementWorkplace, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = await fair.channels()
    monkeypatch.setattr(sending, "STALLED", 1.0)
    original = sending.enlist

    async def enlist_then_fail(*args: Any, **options: Any) -> Any:
        kept = await original(*args, **options)
        fair.room.server.faults.status = 503
        return kept

    monkeypatch.setattr("cli.annonce.enlist", enlist_then_fail)
    assert await fair.announces("69,38", "Bonjour", capsys=capsys) == (1, {"channels": 2, "sent": 0})
    fair.room.server.faults.status = None
    monkeypatch.setattr("cli.annonce.enlist", original)
    assert await fair.announces("69,38", "Bonjour", capsys=capsys) == (0, {"channels": 2, "sent": 2})
    assert [await fair.texts(place) for place in places.values()] == [["Bonjour"], ["Bonjour"]]


async def test_a_channel_renamed_by_hand_is_the_same_channel(fair: AnnouncementWorkplace, capsys: Capture) -> None:
    places = await fair.channels()
    await fair.remembers("departement:69", places["rhone"])
    await fair.room.site.admin.put(f"/channels/{places['rhone']}/patch", {"name": "lyonnais", "display_name": "Lyon"})
    assert await fair.announces("69", "Bonjour", capsys=capsys) == (0, {"channels": 1, "sent": 1})
    assert await fair.texts(places["rhone"]) == ["Bonjour"]


async def test_a_region_and_the_nation(fair: AnnouncementWorkplace, capsys: Capture) -> None:
    await fair.channels()
    region = await fair.announces("region:Auvergne-Rhône-Alpes", "Ici", capsys=capsys)
    assert region == (0, {"channels": 2, "sent": 2})
    nation = await fair.announces("national", "Partout", capsys=capsys)
    assert nation == (0, {"channels": 1, "sent": 1})
    assert await fair.texts(fair.room.site.square) == ["Partout"]


@pytest.mark.parametrize(
    ("to", "text", "sentence"),
    [
        ("69,75", "Bonjour", "Aucun canal n’est prévu pour « Paris (75) »"),
        ("69,38", "", "Le texte de l’annonce est vide."),
        ("69,38", "é" * 16_384, "trop longue"),
        ("69,theme:veille", "Bonjour", "Le canal « Veille » n’existe pas"),
        ("lune", "Bonjour", "« lune » n’est ni"),
        ("lune:69", "Bonjour", "« lune:69 » n’est pas une destination"),
        ("theme:cuisine", "Bonjour", "« theme:cuisine » n’est ni"),
        ("role:conseiller", "Bonjour", "/annonce dans Mattermost"),
        (" , ", "Bonjour", "dites où"),
    ],
)
async def test_what_cannot_be_sent_is_one_sentence_and_nothing_is(
    fair: AnnouncementWorkplace, to: str, text: str, sentence: str, capsys: Capture
) -> None:
    places = await fair.channels()
    with pytest.raises(OperatorError, match=re.escape(sentence)):
        await fair.announces(to, text, capsys=capsys)
    assert [await fair.texts(place) for place in places.values()] == [[], []]


async def test_an_archived_channel_is_said_and_nothing_is_sent(fair: AnnouncementWorkplace, capsys: Capture) -> None:
    places = await fair.channels()
    await fair.room.site.admin.delete(f"/channels/{places['isere']}")
    with pytest.raises(OperatorError, match="Le canal « 38 - Isère » n’existe pas, est archivé"):
        await fair.announces("69,38", "Bonjour", capsys=capsys)
    assert await fair.texts(places["rhone"]) == []


async def test_the_words_may_come_by_the_standard_input(
    fair: AnnouncementWorkplace, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = await fair.channels()
    monkeypatch.setattr("sys.stdin", io.StringIO("Par ici\n"))
    assert await operate(fair.settings(), "announce", "--to", "69", "--text", "-") == 0
    assert capsys.readouterr().out == "1 canal, 1 l’ont.\n"
    assert await fair.texts(places["rhone"]) == ["Par ici"]
