"""Stories: how a demand begins: typed, from a message, by 🎫; what is shown first; what is refused, and found again."""

import pytest

from storage import canaux
from storage.people import Role
from tests.people import Post, unique
from tests.support.hotline import USUAL, Hotline, helpdesk
from tests.support.house import is_listening, plain, react, wait_for

__all__ = ["helpdesk"]


async def heard_place(helpdesk: Hotline) -> str:
    """A channel that is planned and heard, with everybody and the bot in it."""
    place = str(
        (await helpdesk.house.site.admin.get(f"/teams/{helpdesk.house.site.team_id}/channels/name/town-square"))["id"]
    )
    async with helpdesk.house.bot.database.transaction() as db:
        await canaux.remember_channel(db, "general", place, helpdesk.house.clock())
    if not await is_listening(helpdesk.house.bot, set(), {place}):
        await helpdesk.house.restart()
    await wait_for(lambda: is_listening(helpdesk.house.bot, set(), {place}))
    return place


@pytest.mark.every_mode
async def test_typed_words_are_in_the_window_and_what_is_missing_is_said(helpdesk: Hotline) -> None:
    form = await helpdesk.juliette.opens("/hotline mon imprimante ne marche plus")
    assert form.shown("sujet") == "mon imprimante ne marche plus"
    assert set(form.options("file")) == {"espace-coop", "metier"}
    assert set(form.options("urgence")) == {"bloquant", "genant", "question"}
    answer = await form.fill(sujet="", file="").submit()
    assert set(answer.errors) == {"sujet", "file"}
    answer = await form.fill(sujet="x" * 121, file="metier").submit()
    assert "120 caractères" in answer.errors["sujet"].replace("\u00a0", " ")
    long = await helpdesk.juliette.opens("/hotline " + "très long " * 20)
    assert len(long.shown("sujet")) <= 120
    assert long.shown("details").count("très long") == 20


@pytest.mark.every_mode
async def test_hostile_words_are_words_and_a_second_sending_is_the_same_ticket(helpdesk: Hotline) -> None:
    form = await helpdesk.juliette.opens("/hotline")
    subject = "@all **urgent** [ici](https://exemple.fr) #titre"
    form = form.fill(**(USUAL | {"sujet": subject, "details": "# Gros\n@channel\n- un\n```code"}))
    assert (await form.submit()).accepted
    assert (await form.submit()).accepted
    await helpdesk.juliette.told("urgent")
    ticket = await helpdesk.ticket(helpdesk.juliette)
    card = await helpdesk.card(ticket)
    assert "@all" not in card.text
    assert "@channel" not in card.text
    assert "](https://" not in card.text
    assert "**urgent**" not in card.text
    mine = plain(await helpdesk.juliette.asks("/hotline mes demandes"))
    assert mine.count("urgent") == 1
    for line in ("/hotline liste", "/ticket"):
        assert "Vos demandes d’aide" in plain(await helpdesk.juliette.asks(line)), "no window called « liste »"
    shown = await helpdesk.juliette.asks(f"/hotline n° {ticket.number}")
    assert f"Demande n° {ticket.number}" in plain(shown)
    assert "Les vôtres : /hotline demandes" in plain(await helpdesk.juliette.asks("/hotline 9999"))
    await helpdesk.juliette.clicks(shown, "C’est réglé")
    await helpdesk.house.settled()
    assert (await helpdesk.juliette.asks(f"/ticket {ticket.number}")).buttons == ["Rouvrir"]


@pytest.mark.every_mode
async def test_one_s_own_message_becomes_a_ticket_by_its_link(helpdesk: Hotline) -> None:
    place = await heard_place(helpdesk)
    subject = f"Je n’arrive plus à ouvrir {unique('cartable')}"  # like no solved demand of another story
    message = await helpdesk.juliette.says(f"{subject}\ndepuis hier soir", place)
    lea = await helpdesk.house.conseiller("lea")
    await lea.api.post("/posts", {"channel_id": place, "root_id": message.id, "message": "moi non plus"})
    link = f"{helpdesk.house.site.url}/{helpdesk.house.settings.team}/pl/{message.id}"
    form = await helpdesk.juliette.opens(f"/hotline {link}")
    assert form.shown("sujet") == subject
    assert form.shown("details") == "depuis hier soir"
    assert (await form.fill(**USUAL).submit()).accepted
    await helpdesk.juliette.told(subject)
    ticket = await helpdesk.ticket(helpdesk.juliette)
    assert "moi non plus" in plain(await helpdesk.under(helpdesk.agathe, await helpdesk.card(ticket), "moi non plus"))
    await helpdesk.under(helpdesk.juliette, message, f"n° {ticket.number}")
    again = plain(await helpdesk.juliette.asks(f"/hotline {link}"))
    assert f"déjà la demande n° {ticket.number}" in again
    nowhere = plain(await helpdesk.juliette.asks(f"/hotline {link[:-26]}{'z' * 26}"))
    assert "ne trouve pas ce message" in nowhere


