"""Stories of « /annonce »: written once, seen before, said once everywhere, corrected and taken back everywhere."""

from datetime import timedelta

import pytest

from bot.texts import BREAK
from commands.annonce.words import quiet
from config import canaux
from config.departements import DEPARTEMENTS
from storage.outbox import counts
from storage.people import Role
from tests.announcing import canal, plain, previewed, sent, stands
from tests.house import House, until_async
from tests.people import Person, Post, unique

RHONE, ISERE = ("rhone", "69 - Rhône"), ("isere", "38 - Isère")
CONFIRM = ["Envoyer", "Modifier", "Annuler"]
SENT = ["Corriger", "Retirer"]


@pytest.fixture
async def agathe(house: House) -> Person:
    """Animatrice."""
    return await house.someone(Role.ANIMATEUR, "agathe")


async def coordinateur(house: House, *departements: str) -> Person:
    """Somebody who coordinates these."""
    omar = await house.site.person("omar")
    await house.registers(omar, Role.COORDINATEUR, departements=list(departements))
    return omar


async def confirmed(house: House, person: Person, preview: Post) -> Post:
    """The message that tells how far it is, at its end."""
    await person.clicks(preview, "Envoyer")
    end = await person.rewritten(await person.told("Annonce"), "terminé")
    await house.settled()
    return end


@pytest.mark.every_mode
async def test_it_is_seen_before_and_then_said_once_in_each_channel(house: House, agathe: Person) -> None:
    rhone, isere = await canal(house, *RHONE), await canal(house, *ISERE)
    words = unique("Rencontre")
    preview = await previewed(agathe, texte=f"{words}\n\n**Jeudi** @all", destinataires=["69", "38"])
    assert preview.buttons == CONFIRM
    assert f"{words}\n\n**Jeudi** @{BREAK}all" == preview.message, "as it will look"
    for fact in ("2 canaux", "Rhône (69) et Isère (38)", "Notification : aucune"):
        assert fact in plain(preview.text)
    assert await stands(house, rhone, isere, containing=words) == [[], []]

    end = await confirmed(house, agathe, preview)
    assert "terminé, 2 envois." in plain(end.text)
    assert end.buttons == []
    assert await stands(house, rhone, isere, containing=words) == [[preview.message]] * 2
    card = await agathe.sees(preview)
    assert card.buttons == SENT
    assert "État : Envoyée" in card.text
    assert card.message == preview.message


@pytest.mark.every_mode
async def test_a_correction_rewrites_it_and_a_withdrawal_deletes_it_everywhere(house: House, agathe: Person) -> None:
    rhone, isere = await canal(house, *RHONE), await canal(house, *ISERE)
    words, others = unique("Erreur"), unique("Juste")
    preview = await previewed(agathe, texte=words, destinataires=["69", "38"])
    await confirmed(house, agathe, preview)
    card = await agathe.sees(preview)

    window = await agathe.opens_by(card, "Corriger")
    assert window.shown("texte") == words
    assert (await window.fill(texte=others).submit()).accepted
    await agathe.rewritten(await agathe.told("Correction"), "terminé, 2 messages")
    await house.settled()
    assert await stands(house, rhone, isere, containing=words) == [[], []]
    assert await stands(house, rhone, isere, containing=others) == [[others]] * 2
    card = await agathe.sees(card)
    assert card.message == others

    await agathe.clicks(card, "Retirer")
    await agathe.rewritten(await agathe.told("Retrait"), "terminé, 2 messages")
    await house.settled()
    assert await stands(house, rhone, isere, containing=others) == [[], []]
    card = await agathe.sees(card)
    assert card.buttons == []
    assert "État : Retirée" in card.text


async def test_it_is_changed_or_dropped_before_it_is_sent(house: House, agathe: Person) -> None:
    rhone, isere = await canal(house, *RHONE), await canal(house, *ISERE)
    words, others = unique("Un"), unique("Deux")
    preview = await previewed(agathe, texte=words, destinataires=["69"], quand="demain 9h")
    window = await agathe.opens_by(preview, "Modifier")
    assert (window.shown("texte"), window.chosen("destinataires")) == (words, ["69"])
    assert window.shown("quand").endswith("09h00")
    assert (await window.fill(texte=others, destinataires=["38"], quand="").submit()).accepted
    changed = await agathe.rewritten(preview, others)
    assert (changed.buttons, "Isère (38)" in changed.text, "Départ" in changed.text) == (CONFIRM, True, False)
    await agathe.clicks(changed, "Annuler")
    assert (await agathe.rewritten(changed, "abandonnée")).buttons == []
    await house.settled()
    assert await stands(house, rhone, isere, containing=others) == [[], []]


