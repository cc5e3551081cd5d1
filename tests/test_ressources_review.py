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
from tests.support.house import list_audit, plain, read_news, reply_in_thread, wait_for
from tests.support.ressources import ReviewStage, give_files, make_permalink, send_dialog, stage, store_resources
from tests.support.ressources import make_resource as made

__all__ = ["stage"]


async def new_day(stage: ReviewStage, days: int = 1) -> None:
    """A day on which nothing came out yet."""
    now = stage.house.clock()
    stage.house.clock.goes_to((now + timedelta(days=days)).replace(hour=9, minute=0))


@pytest.mark.every_mode
async def test_published_it_is_told_in_one_message_a_day(stage: ReviewStage) -> None:
    await new_day(stage, 30)
    first, second = unique("Un"), unique("Deux")
    resource, card = await stage.proposes(stage.juliette, first, lien=f"https://exemple.fr/{first}")
    assert not await stage.all_said(first)
    stage.juliette.acts()
    await stage.agathe.clicks(card, "Publier")
    told = await read_news(stage.juliette, first)
    assert f"n° {resource.id}" in plain(told)
    assert told.buttons[0].replace("\u00a0", " ") == f"Ouvrir la ressource n° {resource.id}"
    assert "publiée par" in plain(await stage.card(resource, "publiée"))
    day = await stage.said(first)
    assert f"[{first}](<https://exemple.fr/{first}>)" in day.text
    other, card = await stage.proposes(stage.juliette, second)
    await stage.agathe.clicks(card, "Publier")
    await stage.agathe.rewritten(day, second)
    await stage.house.settled()
    assert len(await stage.all_said(first)) == 1, "one message a day"
    await send_dialog(stage.agathe, await stage.card(other, "publiée"), "Retirer", raison="Doublon.")
    await stage.house.settled()
    assert second not in (await stage.agathe.sees(day)).text
    assert (await stage.now(other)).state is ResourceState.WITHDRAWN


@pytest.mark.every_mode
async def test_refused_with_a_reason_answered_corrected_and_proposed_again(stage: ReviewStage) -> None:
    titre = unique("Tableur")
    resource, card = await stage.proposes(stage.juliette, titre)
    stage.juliette.acts()
    await send_dialog(stage.agathe, card, "Refuser", raison="Il manque **les captures**.")
    told = await stage.juliette.told("n’est pas publiée")
    assert "Il manque \\*\\*les captures\\*\\*." in told.text
    assert told.buttons == ["Corriger", "Répondre"]
    card = await stage.card(resource, "refusée")
    assert card.buttons == ["Publier", "Corriger"]
    await send_dialog(stage.juliette, told, "Répondre", reponse="Je les ajoute ce soir.")
    await stage.said("Je les ajoute ce soir.", root=card, room="animation")
    await send_dialog(stage.juliette, told, "Corriger", description="Avec les captures.")
    card = await stage.card(resource, "à relire")
    assert "Avec les captures." in plain(card)
    await stage.said("propose de nouveau", root=card, room="animation")
    await stage.agathe.clicks(card, "Publier")
    assert (await stage.now(resource)).state is ResourceState.PUBLISHED
    done = await list_audit(stage.house, f"ressource:{resource.id}")  # numbers are given again in a shared house
    assert done[-2:] == [("refuser", "agathe"), ("publier", "agathe")]


@pytest.mark.every_mode
async def test_a_question_waits_on_the_card_until_it_is_answered(stage: ReviewStage) -> None:
    titre = unique("Question")
    resource, card = await stage.proposes(stage.juliette, titre)
    stage.juliette.acts()
    await send_dialog(stage.omar, card, "Demander une précision", question="Pour quel public ?")
    asked = await stage.juliette.told("une question")
    assert "Pour quel public" in asked.text
    await stage.card(resource, "Question posée, sans réponse encore : Pour quel public ?")
    await send_dialog(stage.juliette, asked, "Répondre", reponse="@channel Les seniors.")
    said = await stage.said("Les seniors.", root=card, room="animation")
    assert "@channel" not in said.text
    await stage.house.settled()
    assert "Question posée" not in plain(await stage.card(resource))


