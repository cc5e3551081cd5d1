"""Stories: what is proposed is read over: published, asked about, refused; two at once; who left; the day’s message."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from commands.ressources import feature, review
from storage import canaux
from storage.people import Role
from storage.ressources.resources import Resource, ResourceState
from tests.people import unique
from tests.support.house import list_audit, plain, wait_for
from tests.support.ressources import ReviewStage, give_files, make_permalink, send_dialog, shelf, store_resources
from tests.support.ressources import make_resource as made

__all__ = ["shelf"]


async def new_day(shelf: ReviewStage, days: int = 1) -> None:
    """A day on which nothing came out yet."""
    now = shelf.house.clock()
    shelf.house.clock.goes_to((now + timedelta(days=days)).replace(hour=9, minute=0))


@pytest.mark.every_mode
async def test_published_it_is_told_in_one_message_a_day(shelf: ReviewStage) -> None:
    await new_day(shelf, 30)
    first, second = unique("Un"), unique("Deux")
    resource, card = await shelf.proposes(shelf.juliette, first, lien=f"https://exemple.fr/{first}")
    assert not await shelf.all_said(first)
    shelf.juliette.acts()
    await shelf.agathe.clicks(card, "Publier")
    told = await shelf.juliette.told(first)
    assert f"n° {resource.id}" in plain(told)
    assert told.buttons == ["Ouvrir"]
    assert "publiée par" in plain(await shelf.card(resource, "publiée"))
    day = await shelf.said(first)
    assert f"[{first}](<https://exemple.fr/{first}>)" in day.text
    other, card = await shelf.proposes(shelf.juliette, second)
    await shelf.agathe.clicks(card, "Publier")
    await shelf.agathe.rewritten(day, second)
    await shelf.house.settled()
    assert len(await shelf.all_said(first)) == 1, "one message a day"
    await send_dialog(shelf.agathe, await shelf.card(other, "publiée"), "Retirer", raison="Doublon.")
    await shelf.house.settled()
    assert second not in (await shelf.agathe.sees(day)).text
    assert (await shelf.now(other)).state is ResourceState.WITHDRAWN


@pytest.mark.every_mode
async def test_refused_with_a_reason_answered_corrected_and_proposed_again(shelf: ReviewStage) -> None:
    titre = unique("Tableur")
    resource, card = await shelf.proposes(shelf.juliette, titre)
    shelf.juliette.acts()
    await send_dialog(shelf.agathe, card, "Refuser", raison="Il manque **les captures**.")
    told = await shelf.juliette.told("n’est pas publiée")
    assert "Il manque \\*\\*les captures\\*\\*." in told.text
    assert told.buttons == ["Corriger", "Répondre"]
    card = await shelf.card(resource, "refusée")
    assert card.buttons == ["Publier", "Corriger"]
    await send_dialog(shelf.juliette, told, "Répondre", reponse="Je les ajoute ce soir.")
    await shelf.said("Je les ajoute ce soir.", root=card, room="animation")
    await send_dialog(shelf.juliette, told, "Corriger", description="Avec les captures.")
    card = await shelf.card(resource, "à relire")
    assert "Avec les captures." in plain(card)
    await shelf.said("propose de nouveau", root=card, room="animation")
    await shelf.agathe.clicks(card, "Publier")
    assert (await shelf.now(resource)).state is ResourceState.PUBLISHED
    done = await list_audit(shelf.house, f"ressource:{resource.id}")  # numbers are given again in a shared house
    assert done[-2:] == [("refuser", "agathe"), ("publier", "agathe")]


@pytest.mark.every_mode
async def test_a_question_waits_on_the_card_until_it_is_answered(shelf: ReviewStage) -> None:
    titre = unique("Question")
    resource, card = await shelf.proposes(shelf.juliette, titre)
    shelf.juliette.acts()
    await send_dialog(shelf.omar, card, "Demander", question="Pour quel public ?")
    asked = await shelf.juliette.told("une question")
    assert "Pour quel public" in asked.text
    await shelf.card(resource, "Question posée, sans réponse encore : Pour quel public ?")
    await send_dialog(shelf.juliette, asked, "Répondre", reponse="@channel Les seniors.")
    said = await shelf.said("Les seniors.", root=card, room="animation")
    assert "@channel" not in said.text
    await shelf.house.settled()
    assert "Question posée" not in plain(await shelf.card(resource))


@pytest.mark.every_mode
async def test_of_two_at_once_one_decides_and_the_other_reads_who_did(shelf: ReviewStage) -> None:
    resource, card = await shelf.proposes(shelf.juliette, unique("Ensemble"))
    await nothing_else_waits(shelf, resource)
    listed = await shelf.omar.asks("/ressources relire")
    refusal = await shelf.omar.opens_by(card, "Refuser")
    await shelf.agathe.clicks(card, "Publier")
    shelf.omar.acts()
    await refusal.fill(raison="Non.").submit()
    assert "par @" in plain(await shelf.omar.told("déjà publiée"))
    assert (await shelf.now(resource)).state is ResourceState.PUBLISHED
    await shelf.omar.clicks(listed, "Publier")
    assert f"@{shelf.agathe.username}" in plain(await shelf.omar.whispered("déjà publiée"))


async def test_ten_clicks_publish_once(shelf: ReviewStage) -> None:
    titre = unique("Dix")
    resource, card = await shelf.proposes(shelf.juliette, titre)
    await asyncio.gather(*(who.races(card, "Publier") for who in (shelf.agathe, shelf.omar) for _ in range(5)))
    await shelf.house.settled()
    assert len([p for p in await shelf.juliette.direct() if titre in p.text and "publiée" in p.text]) == 1
    assert (await shelf.now(resource)).state is ResourceState.PUBLISHED


@pytest.mark.every_mode
async def test_what_waits_is_at_home_and_listed(shelf: ReviewStage) -> None:
    resource, _ = await shelf.proposes(shelf.juliette, unique("Attente"))
    home = await shelf.agathe.asks("/aide")
    assert "relue" in plain(home)
    assert "Relire les fiches" in home.buttons
    await nothing_else_waits(shelf, resource)
    listed = await shelf.agathe.asks("/ressources relire")
    assert resource.titre in plain(listed)
    assert listed.buttons == ["Publier", "Corriger", "Demander", "Refuser"]
    await shelf.agathe.clicks(listed, "Publier")
    assert "C’est publié" in plain(await shelf.agathe.whispered("publié"))
    assert "Aucune fiche" in plain(await shelf.agathe.asks("/ressources relire"))
    refused = plain(await shelf.juliette.asks("/ressources relire"))
    assert "réservée" in refused


async def nothing_else_waits(shelf: ReviewStage, but: Resource) -> None:
    """What other stories left to be reviewed is refused."""
    others = (col(Resource.id) != but.id, col(Resource.state) == ResourceState.PROPOSED)
    async with shelf.house.bot.database.transaction() as db:
        await db.execute(update(Resource).where(*others).values(state=ResourceState.REFUSED))


async def test_nobody_who_left_is_written_to(shelf: ReviewStage) -> None:
    paul = await shelf.house.conseiller("paul")
    resource, card = await shelf.proposes(paul, unique("Parti"))
    yesterday = shelf.house.today - timedelta(days=2)
    await shelf.house.registers(paul, Role.CONSEILLER, departements=["69"], left_on=yesterday)
    before = len(await paul.direct())
    shelf.agathe.acts()
    await shelf.agathe.clicks(card, "Demander")
    assert "a quitté le réseau" in plain(await shelf.agathe.whispered("quitté"))
    await shelf.agathe.clicks(card, "Publier")
    assert "qui a quitté le réseau" in plain(await shelf.card(resource, "publiée"))
    await shelf.house.settled()
    assert len(await paul.direct()) == before
    assert (await shelf.now(resource)).state is ResourceState.PUBLISHED


async def test_without_a_room_animateurs_are_asked_and_without_a_channel_it_is_told_later(shelf: ReviewStage) -> None:
    await new_day(shelf, 60)
    async with shelf.house.bot.database.transaction() as db:
        for key in shelf.rooms:
            await canaux.forget_channel(db, key)
    titre = unique("Nulle part")
    post = await give_files(shelf.juliette, titre, plan__pdf=b"%PDF plan")
    form = await shelf.juliette.opens(f"/ressources ajouter {make_permalink(shelf, post)}")
    shelf.agathe.acts()
    assert (await form.submit()).accepted
    card = await shelf.agathe.told(titre)
    assert await shelf.agathe.files(card) == {"plan.pdf": b"%PDF plan"}
    await shelf.agathe.clicks(card, "Publier")
    await shelf.house.settled()
    assert not await shelf.all_said(titre)
    async with shelf.house.bot.database.transaction() as db:
        for key, place in shelf.rooms.items():
            await canaux.remember_channel(db, key, place, shelf.house.clock())
    await catches_up(shelf)
    day = await shelf.said(titre)
    files = await shelf.said(titre, root=day)
    assert await shelf.agathe.files(files) == {"plan.pdf": b"%PDF plan"}

    async def is_known() -> bool:
        resource = await shelf.titled(titre)
        return (resource.post_id, list(resource.files)) == (files.id, list(files.file_ids))

    await wait_for(is_known)


async def catches_up(shelf: ReviewStage) -> None:
    """The job is due, and done."""
    await shelf.house.bot.runs.run(("job", "ressources.catch_up"), unique("fois"))
    await shelf.house.settled()


async def test_many_are_cut_and_imports_are_a_number(shelf: ReviewStage) -> None:
    await new_day(shelf, 90)
    now, word = shelf.house.clock(), unique("lot")

    def some(count: int, by: str) -> list[Resource]:
        return [made(f"{word} {n} {by}", published_at=now, deposited_by=by) for n in range(count)]

    async with shelf.house.bot.database.transaction() as db:
        await store_resources(db, *some(17, shelf.juliette.id), *some(40, ""))
    await catches_up(shelf)
    day = plain(await shelf.said(word))
    assert day.count(word) == 15
    assert "et 2 autres : `/ressources`" in day
    assert "40 fiches importées : `/ressources`" in day
    await catches_up(shelf)
    await shelf.house.settled()
    assert len(await shelf.all_said(word)) == 1


def test_the_hour_of_the_last_look_is_one_at_which_it_looks() -> None:
    schedule = next(t.schedule for t in feature.triggers if t.key[1] == "ressources.catch_up")
    assert f"-{review.LAST_HOUR} " in schedule
