"""Stories: a resource lives: changed, put back as it was, withdrawn and back, spoken of, reported."""

import asyncio
from typing import Any

import pytest

from storage.ressources.resources import ResourceState
from tests.people import Dialog, Person, Post, unique
from tests.support.house import plain, read_news, wait_for
from tests.support.ressources import ReviewStage, give_files, make_permalink, send_dialog, stage, store_resources
from tests.support.ressources import make_resource as made

__all__ = ["stage"]


async def published(stage: ReviewStage, who: Person, word: str = "Fiche", **fields: Any) -> Any:
    """Something of somebody’s that is published, and its card."""
    resource, card = await stage.proposes(who, unique(word), **fields)
    await stage.agathe.clicks(card, "Publier")
    await stage.said(resource.titre)
    await stage.house.settled()
    return await stage.now(resource), await stage.card(resource, "publiée")


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
async def test_a_change_is_a_version_and_each_can_come_back(stage: ReviewStage) -> None:
    resource, card = await published(stage, stage.juliette)
    after = unique("Mieux")
    answer = await send_dialog(stage.agathe, card, "Corriger", titre=after, niveau="avance")
    assert answer.accepted
    await stage.said(after)
    await stage.house.settled()
    assert not await stage.all_said(resource.titre), "the day’s message says what is so now"
    shown = await stage.juliette.asks(f"/ressources versions {resource.id}")
    assert f"titre (avant : {resource.titre}), niveau" in plain(shown)
    assert f"@{stage.agathe.username}" in plain(shown)
    await stage.juliette.clicks(shown, "version 1")
    assert "comme dans sa version 1" in plain(await stage.juliette.whispered("version 1"))
    now = await stage.now(resource)
    assert (now.titre, now.niveau, now.version) == (resource.titre, "", 3)
    lea = await stage.house.conseiller("lea")
    assert not (await lea.asks(f"/ressources versions {resource.id}")).buttons
    assert "pas de ressource n° 999999" in plain(await lea.asks("/ressources versions 999999"))
    assert "`/ressources versions 12`" in plain(await lea.asks("/ressources versions"))


@pytest.mark.every_mode
async def test_who_changes_the_same_at_once_is_told_and_keeps_the_words(stage: ReviewStage) -> None:
    resource, card = await published(stage, stage.juliette)
    first = await stage.agathe.opens_by(card, "Corriger")
    second = await stage.omar.opens_by(card, "Corriger")
    third = await stage.omar.opens_by(card, "Corriger")
    assert (await first.fill(description="D’Agathe.").submit()).accepted
    answer = await second.fill(description="D’Omar.").submit()
    assert "a changé pendant que vous écriviez (description, par" in plain_text(answer.error)
    assert (await stage.now(resource)).description == "D’Agathe."
    assert (await third.fill(licence="CC0").submit()).accepted, "what is elsewhere does no harm"
    now = await stage.now(resource)
    assert (now.description, now.licence, now.version) == ("D’Agathe.", "CC0", 3)
    again = await stage.omar.opens("/brouillon")
    assert again.shown("description") == "D’Omar."
    assert (await again.submit()).accepted
    assert (await stage.now(resource)).description == "D’Omar."


