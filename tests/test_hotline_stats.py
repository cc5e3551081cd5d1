"""Stories: agents read what the hotline did, take it away, and find it in their room on Monday."""

import csv
import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
from sqlalchemy import update

from bot.features import Key
from storage.hotline import Reason, TicketState
from storage.hotline.tickets import Ticket
from storage.people import Role
from tests.people import Person, Post, unique
from tests.support.hotline import Hotline, helpdesk, make_ticket, parse_time, store_tickets, store_wish
from tests.support.house import is_listening, plain, wait_for

__all__ = ["helpdesk"]


WEEKLY: Key = ("job", "hotline.weekly")
HOUR = timedelta(hours=1)
FORMS = {"Télécharger (image)": "png", "Télécharger (Excel)": "xlsx", "Télécharger (CSV)": "csv"}


async def done(helpdesk: Hotline, opened: str) -> None:
    """Three demands of that hour, in a month in which nobody else’s story happens, solved the same morning."""
    day = parse_time(opened)
    solved: dict[str, Any] = {"state": TicketState.CLOS, "reason": Reason.RESOLU, "first_answer_at": day + HOUR}
    await store_tickets(
        helpdesk.house.bot.database,
        make_ticket(day, resolved_at=day + 2 * HOUR, closed_at=day + 2 * HOUR, rating=1, category="cra", **solved),
        make_ticket(day, resolved_at=day + 3 * HOUR, closed_at=day + 3 * HOUR, departement="", **solved),
        make_ticket(day, resolved_at=day + 3 * HOUR, closed_at=day + 3 * HOUR, queue="metier", **solved),
    )
    await store_wish(helpdesk.house.bot.database, day)


def said(post: Post) -> str:
    """What it says, with plain spaces."""
    return plain(post).replace("\u202f", " ")


async def taken(who: Person, answer: Post, label: str) -> tuple[str, bytes]:
    """The name and the content of the file that a button gives."""
    who.acts()
    await who.clicks(answer, label)
    sent = await who.told("Les chiffres de la hotline")
    [(name, content)] = (await who.files(sent)).items()
    assert name.endswith(FORMS[label])
    return name, content


@pytest.mark.every_mode
async def test_agents_read_what_was_done(helpdesk: Hotline) -> None:
    await done(helpdesk, "2022-03-10 08:30")
    answer = await helpdesk.agathe.asks("/hotline stats mars 2022")
    for words in (
        "Hotline, mars 2022** (Aide Espace Coop et Aide métier)",
        "**3** demandes reçues, **3** résolues, **1** évitée par",
        "Première réponse : la moitié en 1 h, neuf sur dix en 1 h",
        "Résolution : la moitié en 3 h",
        "Avis : 1 👍, 0 👎",
        "Par file : Aide Espace Coop 2, Aide métier 1",
        "Par catégorie : Autre chose 2, Comptes rendus 1",
        "Par département : Rhône (69) 2, Département inconnu 1",
        "Comment elles ont fini : résolue 3",
        "En cours aujourd’hui : **",
    ):
        assert words in said(answer), words
    assert answer.buttons == [*FORMS]
    nothing = await helpdesk.agathe.asks("/hotline stats février 2022")
    assert "Rien n’a été demandé ni résolu ces jours-là" in said(nothing)
    assert nothing.buttons == []


async def test_one_of_each_is_said_as_one(helpdesk: Hotline) -> None:
    day = parse_time("2022-05-10 09:00")
    ended = {
        "first_answer_at": day + timedelta(seconds=20),
        "resolved_at": day + 24 * HOUR,
        "closed_at": day + 24 * HOUR,
    }
    await store_tickets(
        helpdesk.house.bot.database, make_ticket(day, state=TicketState.CLOS, reason=Reason.RESOLU, **ended)
    )
    told = said(await helpdesk.omar.asks("/hotline stats du 9 au 11 mai 2022"))
    assert "**1** demande reçue, **1** résolue, **0** évitée" in told
    assert "Première réponse : moins d’une minute (une seule)" in told
    assert "Résolution : 7 h 30 (une seule)" in told, "neither lunch nor the night counts"
    assert "Avis : aucun" in told


async def test_the_figures_are_taken_away_as_files(helpdesk: Hotline) -> None:
    await done(helpdesk, "2022-07-07 07:30")
    answer = await helpdesk.agathe.asks("/hotline stats juillet 2022")
    name, content = await taken(helpdesk.agathe, answer, "Télécharger (CSV)")
    assert name == "Hotline_01-07-2022_31-07-2022.csv"
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    for line in (
        ["Hotline — Aide Espace Coop, Aide métier 01/07/2022-31/07/2022"],
        ["Demandes reçues", "3"],
        ["Demandes évitées", "1"],
        ["Résolution, la moitié en", "3"],
        ["Aide Espace Coop", "2", "67"],
        ["Toutes", "", "3", "3", "1", "1", "3", "3", "3"],
        ["Catégorie", "Comptes rendus", "1", "1", "1", "1", "1", "2", "2"],
        ["Département", "Département inconnu", "1", "1", "1", "1", "1", "3", "3"],
    ):
        assert line in lines, line

    _, content = await taken(helpdesk.agathe, answer, "Télécharger (Excel)")
    figures, parts = openpyxl.load_workbook(io.BytesIO(content)).worksheets
    assert ("Demandes reçues", 3) in [row[:2] for row in figures.iter_rows(values_only=True)]
    head, whole, *_ = parts.iter_rows(values_only=True)
    told = dict(zip(head, whole, strict=True))
    assert (told["Par"], told["Reçues"]) == ("Toutes", 3)
    assert told["Résolution, la moitié en"] == 3 * HOUR, "a duration"

    name, content = await taken(helpdesk.agathe, answer, "Télécharger (image)")
    assert (name, content[:4]) == ("Hotline_01-07-2022_31-07-2022_hotline.png", b"\x89PNG")