@pytest.mark.every_mode
async def test_it_calls_the_whole_channel_only_where_that_was_chosen(house: House, agathe: Person) -> None:
    rhone, words = await canal(house, *RHONE), unique("Urgent")
    preview = await previewed(agathe, texte=f"{words} @channel", destinataires=["69"], mention="oui")
    assert "chaque membre est notifié" in preview.text
    await confirmed(house, agathe, preview)
    assert await stands(house, rhone, containing=words) == [[f"@channel\n\n{words} @{BREAK}channel"]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@channel @ALL @Here", f"@{BREAK}channel @{BREAK}ALL @{BREAK}Here"),
        ("(@all), @here.", f"(@{BREAK}all), @{BREAK}here."),
        ("@all_ @channel-", f"@{BREAK}all_ @{BREAK}channel-"),
        ("@allan, @hereward et @agathe", "@allan, @hereward et @agathe"),
        (" **gras** # titre ", "**gras** # titre"),
    ],
)
def test_what_would_call_everybody_calls_nobody_and_markdown_stays(text: str, said: str) -> None:
    assert quiet(text) == said


async def test_people_of_a_role_are_written_to_one_by_one(house: House, agathe: Person) -> None:
    zoe, lea = await house.someone(Role.HOTLINE, "zoe"), await house.someone(Role.HOTLINE, "lea")
    gone = await house.site.person("gone")
    await house.registers(gone, Role.HOTLINE, left_on=house.clock().date() - timedelta(days=2))
    others = await house.conseiller("juliette")
    words = unique("Hotline")
    preview = await previewed(agathe, texte=words, destinataires=["role:hotline"])
    assert "Où : la hotline, en message direct" in preview.text
    await confirmed(house, agathe, preview)
    for person, count in ((zoe, 1), (lea, 1), (gone, 0), (others, 0)):
        assert [post.message for post in await person.direct() if words in post.message] == [words] * count


async def test_the_nation_a_region_and_a_theme(house: House, agathe: Person) -> None:
    words = unique("Thème")
    theme = await canal(house, "veille-numerique", "Veille numérique")
    preview = await previewed(agathe, texte=words, destinataires=["national", "theme:veille-numerique"])
    assert "les membres des canaux thématiques" in preview.text
    await confirmed(house, agathe, preview)
    assert await stands(house, house.site.square, theme, containing=words) == [[words]] * 2


async def test_a_channel_that_is_not_there_is_said_in_the_window_and_nothing_leaves(
    house: House, agathe: Person
) -> None:
    rhone, words = await canal(house, *RHONE), unique("Absent")
    form = await agathe.opens("/annonce")
    answer = await form.fill(texte=words, destinataires=["69", "75"]).submit()
    assert "« 75 - Paris » n’existe pas" in plain(next(iter(answer.errors.values())))
    assert form.is_open
    assert await stands(house, rhone, containing=words) == [[]]


@pytest.mark.parametrize("when", ["hier 9h", "jamais", "01/01/2031 9h"])
async def test_a_moment_that_cannot_be_is_explained_under_its_field(house: House, agathe: Person, when: str) -> None:
    await canal(house, *RHONE)
    form = await agathe.opens("/annonce")
    answer = await form.fill(texte="Bonjour", destinataires=["69"], quand=when).submit()
    assert answer.errors["quand"]


@pytest.mark.every_mode
async def test_a_coordinateur_announces_in_their_own_departements_only(house: House) -> None:
    rhone, isere = await canal(house, *RHONE), await canal(house, *ISERE)
    omar, words = await coordinateur(house, "69", "38"), unique("Coordination")
    form = await omar.opens("/annonce")
    assert form.options("destinataire") == {
        "miens": "Tous mes départements",
        "69": "Rhône (69)",
        "38": "Isère (38)",
    }
    preview = await sent(omar, form, texte=words)
    assert "2 canaux" in plain(preview.text), "all of one’s own if nothing else is chosen"
    await house.registers(omar, Role.COORDINATEUR, departements=["69"])
    await omar.clicks(preview, "Envoyer")
    assert "vos départements" in (await omar.whispered()).text
    window = await omar.opens_by(preview, "Modifier")
    assert (await window.fill(destinataire="69").submit()).accepted
    preview = await omar.rewritten(preview, words)
    await confirmed(house, omar, preview)
    assert await stands(house, rhone, isere, containing=words) == [[words], []]


async def test_who_has_no_departement_or_no_such_role_is_told_so(house: House) -> None:
    omar = await coordinateur(house)
    assert "aucun département" in (await omar.asks("/annonce")).text
    juliette = await house.conseiller("juliette")
    assert "animateur" in (await juliette.asks("/annonce")).text


@pytest.mark.both_databases
async def test_at_its_hour_even_after_a_restart(house: House, agathe: Person) -> None:
    rhone, words = await canal(house, *RHONE), unique("Demain")
    preview = await previewed(agathe, texte=words, destinataires=["69"], quand="demain 9h")
    assert "à 9 h" in plain(preview.text)
    await agathe.clicks(preview, "Envoyer")
    progress = await agathe.told("partira")
    await house.restart()
    house.bot.workers.look()
    assert "partira" in (await agathe.sees(progress)).text
    assert await stands(house, rhone, containing=words) == [[]]
    house.clock.goes_to(house.clock() + timedelta(days=2))
    house.bot.workers.look()
    await agathe.rewritten(progress, "terminé, 1 envoi")
    assert await stands(house, rhone, containing=words) == [[words]]
    await house.settled()
    # Nobody waits for what was written down in two days.
    house.clock.is_right_again()
    await house.restart()


