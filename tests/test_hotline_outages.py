"""Stories: look-alike demands are proposed as an outage, once; it is said, told, ended, joined and left; or refused."""

import asyncio
from typing import NoReturn

import pytest

from bot.app import App
from bot.context import Request
from bot.spool import Submission
from storage.hotline import tickets
from storage.hotline.tickets import Ticket
from tests.people import Person, Post, unique
from tests.support.hotline import USUAL, Hotline, helpdesk
from tests.support.house import plain, wait_for

__all__ = ["helpdesk"]


async def asking(helpdesk: Hotline, *departements: str) -> list[Person]:
    """Conseillers of these départements."""
    return [await helpdesk.house.conseiller(f"c{n}{d.lower()}", departements=[d]) for n, d in enumerate(departements)]


async def in_room(helpdesk: Hotline, *containing: str) -> list[Post]:
    """What the bot says in the room of the tool, no answers, that contains all of this."""
    posts = await helpdesk.agathe.reads(helpdesk.rooms["espace-coop"])
    mine = [p for p in posts if p.user_id == helpdesk.house.site.bot_id and not p.root_id]
    return [p for p in mine if all(words in plain(p) for words in containing)]


async def said(helpdesk: Hotline, *containing: str) -> Post:
    """The same, once it is there."""

    async def is_there() -> Post | None:
        return next(iter(await in_room(helpdesk, *containing)), None)

    return await wait_for(is_there)


async def fills(who: Person, post: Post, label: str, **fields: str) -> None:
    """Somebody fills the window behind a button, and sends it."""
    answer = await (await who.opens_by(post, label)).fill(**fields).submit()
    assert answer.accepted, answer


async def outage(helpdesk: Hotline, word: str, people: list[Person]) -> tuple[Post, list[tuple[Ticket, Post]]]:
    """Each of these asks about the same, and it is proposed."""
    asked = [await helpdesk.asks(who, f"Plus de {word}") for who in people]
    for ticket, _ in asked:
        await helpdesk.is_where(ticket)
    return await said(helpdesk, "Une panne ?", word), asked


@pytest.mark.every_mode
async def test_an_outage_is_proposed_said_joined_told_and_ended(helpdesk: Hotline) -> None:
    word = unique("zadig")
    people = await asking(helpdesk, "69", "38", "69")
    proposal, asked = await outage(helpdesk, word, people)
    assert proposal.buttons == ["C’est une panne", "Non, sans lien"]
    for (ticket, _), where in zip(asked, ("69", "38", "69"), strict=True):
        assert f"n° {ticket.number}** ({where})" in plain(proposal)
    form = await helpdesk.agathe.opens_by(proposal, "C’est une panne")
    assert form.shown("titre") == f"Plus de {word}"
    assert (await form.fill(titre=f"{word} arrêté").submit()).accepted
    running = await said(helpdesk, "Panne n° ", f"{word} arrêté", "3 demandes")
    assert running.id == proposal.id
    number = plain(running).split("Panne n° ")[1].split(" ")[0]
    for (ticket, receipt), who in zip(asked, people, strict=True):
        told = plain(await helpdesk.under(who, receipt, "C’est une panne connue"))
        assert not any(other.username in told for other in people)
        await helpdesk.card(ticket, f"Panne n° {number}")

    lea = await helpdesk.house.conseiller("lea", departements=["974"])
    later, receipt = await helpdesk.asks(lea, f"{word} absent depuis midi")
    assert "panne connue" in plain(receipt)
    await helpdesk.card(later, f"Panne n° {number}")
    running = await said(helpdesk, f"{word} arrêté", "4 demandes")
    assert len(await in_room(helpdesk, word)) == 1 + len(asked) + 1

    await helpdesk.is_where(later)
    await fills(helpdesk.omar, running, "Écrire à tous", nouvelles="Retour **vers 16 h**, @all")
    everybody = [*zip(people, [r for _, r in asked], strict=True), (lea, receipt)]
    for who, root in everybody:
        assert "@all" not in (await helpdesk.under(who, root, "Retour **vers 16 h**")).text
    running = await said(helpdesk, f"{word} arrêté", "Retour")
    await helpdesk.house.settled()

    whisper = await helpdesk.omar.asks(f"/ticket panne {number}")
    assert whisper.buttons == ["Écrire à tous", "C’est fini"]
    await fills(helpdesk.agathe, running, "C’est fini", mot="Tout est revenu.")
    for who, root in everybody:
        await helpdesk.under(who, root, "Tout est revenu.")
        assert (await helpdesk.under(who, root, "La panne est finie")).buttons == ["👍", "👎", "Ce n’est pas réglé"]
        lines = [plain(p) for p in await who.direct() if p.root_id == root.id]
        assert [sum(words in line for line in lines) for words in ("Retour", "Tout est revenu", "est finie")] == [1] * 3
    for ticket in (*(t for t, _ in asked), later):
        solved = await helpdesk.now(ticket)
        assert (solved.state, solved.reason, str(solved.incident)) == ("resolu", "panne", number)
    over = await said(helpdesk, f"{word} arrêté", "Elle est finie")
    assert over.buttons == []
    assert "Elle est finie" in plain(await helpdesk.agathe.asks(f"/ticket panne {number}"))
    assert "n’existe pas" in plain(await helpdesk.agathe.asks("/ticket panne 99999"))
    another, receipt = await helpdesk.asks(people[0], f"Encore plus de {word}")
    assert (await helpdesk.now(another)).incident is None
    assert "panne connue" not in plain(receipt)


