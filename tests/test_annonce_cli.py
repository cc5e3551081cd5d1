"""« coop-bot announce »: once in each channel, whoever else is at work, however often it is called and cut off."""

import asyncio
import io
import re
from typing import Any

import pytest

from cli import annonce as sending
from cli.errors import OperatorError
from storage.annonce import AnnouncementState
from tests.modes import MODES, NEWEST
from tests.support.house import wait_for
from tests.support.membership import room
from tests.support.publications import AnnouncementWorkplace, announcement_workplace
from tests.support.workplace import begin_command, operate

__all__ = ["announcement_workplace", "room"]


BOTH = pytest.mark.parametrize(
    ("room", "announcement_workplace"), [(NEWEST, "sqlite"), (NEWEST, "postgresql")], indirect=True
)
EVERYWHERE = pytest.mark.parametrize(
    ("room", "announcement_workplace"), [*((mode, "sqlite") for mode in MODES), (NEWEST, "postgresql")], indirect=True
)
Capture = pytest.CaptureFixture[str]


@EVERYWHERE
async def test_each_channel_has_it_once_however_often_the_command_is_called(
    announcement_workplace: AnnouncementWorkplace, capsys: Capture
) -> None:
    places = await announcement_workplace.channels()
    text = "**Rencontre** jeudi\n\n- à 9 h @all\n- pour @channel."
    for _ in range(2):
        assert await announcement_workplace.announces("69,38", text, capsys=capsys) == (0, {"channels": 2, "sent": 2})
        assert await announcement_workplace.announces("38, Rhône", text, capsys=capsys) == (
            0,
            {"channels": 2, "sent": 2},
        )
    (said,) = await announcement_workplace.texts(places["rhone"])
    assert said.replace("\u200b", "") == text, "as it is written"
    assert "@\u200ball" in said, "pasted words call nobody"
    assert "@\u200bchannel" in said
    assert len(await announcement_workplace.texts(places["isere"])) == 1


@BOTH
async def test_a_second_time_on_purpose(announcement_workplace: AnnouncementWorkplace, capsys: Capture) -> None:
    places = await announcement_workplace.channels()
    for options, count in (((), 1), (("--again",), 2), ((), 2), (("--again",), 3)):
        assert await announcement_workplace.announces("69", "Bonjour", *options, capsys=capsys) == (
            0,
            {"channels": 1, "sent": 1},
        )
        assert await announcement_workplace.texts(places["rhone"]) == ["Bonjour"] * count


@BOTH
async def test_what_was_taken_back_is_not_said_again_by_itself(
    announcement_workplace: AnnouncementWorkplace, capsys: Capture
) -> None:
    places = await announcement_workplace.channels()
    await announcement_workplace.announces("69", "Bonjour", capsys=capsys)
    await announcement_workplace.changes(AnnouncementState.WITHDRAWN)
    with pytest.raises(OperatorError, match="a été retirée depuis : « --again »"):
        await announcement_workplace.announces("69", "Bonjour", capsys=capsys)
    assert await announcement_workplace.announces("69", "Bonjour", "--dry-run", capsys=capsys) == (
        0,
        {"channels": 1, "sent": 0},
    )
    assert await announcement_workplace.announces("69", "Bonjour", "--again", capsys=capsys) == (
        0,
        {"channels": 1, "sent": 1},
    )
    assert await announcement_workplace.texts(places["rhone"]) == ["Bonjour", "Bonjour"]


