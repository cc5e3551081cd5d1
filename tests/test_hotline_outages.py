"""Stories: look-alike demands are proposed as an outage, once; it is said, told, ended, joined and left; or refused."""

import asyncio
from typing import NoReturn

import pytest

from bot.app import App
from bot.context import Request
from bot.spool import Submission
from storage.hotline import incidents
from storage.hotline.tickets import Ticket
from tests.people import Person, Post, unique
from tests.support.hotline import USUAL, Hotline, desk
from tests.support.house import plain, wait_for

__all__ = ["desk"]


async def asking(desk: Hotline, *departements: str) -> list[Person]:
    """Conseillers of these départements."""
    return [await desk.house.conseiller(f"c{n}{d.lower()}", departements=[d]) for n, d in enumerate(departements)]


async def in_room(desk: Hotline, *containing: str) -> list[Post]:
    """What the bot says in the room of the tool, no answers, that contains all of this."""
    posts = await desk.agathe.reads(desk.rooms["espace-coop"])
    mine = [p for p in posts if p.user_id == desk.house.site.bot_id and not p.root_id]
    return [p for p in mine if all(words in plain(p) for words in containing)]


async def said(desk: Hotline, *containing: str) -> Post:
    """The same, once it is there."""

    async def is_there() -> Post | None:
        return next(iter(await in_room(desk, *containing)), None)

    return await wait_for(is_there)


async def fills(who: Person, post: Post, label: str, **fields: str) -> None:
    """Somebody fills the window behind a button, and sends it."""
    answer = await (await who.opens_by(post, label)).fill(**fields).submit()
    assert answer.accepted, answer


async def outage(desk: Hotline, word: str, people: list[Person]) -> tuple[Post, list[tuple[Ticket, Post]]]:
    """Each of these asks about the same, and it is proposed."""
    asked = [await desk.asks(who, f"Plus de {word}") for who in people]
    for ticket, _ in asked:
        await desk.is_where(ticket)
    return await said(desk, "Une panne ?", word), asked


@pytest.mark.every_mode
async def test_an_outage_is_proposed_said_joined_told_and_ended(desk: Hotline) -> None:
    word = unique("zadig")
    people = await asking(desk, "69", "38", "69")
    proposal, asked = await outage(desk, word, people)
    assert proposal.buttons == ["C’est une panne", "Non, sans lien"]
    for (ticket, _), where in zip(asked, ("69", "38", "69"), strict=True):
        assert f"n° {ticket.number}** ({where})" in plain(proposal)
    form = await desk.agathe.opens_by(proposal, "C’est une panne")
    assert form.shown("titre") == f"Plus de {word}"
    assert (await form.fill(titre=f"{word} arrêté").submit()).accepted
    running = await said(desk, "Panne n° ", f"{word} arrêté", "3 demandes")
    assert running.id == proposal.id
    number = plain(running).split("Panne n° ")[1].split(" ")[0]
    for (ticket, receipt), who in zip(asked, people, strict=True):
        told = plain(await desk.under(who, receipt, "C’est une panne connue"))
        assert not any(other.username in told for other in people)
        await desk.card(ticket, f"Panne n° {number}")

    lea = await desk.house.conseiller("lea", departements=["974"])
    later, receipt = await desk.asks(lea, f"{word} absent depuis midi")
    assert "panne connue" in plain(receipt)
    await desk.card(later, f"Panne n° {number}")
    running = await said(desk, f"{word} arrêté", "4 demandes")
    assert len(await in_room(desk, word)) == 1 + len(asked) + 1

    await desk.is_where(later)
    await fills(desk.omar, running, "Écrire à tous", nouvelles="Retour **vers 16 h**, @all")
    everybody = [*zip(people, [r for _, r in asked], strict=True), (lea, receipt)]
    for who, root in everybody:
        assert "@all" not in (await desk.under(who, root, "Retour **vers 16 h**")).text
    running = await said(desk, f"{word} arrêté", "Retour")
    await desk.house.settled()

    whisper = await desk.omar.asks(f"/ticket panne {number}")
    assert whisper.buttons == ["Écrire à tous", "C’est fini"]
    await fills(desk.agathe, running, "C’est fini", mot="Tout est revenu.")
    for who, root in everybody:
        await desk.under(who, root, "Tout est revenu.")
        assert (await desk.under(who, root, "La panne est finie")).buttons == ["👍", "👎", "Ce n’est pas réglé"]
        lines = [plain(p) for p in await who.direct() if p.root_id == root.id]
        assert [sum(words in line for line in lines) for words in ("Retour", "Tout est revenu", "est finie")] == [1] * 3
    for ticket in (*(t for t, _ in asked), later):
        solved = await desk.now(ticket)
        assert (solved.state, solved.reason, str(solved.incident)) == ("resolu", "panne", number)
    over = await said(desk, f"{word} arrêté", "Elle est finie")
    assert over.buttons == []
    assert "n’existe pas" in plain(await desk.agathe.asks(f"/ticket panne {number}"))
    another, receipt = await desk.asks(people[0], f"Encore plus de {word}")
    assert (await desk.now(another)).incident is None
    assert "panne connue" not in plain(receipt)