@pytest.mark.every_mode
async def test_what_is_refused_is_not_proposed_again_and_grows_until_then(helpdesk: Hotline) -> None:
    word = unique("cedre")
    people = await asking(helpdesk, "69", "38", "01")
    proposal, _ = await outage(helpdesk, word, people)
    more = await helpdesk.house.conseiller("plus", departements=["2A"])
    ticket, _ = await helpdesk.asks(more, f"Toujours plus de {word}")
    grown = await said(helpdesk, "4 demandes", f"n° {ticket.number}", word)
    assert grown.id == proposal.id
    form = await helpdesk.agathe.opens_by(grown, "C’est une panne")
    await helpdesk.omar.clicks(grown, "Non, sans lien")
    refused = await said(helpdesk, "sont sans lien", f"{ticket.number}")
    assert refused.id == proposal.id
    assert refused.buttons == ["Annuler"]
    again, _ = await helpdesk.asks(people[0], f"Plus de {word}, encore")
    await helpdesk.card(again)
    assert not await in_room(helpdesk, "Une panne ?", word)
    assert (await helpdesk.now(ticket)).incident is None
    await helpdesk.agathe.clicks(refused, "Annuler")
    proposed = await said(helpdesk, "Une panne ?", word)
    assert proposed.buttons == ["C’est une panne", "Non, sans lien"]
    await helpdesk.omar.clicks(proposed, "Non, sans lien")
    await said(helpdesk, "sont sans lien", f"{ticket.number}")
    assert (await form.fill(titre=f"{word} abattu").submit()).accepted, "what a colleague fills in is not discarded"
    await said(helpdesk, "Panne n° ", f"{word} abattu", "4 demandes")


@pytest.mark.every_mode
async def test_an_outage_is_declared_by_hand(helpdesk: Hotline) -> None:
    word = unique("ormeau")
    lea = await helpdesk.house.conseiller("lea", departements=["974"])
    ticket, receipt = await helpdesk.asks(helpdesk.juliette, f"Un souci de {word}")
    await helpdesk.is_where(ticket)
    form = await helpdesk.agathe.opens(f"/ticket panne {word} en rade")
    assert form.shown("titre") == f"{word} en rade"
    assert form.shown("demandes") == str(ticket.number), "it is about that, and was asked before"
    refused = await form.fill(demandes="999999").submit()
    assert "n’est pas ouverte" in refused.errors["demandes"]
    assert (await form.fill(demandes=str(ticket.number)).submit()).accepted
    running = await said(helpdesk, "Panne n° ", f"{word} en rade", "1 demande")
    assert running.buttons == ["Écrire à tous", "C’est fini"]
    await helpdesk.under(helpdesk.juliette, receipt, "C’est une panne connue")
    later, hers = await helpdesk.asks(lea, f"{word} toujours en rade")
    assert "panne connue" in plain(hers)
    await helpdesk.card(later, "Panne n° ")
    whisper = await helpdesk.agathe.asks("/ticket panne")
    assert "Déclarer une panne" in whisper.buttons
    assert "réservé" in plain(await helpdesk.juliette.asks("/ticket panne le courriel"))


