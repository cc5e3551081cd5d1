"""Stories: what agents do with a ticket, never two of them at once, and the table of moves by random ones."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import utc_now
from storage.hotline import tickets
from storage.hotline.states import OPEN, TABLE, ActorKind, Move, MoveError, TicketState, find_next_state, list_allowed
from storage.hotline.tickets import Ticket
from storage.people import Role
from tests.people import Dialog, Post
from tests.support.hotline import Hotline, desk, send_dialog
from tests.support.house import edit_post, list_audit, plain, reply_in_thread

__all__ = ["desk"]


async def history(desk: Hotline, ticket: Ticket) -> list[tuple[str, str, str]]:
    """Who did what, and how it stood then."""
    async with desk.house.bot.database.transaction(writes=False) as db:
        names = {desk.juliette.id: "juliette", desk.agathe.id: "agathe", desk.omar.id: "omar", "": "bot"}
        return [(names[each.by], each.move, each.state) for each in await tickets.read_history(db, ticket.number)]


async def test_never_two_agents_on_one_ticket(desk: Hotline) -> None:
    ticket, _ = await desk.asks(desk.juliette, "Pour une seule personne")
    card = await desk.card(ticket)
    agents = (desk.agathe, desk.omar)
    clicked = await asyncio.gather(*(who.races(card, "Prendre") for who in agents))
    taken = await desk.now(ticket)
    loser = desk.omar if taken.agent_id == desk.agathe.id else desk.agathe
    assert taken.state == "pris"
    assert len([one for one in await history(desk, ticket) if one[1] == "prendre"]) == 1
    if clicked[agents.index(loser)]:
        assert "a déjà pris cette demande" in plain(await loser.whispered("déjà pris"))


@pytest.mark.every_mode
async def test_a_ticket_is_handed_on_hurried_asked_back_and_released(desk: Hotline) -> None:
    ticket, receipt = await desk.asks(desk.juliette, "De main en main")
    card = await desk.card(ticket)
    await desk.is_where(ticket)
    await send_dialog(desk.agathe, card, "Attribuer à…", agent=desk.omar.id)
    card = await desk.card(ticket, "pris")
    assert desk.omar.username in plain(card)
    await desk.under(desk.omar, card, "vous confie cette demande")
    await send_dialog(desk.omar, card, "Urgence", urgence="bloquant")
    card = await desk.card(ticket, "bloquant")
    await send_dialog(desk.omar, card, "Demander une précision", question="Quel navigateur ?")
    await desk.under(desk.juliette, receipt, "Quel navigateur ?")
    card = await desk.card(ticket, "en attente de la personne")
    await reply_in_thread(desk.juliette, receipt, "Firefox")
    card = await desk.card(ticket, "État : pris")
    await desk.omar.chooses(card, "Plus…", "Libérer")
    card = await desk.card(ticket, "Agent : personne")
    assert (await desk.now(ticket)).state == "nouveau"
    assert [(who, move) for who, move, _ in await history(desk, ticket)] == [
        ("juliette", "ouvrir"),
        ("agathe", "attribuer"),
        ("omar", "urgence"),
        ("omar", "preciser"),
        ("juliette", "repliquer"),
        ("omar", "liberer"),
    ]
    assert await list_audit(desk.house, f"demande:{ticket.number}") == [
        ("deplacer", "agathe"),
        *([("deplacer", "omar")] * 3),
    ], "what was answered is in the ticket"
    told = plain(await desk.agathe.asks(f"/ticket {ticket.number}"))
    for words in ("a ouvert la demande", "l’a attribuée (à @omar", "a changé l’urgence (bloquant)", "l’a libérée"):
        assert words in told, told


@pytest.mark.every_mode
async def test_a_ticket_goes_to_the_other_queue_and_comes_back(desk: Hotline) -> None:
    ticket, receipt = await desk.asks(desk.juliette, "Une autre file")
    card = await desk.card(ticket)
    await desk.is_where(ticket)
    await send_dialog(desk.agathe, card, "Transférer", note="plutôt pour vous")
    await desk.under(desk.juliette, receipt, "est maintenant chez « Aide métier »")
    there = await desk.card(ticket, queue="metier")
    left = await desk.card(ticket, "est maintenant chez « Aide métier »", queue="espace-coop")
    assert left.buttons == []
    moved = await desk.now(ticket)
    assert (moved.state, moved.agent_id, moved.queue) == ("transfere", "", "metier")
    await reply_in_thread(desk.agathe, left, "trop tard")
    await desk.under(desk.agathe, left, "ce qui est écrit ici ne part pas")
    await desk.is_where(moved)
    await reply_in_thread(desk.omar, there, "je regarde")
    await desk.under(desk.juliette, receipt, "je regarde")
    await send_dialog(desk.omar, await desk.card(ticket, "pris", "metier"), "Transférer", note="finalement non")
    back = await desk.card(ticket, "transféré", "espace-coop")
    assert back.id == left.id
    await desk.under(desk.agathe, back, "finalement non")
    await reply_in_thread(desk.juliette, receipt, "merci de suivre")
    await desk.under(desk.agathe, back, "merci de suivre")
    ours = plain(await desk.agathe.asks(f"/ticket {ticket.number}"))
    assert "Entre agents : « plutôt pour vous »" in ours
    theirs = plain(await desk.juliette.asks(f"/ticket {ticket.number}"))
    assert "l’a transférée (vers Aide métier)" in theirs
    assert "plutôt pour vous" not in theirs
    assert "finalement non" not in theirs


@pytest.mark.every_mode
async def test_what_was_said_goes_along_and_is_shown_to_who_may_read_it(desk: Hotline) -> None:
    ticket, receipt = await desk.asks(desk.juliette, "Suivie partout")
    await desk.is_where(ticket)
    card = await desk.card(ticket)
    await reply_in_thread(desk.juliette, receipt, "Appelez-moi au 06 12 34 56 78, tout est bloqué")
    await desk.under(desk.agathe, card, "tout est bloqué")
    await send_dialog(desk.agathe, card, "Répondre", reponse="Essayez **Firefox**")
    await desk.under(desk.juliette, receipt, "Firefox")
    await reply_in_thread(desk.agathe, card, "! elle est pressée")
    await reply_in_thread(desk.agathe, card, "ou un autre ordinateur")
    await desk.is_known(await desk.under(desk.juliette, receipt, "autre ordinateur"))
    await send_dialog(desk.agathe, await desk.card(ticket, "pris"), "Transférer", note="à vous")
    there = await desk.card(ticket, queue="metier")
    carried = plain(await desk.under(desk.omar, there, "Ce qui s’est dit"))
    assert "Mot des autres agents** : à vous" in carried
    assert carried.index("tout est bloqué") < carried.index("Essayez **Firefox**")
    assert "autre ordinateur" in carried
    for secret in ("06 12 34", "pressée", "est maintenant chez", "informations personnelles"):
        assert secret not in carried
    assert carried.count("**") == 2 + 2 + 2 * 3 + 2, "each line is somebody’s, and there is no notice of the bot’s own"
    await desk.is_where(await desk.now(ticket))
    await reply_in_thread(desk.juliette, receipt, "Rien avec Firefox")
    await desk.under(desk.omar, there, "Rien avec Firefox")
    ours = plain(await desk.omar.asks(f"/ticket {ticket.number}"))
    assert "tout est bloqué" in ours
    assert "06 12 34" not in ours
    theirs = plain(await desk.juliette.asks(f"/ticket {ticket.number}"))
    assert "06 12 34" in theirs.replace("\\", "")
    assert "à vous" not in theirs
    await send_dialog(desk.omar, await desk.card(ticket, queue="metier"), "Transférer", note="non, à vous")
    back = plain(await desk.under(desk.agathe, card, "non, à vous"))
    assert "Rien avec Firefox" in back
    assert "Essayez" not in back, "that was said here"


@pytest.mark.every_mode
async def test_a_duplicate_ends_and_names_no_other_person(desk: Hotline) -> None:
    lea = await desk.house.conseiller("lea")
    first, _ = await desk.asks(desk.juliette, "Le serveur est lent")
    second, receipt = await desk.asks(lea, "C’est lent")
    await desk.is_where(second)
    card = await desk.card(second)
    form = await _menu(desk, card, "Doublon de…")
    refused = await form.fill(numero="999999").submit()
    assert "Il n’y a pas de demande n° 999999" in refused.errors["numero"].replace("\u00a0", " ")
    await send_dialog(desk.agathe, card, "Doublon de…", numero=str(first.number))
    told = await desk.under(lea, receipt, "D’autres ont le même souci")
    assert str(first.number) not in told.text
    assert desk.juliette.username not in told.text
    own = plain(await lea.rewritten(receipt, "réunie à une autre"))
    assert "résolue" not in own, "the team still works on it"
    ended = await desk.now(second)
    assert (ended.state, ended.reason, ended.duplicate_of) == ("resolu", "doublon", first.number)
    await desk.under(desk.agathe, await desk.card(first), f"La demande n° {second.number}")


@pytest.mark.every_mode
async def test_who_asked_the_same_gets_the_answer(desk: Hotline) -> None:
    """Also of a duplicate of a duplicate, and as the answer is changed or taken back."""
    lea, max_ = await desk.house.conseiller("lea"), await desk.house.conseiller("max")
    first, own = await desk.asks(desk.juliette, "Le tableau ne s’ouvre pas")
    second, hers = await desk.asks(lea, "Tableau fermé")
    third, his = await desk.asks(max_, "Plus de tableau du tout")
    for ticket in (first, second, third):
        await desk.is_where(ticket)
    await send_dialog(desk.agathe, await desk.card(third), "Doublon de…", numero=str(second.number))
    await send_dialog(desk.agathe, await desk.card(second), "Doublon de…", numero=str(first.number))
    card = await desk.card(first)
    await desk.under(desk.agathe, card, "lui parvient aussi")
    line = await reply_in_thread(desk.agathe, card, "On regarde")
    await send_dialog(desk.omar, card, "Répondre", reponse="Videz le cache")
    for who, receipt in ((lea, hers), (max_, his)):
        await desk.under(who, receipt, "Videz le cache")
        await desk.under(who, receipt, "On regarde")
    await desk.is_known(await desk.under(desk.juliette, own, "On regarde"))
    await desk.house.settled()
    await edit_post(desk.agathe, line, "On regarde de près")
    for who, receipt in ((lea, hers), (max_, his)):
        await desk.under(who, receipt, "On regarde de près")
    await send_dialog(desk.omar, await desk.card(first, "pris"), "Demander une précision", question="Et chez vous ?")
    await send_dialog(desk.omar, await desk.card(first, "en attente"), "Résoudre", solution="Rechargez la page")
    for who, receipt in ((lea, hers), (max_, his)):
        ended = plain(await desk.under(who, receipt, "en commun avec d’autres est résolue"))
        assert "Rechargez la page" in ended
        assert not any(name in ended for name in (desk.juliette.username, str(first.number)))
        assert not [p for p in await who.direct() if "Et chez vous" in p.text], "that was asked of Juliette"
    late, receipt = await desk.asks(lea, "Grille figée")
    await desk.is_where(late)
    await send_dialog(desk.agathe, await desk.card(late), "Doublon de…", numero=str(first.number))
    assert "Rechargez la page" in plain(await desk.under(lea, receipt, "est résolue"))


async def _menu(desk: Hotline, card: Post, label: str) -> Dialog:
    await desk.agathe.chooses(card, "Plus…", label)
    return await desk.agathe.dialog()


@pytest.mark.every_mode
async def test_a_word_reopens_what_was_solved_but_thanks_do_not(desk: Hotline) -> None:
    ticket, receipt = await desk.asks(desk.juliette, "Résolue trop tôt")
    await desk.is_where(ticket)
    await send_dialog(desk.agathe, await desk.card(ticket), "Résoudre")
    await reply_in_thread(desk.juliette, receipt, "Merci beaucoup !")
    card = await desk.card(ticket, "résolu")
    await desk.under(desk.agathe, card, "Merci beaucoup")
    assert (await desk.now(ticket)).state == "resolu"
    await reply_in_thread(desk.juliette, receipt, "Merci, mais ça recommence")
    reopened = await desk.card(ticket, "rouvert")
    assert "Prendre" not in reopened.buttons, "it is still Agathe’s"
    await send_dialog(desk.agathe, reopened, "Résoudre", raison="sans_suite")
    ended = await desk.under(desk.juliette, receipt, "(sans suite)")
    assert ended.buttons == ["Ce n’est pas réglé"], "whether it helped was asked once"
    await desk.juliette.clicks(ended, "Ce n’est pas réglé")
    await desk.card(ticket, "rouvert")
    await desk.juliette.clicks(receipt, "C’est réglé")
    await desk.card(ticket, "clos (résolu)")


async def test_what_is_solved_closes_after_five_working_days_and_it_is_said_before(desk: Hotline) -> None:
    ticket, receipt = await desk.asks(desk.juliette, "Le temps passe")
    await desk.is_where(ticket)
    await send_dialog(desk.agathe, await desk.card(ticket), "Résoudre")
    clock, runs = desk.house.clock, desk.house.bot.runs
    try:
        for days, state in ((3, "resolu"), (8, "resolu"), (12, "clos")):
            clock.goes_to(utc_now() + timedelta(days=days))
            await runs.run(("job", "hotline.close_solved"), f"story-{days}")
            assert (await desk.now(ticket)).state == state
        await desk.under(desk.juliette, receipt, "elle sera close demain")
        await desk.house.settled()
    finally:
        clock.is_right_again()


async def test_who_is_no_agent_does_nothing_with_a_ticket(desk: Hotline) -> None:
    ticket, _ = await desk.asks(desk.juliette, "Pas pour tous")
    lea = await desk.house.conseiller("lea")
    for line in (f"/ticket {ticket.number}", "/ticket liste", "/ticket chercher tous", "/ticket"):
        told = plain(await lea.asks(line))
        assert "n’existe pas" in told or "réserv" in told, told
    card = await desk.card(ticket)
    await desk.house.registers(desk.omar, Role.CONSEILLER)
    place = desk.rooms["espace-coop"]
    await desk.omar.clicks(card, "Prendre")
    assert (await desk.now(ticket)).agent_id == desk.omar.id, "who is in the room is an agent"
    await desk.house.site.admin.delete(f"/channels/{place}/members/{desk.omar.id}")
    await desk.card(ticket, "Agent : personne")
    await desk.under(desk.agathe, card, "n’est plus agent de cette file")


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