@pytest.mark.every_mode
async def test_what_is_refused_is_not_proposed_again_and_grows_until_then(desk: Hotline) -> None:
    word = unique("cedre")
    people = await asking(desk, "69", "38", "01")
    proposal, _ = await outage(desk, word, people)
    more = await desk.house.conseiller("plus", departements=["2A"])
    ticket, _ = await desk.asks(more, f"Toujours plus de {word}")
    grown = await said(desk, "4 demandes", f"n° {ticket.number}", word)
    assert grown.id == proposal.id
    form = await desk.agathe.opens_by(grown, "C’est une panne")
    await desk.omar.clicks(grown, "Non, sans lien")
    refused = await said(desk, "sont sans lien", f"{ticket.number}")
    assert refused.id == proposal.id
    assert refused.buttons == ["Annuler"]
    again, _ = await desk.asks(people[0], f"Plus de {word}, encore")
    await desk.card(again)
    assert not await in_room(desk, "Une panne ?", word)
    assert (await desk.now(ticket)).incident is None
    await desk.agathe.clicks(refused, "Annuler")
    proposed = await said(desk, "Une panne ?", word)
    assert proposed.buttons == ["C’est une panne", "Non, sans lien"]
    await desk.omar.clicks(proposed, "Non, sans lien")
    await said(desk, "sont sans lien", f"{ticket.number}")
    assert (await form.fill(titre=f"{word} abattu").submit()).accepted, "what a colleague fills in is not discarded"
    await said(desk, "Panne n° ", f"{word} abattu", "4 demandes")


@pytest.mark.every_mode
async def test_an_outage_is_declared_by_hand(desk: Hotline) -> None:
    word = unique("ormeau")
    lea = await desk.house.conseiller("lea", departements=["974"])
    ticket, receipt = await desk.asks(desk.juliette, f"Un souci de {word}")
    await desk.is_where(ticket)
    form = await desk.agathe.opens(f"/ticket panne {word} en rade")
    assert form.shown("titre") == f"{word} en rade"
    refused = await form.fill(demandes="999999").submit()
    assert "n’est pas ouverte" in refused.errors["demandes"]
    assert (await form.fill(demandes=str(ticket.number)).submit()).accepted
    running = await said(desk, "Panne n° ", f"{word} en rade", "1 demande")
    assert running.buttons == ["Écrire à tous", "C’est fini"]
    await desk.under(desk.juliette, receipt, "C’est une panne connue")
    later, hers = await desk.asks(lea, f"{word} toujours en rade")
    assert "panne connue" in plain(hers)
    await desk.card(later, "Panne n° ")
    whisper = await desk.agathe.asks("/ticket panne")
    assert "Déclarer une panne" in whisper.buttons
    assert "réservé" in plain(await desk.juliette.asks("/ticket panne le courriel"))