async def test_a_question_is_answered_by_a_correction_too(stage: ReviewStage) -> None:
    resource, card = await stage.proposes(stage.juliette, unique("Corrigée"))
    stage.juliette.acts()
    await send_dialog(stage.omar, card, "Demander une précision", question="Pour quel public ?")
    asked = await stage.juliette.told("une question")
    await send_dialog(stage.omar, card, "Corriger", licence="CC BY")
    await stage.house.settled()
    assert "Question posée" in plain(await stage.card(resource)), "it was not asked of a reviewer"
    form = await stage.juliette.opens_by(asked, "Corriger")
    assert (await form.submit()).accepted
    await stage.house.settled()
    assert "Question posée" in plain(await stage.card(resource)), "nothing was corrected"
    await send_dialog(stage.juliette, asked, "Corriger", description="Pour les seniors.")
    await stage.house.settled()
    assert "Question posée" not in plain(await stage.card(resource, "Pour les seniors"))


async def test_a_question_is_answered_by_a_message_as_by_its_button(stage: ReviewStage) -> None:
    _, card = await stage.proposes(stage.juliette, unique("Message"))
    stage.juliette.acts()
    await send_dialog(stage.omar, card, "Demander une précision", question="Pour quel public ?")
    asked = await stage.juliette.told("une question")
    await stage.house.settled()
    direct = await stage.juliette.direct_channel()
    stage.juliette.acts()
    await stage.juliette.says("Surtout les seniors", direct)
    assert "Répondre aux animateurs" in (await stage.juliette.told()).buttons
    await reply_in_thread(stage.juliette, asked, "Surtout les débutants")
    offered = await stage.juliette.told("Est-ce votre réponse aux animateurs")
    form = await stage.juliette.opens_by(offered, "Répondre aux animateurs")
    assert form.shown("reponse") == "Surtout les débutants", "nothing is typed twice"
    assert (await form.submit()).accepted
    await stage.said("Surtout les débutants", root=card, room="animation")
    await stage.house.settled()
    stage.juliette.acts()
    await stage.juliette.says("Des fiches pour les seniors", direct)
    assert "Répondre aux animateurs" not in (await stage.juliette.told()).buttons, "it is answered"


@pytest.mark.every_mode
async def test_of_two_at_once_one_decides_and_the_other_reads_who_did(stage: ReviewStage) -> None:
    resource, card = await stage.proposes(stage.juliette, unique("Ensemble"))
    await nothing_else_waits(stage, resource)
    listed = await stage.omar.asks("/ressources relire")
    refusal = await stage.omar.opens_by(card, "Refuser")
    await stage.agathe.clicks(card, "Publier")
    stage.omar.acts()
    await refusal.fill(raison="Non.").submit()
    assert "par @" in plain(await stage.omar.told("déjà publiée"))
    assert (await stage.now(resource)).state is ResourceState.PUBLISHED
    await stage.omar.clicks(listed, "Publier")
    assert f"@{stage.agathe.username}" in plain(await stage.omar.whispered("déjà publiée"))


async def test_ten_clicks_publish_once(stage: ReviewStage) -> None:
    titre = unique("Dix")
    resource, card = await stage.proposes(stage.juliette, titre)
    await asyncio.gather(*(who.races(card, "Publier") for who in (stage.agathe, stage.omar) for _ in range(5)))
    await stage.house.settled()
    assert (await read_news(stage.juliette, titre)).text.count("est publiée") == 1
    assert (await stage.now(resource)).state is ResourceState.PUBLISHED


@pytest.mark.every_mode
async def test_what_waits_is_at_home_and_listed(stage: ReviewStage) -> None:
    resource, _ = await stage.proposes(stage.juliette, unique("Attente"))
    home = await stage.agathe.asks("/aide")
    assert "relue" in plain(home)
    assert "Relire les ressources" in home.buttons
    await nothing_else_waits(stage, resource)
    assert "1 ressource attend d’être relue" in plain(await stage.agathe.asks("/aide"))
    assert "relue" not in plain(await stage.juliette.asks("/aide"))
    listed = await stage.agathe.asks("/ressources relire")
    assert resource.titre in plain(listed)
    assert listed.buttons == ["Publier", "Corriger", "Demander une précision", "Refuser"]
    await stage.agathe.clicks(listed, "Publier")
    assert "C’est publié" in plain(await stage.agathe.whispered("publié"))
    assert "Aucune ressource" in plain(await stage.agathe.asks("/ressources relire"))
    refused = plain(await stage.juliette.asks("/ressources relire"))
    assert "réservée" in refused


