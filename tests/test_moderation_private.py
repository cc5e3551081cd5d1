"""Whatever happens, nothing that the author can receive says who reported: no text, button, window, topic or entry."""

import json
from collections.abc import Sequence

from storage.moderation import Case
from storage.people import Role
from tests.support.house import plain, react, reply_in_thread
from tests.support.moderation import CaseStage, age_reports, room, send_dialog
from tests.support.security import assert_never_told, fetch_data_copy, list_shown

__all__ = ["room"]


WHY = {"raison": "Ces mots blessent."}
MOVES: Sequence[tuple[str, dict[str, str], str]] = [
    ("Rappel de la charte", WHY, "Maintenir"),
    ("Avertir", WHY, "Alléger"),
    ("Masquer", WHY, "Annuler la mesure"),
    ("Rien à faire", {"avis": "infonde"}, ""),
    ("Suspendre l’écriture", WHY | {"duree": "2h"}, "Annuler la mesure"),
    ("Exclure du canal", WHY, "Maintenir"),
]
"""What is decided, and what is answered to who contests it."""
SECRET = "motsecret"
"""In what the reporter says of it."""


async def hears_of_it(room: CaseStage, label: str, fields: dict[str, str], ending: str) -> None:
    """Lea’s message is reported, decided about, contested, and asked about in every way that she has."""
    post = await room.writes()
    await room.reports(room.juliette, post, "autre", f"{SECRET} : cela me blesse.")
    await react(room.paul, post, "triangular_flag_on_post")
    case = await room.case(post)
    card = await room.card(case, "par 2 personnes")
    room.lea.acts()
    await send_dialog(room.agathe, card, label, **fields)
    if label == "Exclure du canal":
        await room.omar.clicks(await room.card(case, "propose"), "Approuver")
    await room.card(case, "décidé")
    if ending:
        await contests(room, case, ending)
    await room.lea.asks(f"/signaler {room.link(post)}")


async def contests(room: CaseStage, case: Case, ending: str) -> None:
    """By the button, and once more by an answer; then a third animateur decides."""
    notice = await room.lea.told(WHY["raison"])
    await send_dialog(room.lea, notice, "Contester", mot="Qui m’a signalée ? @all")
    more = {"mesure": "rappel"} if ending == "Alléger" else {}
    nora = await room.house.someone(Role.ANIMATEUR, "nora")
    await room.house.site.add_members(room.room, nora)
    await send_dialog(nora, await room.card(case, "contesté"), ending, reponse="C’est vu.", **more)
    await room.card(case, "clos")
    await room.house.settled()
    await reply_in_thread(room.lea, notice, "Qui m’a signalée ?")
    await room.lea.told("Vous avez déjà contesté")


async def test_the_author_never_learns_who_reported(room: CaseStage) -> None:
    for label, fields, ending in MOVES:
        await age_reports(room.house)
        await hears_of_it(room, label, fields, ending)
    await room.agathe.asks(f"/moderer avertir @{room.lea.username} Cela suffit.")
    await room.house.settled()
    assert await assert_never_told(room, room.lea, SECRET) > 30
    animating = [room.agathe.username, room.omar.username]
    assert not [text for text in list_shown(room, room.lea) if any(name in text for name in animating)]
    cards = [p for p in await room.agathe.reads(room.room) if "Dossier" in p.text]
    assert not any(who.username in plain(card) for who in (room.juliette, room.paul) for card in cards)


async def test_a_copy_says_nothing_of_what_waits_for_a_decision(room: CaseStage) -> None:
    case, card = await room.opened()
    await send_dialog(room.agathe, card, "Demander l’avis", question="Qu’en pensez-vous ?")
    await send_dialog(room.agathe, card, "Exclure du canal", **WHY)
    card = await room.card(case, "propose : exclusion")
    assert await told_of(room) == []
    room.lea.acts()
    await room.omar.clicks(card, "Approuver")
    await room.lea.told(WHY["raison"])
    case_, entry = await told_of(room)
    assert (case_["acte"], entry["acte"]) == ("moderation.exclure", "moderation.exclure")
    days = [case_["ouvert le"], case_["décidé le"], entry["le"]]
    assert [len(day) for day in days] == [len("2026-11-28")] * 3


async def told_of(room: CaseStage) -> list[dict[str, str]]:
    """What Lea’s copy says of moderation: cases, and entries of the journal."""
    told, _ = await fetch_data_copy(room.lea)
    everything = json.dumps(told, ensure_ascii=False)
    assert not [one.username for one in (room.agathe, room.omar) if one.username in everything]
    entries = told["données"]["Les actes du journal qui vous concernent"]
    theirs = [entry for entry in entries if entry["acte"].startswith("moderation.")]
    return [*told["données"]["Les dossiers de modération à votre sujet"], *theirs]
