"""Stories of « /annonce »: written once, seen before, said once everywhere, at its hour, through a restart."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.texts import BREAK
from commands.annonce.cards import draw_text
from storage.annonce import Announcement
from storage.people import Role
from tests.people import Person, unique
from tests.support.house import House, agathe, wait_for
from tests.support.publications import (
    CONFIRM,
    ISERE,
    MANY,
    RHONE,
    SENT,
    confirm,
    do_some_stand,
    ensure_many_channels,
    list_standing,
    plain_spaces,
    preview_announcement,
    withdraw,
)

__all__ = ["agathe"]


@pytest.mark.every_mode
async def test_it_is_seen_before_and_then_said_once_in_each_channel(house: House, agathe: Person) -> None:
    rhone, isere = await house.site.channel(*RHONE), await house.site.channel(*ISERE)
    words = unique("Rencontre")
    preview = await preview_announcement(agathe, texte=f"{words}\n\n**Jeudi** @all", destinataires=["69", "38"])
    assert preview.buttons == CONFIRM
    assert f"{words}\n\n**Jeudi** @{BREAK}all" == preview.message, "as it will look"
    for fact in ("2 canaux", "Rhône (69) et Isère (38)", "Notification : aucune"):
        assert fact in plain_spaces(preview.text)
    assert await list_standing(house, rhone, isere, containing=words) == [[], []]

    card = await confirm(house, agathe, preview)
    assert await list_standing(house, rhone, isere, containing=words) == [[preview.message]] * 2
    about = [post.id for post in await agathe.direct() if words in post.text or "Annonce" in post.text]
    assert about == [preview.id], "its end is shown where it began"
    assert card.buttons == SENT
    assert "État : Envoyée" in card.text
    assert card.message == preview.message


async def test_it_is_changed_or_dropped_before_it_is_sent(house: House, agathe: Person) -> None:
    rhone, isere = await house.site.channel(*RHONE), await house.site.channel(*ISERE)
    words, others = unique("Un"), unique("Deux")
    preview = await preview_announcement(agathe, texte=words, destinataires=["69"], quand="demain 9h")
    window = await agathe.opens_by(preview, "Modifier")
    assert (window.shown("texte"), window.chosen("destinataires")) == (words, ["69"])
    assert window.shown("quand").endswith("09h00")
    assert (await window.fill(texte=others, destinataires=["38"], quand="").submit()).accepted
    changed = await agathe.rewritten(preview, others)
    assert (changed.buttons, "Isère (38)" in changed.text, "Départ" in changed.text) == (CONFIRM, True, False)
    await agathe.clicks(changed, "Annuler")
    assert (await agathe.rewritten(changed, "abandonnée")).buttons == []
    await house.settled()
    assert await list_standing(house, rhone, isere, containing=others) == [[], []]


@pytest.mark.every_mode
async def test_it_calls_the_whole_channel_only_where_that_was_chosen(house: House, agathe: Person) -> None:
    rhone, words = await house.site.channel(*RHONE), unique("Urgent")
    preview = await preview_announcement(agathe, texte=f"{words} @channel", destinataires=["69"], mention="oui")
    assert "chaque membre est notifié" in preview.text
    await confirm(house, agathe, preview)
    assert await list_standing(house, rhone, containing=words) == [[f"@channel\n\n{words} @{BREAK}channel"]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@channel @ALL @Here", f"@{BREAK}channel @{BREAK}ALL @{BREAK}Here"),
        ("_@channel, x.@all.", f"_@{BREAK}channel, x.@{BREAK}all."),
        ("@allan et @agathe", f"@{BREAK}allan et @{BREAK}agathe"),
        ("écrire à agathe@exemple.fr", "écrire à agathe@exemple.fr"),
        (" **gras** # titre ", "**gras** # titre"),
    ],
)
def test_it_calls_nobody_by_name_and_markdown_stays(text: str, said: str) -> None:
    assert draw_text(Announcement(id="", text=text, targets=[], created_at=datetime(2026, 11, 26, tzinfo=UTC))) == said


async def test_without_words_nothing_is_announced(house: House, agathe: Person) -> None:
    await house.site.channel(*RHONE)
    form = await agathe.opens("/annonce")
    answer = await form.fill(texte=" ", destinataires=["69"]).submit()
    assert "est vide" in answer.errors["texte"]


@pytest.mark.parametrize("when", ["hier 9h", "jamais", "01/01/2031 9h"])
async def test_a_moment_that_cannot_be_is_explained_under_its_field(house: House, agathe: Person, when: str) -> None:
    await house.site.channel(*RHONE)
    form = await agathe.opens("/annonce")
    answer = await form.fill(texte="Bonjour", destinataires=["69"], quand=when).submit()
    assert answer.errors["quand"]


@pytest.mark.both_databases
async def test_at_its_hour_even_after_a_restart(house: House, agathe: Person) -> None:
    rhone, words = await house.site.channel(*RHONE), unique("Demain")
    preview = await preview_announcement(agathe, texte=words, destinataires=["69"], quand="demain 9h")
    assert "à 9 h" in plain_spaces(preview.text)
    await agathe.clicks(preview, "Programmer")
    progress = await agathe.told("partira")
    await house.restart()
    house.bot.workers.look()
    assert "partira" in (await agathe.sees(progress)).text
    assert await list_standing(house, rhone, containing=words) == [[]]
    house.clock.goes_to(house.clock() + timedelta(days=2))
    house.bot.workers.look()
    await agathe.rewritten(progress, "terminé, 1 envoi")
    assert await list_standing(house, rhone, containing=words) == [[words]]
    await house.settled()
    # Nobody waits for what was written down in two days.
    house.clock.is_right_again()
    await house.restart()


@pytest.mark.both_databases
async def test_a_bot_that_is_stopped_in_the_middle_goes_on_and_doubles_nothing(house: House, agathe: Person) -> None:
    channels, words = await ensure_many_channels(house), unique("Partout")
    preview = await preview_announcement(agathe, texte=words, destinataires=MANY)
    await agathe.clicks(preview, "Envoyer")
    await wait_for(lambda: do_some_stand(house, channels, words))
    await house.restart()
    await house.settled()
    assert await list_standing(house, *channels, containing=words) == [[words]] * len(MANY)
    assert "État : Envoyée" in (await agathe.sees(preview)).text


@pytest.mark.newest_only
async def test_who_mattermost_refuses_it_to_is_named(house: House, agathe: Person) -> None:
    rhone, gone = await house.site.channel(*RHONE), await house.site.channel("lozere", "48 - Lozère")
    words = unique("Refus")
    preview = await preview_announcement(agathe, texte=words, destinataires=["69", "48"])
    await house.site.admin.delete(f"/channels/{gone}")
    await agathe.clicks(preview, "Envoyer")
    end = await agathe.told("Mattermost la refuse")
    assert "terminé, 1 envoi. Mattermost la refuse à « 48 - Lozère »" in plain_spaces(end.text)
    card = await agathe.sees(preview)
    await withdraw(agathe, card)
    await house.settled()
    await house.settled()
    assert await list_standing(house, rhone, containing=words) == [[]]


@pytest.mark.newest_only
async def test_a_window_that_is_sent_twice_makes_one_preview(house: House, agathe: Person) -> None:
    await house.site.channel(*RHONE)
    words = unique("Double")
    form = (await agathe.opens("/annonce")).fill(texte=words, destinataires=["69"])
    assert (await form.submit()).accepted
    await agathe.told(words)
    await form.submit()
    await house.settled()
    assert len([post for post in await agathe.direct() if words in post.message]) == 1


@pytest.mark.newest_only
async def test_nobody_else_sends_or_changes_it(house: House, agathe: Person) -> None:
    rhone, words = await house.site.channel(*RHONE), unique("À moi")
    preview = await preview_announcement(agathe, texte=words, destinataires=["69"])
    await confirm(house, agathe, preview)
    await house.registers(agathe, Role.INVITE)
    await agathe.clicks(await agathe.sees(preview), "Retirer")
    assert "animateur" in (await agathe.whispered()).text
    await house.settled()
    assert await list_standing(house, rhone, containing=words) == [[words]]