async def nothing_else_waits(stage: ReviewStage, but: Resource) -> None:
    """What other stories left to be reviewed is refused."""
    others = (col(Resource.id) != but.id, col(Resource.state) == ResourceState.PROPOSED)
    async with stage.house.bot.database.transaction() as db:
        await db.execute(update(Resource).where(*others).values(state=ResourceState.REFUSED))


async def test_nobody_who_left_is_written_to(stage: ReviewStage) -> None:
    paul = await stage.house.conseiller("paul")
    resource, card = await stage.proposes(paul, unique("Parti"))
    yesterday = stage.house.today - timedelta(days=2)
    await stage.house.registers(paul, Role.CONSEILLER, departements=["69"], left_on=yesterday)
    before = len(await paul.direct())
    stage.agathe.acts()
    await stage.agathe.clicks(card, "Demander une précision")
    assert "a quitté le réseau" in plain(await stage.agathe.whispered("quitté"))
    await stage.agathe.clicks(card, "Publier")
    assert "qui a quitté le réseau" in plain(await stage.card(resource, "publiée"))
    await stage.house.settled()
    assert len(await paul.direct()) == before
    assert (await stage.now(resource)).state is ResourceState.PUBLISHED


async def test_without_a_room_animateurs_are_asked_and_without_a_channel_it_is_told_later(stage: ReviewStage) -> None:
    await new_day(stage, 60)
    async with stage.house.bot.database.transaction() as db:
        for key in stage.rooms:
            await canaux.forget_channel(db, key)
    titre = unique("Nulle part")
    post = await give_files(stage.juliette, titre, plan__pdf=b"%PDF plan")
    form = await stage.juliette.opens(f"/ressources ajouter {make_permalink(stage, post)}")
    stage.agathe.acts()
    assert (await form.submit()).accepted
    card = await stage.agathe.told(titre)
    assert await stage.agathe.files(card) == {"plan.pdf": b"%PDF plan"}
    await stage.agathe.clicks(card, "Publier")
    await stage.house.settled()
    assert not await stage.all_said(titre)
    async with stage.house.bot.database.transaction() as db:
        for key, place in stage.rooms.items():
            await canaux.remember_channel(db, key, place, stage.house.clock())
    await catches_up(stage)
    day = await stage.said(titre)
    files = await stage.said(titre, root=day)
    assert await stage.agathe.files(files) == {"plan.pdf": b"%PDF plan"}

    async def is_known() -> bool:
        resource = await stage.titled(titre)
        return (resource.post_id, list(resource.files)) == (files.id, list(files.file_ids))

    await wait_for(is_known)


async def catches_up(stage: ReviewStage) -> None:
    """The job is due, and done."""
    await stage.house.bot.runs.run(("job", "ressources.catch_up"), unique("fois"))
    await stage.house.settled()


async def test_many_are_cut_and_imports_are_a_number(stage: ReviewStage) -> None:
    await new_day(stage, 90)
    now, word = stage.house.clock(), unique("lot")

    def some(count: int, by: str) -> list[Resource]:
        return [made(f"{word} {n} {by}", published_at=now, deposited_by=by) for n in range(count)]

    async with stage.house.bot.database.transaction() as db:
        await store_resources(db, *some(17, stage.juliette.id), *some(40, ""))
    await catches_up(stage)
    day = plain(await stage.said(word))
    assert day.count(word) == 15
    assert "et 2 autres : `/ressources`" in day
    assert "40 ressources importées : `/ressources`" in day
    await catches_up(stage)
    await stage.house.settled()
    assert len(await stage.all_said(word)) == 1


def test_the_hour_of_the_last_look_is_one_at_which_it_looks() -> None:
    schedule = next(t.schedule for t in feature.triggers if t.key[1] == "ressources.catch_up")
    assert f"-{review.LAST_HOUR} " in schedule
