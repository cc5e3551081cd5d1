"""Stories: a resource lives: changed, put back as it was, withdrawn and back, spoken of, reported."""

import asyncio
from typing import Any

import pytest

from storage.ressources.resources import ResourceState
from tests.people import Dialog, Person, Post, unique
from tests.support.house import plain, wait_for
from tests.support.ressources import ReviewStage, give_files, make_permalink, send_dialog, shelf, store_resources
from tests.support.ressources import make_resource as made

__all__ = ["shelf"]


async def published(shelf: ReviewStage, who: Person, word: str = "Fiche", **fields: Any) -> Any:
    """Something of somebody’s that is published, and its card."""
    resource, card = await shelf.proposes(who, unique(word), **fields)
    await shelf.agathe.clicks(card, "Publier")
    await shelf.said(resource.titre)
    await shelf.house.settled()
    return await shelf.now(resource), await shelf.card(resource, "publiée")


async def chooses(who: Person, titre: str, label: str) -> Dialog:
    """The window behind an entry of the menu under a resource that somebody opened."""
    found = await who.asks(f"/ressources {titre}")
    await who.clicks(found, "Ouvrir")
    shown = await who.whispered(titre)
    if label in shown.buttons:
        return await who.opens_by(shown, label)
    window = await who.opens_by(shown, "Plus…")
    value = next(v for v, text in window.options("chosen").items() if text == label)
    await window.fill(chosen=value).submit()
    if window.is_open:
        return window
    return await who.opens_by(await who.whispered("Continuer"), "Continuer")


def named(window: Dialog, name: str) -> str:
    """What a field is called in this step of a window."""
    return next(each for each in window.names if each.endswith(name))


@pytest.mark.every_mode
async def test_a_change_is_a_version_and_each_can_come_back(shelf: ReviewStage) -> None:
    resource, card = await published(shelf, shelf.juliette)
    after = unique("Mieux")
    answer = await send_dialog(shelf.agathe, card, "Corriger", titre=after, niveau="avance")
    assert answer.accepted
    await shelf.said(after)
    await shelf.house.settled()
    assert not await shelf.all_said(resource.titre), "the day’s message says what is so now"
    shown = await shelf.juliette.asks(f"/ressources versions {resource.id}")
    assert f"titre (avant : {resource.titre}), niveau" in plain(shown)
    assert f"@{shelf.agathe.username}" in plain(shown)
    await shelf.juliette.clicks(shown, "version 1")
    assert "comme dans sa version 1" in plain(await shelf.juliette.whispered("version 1"))
    now = await shelf.now(resource)
    assert (now.titre, now.niveau, now.version) == (resource.titre, "", 3)
    lea = await shelf.house.conseiller("lea")
    assert not (await lea.asks(f"/ressources versions {resource.id}")).buttons
    assert "pas de fiche n° 999999" in plain(await lea.asks("/ressources versions 999999"))
    assert "`/ressources versions 12`" in plain(await lea.asks("/ressources versions"))


@pytest.mark.every_mode
async def test_who_changes_the_same_at_once_is_told_and_keeps_the_words(shelf: ReviewStage) -> None:
    resource, card = await published(shelf, shelf.juliette)
    first = await shelf.agathe.opens_by(card, "Corriger")
    second = await shelf.omar.opens_by(card, "Corriger")
    third = await shelf.omar.opens_by(card, "Corriger")
    assert (await first.fill(description="D’Agathe.").submit()).accepted
    answer = await second.fill(description="D’Omar.").submit()
    assert "a changé pendant que vous écriviez (description, par" in plain_text(answer.error)
    assert (await shelf.now(resource)).description == "D’Agathe."
    assert (await third.fill(licence="CC0").submit()).accepted, "what is elsewhere does no harm"
    now = await shelf.now(resource)
    assert (now.description, now.licence, now.version) == ("D’Agathe.", "CC0", 3)
    again = await shelf.omar.opens("/brouillon")
    assert again.shown("description") == "D’Omar."
    assert (await again.submit()).accepted
    assert (await shelf.now(resource)).description == "D’Omar."