async def test_one_that_waits_for_its_hour_is_taken_back(house: House, agathe: Person) -> None:
    rhone, words = await canal(house, *RHONE), unique("Jamais")
    preview = await previewed(agathe, texte=words, destinataires=["69"], quand="demain 9h")
    await agathe.clicks(preview, "Envoyer")
    progress = await agathe.told("partira")
    await until_async(lambda: all_noted(house))
    await agathe.clicks(await agathe.sees(preview), "Retirer")
    await agathe.rewritten(progress, "arrêté")
    await house.settled()
    assert await stands(house, rhone, containing=words) == [[]]


async def all_noted(house: House) -> bool:
    """Whether the bot has written down that all it said has arrived."""
    async with house.bot.database.transaction(writes=False) as db:
        return (await counts(db))["waiting"] == 0


MANY = [code for code in DEPARTEMENTS if code.isdigit() and code < "26"]
"""Départements enough for two batches."""


async def many(house: House) -> list[str]:
    """Their channels."""
    planned = canaux.read()
    return [await canal(house, p.address, p.name) for code in MANY if (p := planned[f"departement:{code}"])]


@pytest.mark.both_databases
async def test_a_bot_that_is_stopped_in_the_middle_goes_on_and_doubles_nothing(house: House, agathe: Person) -> None:
    channels, words = await many(house), unique("Partout")
    preview = await previewed(agathe, texte=words, destinataires=MANY)
    await agathe.clicks(preview, "Envoyer")
    await until_async(lambda: some_stand(house, channels, words))
    await house.restart()
    await house.settled()
    assert await stands(house, *channels, containing=words) == [[words]] * len(MANY)
    assert "État : Envoyée" in (await agathe.sees(preview)).text


@pytest.mark.both_databases
async def test_what_is_taken_back_while_it_is_sent_stands_nowhere(house: House, agathe: Person) -> None:
    channels, words = await many(house), unique("Oups")
    preview = await previewed(agathe, texte=words, destinataires=MANY)
    await agathe.clicks(preview, "Envoyer")
    await until_async(lambda: some_stand(house, channels, words))
    card = await agathe.sees(preview)
    assert "En cours d’envoi" in card.text
    await agathe.clicks(card, "Retirer")
    removal = await agathe.told("Retrait")
    await house.settled()
    assert "terminé" in (await agathe.sees(removal)).text
    assert await stands(house, *channels, containing=words) == [[]] * len(MANY)


async def some_stand(house: House, channels: list[str], words: str) -> bool:
    return any(await stands(house, *channels[:3], containing=words))


@pytest.mark.newest_only
async def test_who_mattermost_refuses_it_to_is_named(house: House, agathe: Person) -> None:
    rhone, gone = await canal(house, *RHONE), await canal(house, "lozere", "48 - Lozère")
    words = unique("Refus")
    preview = await previewed(agathe, texte=words, destinataires=["69", "48"])
    await house.site.admin.delete(f"/channels/{gone}")
    await agathe.clicks(preview, "Envoyer")
    end = await agathe.rewritten(await agathe.told("Annonce"), "terminé")
    assert "terminé, 1 envoi. Mattermost la refuse à « 48 - Lozère »" in plain(end.text)
    card = await agathe.sees(preview)
    await agathe.clicks(card, "Retirer")
    await agathe.rewritten(await agathe.told("Retrait"), "terminé")
    await house.settled()
    assert await stands(house, rhone, containing=words) == [[]]


@pytest.mark.newest_only
async def test_a_window_that_is_sent_twice_makes_one_preview(house: House, agathe: Person) -> None:
    await canal(house, *RHONE)
    words = unique("Double")
    form = (await agathe.opens("/annonce")).fill(texte=words, destinataires=["69"])
    assert (await form.submit()).accepted
    await agathe.told(words)
    await form.submit()
    await house.settled()
    assert len([post for post in await agathe.direct() if words in post.message]) == 1


@pytest.mark.newest_only
async def test_nobody_else_sends_or_changes_it(house: House, agathe: Person) -> None:
    rhone, words = await canal(house, *RHONE), unique("À moi")
    preview = await previewed(agathe, texte=words, destinataires=["69"])
    await confirmed(house, agathe, preview)
    await house.registers(agathe, Role.INVITE)
    await agathe.clicks(await agathe.sees(preview), "Retirer")
    assert "animateur" in (await agathe.whispered()).text
    await house.settled()
    assert await stands(house, rhone, containing=words) == [[words]]
