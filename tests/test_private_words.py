"""Stories: what was said in a private channel goes to no public place unless whoever said it wants that."""

import pytest
from sqlmodel import select

from storage.people import Role
from storage.ressources.resources import Resource, ResourceState
from tests.people import Person, Post, unique
from tests.support.hotline import Hotline, helpdesk, send_dialog
from tests.support.house import House, plain, react
from tests.support.publications import RHONE
from tests.support.ressources import ReviewStage, give_files, make_permalink, stage

__all__ = ["helpdesk", "stage"]


PRIVATE = "dans un canal privé"


async def whispers(stage: ReviewStage, lea: Person, words: str) -> Post:
    """Léa says something, with a file, in a private channel where animateurs and the bot are."""
    await stage.house.site.add_members(stage.rooms["animation"], lea)
    return await give_files(lea, f"{words}\nEntre nous.", stage.rooms["animation"], notes__pdf=b"%PDF")


async def made(house: House, titre: str) -> Resource | None:
    async with house.bot.database.transaction(writes=False) as db:
        return (await db.exec(select(Resource).where(Resource.titre == titre))).first()


@pytest.mark.every_mode
async def test_another_s_private_message_becomes_no_resource_and_no_announcement(stage: ReviewStage) -> None:
    lea, words = await stage.house.conseiller("lea"), unique("Secret")
    post = await whispers(stage, lea, words)
    for command in ("/ressources ajouter", "/annonce"):
        said = await stage.agathe.asks(f"{command} {make_permalink(stage, post)}")
        assert PRIVATE in plain(said)
        assert words not in plain(said)
    assert await made(stage.house, words) is None


async def test_one_s_own_private_message_may(stage: ReviewStage) -> None:
    lea, words = await stage.house.conseiller("lea"), unique("Mien")
    post = await whispers(stage, lea, words)
    form = await lea.opens(f"/ressources ajouter {make_permalink(stage, post)}")
    assert (form.shown("titre"), form.shown("fichiers")) == (words, post.id)


async def test_an_announcement_is_corrected_with_no_private_words_of_others(house: House) -> None:
    agathe, omar = await house.animateurs("agathe", "omar")
    await house.site.channel(*RHONE)
    form = await agathe.opens("/annonce")
    assert (await form.fill(texte=unique("Public"), destinataires=["69"]).submit()).accepted
    preview = await agathe.told("Public")
    await agathe.clicks(preview, "Envoyer")
    await house.settled()
    room = await house.site.admin.post("/channels/direct", [omar.id, house.site.bot_id])
    post = await give_files(omar, unique("Pour le bot"), room["id"])
    window = await agathe.opens_by(await agathe.sees(preview), "Corriger")
    address = f"{house.site.url}/{house.site.team}/pl/{post.id}"
    answer = await window.fill(texte=address).submit()
    assert not answer.accepted


async def test_books_under_another_s_private_message_offer_nothing(stage: ReviewStage) -> None:
    lea, words = await stage.house.conseiller("lea"), unique("Chut")
    post = await whispers(stage, lea, words)
    stage.agathe.acts()
    await react(stage.agathe, post, "books")
    told = await stage.agathe.told(PRIVATE)
    assert (told.buttons, words in plain(told)) == ([], False)
    lea.acts()
    await react(lea, post, "books")
    assert (await lea.told(words)).buttons == ["En faire une fiche", "Non merci"]


@pytest.mark.every_mode
async def test_who_asked_for_help_reads_first_what_is_made_of_it_and_may_prefer_not(helpdesk: Hotline) -> None:
    subject, amina = f"Changer de {unique('porte-clé')}", await helpdesk.house.someone(Role.ANIMATEUR, "amina")
    ticket, _ = await helpdesk.asks(helpdesk.juliette, subject)
    await helpdesk.is_where(ticket)
    await send_dialog(helpdesk.agathe, await helpdesk.card(ticket), "Résoudre", solution="En demander un autre.")
    await helpdesk.house.settled()
    form = await amina.opens(f"/ressources ajouter demande {ticket.number}")
    helpdesk.juliette.acts()
    assert (await form.submit()).accepted
    resource = await made(helpdesk.house, subject)
    assert resource
    assert resource.state is ResourceState.PROPOSED, "an animateur’s own would be out at once"
    asked = await helpdesk.juliette.told("faite de votre demande d’aide")
    assert "En demander un autre." in plain(asked)
    await helpdesk.juliette.clicks(asked, "Je préfère que non")
    await helpdesk.juliette.rewritten(asked, "ne sera pas publiée")
    assert ((await made(helpdesk.house, subject)) or resource).state is ResourceState.WITHDRAWN
    await helpdesk.house.settled()
