"""Stories: the files of a message that is taken away are evidence, and come back with it."""

import pytest

from sandbox.faults import Faults
from storage.moderation import Measure
from storage.people import Role
from tests.people import Post, unique
from tests.support.house import plain, wait_until
from tests.support.moderation import MeasureStage, assert_files, known, measure_stage, post_file

__all__ = ["known", "measure_stage"]


def keeping(measure: Measure) -> str:
    """How the bot says that it keeps files."""
    return f"(acte n° {measure.entry}, dossier n° {measure.case_id}) : gardées ici"


async def hidden(stage: MeasureStage, post: Post) -> Measure:
    """A message is gone by a measure."""
    stage.lea.acts()
    await stage.moderates(f"masquer {stage.link(post)} ton vif")
    assert "fichiers joints ont été retirés aussi" in plain(await stage.lea.told("a été retiré"))
    await stage.stands(post, there=False)
    return await stage.last(stage.lea)


async def test_they_are_kept_in_the_room_and_come_back(stage: MeasureStage) -> None:
    words = unique("Une image")
    post = await post_file(stage.lea, stage.place, words, "preuve.png", b"des faits")
    measure = await hidden(stage, post)
    kept = await stage.said(stage.room, keeping(measure))
    await assert_files(stage.omar, kept, {"preuve.png": b"des faits"})
    assert f"@{stage.lea.username}" in plain(kept)
    assert "est annulé" in await stage.moderates(f"annuler {measure.entry}", stage.omar)
    again = await stage.said(stage.place, words)
    assert "sans ses fichiers" not in plain(again)
    await assert_files(stage.juliette, again, {"preuve.png": b"des faits"})


async def test_those_of_answers_go_back_to_who_sent_them_and_return_too(stage: MeasureStage) -> None:
    root = await stage.lea.says(unique("Une pique"), stage.place)
    words = unique("Voici la règle")
    await post_file(stage.juliette, stage.place, words, "regle.txt", b"une regle", root.id)
    asked = await stage.agathe.asks(f"/moderer masquer {stage.link(root)} propos blessants")
    stage.juliette.acts()
    await stage.agathe.clicks(asked, "Masquer tout le fil")
    back = await stage.juliette.told(words)
    await assert_files(stage.juliette, back, {"regle.txt": b"une regle"})
    await stage.stands(root, there=False)
    await stage.house.settled()
    measure = await stage.last(stage.lea)
    assert "est annulé" in await stage.moderates(f"annuler {measure.entry}", stage.omar)
    again = await stage.said(stage.place, words)
    await assert_files(stage.agathe, again, {"regle.txt": b"une regle"})


async def test_of_several_messages_each_waits_for_its_own(stage: MeasureStage) -> None:
    plain_one = await stage.lea.says(unique("Pub"), stage.place)
    words = unique("Pub en image")
    pictured = await post_file(stage.lea, stage.place, words, "pub.png", b"une pub")
    asked = await stage.agathe.asks(f"/moderer nettoyer @{stage.lea.username} 2 publicité", stage.place)
    await stage.agathe.clicks(asked, "Retirer 2 messages")
    await stage.stands(pictured, there=False)
    await stage.stands(plain_one, there=False)
    await stage.house.settled()
    measure = await stage.last(stage.lea)
    assert len([text for text in await stage.reads(stage.room) if keeping(measure) in text]) == 1
    await stage.moderates(f"annuler {measure.entry}", stage.omar)
    await assert_files(stage.agathe, await stage.said(stage.place, words), {"pub.png": b"une pub"})


@pytest.mark.both_databases
async def test_what_is_taken_back_in_between_never_went(stage: MeasureStage, faults: Faults) -> None:
    words = unique("Une image")
    post = await post_file(stage.lea, stage.place, words, "preuve.png", b"des faits")
    faults.slow = f"/files/{post.file_ids[0]}"
    try:
        await stage.moderates(f"masquer {stage.link(post)} ton vif")
        await wait_until(lambda: faults.held > 0)
        measure = await stage.last(stage.lea)
        assert "est annulé" in await stage.moderates(f"annuler {measure.entry}", stage.omar)
    finally:
        faults.slow = ""
    await stage.house.settled()
    assert [text for text in await stage.reads(stage.place) if words in text] == [words]


@pytest.mark.both_databases
async def test_what_cannot_be_kept_stops_nothing(stage: MeasureStage) -> None:
    """A file larger than Mattermost takes by now is said to be lost, and the message goes all the same."""
    words, admin = unique("Une image"), stage.house.site.admin
    post = await post_file(stage.lea, stage.place, words, "preuve.png", b"des faits" * 200)
    await admin.put("/config/patch", {"FileSettings": {"MaxFileSize": 1000}})
    try:
        measure = await hidden(stage, post)
    finally:
        await admin.put("/config/patch", {"FileSettings": {"MaxFileSize": 104_857_600}})
    assert "preuve.png" in plain(await stage.said(stage.room, keeping(measure)))
    await stage.house.settled()
    await stage.moderates(f"annuler {measure.entry}", stage.omar)
    assert "sans ses fichiers, qui n’ont pas pu être gardés" in plain(await stage.said(stage.place, words))


@pytest.mark.newest_only
async def test_those_of_an_animateur_are_for_who_decides_alone(stage: MeasureStage) -> None:
    await stage.house.registers(stage.lea, Role.ANIMATEUR)
    post = await post_file(stage.lea, stage.place, unique("Une image"), "preuve.png", b"des faits")
    stage.agathe.acts()
    measure = await hidden(stage, post)
    kept = [p for p in await stage.agathe.direct() if keeping(measure) in plain(p)]
    assert [await stage.agathe.files(p) for p in kept] == [{"preuve.png": b"des faits"}]
    assert not [text for text in await stage.reads(stage.room) if keeping(measure) in text]