@pytest.mark.every_mode
async def test_a_ticket_emoji_asks_the_author_once(helpdesk: Hotline) -> None:
    place = await heard_place(helpdesk)
    subject = unique("panne")
    capture = await helpdesk.juliette.api.upload(place, "erreur.txt", b"erreur 12")
    call = {"channel_id": place, "message": subject, "file_ids": [capture]}
    message = Post.read(await helpdesk.juliette.api.post("/posts", call))
    helpdesk.juliette.acts()
    await react(helpdesk.agathe, message, "ticket")
    asked = await helpdesk.juliette.told(subject)
    assert asked.buttons == ["Ouvrir la demande", "Non merci"]
    await react(helpdesk.omar, message, "ticket")
    form = await helpdesk.juliette.opens_by(asked, "Ouvrir la demande")
    assert form.shown("sujet") == subject
    assert (await form.fill(**USUAL).submit()).accepted
    await helpdesk.juliette.told("Demande n°")
    ticket = await helpdesk.ticket(helpdesk.juliette)
    card = await helpdesk.card(ticket)
    assert await helpdesk.agathe.files(card) == {"erreur.txt": b"erreur 12"}
    assert "Voir le message" in card.text
    await helpdesk.under(helpdesk.omar, message, f"n° {ticket.number}")
    proposals = [p for p in await helpdesk.juliette.direct() if subject in p.text and "proposent" in p.text]
    assert len(proposals) <= 1


@pytest.mark.every_mode
async def test_a_solved_one_that_is_like_it_is_shown_first(helpdesk: Hotline) -> None:
    word = unique("zorglub")
    ticket, _ = await helpdesk.asks(helpdesk.juliette, f"Le {word} refuse mon mot de passe")
    await helpdesk.is_where(ticket)
    form = await helpdesk.agathe.opens_by(await helpdesk.card(ticket), "Résoudre")
    refused = await form.fill(solution="Demander un nouveau mot de passe à Mme Durand, 06 12 34 56 78.").submit()
    assert "nom avec un numéro" in refused.errors["solution"]
    assert (await form.fill(solution="Demander un nouveau mot de passe.").submit()).accepted
    lea = await helpdesk.house.conseiller("lea")
    form = await lea.opens(f"/hotline {word} : passe refusé")
    assert (await form.fill(**USUAL).submit()).accepted
    shown = await lea.told("lui ressemble")
    assert "Demander un nouveau mot de passe." in plain(shown)
    assert shown.buttons == ["C’était ça", "Continuer"]
    mine = plain(await lea.asks("/hotline demandes"))
    assert "1 demande attend votre choix" in mine
    assert "rien demandé" not in mine
    await lea.clicks(shown, "C’était ça")
    await lea.rewritten(shown, "Rien n’est envoyé")
    form = await lea.opens(f"/hotline {word} : passe encore refusé")
    assert (await form.fill(**USUAL).submit()).accepted
    shown = await lea.told("lui ressemble")
    await lea.clicks(shown, "Continuer")
    filed = await helpdesk.ticket(lea)
    assert "encore refusé" in filed.subject
    await helpdesk.card(filed)
    found = plain(await helpdesk.agathe.asks(f"/ticket chercher {word} REFUSÉ"))
    assert f"n° {filed.number}" in found
    one = plain(await helpdesk.agathe.asks(f"/ticket {filed.number} prendre"))
    assert f"Demande n° {filed.number}" in one, "what to do with it is under it"


async def test_the_open_ones_are_listed_by_what_matters(helpdesk: Hotline) -> None:
    word = unique("tri")
    urgent, _ = await helpdesk.asks(helpdesk.juliette, f"{word} bloque", urgence="bloquant", file="metier")
    await helpdesk.card(urgent)
    await helpdesk.agathe.clicks(await helpdesk.card(urgent), "Prendre")
    await helpdesk.card(urgent, "pris")
    for line, there in {
        "urgent": True,
        "a moi": True,
        "metier": True,
        "Aide métier": True,
        "69": True,
        "espace-coop": False,
        "en attente": False,
        "libres": False,
        "38": False,
    }.items():
        told = plain(await helpdesk.agathe.asks(f"/ticket liste {line}"))
        assert (word in told) is there, (line, told)
    refused = plain(await helpdesk.agathe.asks("/ticket liste n’importe quoi"))
    assert "Je ne comprends pas" in refused
    assert "libres, à moi, en attente" in refused
    listed = await helpdesk.agathe.asks("/ticket liste a moi")
    assert "Voir une demande" in [*listed.buttons, *listed.menus] or str(urgent.number) in " ".join(listed.buttons)
    nobody = await helpdesk.house.someone(Role.INVITE, "ines")
    assert "réservée aux animateurs de communauté et aux agents de la hotline" in plain(
        await nobody.asks("/ticket liste")
    )
    assert "rien demandé" in plain(await nobody.asks("/hotline mes demandes"))


async def test_who_sends_the_same_again_keeps_one(helpdesk: Hotline) -> None:
    subject = unique("Rien ne s’affiche")
    first, _ = await helpdesk.asks(helpdesk.juliette, subject)
    second, _ = await helpdesk.asks(helpdesk.juliette, subject.upper())
    asked = await helpdesk.juliette.told("a le même titre")
    assert asked.buttons == [f"Garder seulement la n° {first.number}"]
    await helpdesk.juliette.clicks(asked, asked.buttons[0])
    await helpdesk.house.settled()
    assert [(await helpdesk.now(one)).state.is_open for one in (first, second)] == [True, False]