def plain_text(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u200b", "")


async def test_a_window_keeps_what_it_cannot_show(stage: ReviewStage) -> None:
    titre, long = unique("Longue").ljust(180, "x"), "é" * 3500
    async with stage.house.bot.database.transaction() as db:
        await store_resources(
            db, made(titre, description=long, deposited_by=stage.juliette.id, url=f"https://e.fr/{'x' * 400}")
        )
    window = await chooses(stage.juliette, titre.rstrip("x"), "Modifier")
    assert "3500 caractères" in window.introduction
    assert window.shown(named(window, "titre")) == titre
    assert (await window.fill(**{named(window, "niveau"): "avance"}).submit()).accepted
    now = await stage.titled(titre)
    assert (now.description, now.niveau) == (long, "avance")


async def test_a_type_that_came_from_the_link_goes_with_it(stage: ReviewStage) -> None:
    link = f"https://exemple.fr/{unique('lien')}"
    resource, card = await stage.proposes(stage.juliette, unique("Fiche"), lien=link, description="Pas à pas.")
    assert resource.type == "lien"
    assert (await send_dialog(stage.agathe, card, "Corriger", lien="")).accepted
    assert (await stage.now(resource)).type == ""
    assert (await send_dialog(stage.agathe, card, "Corriger", type="tutoriel", lien=link)).accepted
    assert (await send_dialog(stage.agathe, card, "Corriger", lien="")).accepted
    assert (await stage.now(resource)).type == "tutoriel", "what was chosen stays"


async def test_a_link_that_another_resource_has_is_refused_by_its_title(stage: ReviewStage) -> None:
    word = unique("pris")
    other, _ = await stage.proposes(stage.juliette, f"La {word}", lien=f"https://exemple.fr/{word}")
    _, card = await stage.proposes(stage.juliette, unique("Fiche"), description="Pas à pas.")
    form = await stage.agathe.opens_by(card, "Corriger")
    answer = await form.fill(lien=f"https://exemple.fr/{word}").submit()
    assert f"n° {other.number}, « La {word} »." in plain_text(answer.errors["lien"])


@pytest.mark.every_mode
async def test_withdrawn_with_its_files_and_back(stage: ReviewStage) -> None:
    post = await give_files(stage.juliette, unique("Fichier"), plan__pdf=b"%PDF plan")
    form = await stage.juliette.opens(f"/ressources ajouter {make_permalink(stage, post)}")
    assert (await form.submit()).accepted
    resource = await stage.titled(post.message)
    await stage.agathe.clicks(await stage.card(resource), "Publier")
    files = await stage.said(resource.titre, root=await stage.said(resource.titre))
    await wait_for(lambda: is_at(stage, resource, files.id))
    stage.juliette.acts()
    await send_dialog(stage.agathe, await stage.card(resource, "publiée"), "Retirer", raison="Un nom est lisible.")
    told = await stage.juliette.told("retirée")
    assert "Un nom est lisible." in told.text
    card = await stage.card(resource, "retirée")
    assert await stage.agathe.files(card) == {"plan.pdf": b"%PDF plan"}
    await wait_for(lambda: is_at(stage, resource, ""))
    await stage.house.settled()
    assert files.id not in {p.id for p in await stage.agathe.reads(stage.rooms["ressourcerie"])}
    await send_dialog(stage.juliette, told, "Corriger", description="Sans le nom.")
    assert (await stage.now(resource)).state is ResourceState.PROPOSED
    await stage.agathe.clicks(await stage.card(resource, "à relire"), "Publier")
    again = await stage.said(resource.titre, root=await stage.said(resource.titre))
    assert await stage.agathe.files(again) == {"plan.pdf": b"%PDF plan"}


async def is_at(stage: ReviewStage, resource: Any, post_id: str) -> bool:
    return bool((await stage.now(resource)).post_id == post_id)


@pytest.mark.every_mode
async def test_a_word_is_said_in_the_thread_where_answers_are_comments(stage: ReviewStage) -> None:
    resource, _ = await published(stage, stage.juliette)
    lea = await stage.house.conseiller("lea")
    await stage.house.site.add_members(stage.rooms["ressourcerie"], lea)
    window = await chooses(lea, resource.titre, "Commenter")
    stage.juliette.acts()
    assert (await window.fill(**{named(window, "mot"): "@all Très **utile** !\nMerci."}).submit()).accepted
    assert resource.titre in plain(await read_news(stage.juliette, "a commenté"))
    root = await stage.said("On parle ici de la ressource")
    said = await stage.said("Merci.", root=root)
    assert f"@{lea.username}** :" in plain(said)
    assert "@all" not in said.text
    assert "**utile**" not in said.text
    call = {"channel_id": root.channel_id, "root_id": root.id, "message": "Moi aussi."}
    mine = await stage.agathe.api.post("/posts", call)

    async def counted(most: str) -> bool:
        shown = await stage.omar.asks(f"/ressources {resource.titre}")
        await stage.omar.clicks(shown, "Ouvrir")
        return most in plain(await stage.omar.whispered(resource.titre))

    await wait_for(lambda: counted(f"[2 commentaires](<{stage.house.settings.mattermost_url}"))
    await stage.agathe.api.delete(f"/posts/{mine['id']}")
    await wait_for(lambda: counted("[1 commentaire]"))
    assert len([p for p in await stage.juliette.direct() if "a commenté" in p.text]) == 1, "once a day"


@pytest.mark.every_mode
async def test_what_is_reported_is_dealt_with_and_who_did_hears(stage: ReviewStage) -> None:
    resource, _ = await published(stage, stage.juliette)
    lea, paul = await stage.house.conseiller("lea"), await stage.house.conseiller("paul")
    for who, why in ((lea, "lien"), (paul, "personnel")):
        window = await chooses(who, resource.titre, "Signaler")
        said = {named(window, "quoi"): why, named(window, "mot"): f"Dit {who.username} @here"}
        assert (await window.fill(**said).submit()).accepted
    card = await stage.said(f"Ressource n° {resource.id} signalée", room="animation")
    card = await wait_for(lambda: says(stage, card, paul.username))
    assert "@here" not in card.text
    assert "Le lien ne mène plus nulle part" in plain(card)
    assert card.buttons == ["Marquer comme traité", "Corriger", "Retirer la ressource"]
    for who in (lea, paul):
        who.acts()
    await send_dialog(stage.omar, card, "Retirer la ressource", raison="Données personnelles.")
    for who in (lea, paul):
        assert "elle est retirée" in plain(await read_news(who, "signalé"))
    await wait_for(lambda: says(stage, card, "signalement traité"))
    assert (await stage.now(resource)).state is ResourceState.WITHDRAWN


async def test_two_who_report_at_once_stand_on_one_card(stage: ReviewStage) -> None:
    resource, _ = await published(stage, stage.juliette)
    people = [await stage.house.conseiller(name) for name in ("lea", "paul", "rose")]
    windows = [await chooses(who, resource.titre, "Signaler") for who in people]
    filled = [window.fill(**{named(window, "quoi"): "erreur"}) for window in windows]
    assert all(answer.accepted for answer in await asyncio.gather(*(window.submit() for window in filled)))
    card = await stage.said(f"Ressource n° {resource.id} signalée", room="animation")
    for who in people:
        await wait_for(lambda name=who.username: says(stage, card, name))  # type: ignore[misc]
    await stage.house.settled()
    assert len(await stage.all_said(f"Ressource n° {resource.id} signalée", "animation")) == 1
    await stage.agathe.clicks(await stage.agathe.sees(card), "Marquer comme traité")
    for who in people:
        assert "s’en sont occupés" in plain(await read_news(who, "signalé"))


async def says(stage: ReviewStage, post: Post, words: str) -> Post | None:
    now = await stage.agathe.sees(post)
    return now if words in plain(now) else None


@pytest.mark.every_mode
async def test_a_typed_word_and_a_number_open_the_window(stage: ReviewStage) -> None:
    resource, _ = await stage.proposes(stage.juliette, unique("Tapée"))
    for line in (f"/ressources modifier {resource.id}", f"/ressources corriger la ressource n° {resource.id}"):
        form = await stage.juliette.opens(line)
        assert form.shown("titre") == resource.titre, line
    refused = await (await stage.house.conseiller("camille")).asks(f"/ressources retirer {resource.id}")
    assert "peuvent changer cette ressource" in plain(refused)
    form = await stage.juliette.opens(f"/ressources retirer {resource.id}")
    assert (await form.fill(raison="Doublon.").submit()).accepted
    assert (await stage.now(resource)).state is ResourceState.WITHDRAWN
