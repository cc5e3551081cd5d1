"""Stories: what agents do with a ticket, never two of them at once, and the table of moves by random ones."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import utc_now
from storage.hotline import OPEN, TABLE, ActorKind, Move, MoveError, TicketState, find_next_state, list_allowed, tickets
from storage.hotline.tickets import Ticket
from storage.people import Role
from tests.people import Dialog, Post
from tests.support.conversation import answered
from tests.support.hotline import Hotline, helpdesk, send_dialog
from tests.support.house import edit_post, list_audit, plain, reply_in_thread
from tests.support.security import Attacker, make_links

__all__ = ["helpdesk"]


async def history(helpdesk: Hotline, ticket: Ticket) -> list[tuple[str, str, str]]:
    """Who did what, and how it stood then."""
    async with helpdesk.house.bot.database.transaction(writes=False) as db:
        names = {helpdesk.juliette.id: "juliette", helpdesk.agathe.id: "agathe", helpdesk.omar.id: "omar", "": "bot"}
        return [(names[each.by], each.move, each.state) for each in await tickets.read_history(db, ticket.number)]


async def test_never_two_agents_on_one_ticket(helpdesk: Hotline) -> None:
    ticket, _ = await helpdesk.asks(helpdesk.juliette, "Pour une seule personne")
    card = await helpdesk.card(ticket)
    agents = (helpdesk.agathe, helpdesk.omar)
    clicked = await asyncio.gather(*(who.races(card, "Prendre") for who in agents))
    taken = await helpdesk.now(ticket)
    loser = helpdesk.omar if taken.agent_id == helpdesk.agathe.id else helpdesk.agathe
    assert taken.state == "pris"
    assert len([one for one in await history(helpdesk, ticket) if one[1] == "prendre"]) == 1
    if clicked[agents.index(loser)]:
        assert "a déjà pris cette demande" in plain(await loser.whispered("déjà pris"))


async def test_the_name_of_who_was_faster_is_a_name_and_nothing_more(helpdesk: Hotline) -> None:
    house, (ticket, _) = helpdesk.house, await helpdesk.asks(helpdesk.juliette, "Pour la plus rapide")
    await house.registers(helpdesk.agathe, Role.ANIMATEUR, prenom="[cliquez](https://mal.exemple)", nom="@all")
    link = make_links(house).seal("button", {"b": "hotline.Take", "d": {"ticket": ticket.number}})
    await Attacker(house, helpdesk.agathe).sends("/buttons", Attacker(house, helpdesk.agathe).click(link))
    late = Attacker(house, helpdesk.omar)
    said = (await late.sends("/buttons", late.click(link)))[1]["ephemeral_text"]
    assert "a déjà pris cette demande" in said
    assert [harm for harm in ("[cliquez](", "://", "@all") if harm in said] == []


@pytest.mark.every_mode
async def test_a_ticket_is_handed_on_hurried_asked_back_and_released(helpdesk: Hotline) -> None:
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "De main en main")
    card = await helpdesk.card(ticket)
    await helpdesk.is_where(ticket)
    await send_dialog(helpdesk.agathe, card, "Attribuer à…", agent=helpdesk.omar.id)
    card = await helpdesk.card(ticket, "pris")
    assert helpdesk.omar.username in plain(card)
    await helpdesk.under(helpdesk.omar, card, "vous confie cette demande")
    await helpdesk.omar.chooses(card, "Plus…", "Urgence")
    window = await helpdesk.omar.dialog()
    assert window.shown("urgence") == (await helpdesk.now(ticket)).urgency.value, "as it is now"
    assert (await window.fill(urgence="bloquant").submit()).accepted
    card = await helpdesk.card(ticket, "bloquant")
    await send_dialog(helpdesk.omar, card, "Demander une précision", question="Quel navigateur ?")
    await helpdesk.under(helpdesk.juliette, receipt, "Quel navigateur ?")
    assert "en attente de votre réponse" in plain(await helpdesk.juliette.asks("/hotline demandes"))
    card = await helpdesk.card(ticket, "en attente de la personne")
    await reply_in_thread(helpdesk.juliette, receipt, "Firefox")
    card = await helpdesk.card(ticket, "État : pris")
    await helpdesk.omar.chooses(card, "Plus…", "Libérer")
    card = await helpdesk.card(ticket, "Agent : personne")
    assert (await helpdesk.now(ticket)).state == "nouveau"
    assert [(who, move) for who, move, _ in await history(helpdesk, ticket)] == [
        ("juliette", "ouvrir"),
        ("agathe", "attribuer"),
        ("omar", "urgence"),
        ("omar", "preciser"),
        ("juliette", "repliquer"),
        ("omar", "liberer"),
    ]
    assert await list_audit(helpdesk.house, f"demande:{ticket.number}") == [
        ("deplacer", "agathe"),
        *([("deplacer", "omar")] * 3),
    ], "what was answered is in the ticket"
    told = plain(await helpdesk.agathe.asks(f"/ticket {ticket.number}"))
    for words in (
        "a ouvert la demande",
        "vous l’avez attribuée (à @omar",
        "a changé l’urgence (bloquant)",
        "l’a libérée",
    ):
        assert words in told, told


async def test_a_receipt_that_reads_the_same_is_not_sent_again(helpdesk: Hotline) -> None:
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "Une longue conversation")
    await helpdesk.is_where(ticket)
    card = await helpdesk.card(ticket)
    await helpdesk.agathe.clicks(card, "Prendre")
    await reply_in_thread(helpdesk.agathe, card, "Essayez avec Firefox.")
    await helpdesk.under(helpdesk.juliette, receipt, "Essayez avec Firefox.")
    await helpdesk.house.settled()
    before = await helpdesk.juliette.api.get(f"/posts/{receipt.id}")
    await reply_in_thread(helpdesk.agathe, card, "Ou avec Chrome.")
    await helpdesk.under(helpdesk.juliette, receipt, "Ou avec Chrome.")
    await helpdesk.house.settled()
    after = await helpdesk.juliette.api.get(f"/posts/{receipt.id}")
    assert (after["message"], after["edit_at"]) == (before["message"], before["edit_at"])


async def test_thanks_for_a_solution_are_only_returned(helpdesk: Hotline) -> None:
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "Résolue à temps")
    await helpdesk.is_where(ticket)
    await send_dialog(helpdesk.agathe, await helpdesk.card(ticket), "Résoudre", solution="Changez le bac d’encre.")
    solved = await helpdesk.under(helpdesk.juliette, receipt, "résolue")
    await helpdesk.house.settled()
    thanked = await answered(helpdesk.juliette, "merci", "Avec plaisir")
    assert "Il reste une question" not in plain(thanked)
    assert not thanked.buttons
    await helpdesk.juliette.clicks(solved, "👍")
    rated = await helpdesk.juliette.rewritten(solved, "est noté")
    assert "Changez le bac d’encre." in plain(rated), "what to do can still be read once it is rated"


@pytest.mark.every_mode
async def test_a_ticket_goes_to_the_other_queue_and_comes_back(helpdesk: Hotline) -> None:
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "Une autre file")
    card = await helpdesk.card(ticket)
    await helpdesk.is_where(ticket)
    await send_dialog(helpdesk.agathe, card, "Transférer", note="plutôt pour vous")
    await helpdesk.under(helpdesk.juliette, receipt, "est maintenant chez « Aide métier »")
    there = await helpdesk.card(ticket, queue="metier")
    left = await helpdesk.card(ticket, "est maintenant chez « Aide métier »", queue="espace-coop")
    assert left.buttons == []
    await helpdesk.juliette.rewritten(receipt, "(transférée)")
    moved = await helpdesk.now(ticket)
    assert (moved.state, moved.agent_id, moved.queue) == ("transfere", "", "metier")
    await reply_in_thread(helpdesk.agathe, left, "trop tard")
    await helpdesk.under(helpdesk.agathe, left, "n’est plus envoyé à la personne")
    await helpdesk.is_where(moved)
    await reply_in_thread(helpdesk.omar, there, "je regarde")
    await helpdesk.under(helpdesk.juliette, receipt, "je regarde")
    await send_dialog(helpdesk.omar, await helpdesk.card(ticket, "pris", "metier"), "Transférer", note="finalement non")
    back = await helpdesk.card(ticket, "transféré", "espace-coop")
    assert back.id == left.id
    await helpdesk.under(helpdesk.agathe, back, "finalement non")
    await reply_in_thread(helpdesk.juliette, receipt, "merci de suivre")
    await helpdesk.under(helpdesk.agathe, back, "merci de suivre")
    ours = plain(await helpdesk.agathe.asks(f"/ticket {ticket.number}"))
    assert "Entre agents : « plutôt pour vous »" in ours
    theirs = plain(await helpdesk.juliette.asks(f"/ticket {ticket.number}"))
    assert "l’a transférée (vers Aide métier)" in theirs
    assert "plutôt pour vous" not in theirs
    assert "finalement non" not in theirs


@pytest.mark.every_mode
async def test_what_was_said_goes_along_and_is_shown_to_who_may_read_it(helpdesk: Hotline) -> None:
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "Suivie partout")
    await helpdesk.is_where(ticket)
    card = await helpdesk.card(ticket)
    await reply_in_thread(helpdesk.juliette, receipt, "Appelez-moi au 06 12 34 56 78, tout est bloqué")
    await helpdesk.under(helpdesk.agathe, card, "tout est bloqué")
    await send_dialog(helpdesk.agathe, card, "Répondre", reponse="Essayez **Firefox**")
    await helpdesk.under(helpdesk.juliette, receipt, "Firefox")
    await reply_in_thread(helpdesk.agathe, card, "! elle est pressée")
    await reply_in_thread(helpdesk.agathe, card, "ou un autre ordinateur")
    await helpdesk.is_known(await helpdesk.under(helpdesk.juliette, receipt, "autre ordinateur"))
    await send_dialog(helpdesk.agathe, await helpdesk.card(ticket, "pris"), "Transférer", note="à vous")
    there = await helpdesk.card(ticket, queue="metier")
    carried = plain(await helpdesk.under(helpdesk.omar, there, "Ce qui s’est dit"))
    assert "Mot des autres agents** : à vous" in carried
    assert carried.index("tout est bloqué") < carried.index("Essayez **Firefox**")
    assert "autre ordinateur" in carried
    for secret in ("06 12 34", "pressée", "est maintenant chez", "informations personnelles"):
        assert secret not in carried
    assert carried.count("**") == 2 + 2 + 2 * 3 + 2, "each line is somebody’s, and there is no notice of the bot’s own"
    await helpdesk.is_where(await helpdesk.now(ticket))
    await reply_in_thread(helpdesk.juliette, receipt, "Rien avec Firefox")
    await helpdesk.under(helpdesk.omar, there, "Rien avec Firefox")
    ours = plain(await helpdesk.omar.asks(f"/ticket {ticket.number}"))
    assert "tout est bloqué" in ours
    assert "06 12 34" not in ours
    theirs = plain(await helpdesk.juliette.asks(f"/ticket {ticket.number}"))
    assert "06 12 34" in theirs.replace("\\", "")
    assert "à vous" not in theirs
    await send_dialog(helpdesk.omar, await helpdesk.card(ticket, queue="metier"), "Transférer", note="non, à vous")
    back = plain(await helpdesk.under(helpdesk.agathe, card, "non, à vous"))
    assert "Rien avec Firefox" in back
    assert "Essayez" not in back, "that was said here"


@pytest.mark.every_mode
async def test_a_duplicate_ends_and_names_no_other_person(helpdesk: Hotline) -> None:
    lea = await helpdesk.house.conseiller("lea")
    first, _ = await helpdesk.asks(helpdesk.juliette, "Le serveur est lent")
    second, receipt = await helpdesk.asks(lea, "C’est lent")
    await helpdesk.is_where(second)
    card = await helpdesk.card(second)
    form = await _menu(helpdesk, card, "Doublon de…")
    refused = await form.fill(numero="999999").submit()
    assert "Il n’y a pas de demande n° 999999" in refused.errors["numero"].replace("\u00a0", " ")
    refused = await form.fill(numero=str(second.number)).submit()
    assert "celui de cette demande" in refused.errors["numero"]
    await send_dialog(helpdesk.agathe, card, "Doublon de…", numero=str(first.number))
    told = await helpdesk.under(lea, receipt, "D’autres ont le même souci")
    assert str(first.number) not in told.text
    assert helpdesk.juliette.username not in told.text
    own = plain(await lea.rewritten(receipt, "suit une autre demande"))
    assert "résolue" not in own, "the team still works on it"
    ended = await helpdesk.now(second)
    assert (ended.state, ended.reason, ended.duplicate_of) == ("resolu", "doublon", first.number)
    await helpdesk.under(helpdesk.agathe, await helpdesk.card(first), f"La demande n° {second.number}")


@pytest.mark.every_mode
async def test_who_asked_the_same_gets_the_answer(helpdesk: Hotline) -> None:
    """Also of a duplicate of a duplicate, and as the answer is changed or taken back."""
    lea, max_ = await helpdesk.house.conseiller("lea"), await helpdesk.house.conseiller("max")
    first, own = await helpdesk.asks(helpdesk.juliette, "Le tableau ne s’ouvre pas")
    second, hers = await helpdesk.asks(lea, "Tableau fermé")
    third, his = await helpdesk.asks(max_, "Plus de tableau du tout")
    for ticket in (first, second, third):
        await helpdesk.is_where(ticket)
    await send_dialog(helpdesk.agathe, await helpdesk.card(third), "Doublon de…", numero=str(second.number))
    await send_dialog(helpdesk.agathe, await helpdesk.card(second), "Doublon de…", numero=str(first.number))
    card = await helpdesk.card(first)
    await helpdesk.under(helpdesk.agathe, card, "lui parvient aussi")
    line = await reply_in_thread(helpdesk.agathe, card, "On regarde")
    await send_dialog(helpdesk.omar, card, "Répondre", reponse="Videz le cache")
    for who, receipt in ((lea, hers), (max_, his)):
        await helpdesk.under(who, receipt, "Videz le cache")
        await helpdesk.under(who, receipt, "On regarde")
    await helpdesk.is_known(await helpdesk.under(helpdesk.juliette, own, "On regarde"))
    await helpdesk.house.settled()
    await edit_post(helpdesk.agathe, line, "On regarde de près")
    for who, receipt in ((lea, hers), (max_, his)):
        await helpdesk.under(who, receipt, "On regarde de près")
    await send_dialog(
        helpdesk.omar, await helpdesk.card(first, "pris"), "Demander une précision", question="Et chez vous ?"
    )
    await send_dialog(helpdesk.omar, await helpdesk.card(first, "en attente"), "Résoudre", solution="Rechargez la page")
    for who, receipt in ((lea, hers), (max_, his)):
        ended = plain(await helpdesk.under(who, receipt, "en commun avec d’autres est résolue"))
        assert "Rechargez la page" in ended
        assert not any(name in ended for name in (helpdesk.juliette.username, str(first.number)))
        assert not [p for p in await who.direct() if "Et chez vous" in p.text], "that was asked of Juliette"
    late, receipt = await helpdesk.asks(lea, "Grille figée")
    await helpdesk.is_where(late)
    await send_dialog(helpdesk.agathe, await helpdesk.card(late), "Doublon de…", numero=str(first.number))
    assert "Rechargez la page" in plain(await helpdesk.under(lea, receipt, "est résolue"))


async def _menu(helpdesk: Hotline, card: Post, label: str) -> Dialog:
    await helpdesk.agathe.chooses(card, "Plus…", label)
    return await helpdesk.agathe.dialog()


@pytest.mark.every_mode
async def test_a_word_reopens_what_was_solved_but_thanks_do_not(helpdesk: Hotline) -> None:
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "Résolue trop tôt")
    await helpdesk.is_where(ticket)
    await send_dialog(helpdesk.agathe, await helpdesk.card(ticket), "Résoudre")
    await reply_in_thread(helpdesk.juliette, receipt, "Merci beaucoup !")
    card = await helpdesk.card(ticket, "résolu")
    await helpdesk.under(helpdesk.agathe, card, "Merci beaucoup")
    assert (await helpdesk.now(ticket)).state == "resolu"
    await reply_in_thread(helpdesk.juliette, receipt, "Merci, mais ça recommence")
    reopened = await helpdesk.card(ticket, "rouvert")
    assert "Prendre" not in reopened.buttons, "it is still Agathe’s"
    await send_dialog(helpdesk.agathe, reopened, "Résoudre", raison="sans_suite")
    ended = await helpdesk.under(helpdesk.juliette, receipt, "(sans suite)")
    assert ended.buttons == ["Ce n’est pas réglé"], "whether it helped was asked once"
    await helpdesk.juliette.clicks(ended, "Ce n’est pas réglé")
    await helpdesk.card(ticket, "rouvert")
    await helpdesk.juliette.clicks(receipt, "C’est réglé")
    await helpdesk.card(ticket, "close")


async def test_what_is_solved_closes_after_five_working_days_and_it_is_said_before(helpdesk: Hotline) -> None:
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, "Le temps passe")
    await helpdesk.is_where(ticket)
    await send_dialog(helpdesk.agathe, await helpdesk.card(ticket), "Résoudre")
    clock, runs = helpdesk.house.clock, helpdesk.house.bot.runs
    try:
        for days, state in ((3, "resolu"), (8, "resolu"), (12, "clos")):
            clock.goes_to(utc_now() + timedelta(days=days))
            await runs.run(("job", "hotline.close_solved"), f"story-{days}")
            assert (await helpdesk.now(ticket)).state == state
        await helpdesk.under(helpdesk.juliette, receipt, "elle sera close demain")
        await helpdesk.house.settled()
    finally:
        clock.is_right_again()


async def test_who_is_no_agent_does_nothing_with_a_ticket(helpdesk: Hotline) -> None:
    ticket, _ = await helpdesk.asks(helpdesk.juliette, "Pas pour tous")
    lea = await helpdesk.house.conseiller("lea")
    for line in (f"/ticket {ticket.number}", "/ticket liste", "/ticket chercher tous"):
        told = plain(await lea.asks(line))
        assert "n’existe pas" in told or "réserv" in told, told
    assert "Vous n’avez encore rien demandé" in plain(await lea.asks("/ticket")), "one’s own, and nobody else’s"
    card = await helpdesk.card(ticket)
    await helpdesk.house.registers(helpdesk.omar, Role.CONSEILLER)
    place = helpdesk.rooms["espace-coop"]
    await helpdesk.omar.clicks(card, "Prendre")
    assert (await helpdesk.now(ticket)).agent_id == helpdesk.omar.id, "who is in the room is an agent"
    await helpdesk.house.site.admin.delete(f"/channels/{place}/members/{helpdesk.omar.id}")
    await helpdesk.card(ticket, "Agent : personne")
    await helpdesk.under(helpdesk.agathe, card, "n’est plus agent de cette file")


def test_every_move_names_who_may_and_leads_somewhere() -> None:
    assert set(TABLE) == set(Move) - {Move.OPEN}
    for state in TicketState:
        assert all(move in TABLE for who in ActorKind for move in list_allowed(state, who))
    assert list_allowed(TicketState.CLOS, ActorKind.AGENT) == {Move.ANSWER, Move.REOPEN}
    assert list_allowed(TicketState.NOUVEAU, ActorKind.AUTHOR) == {Move.REPLY, Move.CLOSE}


@given(st.lists(st.tuples(st.sampled_from(sorted(TABLE)), st.sampled_from(sorted(ActorKind))), max_size=30))
def test_any_moves_stay_in_the_table(made: list[tuple[Move, ActorKind]]) -> None:
    state = TicketState.NOUVEAU
    for move, who in made:
        try:
            state = find_next_state(move, state, who)
        except MoveError:
            assert move not in list_allowed(state, who)
            continue
        assert state in TicketState
        assert who is not ActorKind.AUTHOR or move in {Move.REPLY, Move.REOPEN, Move.CLOSE}
        assert state in OPEN or move in {Move.RESOLVE, Move.DUPLICATE, Move.CLOSE, Move.ANSWER}