def plain_text(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u200b", "")


async def test_a_window_keeps_what_it_cannot_show(shelf: ReviewStage) -> None:
    titre, long = unique("Longue").ljust(180, "x"), "é" * 3500
    async with shelf.house.bot.database.transaction() as db:
        await store_resources(
            db, made(titre, description=long, deposited_by=shelf.juliette.id, url=f"https://e.fr/{'x' * 400}")
        )
    window = await chooses(shelf.juliette, titre.rstrip("x"), "Modifier")
    assert "3500 caractères" in window.introduction
    assert window.shown(named(window, "titre")) == titre
    assert (await window.fill(**{named(window, "niveau"): "avance"}).submit()).accepted
    now = await shelf.titled(titre)
    assert (now.description, now.niveau) == (long, "avance")


@pytest.mark.every_mode
async def test_withdrawn_with_its_files_and_back(shelf: ReviewStage) -> None:
    post = await give_files(shelf.juliette, unique("Fichier"), plan__pdf=b"%PDF plan")
    form = await shelf.juliette.opens(f"/ressources ajouter {make_permalink(shelf, post)}")
    assert (await form.submit()).accepted
    resource = await shelf.titled(post.message)
    await shelf.agathe.clicks(await shelf.card(resource), "Publier")
    files = await shelf.said(resource.titre, root=await shelf.said(resource.titre))
    await wait_for(lambda: is_at(shelf, resource, files.id))
    shelf.juliette.acts()
    await send_dialog(shelf.agathe, await shelf.card(resource, "publiée"), "Retirer", raison="Un nom est lisible.")
    told = await shelf.juliette.told("retirée")
    assert "Un nom est lisible." in told.text
    card = await shelf.card(resource, "retirée")
    assert await shelf.agathe.files(card) == {"plan.pdf": b"%PDF plan"}
    await wait_for(lambda: is_at(shelf, resource, ""))
    await shelf.house.settled()
    assert files.id not in {p.id for p in await shelf.agathe.reads(shelf.rooms["ressourcerie"])}
    await send_dialog(shelf.juliette, told, "Corriger", description="Sans le nom.")
    assert (await shelf.now(resource)).state is ResourceState.PROPOSED
    await shelf.agathe.clicks(await shelf.card(resource, "à relire"), "Publier")
    again = await shelf.said(resource.titre, root=await shelf.said(resource.titre))
    assert await shelf.agathe.files(again) == {"plan.pdf": b"%PDF plan"}


async def is_at(shelf: ReviewStage, resource: Any, post_id: str) -> bool:
    return bool((await shelf.now(resource)).post_id == post_id)


@pytest.mark.every_mode
async def test_a_word_is_said_in_the_thread_where_answers_are_comments(shelf: ReviewStage) -> None:
    resource, _ = await published(shelf, shelf.juliette)
    lea = await shelf.house.conseiller("lea")
    await shelf.house.site.add_members(shelf.rooms["ressourcerie"], lea)
    window = await chooses(lea, resource.titre, "Commenter")
    shelf.juliette.acts()
    assert (await window.fill(**{named(window, "mot"): "@all Très **utile** !\nMerci."}).submit()).accepted
    assert resource.titre in plain(await shelf.juliette.told("a commenté"))
    root = await shelf.said("On parle ici de la fiche")
    said = await shelf.said("Merci.", root=root)
    assert f"@{lea.username}** :" in plain(said)
    assert "@all" not in said.text
    assert "**utile**" not in said.text
    call = {"channel_id": root.channel_id, "root_id": root.id, "message": "Moi aussi."}
    mine = await shelf.agathe.api.post("/posts", call)

    async def counted(most: str) -> bool:
        shown = await shelf.omar.asks(f"/ressources {resource.titre}")
        await shelf.omar.clicks(shown, "Ouvrir")
        return most in plain(await shelf.omar.whispered(resource.titre))

    await wait_for(lambda: counted(f"[2 commentaires](<{shelf.house.settings.mattermost_url}"))
    await shelf.agathe.api.delete(f"/posts/{mine['id']}")
    await wait_for(lambda: counted("[1 commentaire]"))
    assert len([p for p in await shelf.juliette.direct() if "a commenté" in p.text]) == 1, "once a day"


@pytest.mark.every_mode
async def test_what_is_reported_is_dealt_with_and_who_did_hears(shelf: ReviewStage) -> None:
    resource, _ = await published(shelf, shelf.juliette)
    lea, paul = await shelf.house.conseiller("lea"), await shelf.house.conseiller("paul")
    for who, why in ((lea, "lien"), (paul, "personnel")):
        window = await chooses(who, resource.titre, "Signaler")
        said = {named(window, "quoi"): why, named(window, "mot"): f"Dit {who.username} @here"}
        assert (await window.fill(**said).submit()).accepted
    card = await shelf.said(f"Fiche n° {resource.id} signalée", room="animation")
    card = await wait_for(lambda: says(shelf, card, paul.username))
    assert "@here" not in card.text
    assert "Le lien ne mène plus nulle part" in plain(card)
    assert card.buttons == ["Traité", "Corriger", "Retirer la fiche"]
    for who in (lea, paul):
        who.acts()
    await send_dialog(shelf.omar, card, "Retirer la fiche", raison="Données personnelles.")
    for who in (lea, paul):
        assert "elle est retirée" in plain(await who.told("signalé"))
    await wait_for(lambda: says(shelf, card, "signalement traité"))
    assert (await shelf.now(resource)).state is ResourceState.WITHDRAWN


async def test_two_who_report_at_once_stand_on_one_card(shelf: ReviewStage) -> None:
    resource, _ = await published(shelf, shelf.juliette)
    people = [await shelf.house.conseiller(name) for name in ("lea", "paul", "rose")]
    windows = [await chooses(who, resource.titre, "Signaler") for who in people]
    filled = [window.fill(**{named(window, "quoi"): "erreur"}) for window in windows]
    assert all(answer.accepted for answer in await asyncio.gather(*(window.submit() for window in filled)))
    card = await shelf.said(f"Fiche n° {resource.id} signalée", room="animation")
    for who in people:
        await wait_for(lambda name=who.username: says(shelf, card, name))  # type: ignore[misc]
    await shelf.house.settled()
    assert len(await shelf.all_said(f"Fiche n° {resource.id} signalée", "animation")) == 1
    await shelf.agathe.clicks(await shelf.agathe.sees(card), "Traité")
    for who in people:
        assert "s’en sont occupés" in plain(await who.told("signalé"))


async def says(shelf: ReviewStage, post: Post, words: str) -> Post | None:
    now = await shelf.agathe.sees(post)
    return now if words in plain(now) else None