async def test_who_is_no_agent_asks_for_help_or_is_told(helpdesk: Hotline) -> None:
    refusal = await helpdesk.juliette.asks("/hotline stats mois dernier")
    assert "réservés à ses agents" in said(refusal)
    assert "/hotline demandes" in said(refusal)
    assert said(await helpdesk.juliette.asks("/stats hotline mois dernier")) == said(refusal)
    form = await helpdesk.juliette.opens("/hotline stats de mon département vides")
    assert form.shown("sujet") == "stats de mon département vides"
    told = await helpdesk.agathe.asks("/hotline stats lendemain de fête")
    assert "Je n’ai pas compris la période" in said(told)


async def test_who_is_in_one_room_reads_of_its_queue(helpdesk: Hotline) -> None:
    await done(helpdesk, "2022-09-08 07:30")
    lea = await helpdesk.house.conseiller("lea")
    await helpdesk.house.site.add_members(helpdesk.rooms["metier"], lea)

    async def is_agent() -> Post | None:
        await is_listening(helpdesk.house.bot, set(helpdesk.rooms.values()))
        answer = await lea.asks("/hotline stats septembre 2022")
        return None if "réservés" in said(answer) else answer

    answer = await wait_for(is_agent)
    assert answer
    assert "septembre 2022** (Aide métier)" in said(answer)
    assert "**1** demande reçue" in said(answer)
    ticket, _ = await helpdesk.asks(helpdesk.juliette, "Seulement pour l’outil")
    assert "Aide Espace Coop" in said(await lea.asks(f"/ticket {ticket.number}")), "she is told whose it is"
    _, content = await taken(lea, answer, "Télécharger (CSV)")
    assert "Aide Espace Coop" not in content.decode("utf-8-sig")


async def test_who_is_an_agent_no_more_gets_no_file(helpdesk: Hotline) -> None:
    await done(helpdesk, "2022-11-10 08:30")
    nora = await helpdesk.house.someone(Role.HOTLINE, "nora")
    answer = await nora.asks("/hotline stats novembre 2022")
    assert "**3** demandes reçues" in said(answer)
    await helpdesk.house.registers(nora, Role.CONSEILLER, departements=["69"])
    await nora.clicks(answer, "Télécharger (CSV)")
    assert "réservés à ses agents" in said(await nora.whispered())


async def on(helpdesk: Hotline, when: str) -> list[Post]:
    """What the job says in the room of « Aide métier » at that time in UTC."""
    before = {post.id for post in await helpdesk.agathe.reads(helpdesk.rooms["metier"])}
    helpdesk.house.clock.goes_to(parse_time(when))
    await helpdesk.house.bot.runs.run(WEEKLY, unique("lundi"))
    await helpdesk.house.settled()
    posts = await helpdesk.agathe.reads(helpdesk.rooms["metier"])
    return [post for post in posts if post.id not in before and "En cours aujourd’hui" in said(post)]


@pytest.mark.both_databases
async def test_on_monday_each_room_reads_of_its_week(helpdesk: Hotline) -> None:
    day = parse_time("2027-03-10 09:00")
    async with helpdesk.house.bot.database.transaction() as db:
        await db.execute(update(Ticket).values(state=TicketState.CLOS))  # those of earlier stories would be older
    (number,) = await store_tickets(
        helpdesk.house.bot.database,
        make_ticket(day, queue="metier", subject="Mon *contrat* @all", first_answer_at=day + HOUR),
    )
    (summary,) = await on(helpdesk, "2027-03-15 07:30")
    told = said(summary)
    assert "Aide métier, du 8 au 14 mars 2027" in told
    assert "**1** demande reçue, **0** résolue" in told
    assert "Première réponse : 1 h (une seule)" in told
    assert "Ouvertes depuis le plus longtemps" in told
    assert "@all" not in summary.text
    assert f"**n° {number}** Mon \\*contrat\\*" in told
    assert await on(helpdesk, "2027-03-15 08:30") == [], "once a week"
    assert await on(helpdesk, "2027-03-16 07:30") == []


async def test_a_holiday_is_told_of_the_day_after_and_a_morning_missed_is_made_up_for(helpdesk: Hotline) -> None:
    await store_tickets(helpdesk.house.bot.database, make_ticket(parse_time("2027-03-24 09:00"), queue="metier"))
    assert await on(helpdesk, "2027-03-29 06:30") == [], "Easter Monday"
    (summary,) = await on(helpdesk, "2027-03-30 06:30")
    assert "du 22 au 28 mars 2027" in said(summary)
    assert await on(helpdesk, "2027-03-31 06:30") == []
    (late,) = await on(helpdesk, "2027-04-07 06:30")
    assert "du 29 mars au 4 avril 2027" in said(late), "nobody was there on Monday and Tuesday"