async def test_look_alikes_of_one_departement_or_too_few_are_none(helpdesk: Hotline) -> None:
    word = unique("flore")
    for who in await asking(helpdesk, "69", "69", "69", "69"):
        ticket, _ = await helpdesk.asks(who, f"Plus de {word}")
    other = await helpdesk.house.conseiller("autre", departements=["38"])
    unlike, _ = await helpdesk.asks(other, "Une question de contrat")
    elsewhere, _ = await helpdesk.asks(other, f"Plus de {word}", file="metier")
    for each in (ticket, unlike, elsewhere):
        await helpdesk.card(each)
    assert not await in_room(helpdesk, "Une panne ?", word)
    first, _ = await helpdesk.asks(other, f"Plus de {word}")
    await helpdesk.card(first)
    await said(helpdesk, "Une panne ?", word, "5 demandes")


@pytest.mark.every_mode
async def test_a_ticket_is_taken_out_of_an_outage(helpdesk: Hotline) -> None:
    word = unique("gypse")
    people = await asking(helpdesk, "69", "38", "01")
    proposal, asked = await outage(helpdesk, word, people)
    await fills(helpdesk.agathe, proposal, "C’est une panne")
    ticket, receipt = asked[1]
    card = await helpdesk.card(ticket, "Panne n°")
    await helpdesk.agathe.chooses(card, "Plus…", "Hors de la panne")
    await helpdesk.under(people[1], receipt, "pas liée à cette panne")
    running = await said(helpdesk, "Panne n° ", word, "2 demandes")
    assert (await helpdesk.now(ticket)).asked_at
    await helpdesk.house.settled()
    await fills(helpdesk.agathe, running, "C’est fini")
    await helpdesk.under(people[0], asked[0][1], "La panne est finie")
    await helpdesk.house.settled()
    assert (await helpdesk.now(ticket)).state == "nouveau"


async def test_who_is_no_agent_says_nothing_of_outages(helpdesk: Hotline) -> None:
    word = unique("houx")
    people = await asking(helpdesk, "69", "38", "01")
    proposal, _ = await outage(helpdesk, word, people)
    assert "réservé" in plain(await people[0].asks("/ticket panne"))
    assert "réservé" in plain(await people[0].asks("/ticket panne 1"))
    listed = plain(await helpdesk.agathe.asks("/ticket panne"))
    assert f"Plus de {word}" in listed
    assert proposal.id


async def test_an_end_that_failed_on_its_way_is_said_again(helpdesk: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    word = unique("jonc")
    people = await asking(helpdesk, "69", "38", "01")
    proposal, asked = await outage(helpdesk, word, people)
    await fills(helpdesk.agathe, proposal, "C’est une panne")
    running = await said(helpdesk, "Panne n° ", word, "3 demandes")
    await helpdesk.house.settled()

    async def fail(*_: object) -> NoReturn:
        raise RuntimeError("une chose imprévue")

    monkeypatch.setattr(tickets, "list_tickets_of_incident_after", fail)
    await fills(helpdesk.agathe, running, "C’est fini", mot="Fini")
    await said(helpdesk, word, "Elle est finie")
    running = await reopened(helpdesk, word)
    monkeypatch.undo()
    await fills(helpdesk.agathe, running, "C’est fini", mot="Fini pour de bon")
    for who, (ticket, receipt) in zip(people, asked, strict=True):
        await helpdesk.under(who, receipt, "Fini pour de bon")
        assert (await helpdesk.now(ticket)).reason == "panne"


async def reopened(helpdesk: Hotline, word: str) -> Post:
    """Its message in the room, once its buttons are there again."""

    async def is_running() -> Post | None:
        return next((post for post in await in_room(helpdesk, "Panne n° ", word) if "C’est fini" in post.buttons), None)

    return await wait_for(is_running)


async def test_two_replicas_propose_once(helpdesk: Hotline) -> None:
    word = unique("iris")
    people = await asking(helpdesk, "69", "38", "01", "02", "03", "04")
    async with helpdesk.house.replica() as second:
        bots = (helpdesk.house.bot, second)
        await asyncio.gather(*(files(bots[n % 2], who, f"Plus de {word}") for n, who in enumerate(people)))
        await said(helpdesk, "Une panne ?", word, "6 demandes")
        await helpdesk.house.settled()
    assert len(await in_room(helpdesk, "Une panne ?", word)) == 1


async def files(bot: App, who: Person, subject: str) -> None:
    """Somebody sends the window to one of several bots."""
    key = unique("key")
    queues = {"espace-coop": "Aide Espace Coop", "metier": "Aide métier"}
    sent = Submission("hotline.OpenTicket", key, who.id, USUAL | {"sujet": subject}, {"queues": queues})
    await bot.dispatcher.run(Request("submit", "hotline.OpenTicket", who.id, key=key), sent)
