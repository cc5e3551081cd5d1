"""Stories: the files of a message that is taken away are evidence, and come back with it."""

import pytest

from sandbox.faults import Faults
from storage.moderation import Measure
from storage.people import Role
from tests.people import Post, unique
from tests.support.house import plain, wait_until
from tests.support.moderation import MeasureStage, assert_files, bench, known, post_file

__all__ = ["bench", "known"]


def keeping(measure: Measure) -> str:
    """How the bot says that it keeps files."""
    return f"(acte n° {measure.entry}, dossier n° {measure.case_id}) : gardées ici"


async def hidden(bench: MeasureStage, post: Post) -> Measure:
    """A message is gone by a measure."""
    bench.lea.acts()
    await bench.moderates(f"masquer {bench.link(post)} ton vif")
    assert "fichiers joints ont été retirés aussi" in plain(await bench.lea.told("a été retiré"))
    await bench.stands(post, there=False)
    return await bench.last(bench.lea)


async def test_they_are_kept_in_the_room_and_come_back(bench: MeasureStage) -> None:
    words = unique("Une image")
    post = await post_file(bench.lea, bench.place, words, "preuve.png", b"des faits")
    measure = await hidden(bench, post)
    kept = await bench.said(bench.room, keeping(measure))
    await assert_files(bench.omar, kept, {"preuve.png": b"des faits"})
    assert f"@{bench.lea.username}" in plain(kept)
    assert "est annulé" in await bench.moderates(f"annuler {measure.entry}", bench.omar)
    again = await bench.said(bench.place, words)
    assert "sans ses fichiers" not in plain(again)
    await assert_files(bench.juliette, again, {"preuve.png": b"des faits"})


async def test_those_of_answers_go_back_to_who_sent_them_and_return_too(bench: MeasureStage) -> None:
    root = await bench.lea.says(unique("Une pique"), bench.place)
    words = unique("Voici la règle")
    await post_file(bench.juliette, bench.place, words, "regle.txt", b"une regle", root.id)
    asked = await bench.agathe.asks(f"/moderer masquer {bench.link(root)} propos blessants")
    bench.juliette.acts()
    await bench.agathe.clicks(asked, "Masquer tout le fil")
    back = await bench.juliette.told(words)
    await assert_files(bench.juliette, back, {"regle.txt": b"une regle"})
    await bench.stands(root, there=False)
    await bench.house.settled()
    measure = await bench.last(bench.lea)
    assert "est annulé" in await bench.moderates(f"annuler {measure.entry}", bench.omar)
    again = await bench.said(bench.place, words)
    await assert_files(bench.agathe, again, {"regle.txt": b"une regle"})


async def test_of_several_messages_each_waits_for_its_own(bench: MeasureStage) -> None:
    plain_one = await bench.lea.says(unique("Pub"), bench.place)
    words = unique("Pub en image")
    pictured = await post_file(bench.lea, bench.place, words, "pub.png", b"une pub")
    asked = await bench.agathe.asks(f"/moderer nettoyer @{bench.lea.username} 2 publicité", bench.place)
    await bench.agathe.clicks(asked, "Retirer 2 messages")
    await bench.stands(pictured, there=False)
    await bench.stands(plain_one, there=False)
    await bench.house.settled()
    measure = await bench.last(bench.lea)
    assert len([text for text in await bench.reads(bench.room) if keeping(measure) in text]) == 1
    await bench.moderates(f"annuler {measure.entry}", bench.omar)
    await assert_files(bench.agathe, await bench.said(bench.place, words), {"pub.png": b"une pub"})


@pytest.mark.both_databases
async def test_what_is_taken_back_in_between_never_went(bench: MeasureStage, faults: Faults) -> None:
    words = unique("Une image")
    post = await post_file(bench.lea, bench.place, words, "preuve.png", b"des faits")
    faults.slow = f"/files/{post.file_ids[0]}"
    try:
        await bench.moderates(f"masquer {bench.link(post)} ton vif")
        await wait_until(lambda: faults.held > 0)
        measure = await bench.last(bench.lea)
        assert "est annulé" in await bench.moderates(f"annuler {measure.entry}", bench.omar)
    finally:
        faults.slow = ""
    await bench.house.settled()
    assert [text for text in await bench.reads(bench.place) if words in text] == [words]


@pytest.mark.both_databases
async def test_what_cannot_be_kept_stops_nothing(bench: MeasureStage) -> None:
    """A file larger than Mattermost takes by now is said to be lost, and the message goes all the same."""
    words, admin = unique("Une image"), bench.house.site.admin
    post = await post_file(bench.lea, bench.place, words, "preuve.png", b"des faits" * 200)
    await admin.put("/config/patch", {"FileSettings": {"MaxFileSize": 1000}})
    try:
        measure = await hidden(bench, post)
    finally:
        await admin.put("/config/patch", {"FileSettings": {"MaxFileSize": 104_857_600}})
    assert "preuve.png" in plain(await bench.said(bench.room, keeping(measure)))
    await bench.house.settled()
    await bench.moderates(f"annuler {measure.entry}", bench.omar)
    assert "sans ses fichiers, qui n’ont pas pu être gardés" in plain(await bench.said(bench.place, words))


@pytest.mark.newest_only
async def test_those_of_an_animateur_are_for_who_decides_alone(bench: MeasureStage) -> None:
    await bench.house.registers(bench.lea, Role.ANIMATEUR)
    post = await post_file(bench.lea, bench.place, unique("Une image"), "preuve.png", b"des faits")
    bench.agathe.acts()
    measure = await hidden(bench, post)
    kept = [p for p in await bench.agathe.direct() if keeping(measure) in plain(p)]
    assert [await bench.agathe.files(p) for p in kept] == [{"preuve.png": b"des faits"}]
    assert not [text for text in await bench.reads(bench.room) if keeping(measure) in text]