async def test_what_is_taken_back_while_it_is_sent_stays_so(
    announcement_workplace: AnnouncementWorkplace, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    await announcement_workplace.channels()
    original = sending.enlist

    async def enlist_then_withdraw(*args: Any, **options: Any) -> Any:
        kept = await original(*args, **options)
        await announcement_workplace.changes(AnnouncementState.WITHDRAWN)
        return kept

    monkeypatch.setattr("cli.annonce.enlist", enlist_then_withdraw)
    assert await announcement_workplace.announces("69", "Bonjour", capsys=capsys) == (1, {"channels": 1, "sent": 0})
    assert (await announcement_workplace.states()) == [AnnouncementState.WITHDRAWN]


async def test_a_hub_is_the_channels_of_its_departements(
    announcement_workplace: AnnouncementWorkplace, capsys: Capture
) -> None:
    places = await announcement_workplace.channels()
    assert await announcement_workplace.announces("hub:Hinaura", "Bonjour", capsys=capsys) == (
        0,
        {"channels": 2, "sent": 2},
    )
    assert [await announcement_workplace.texts(place) for place in places.values()] == [["Bonjour"], ["Bonjour"]]


async def test_other_words_or_another_place_are_another_call(
    announcement_workplace: AnnouncementWorkplace, capsys: Capture
) -> None:
    places = await announcement_workplace.channels()
    await announcement_workplace.announces("69", "Un", capsys=capsys)
    await announcement_workplace.announces("69", "Deux", capsys=capsys)
    assert await announcement_workplace.announces("69,38", "Un", capsys=capsys) == (0, {"channels": 2, "sent": 2})
    assert await announcement_workplace.texts(places["rhone"]) == ["Un", "Deux", "Un"]


async def test_a_rehearsal_sends_nothing_and_counts_what_is_there(
    announcement_workplace: AnnouncementWorkplace, capsys: Capture
) -> None:
    places = await announcement_workplace.channels()
    assert await announcement_workplace.announces("69,38", "Bonjour", "--dry-run", capsys=capsys) == (
        0,
        {"channels": 2, "sent": 0},
    )
    assert await announcement_workplace.texts(places["rhone"]) == []
    await announcement_workplace.announces("69,38", "Bonjour", capsys=capsys)
    assert await announcement_workplace.announces("69,38", "Bonjour", "--dry-run", capsys=capsys) == (
        0,
        {"channels": 2, "sent": 2},
    )


@BOTH
async def test_beside_a_bot_at_work_nothing_is_said_twice(
    announcement_workplace: AnnouncementWorkplace, capsys: Capture
) -> None:
    places = await announcement_workplace.channels()
    async with announcement_workplace.bot() as app:
        assert await announcement_workplace.announces("69,38", "Bonjour", capsys=capsys) == (
            0,
            {"channels": 2, "sent": 2},
        )
        app.outbox.look()
        same = ("announce", "--to", "69,38", "--text", str(announcement_workplace.file("Bonsoir")))
        assert await asyncio.gather(*(operate(announcement_workplace.settings(), *same) for _ in range(2))) == [0, 0]
    for place in places.values():
        assert await announcement_workplace.texts(place) == ["Bonjour", "Bonsoir"]


@pytest.mark.slow
@BOTH
async def test_one_that_is_killed_is_resumed_and_doubles_nothing(
    announcement_workplace: AnnouncementWorkplace, capsys: Capture
) -> None:
    """Killed between two channels, or in the middle of one: whatever it had in hand is free again at once."""
    places = await announcement_workplace.channels()
    text = "Une annonce interrompue"
    words = ("announce", "--to", "69,38", "--text", str(announcement_workplace.file(text)))
    with begin_command(announcement_workplace.settings(work_calls=0.2), *words):
        await wait_for(lambda: said_somewhere(announcement_workplace, places))
    assert await announcement_workplace.announces("69,38", text, capsys=capsys) == (0, {"channels": 2, "sent": 2})
    for place in places.values():
        assert await announcement_workplace.texts(place) == [text]


async def said_somewhere(announcement_workplace: AnnouncementWorkplace, places: dict[str, str]) -> bool:
    return any([await announcement_workplace.texts(place) for place in places.values()])


async def test_a_server_that_takes_nothing_is_told_and_the_next_call_goes_on(
    announcement_workplace: AnnouncementWorkplace, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = await announcement_workplace.channels()
    monkeypatch.setattr(sending, "STALLED", 1.0)
    original = sending.enlist

    async def enlist_then_fail(*args: Any, **options: Any) -> Any:
        kept = await original(*args, **options)
        announcement_workplace.room.server.faults.status = 503
        return kept

    monkeypatch.setattr("cli.annonce.enlist", enlist_then_fail)
    assert await announcement_workplace.announces("69,38", "Bonjour", capsys=capsys) == (1, {"channels": 2, "sent": 0})
    announcement_workplace.room.server.faults.status = None
    monkeypatch.setattr("cli.annonce.enlist", original)
    assert await announcement_workplace.announces("69,38", "Bonjour", capsys=capsys) == (0, {"channels": 2, "sent": 2})
    assert [await announcement_workplace.texts(place) for place in places.values()] == [["Bonjour"], ["Bonjour"]]


async def test_a_channel_renamed_by_hand_is_the_same_channel(
    announcement_workplace: AnnouncementWorkplace, capsys: Capture
) -> None:
    places = await announcement_workplace.channels()
    await announcement_workplace.remembers("departement:69", places["rhone"])
    await announcement_workplace.room.site.admin.put(
        f"/channels/{places['rhone']}/patch", {"name": "lyonnais", "display_name": "Lyon"}
    )
    assert await announcement_workplace.announces("69", "Bonjour", capsys=capsys) == (0, {"channels": 1, "sent": 1})
    assert await announcement_workplace.texts(places["rhone"]) == ["Bonjour"]


async def test_a_region_and_the_nation(announcement_workplace: AnnouncementWorkplace, capsys: Capture) -> None:
    await announcement_workplace.channels()
    region = await announcement_workplace.announces("region:Auvergne-Rhône-Alpes", "Ici", capsys=capsys)
    assert region == (0, {"channels": 2, "sent": 2})
    nation = await announcement_workplace.announces("national", "Partout", capsys=capsys)
    assert nation == (0, {"channels": 1, "sent": 1})
    assert await announcement_workplace.texts(announcement_workplace.room.site.square) == ["Partout"]


@pytest.mark.parametrize(
    ("to", "text", "sentence"),
    [
        ("69,75", "Bonjour", "Aucun canal n’est prévu pour « Paris (75) »"),
        ("69,38", "", "Écrivez le texte de l’annonce"),
        ("69,38", "é" * 16_384, "Raccourcissez l’annonce"),
        ("69,theme:veille", "Bonjour", "Le canal « Veille » n’existe pas"),
        ("lune", "Bonjour", "« lune » n’est ni"),
        ("lune:69", "Bonjour", "« lune:69 » n’est pas une destination"),
        ("theme:cuisine", "Bonjour", "« theme:cuisine » n’est ni"),
        ("role:conseiller", "Bonjour", "/annonce dans Mattermost"),
        (" , ", "Bonjour", "dites où"),
    ],
)
async def test_what_cannot_be_sent_is_one_sentence_and_nothing_is(
    announcement_workplace: AnnouncementWorkplace, to: str, text: str, sentence: str, capsys: Capture
) -> None:
    places = await announcement_workplace.channels()
    with pytest.raises(OperatorError, match=re.escape(sentence)):
        await announcement_workplace.announces(to, text, capsys=capsys)
    assert [await announcement_workplace.texts(place) for place in places.values()] == [[], []]


async def test_an_archived_channel_is_said_and_nothing_is_sent(
    announcement_workplace: AnnouncementWorkplace, capsys: Capture
) -> None:
    places = await announcement_workplace.channels()
    await announcement_workplace.room.site.admin.delete(f"/channels/{places['isere']}")
    with pytest.raises(OperatorError, match="Le canal « 38 - Isère » n’existe pas, est archivé"):
        await announcement_workplace.announces("69,38", "Bonjour", capsys=capsys)
    assert await announcement_workplace.texts(places["rhone"]) == []


async def test_the_words_may_come_by_the_standard_input(
    announcement_workplace: AnnouncementWorkplace, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = await announcement_workplace.channels()
    monkeypatch.setattr("sys.stdin", io.StringIO("Par ici\n"))
    assert await operate(announcement_workplace.settings(), "announce", "--to", "69", "--text", "-") == 0
    assert capsys.readouterr().out == "1 canal, 1 l’ont.\n"
    assert await announcement_workplace.texts(places["rhone"]) == ["Par ici"]
