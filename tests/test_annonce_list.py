"""« /annonce liste »: who announced what, where, how far it came; and what can still be done about one of them."""

from datetime import timedelta

import pytest

from storage import annonce as annonces
from storage.annonce import Announcement, AnnouncementState
from tests.people import Person, unique
from tests.support.house import House, agathe, wait_for
from tests.support.publications import (
    ISERE,
    RHONE,
    SENT,
    confirm,
    is_all_noted,
    list_standing,
    make_coordinateur,
    open_card,
    plain_spaces,
    preview_announcement,
    send_announcement,
    withdraw,
)
from tests.support.workplace import operate

__all__ = ["agathe"]


async def announced(house: House, words: str, to: str = "69,38") -> None:
    """An announcement of the operator’s, while the bot is at work."""
    file = house.settings.data_dir / f"{unique('texte')}.md"
    file.write_text(words, "utf-8")
    assert await operate(house.settings, "announce", "--to", to, "--text", str(file), clock=house.clock) == 0


async def filled(house: House, by: str, count: int) -> list[str]:
    """The words of so many announcements of somebody’s, the oldest first."""
    words = [unique(f"N{number}") for number in range(count)]
    async with house.bot.database.transaction() as db:
        for number, text in enumerate(words):
            at = house.clock() - timedelta(days=1, seconds=-number)
            row = Announcement(id=unique("liste").ljust(26, "x"), by=by, text=text, targets=["69"], created_at=at,
                               channels={"a" * 26: "69 - Rhône"}, state=AnnouncementState.SENT)  # fmt: skip
            assert await annonces.add(db, row)
    return words


@pytest.mark.every_mode
async def test_one_of_the_command_line_is_listed_corrected_and_taken_back(house: House, agathe: Person) -> None:
    rhone, isere = await house.site.channel(*RHONE), await house.site.channel(*ISERE)
    words, others = unique("Maintenance"), unique("Reportée")
    await announced(house, words)
    listed = plain_spaces((await agathe.asks("/annonce liste")).text)
    assert f"en ligne de commande : {words}" in listed
    assert "Rhône (69) et Isère (38) · 2 canaux sur 2 · Envoyée" in listed or "Isère (38) et Rhône (69)" in listed
    card = await open_card(agathe, words)
    assert (card.buttons, "État : Envoyée" in card.text) == (SENT, True)

    window = await agathe.opens_by(card, "Corriger")
    assert (await window.fill(texte=others).submit()).accepted
    noted = plain_spaces((await agathe.asks("/moderer journal")).text)
    assert "annonce corrigée" in noted
    assert "annonce n°" not in noted, "it has no number that people know"
    await house.settled()
    await house.settled()
    assert await list_standing(house, rhone, isere, containing=others) == [[others]] * 2
    await withdraw(agathe, await agathe.sees(card))
    await house.settled()
    await house.settled()
    assert await list_standing(house, rhone, isere, containing=others) == [[], []]
    assert "État : Retirée" in (await agathe.sees(card)).text


async def test_a_page_has_five_newest_first(house: House) -> None:
    omar = await make_coordinateur(house, "69")
    words = await filled(house, omar.id, 7)
    first = await omar.asks("/annonce liste")
    assert [text for text in words if text in first.text] == words[2:]
    assert first.text.index(words[6]) < first.text.index(words[5]), "the newest first"
    await omar.clicks(first, "Plus anciennes")
    second = await omar.whispered(words[0])
    assert words[2] not in second.text
    assert "6. **" in second.text
    await omar.clicks(second, "Plus récentes")
    assert words[6] in (await omar.whispered("1. **")).text


async def test_what_is_to_come_is_listed_and_what_is_not_confirmed_is_not(house: House, agathe: Person) -> None:
    await house.site.channel(*RHONE)
    words, draft = unique("Bientôt"), unique("Brouillon")
    preview = await preview_announcement(agathe, texte=words, destinataires=["69"], quand="demain 9h")
    await agathe.clicks(preview, "Programmer")
    progress = await agathe.told("partira")
    await preview_announcement(agathe, texte=draft, destinataires=["69"])
    await wait_for(lambda: is_all_noted(house))
    listed = plain_spaces((await agathe.asks("/annonce liste")).text)
    assert draft not in listed
    assert "à 9 h**, " in listed
    assert f"{agathe.username} : {words}" in listed
    assert "0 canal sur 1 · Prévue" in listed
    card = await open_card(agathe, words)
    await withdraw(agathe, card)
    await agathe.rewritten(progress, "arrêté")
    await house.settled()
    assert "État : Retirée" in (await agathe.sees(preview)).text, "every copy of it says so"


async def test_a_coordinateur_sees_their_own_only(house: House, agathe: Person) -> None:
    await house.site.channel(*RHONE)
    omar, mine, theirs = await make_coordinateur(house, "69"), unique("Le mien"), unique("Le leur")
    assert "Vous n’avez encore rien annoncé" in (await omar.asks("/annonce liste")).text
    await confirm(house, agathe, await preview_announcement(agathe, texte=theirs, destinataires=["69"]))
    await confirm(house, omar, await send_announcement(omar, await omar.opens("/annonce"), texte=mine))
    listed = (await omar.asks("/annonce liste")).text
    assert (mine in listed, theirs in listed, "en ligne de commande" in listed) == (True, False, False)
    everything = (await agathe.asks("/annonce liste")).text
    assert (mine in everything, theirs in everything) == (True, True)


async def test_words_are_said_back_harmlessly(house: House, agathe: Person) -> None:
    await house.site.channel(*RHONE)
    words = unique("Gras")
    text = f"**{words}** @all http://x.fr [lien](http://y.fr)\n# Titre"
    await confirm(house, agathe, await preview_announcement(agathe, texte=text, destinataires=["69"]))
    listed = (await agathe.asks("/annonce liste")).text
    assert words in listed
    for harmful in (f"**{words}", "@all", "http://", "[lien]"):
        assert harmful not in listed


async def test_who_may_not_announce_has_no_list(house: House) -> None:
    juliette = await house.conseiller("juliette")
    assert "animateur" in (await juliette.asks("/annonce liste")).text


async def test_a_mistyped_list_is_asked_back_and_a_text_that_begins_so_is_a_text(house: House, agathe: Person) -> None:
    for line in ("list", "listes", "Lsite"):
        assert "Vouliez-vous dire `/annonce liste`" in plain_spaces((await agathe.asks(f"/annonce {line}")).text)
    for text in ("List des permanences", "Visite annulée", "Liste des permanences\n\nLundi", "non"):
        assert (await agathe.opens(f"/annonce {text}")).shown("texte") == text