async def test_look_alikes_of_one_departement_or_too_few_are_none(desk: Hotline) -> None:
    word = unique("flore")
    for who in await asking(desk, "69", "69", "69", "69"):
        ticket, _ = await desk.asks(who, f"Plus de {word}")
    other = await desk.house.conseiller("autre", departements=["38"])
    unlike, _ = await desk.asks(other, "Une question de contrat")
    elsewhere, _ = await desk.asks(other, f"Plus de {word}", file="metier")
    for each in (ticket, unlike, elsewhere):
        await desk.card(each)
    assert not await in_room(desk, "Une panne ?", word)
    first, _ = await desk.asks(other, f"Plus de {word}")
    await desk.card(first)
    await said(desk, "Une panne ?", word, "5 demandes")


@pytest.mark.every_mode
async def test_a_ticket_is_taken_out_of_an_outage(desk: Hotline) -> None:
    word = unique("gypse")
    people = await asking(desk, "69", "38", "01")
    proposal, asked = await outage(desk, word, people)
    await fills(desk.agathe, proposal, "C’est une panne")
    ticket, receipt = asked[1]
    card = await desk.card(ticket, "Panne n°")
    await desk.agathe.chooses(card, "Plus…", "Hors de la panne")
    await desk.under(people[1], receipt, "pas liée à cette panne")
    running = await said(desk, "Panne n° ", word, "2 demandes")
    assert (await desk.now(ticket)).asked_at
    await desk.house.settled()
    await fills(desk.agathe, running, "C’est fini")
    await desk.under(people[0], asked[0][1], "La panne est finie")
    await desk.house.settled()
    assert (await desk.now(ticket)).state == "nouveau"


async def test_who_is_no_agent_says_nothing_of_outages(desk: Hotline) -> None:
    word = unique("houx")
    people = await asking(desk, "69", "38", "01")
    proposal, _ = await outage(desk, word, people)
    assert "réservé" in plain(await people[0].asks("/ticket panne"))
    assert "réservé" in plain(await people[0].asks("/ticket panne 1"))
    listed = plain(await desk.agathe.asks("/ticket panne"))
    assert f"Plus de {word}" in listed
    assert proposal.id


async def test_an_end_that_failed_on_its_way_is_said_again(desk: Hotline, monkeypatch: pytest.MonkeyPatch) -> None:
    word = unique("jonc")
    people = await asking(desk, "69", "38", "01")
    proposal, asked = await outage(desk, word, people)
    await fills(desk.agathe, proposal, "C’est une panne")
    running = await said(desk, "Panne n° ", word, "3 demandes")
    await desk.house.settled()

    async def fail(*_: object) -> NoReturn:
        raise RuntimeError("une chose imprévue")

    monkeypatch.setattr(incidents, "list_tickets_after", fail)
    await fills(desk.agathe, running, "C’est fini", mot="Fini")
    await said(desk, word, "Elle est finie")
    running = await reopened(desk, word)
    monkeypatch.undo()
    await fills(desk.agathe, running, "C’est fini", mot="Fini pour de bon")
    for who, (ticket, receipt) in zip(people, asked, strict=True):
        await desk.under(who, receipt, "Fini pour de bon")
        assert (await desk.now(ticket)).reason == "panne"


async def reopened(desk: Hotline, word: str) -> Post:
    """Its message in the room, once its buttons are there again."""

    async def is_running() -> Post | None:
        return next((post for post in await in_room(desk, "Panne n° ", word) if "C’est fini" in post.buttons), None)

    return await wait_for(is_running)


async def test_two_replicas_propose_once(desk: Hotline) -> None:
    word = unique("iris")
    people = await asking(desk, "69", "38", "01", "02", "03", "04")
    async with desk.house.replica() as second:
        bots = (desk.house.bot, second)
        await asyncio.gather(*(files(bots[n % 2], who, f"Plus de {word}") for n, who in enumerate(people)))
        await said(desk, "Une panne ?", word, "6 demandes")
        await desk.house.settled()
    assert len(await in_room(desk, "Une panne ?", word)) == 1


async def files(bot: App, who: Person, subject: str) -> None:
    """Somebody sends the window to one of several bots."""
    key = unique("key")
    queues = {"espace-coop": "Aide Espace Coop", "metier": "Aide métier"}
    sent = Submission("hotline.OpenTicket", key, who.id, USUAL | {"sujet": subject}, {"queues": queues})
    await bot.dispatcher.run(Request("submit", "hotline.OpenTicket", who.id, key=key), sent)
