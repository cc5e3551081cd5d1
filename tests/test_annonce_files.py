"""Files of an announcement: sent to the bot before, or those of a message one may read; once in each channel or not."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

import pytest

from bot import attachments
from bot.mattermost import ChatReader
from bot.texts import BREAK
from commands.annonce import cards
from storage.outbox import BATCH
from storage.people import Role
from tests.people import Person, Post, unique
from tests.support.house import House, agathe, list_said, wait_for
from tests.support.publications import (
    CONFIRM,
    ISERE,
    MANY,
    RHONE,
    confirm,
    ensure_many_channels,
    is_all_noted,
    list_standing,
    make_coordinateur,
    plain_spaces,
    send_announcement,
)

__all__ = ["agathe"]


FILES = {"programme_été.pdf": b"%PDF-1.4 jeudi", "affiche.csv": b"a;b\n" * 500}


async def given(person: Person, files: Mapping[str, bytes] = FILES, text: str = "", channel: str = "") -> Post:
    """A message with files, by default in the direct channel with the bot."""
    channel = channel or await person.direct_channel()
    ids = [await person.api.upload(channel, name, content) for name, content in files.items()]
    return Post.read(await person.api.post("/posts", {"channel_id": channel, "message": text, "file_ids": ids}))


async def carried(house: House, person: Person, channel: str, words: str) -> list[dict[str, bytes]]:
    """The files of what the bot says there with these words."""
    await house.site.add_members(channel, person)
    said = await list_said(house.site.admin, house.site.bot_id, channel)
    return [await person.files(post) for post in said if words in post.message]


def link(house: House, post: Post) -> str:
    """As « Copy link » gives it."""
    return f"{house.site.url}/{house.site.team}/pl/{post.id}"


@pytest.mark.every_mode
async def test_what_was_sent_to_the_bot_goes_once_to_each_channel_and_stays_through_a_correction(
    house: House, agathe: Person
) -> None:
    channels, words, others = (
        [await house.site.channel(*RHONE), await house.site.channel(*ISERE)],
        unique("Avec"),
        unique("Mieux"),
    )
    post = await given(agathe)
    form = await agathe.opens("/annonce")
    assert form.options("fichiers")["aucun"] == "Aucun"
    assert "programme_été.pdf et 1 autre, de votre message de" in plain_spaces(form.options("fichiers")[post.id])
    preview = await send_announcement(agathe, form, texte=words, destinataires=["69", "38"], fichiers=post.id)
    assert "Fichiers : programme\\_été.pdf et affiche.csv" in preview.text
    assert [await carried(house, agathe, channel, words) for channel in channels] == [[], []]
    await confirm(house, agathe, preview)
    assert [await carried(house, agathe, channel, words) for channel in channels] == [[FILES]] * 2

    window = await agathe.opens_by(await agathe.sees(preview), "Corriger")
    assert (await window.fill(texte=others).submit()).accepted
    await house.settled()
    await house.settled()
    assert [await carried(house, agathe, channel, others) for channel in channels] == [[FILES]] * 2


async def test_people_get_them_too(house: House, agathe: Person) -> None:
    zoe, words = await house.someone(Role.HOTLINE, "zoe"), unique("Pour vous")
    post = await given(agathe)
    form = await agathe.opens("/annonce")
    preview = await send_announcement(agathe, form, texte=words, destinataires=["role:hotline"], fichiers=post.id)
    await confirm(house, agathe, preview)
    assert [await zoe.files(said) for said in await zoe.direct() if words in said.message] == [FILES]


@pytest.mark.every_mode
async def test_words_and_files_of_a_message_are_taken_as_they_are(house: House, agathe: Person) -> None:
    rhone, words = await house.site.channel(*RHONE), unique("**Jeudi**")
    post = await given(agathe, text=f"{words} @channel\n\n- à 9 h", channel=house.site.square)
    form = await agathe.opens(f"/annonce {link(house, post)}")
    assert (form.shown("texte"), form.shown("fichiers")) == (post.message, post.id)
    answer = await form.fill(destinataires=["69"]).submit()
    assert answer.accepted, answer
    preview = await agathe.told(words)
    assert f"{words} @{BREAK}channel" in preview.message, "what was pasted calls nobody"
    await confirm(house, agathe, preview)
    assert await carried(house, agathe, rhone, words) == [FILES]


async def test_what_is_too_long_for_a_window_comes_by_a_link(house: House, agathe: Person) -> None:
    rhone, words, others = await house.site.channel(*RHONE), unique("Long"), unique("Bref")
    text = f"{words} {'é' * 4000}"
    post = await agathe.says(text, house.site.square)
    form = await agathe.opens(f"/annonce {link(house, post)}")
    assert "laissez « Texte » vide" in plain_spaces(form.introduction)
    assert form.shown("texte") == ""
    assert (await form.fill(destinataires=["69"]).submit()).accepted
    preview = await agathe.told(words)
    assert preview.message == text
    window = await agathe.opens_by(preview, "Modifier")
    assert (await window.fill(mention="oui").submit()).accepted
    preview = await agathe.rewritten(preview, "notifié")
    assert text in preview.message, "kept though the window does not show it"
    await confirm(house, agathe, preview)

    newer = await agathe.says(f"{others} {'à' * 4000}", house.site.square)
    window = await agathe.opens_by(await agathe.sees(preview), "Corriger")
    assert "trop pour cette fenêtre" in window.introduction
    assert (await window.fill(texte=link(house, newer)).submit()).accepted
    await house.settled()
    await house.settled()
    assert await list_standing(house, rhone, containing=others) == [[f"@channel\n\n{newer.message}"]]


async def test_words_after_the_command_are_in_the_window(house: House, agathe: Person) -> None:
    assert (await agathe.opens("/annonce **Demain** à 9 h")).shown("texte") == "**Demain** à 9 h"
    assert "trop long" in (await agathe.asks(f"/annonce {'é' * 2000}")).text


async def test_a_message_that_one_of_both_cannot_read_is_not_taken(house: House, agathe: Person) -> None:
    """Whether it is there is not told either."""
    admin, team = house.site.admin, house.site.team_id
    body = {"team_id": team, "name": unique("x").lower(), "display_name": "X", "type": "P"}
    theirs = await admin.post("/channels", body)
    hidden = await given_by_admin(house, theirs["id"])
    without_me = await house.site.channel(unique("y").lower(), "Y")
    secret = await given_by_admin(house, without_me)
    gone = await agathe.says("Trop tard", house.site.square)
    await agathe.api.delete(f"/posts/{gone.id}")
    said = {(await agathe.asks(f"/annonce {link(house, post)}")).text for post in (hidden, secret, gone)}
    assert len(said) == 1
    assert "Le bot ne trouve pas ce message" in plain_spaces(said.pop())


async def given_by_admin(house: House, channel: str) -> Post:
    return Post.read(await house.site.admin.post("/posts", {"channel_id": channel, "message": "Secret"}))


async def test_what_was_deleted_meanwhile_is_said_and_nothing_leaves(house: House, agathe: Person) -> None:
    rhone, words = await house.site.channel(*RHONE), unique("Perdu")
    first = await given(agathe)
    form = await agathe.opens("/annonce")
    await agathe.api.delete(f"/posts/{first.id}")
    answer = await form.fill(texte=words, destinataires=["69"], fichiers=first.id).submit()
    assert "ne trouve pas ce message" in plain_spaces(answer.errors["fichiers"])

    second = await given(agathe)
    form = await agathe.opens("/annonce")
    preview = await send_announcement(agathe, form, texte=words, destinataires=["69"], fichiers=second.id)
    await agathe.api.delete(f"/posts/{second.id}")
    await agathe.clicks(preview, "Envoyer")
    assert "ont été supprimés. Rien n’est parti." in (await agathe.whispered()).text
    window = await agathe.opens_by(await agathe.sees(preview), "Modifier")
    assert window.options("fichiers")["gardes"].startswith("Ceux de l’aperçu : programme_été.pdf et affiche.csv")
    assert "fichiers" in (await window.submit()).errors
    assert (await window.fill(fichiers="aucun").submit()).accepted
    preview = await agathe.rewritten(preview, words)
    assert "Fichiers" not in preview.text
    await confirm(house, agathe, preview)
    assert await carried(house, agathe, rhone, words) == [{}]


@pytest.mark.both_databases
async def test_what_is_gone_at_its_hour_leaves_nothing_half_sent(house: House, agathe: Person) -> None:
    rhone, words = await house.site.channel(*RHONE), unique("Demain")
    post = await given(agathe)
    form = await agathe.opens("/annonce")
    preview = await send_announcement(
        agathe, form, texte=words, destinataires=["69"], quand="demain 9h", fichiers=post.id
    )
    await agathe.clicks(preview, "Programmer")
    progress = await agathe.told("partira")
    await wait_for(lambda: is_all_noted(house))
    await agathe.api.delete(f"/posts/{post.id}")
    house.clock.goes_to(house.clock() + timedelta(days=2))
    house.bot.workers.look()
    await agathe.rewritten(progress, "ont été supprimés. Rien n’est parti.")
    await agathe.told("Votre annonce n’est pas partie.")
    await house.settled()
    assert await list_standing(house, rhone, containing=words) == [[]]
    assert (await agathe.sees(preview)).buttons == CONFIRM
    house.clock.is_right_again()
    await house.restart()


@pytest.mark.newest_only
async def test_what_is_deleted_on_the_way_stops_the_rest_and_is_said(
    house: House, agathe: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    channels, words, passes = await ensure_many_channels(house), unique("À moitié"), 0
    original = cards.find_missing

    async def deleted_after_a_batch(chat: ChatReader, ids: Collection[str]) -> Sequence[str]:
        nonlocal passes
        passes += 1
        if passes == 3:
            await wait_for(lambda: all_there(house, channels, words, BATCH))
            await agathe.api.delete(f"/posts/{post.id}")
        return await original(chat, ids)

    monkeypatch.setattr(cards, "find_missing", deleted_after_a_batch)
    post = await given(agathe)
    form = await agathe.opens("/annonce")
    preview = await send_announcement(agathe, form, texte=words, destinataires=MANY, fichiers=post.id)
    await agathe.clicks(preview, "Envoyer")
    end = await agathe.told("Le reste n’est pas parti")
    assert "arrêté, 20 envois sur 24." in plain_spaces(end.text)
    await house.settled()
    card = await agathe.sees(preview)
    assert "Arrêtée : 20 canaux sur 24" in plain_spaces(card.text)
    for channel in channels[:BATCH]:
        assert await carried(house, agathe, channel, words) == [FILES], "none is there without its files"
    assert await list_standing(house, *channels[BATCH:], containing=words) == [[]] * (len(MANY) - BATCH)
    await agathe.clicks(card, "Reprendre")
    assert "Le reste n’est pas parti" in (await agathe.whispered()).text


async def all_there(house: House, channels: list[str], words: str, count: int) -> bool:
    return sum(map(len, await list_standing(house, *channels, containing=words))) == count


async def test_what_is_too_heavy_is_refused_under_its_field(
    house: House, agathe: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.site.channel(*RHONE)
    post = await given(agathe)
    form = await agathe.opens("/annonce")
    form.fill(texte="Bonjour", destinataires=["69"], fichiers=post.id)
    monkeypatch.setattr(cards, "TOTAL_MAX", 1000)
    assert "Donnez plutôt un lien" in (await form.submit()).errors["fichiers"]
    monkeypatch.setattr(cards, "FILES_MAX", 1)
    assert "trop de fichiers : une annonce en porte 1 au plus" in plain_spaces((await form.submit()).errors["fichiers"])
    monkeypatch.undo()
    config = {"FileSettings": {"MaxFileSize": 1000}}
    await house.site.admin.put("/config/patch", config)
    try:
        assert "affiche.csv » pèse 1 Mo" in plain_spaces((await form.submit()).errors["fichiers"])
    finally:
        await house.site.admin.put("/config/patch", {"FileSettings": {"MaxFileSize": 104_857_600}})
    assert (await form.submit()).accepted


async def test_a_coordinateur_has_files_too_and_old_ones_are_not_offered(house: House) -> None:
    rhone, omar, words = (
        await house.site.channel(*RHONE),
        await make_coordinateur(house, "69"),
        unique("Local"),
    )
    post = await given(omar, {"plan.pdf": b"%PDF"})
    form = await omar.opens("/annonce")
    assert form.options("fichiers")[post.id].startswith("plan.pdf, de votre message de")
    await confirm(house, omar, await send_announcement(omar, form, texte=words, fichiers=post.id))
    assert await carried(house, omar, rhone, words) == [{"plan.pdf": b"%PDF"}]
    house.clock.goes_to(house.clock() + timedelta(days=1, minutes=1))
    assert list((await omar.opens("/annonce")).options("fichiers")) == ["aucun"]


@pytest.mark.newest_only
async def test_while_mattermost_takes_its_time_the_window_opens_without_them(
    house: House, agathe: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    await given(agathe)
    monkeypatch.setattr(attachments, "PATIENCE", 0.0)
    assert list((await agathe.opens("/annonce")).options("fichiers")) == ["aucun"]
