"""Stories: people talk to the bot, which does, proposes or says no more than what they meant, and only to them."""

from typing import NamedTuple

import pytest

from commands import FEATURES
from storage.people import Role
from tests.people import Person, Post, unique
from tests.support.conversation import (
    HOME,
    LINE,
    answered,
    bot_name,
    channel_with,
    hearing,
    list_by_bot,
    writes,
)
from tests.support.cra import WORKSHOP
from tests.support.hotline import helpdesk
from tests.support.house import House, agathe, plain, reply_in_thread, wait_until

__all__ = ["agathe", "hearing", "helpdesk"]


TYPED = {trigger.key[1] for feature in FEATURES for trigger in feature.commands}


class Kind(NamedTuple):
    """Something that people say, what is told of it, and the beginning of the first button under that."""

    words: str
    told: str
    button: str = ""


KINDS = (
    Kind("annule", "rien à annuler", HOME),
    Kind("supprime", "rien à annuler", HOME),
    Kind("bonjour", "Dites-moi", "Compte rendu"),
    Kind("mes stats de septembre", "Vos statistiques", "Voir"),
    Kind("combien de personnes j'ai vues en octobre", "Vos statistiques", "Voir"),
    Kind("j'ai un problème avec aidants connect", "fenêtre", "Demander de l’aide"),
    Kind("je cherche une fiche sur les impots", "ressourcerie"),
    Kind("mot de passe oublié", "fenêtre", "Demander de l’aide"),
    Kind("parler à un humain", "fenêtre", "Demander de l’aide"),
    Kind("mes comptes rendus", "pas encore de compte rendu"),
    Kind("atelier 8p 1h30 mail 69120 hier +60 retraités", "rien n’est encore enregistré", "Enregistrer"),
    Kind("je voudrais faire un compte rendu", "s’ouvre dans une fenêtre", "Écrire un compte rendu"),
    Kind("modifier le cra 12", "Vous n’avez pas de compte rendu"),
    Kind("supprime le cra 88", "peut-être", "Supprimer le compte rendu n°\u00a088"),
    Kind("je cherche quelqu'un qui connait aidants connect", "annuaire qui"),
    Kind("les canaux de mon departement", "Aucun canal ne vous attend"),
    Kind("ou en est ma demande", "rien demandé", "Demander de l’aide"),
    Kind("ticket 4", "n’existe pas"),
    Kind("supprimer toutes mes données stp", "peut-être"),
    Kind("quelle heure est-il", "Je n’ai pas compris", HOME),
    Kind("que sais tu faire", "Ce que vous pouvez faire ici", "Compte rendu"),
    Kind("je veux signaler un message", "s’ouvre dans une fenêtre", "Signaler"),
    Kind("quoi de neuf", "numéro"),
    Kind("patati patata", "Je n’ai pas compris", HOME),
    Kind("🎉 🎊", "Je", HOME),
    Kind("What time is it?", "Je n’ai pas compris", HOME),
    *([] if "kit" in TYPED else [Kind("je n'ai pas reçu mon kit", "Je ne m’occupe pas encore du kit", HOME)]),
)


@pytest.fixture(autouse=True)
async def _no_channels(house: House) -> None:
    """The channels that other stories planned are none here."""
    await house.forgets_channels()


async def is_answered(person: Person, kind: Kind) -> None:
    """The bot tells it, with that button, or asks (how sure it is of a sentence is told elsewhere); what was said in a
    channel it may name before."""
    told = await person.told()
    if "Vous m’avez écrit" in told.text and not told.buttons and kind.told not in plain(told):
        told = await person.told()
    if "Vous cherchez peut-être" not in told.text:
        assert kind.told in plain(told), kind
        assert not kind.button or told.buttons[0].startswith(kind.button), (kind, told.buttons)
    assert not any(label.startswith("/") for label in told.buttons), "a proposal is words, no command line"
    assert "mes-donnees effacer" not in plain(told)


@pytest.mark.every_mode
async def test_what_people_say_is_done_or_proposed_in_words(house: House, juliette: Person) -> None:
    for kind in KINDS:
        await writes(juliette, kind.words)
        await is_answered(juliette, kind)
    assert await house.reports(juliette) == []


async def test_what_people_say_in_a_thread_of_the_bot_is_answered_too(house: House, juliette: Person) -> None:
    card = await answered(juliette, "aide cra", "Compte rendu")
    for kind in KINDS:
        await reply_in_thread(juliette, card, kind.words)
        await is_answered(juliette, kind)


@pytest.mark.parametrize("kind", ["O", "P"])
async def test_what_people_say_by_its_name_is_answered_in_private(house: House, juliette: Person, kind: str) -> None:
    channel = await channel_with(house, juliette, kind=kind)
    name = await bot_name(house)
    for said in KINDS:
        await juliette.says(f"{said.words} @{name}", channel)
        await is_answered(juliette, said)
    await house.settled()
    assert await list_by_bot(house, juliette, channel) == []


async def test_under_a_post_of_the_bot_in_a_channel_a_sure_request_is_heard(house: House, juliette: Person) -> None:
    """What people say to each other there is not."""
    channel = await channel_with(house, juliette)
    card = await house.bot.chat.read_post(await house.bot.chat.post(channel, "Une carte", {}, unique("carte")))
    root = Post(card.id, channel, card.user_id, card.message, {})
    for words in ("merci", "bonjour à tous", "oui", "on se voit mardi ?", "patati patata"):
        await reply_in_thread(juliette, root, words)
    await reply_in_thread(juliette, root, "je cherche une fiche sur les impots")
    await juliette.told("Vous m’avez écrit dans")
    await juliette.told("ressourcerie")
    await house.settled()
    assert len(await juliette.direct()) == 2
    assert [post.text for post in await list_by_bot(house, juliette, channel)] == ["Une carte"]


async def test_yes_takes_the_one_thing_that_was_proposed_and_chooses_none_of_several(juliette: Person) -> None:
    offered = await answered(juliette, "supprime le cra 88", "peut-être")
    assert (offered.buttons[0], offered.buttons[-1]) == ("Supprimer le compte rendu n°\u00a088", "Autre chose")
    is_one = len(offered.buttons) == 2
    assert ("n° 88" if is_one else "cliquez sur un bouton") in plain(await answered(juliette, "oui"))


async def test_what_is_switched_off_says_so(house: House, juliette: Person) -> None:
    usual, house.settings = house.settings, house.settings.model_copy(update={"features": ("-ressources",)})
    await house.restart()
    try:
        await wait_until(lambda: house.bot.events.connected)
        off = await answered(juliette, "je cherche une fiche sur les impots")
    finally:
        house.settings = usual
        await house.restart()
    assert "ressources" in plain(off)
    assert off.buttons == []


DUTIES = (
    ("qui est de garde cette semaine", "cherchez peut-être", "Voir qui est de garde"),
    ("programme une annonce demain 9h : réunion reportée", "cherchez peut-être", "Écrire cette annonce"),
    ("les chiffres du 69 par conseiller", "Je ne dis à personne qui a saisi ou non", "Voir les chiffres : 69"),
    ("qui n'a rien saisi ce mois-ci", "Je ne dis à personne qui a saisi ou non", "Voir les chiffres"),
    ("ajoute @ines au rôle de coordinatrice", "cherchez peut-être", "Changer un rôle : ines coordinatrice"),
    ("masque ce message https://exemple.fr/cnum/pl/" + "a" * 26, "cherchez peut-être", "Masquer ce message"),
    ("mets ines au rôle de coordinatrice", "cherchez peut-être", "Changer un rôle : ines coordinatrice"),
    ("déplace ce message https://exemple.fr/cnum/pl/" + "a" * 26, "cherchez peut-être", "Déplacer ce fil"),
    ("verrouille le canal", "cherchez peut-être", "Verrouiller un canal"),
    ("verrouille le canal smartphones 2h", "cherchez peut-être", "Verrouiller le canal"),
    ("exclus jean", "cherchez peut-être", "Lire l’aide"),
    ("supprime les messages de jean", "cherchez peut-être", "Lire l’aide"),
    ("vire juliette du canal seniors", "cherchez peut-être", "Lire l’aide"),
    ("déplace juliette dans le 38", "cherchez peut-être", "Changer de département : juliette 38"),
    ("panne : aidants connect est mort, à déclarer", "cherchez peut-être", "Déclarer une panne : aidants connect"),
    ("publie les actus", "cherchez peut-être", "Voir et modifier le prochain numéro"),
    (
        "est-ce que tout le monde a rempli ses cra dans le 69",
        "Je ne dis à personne qui a saisi ou non",
        "Voir les chiffres",
    ),
    ("mets ines en silence deux jours car insultes", "cherchez peut-être", "Suspendre l’écriture"),
)
"""What animateurs ask for, what is told of it, and the first button."""


ANNOUNCED = (
    "annonce dans le canal 69 : réunion jeudi",
    "fais une annonce dans le Rhône: réunion jeudi",
    "programme demain 9h une annonce dans le 69 : réunion jeudi",
)


async def test_who_has_a_duty_reaches_its_commands_in_words(house: House, agathe: Person, juliette: Person) -> None:
    for words, told, button in DUTIES:
        post = await answered(agathe, words, told)
        assert post.buttons[0].startswith(button), words
    for words in ANNOUNCED:
        offered = await answered(agathe, words)
        window = await agathe.opens_by(offered, offered.buttons[0])
        assert window.shown("texte") == "réunion jeudi", words
        places = [str(window.shown(name)) for name in window.names if name.startswith("destinataire")]
        assert any("69" in place or "Rhône" in place for place in places), words
    offered = await answered(agathe, DUTIES[1][0], "cherchez peut-être")
    window = await agathe.opens_by(offered, "Écrire cette annonce")
    assert window.shown("texte") == "réunion reportée"
    assert window.shown("quand")
    for words in (DUTIES[1][0], DUTIES[5][0], DUTIES[-1][0], "les chiffres de la hotline"):
        post = await answered(juliette, words)
        assert "réservé" not in plain(post), words
        kept = ("Écrire cette annonce", "Masquer", "Suspendre", "Voir les chiffres de la hotline")
        assert not [label for label in post.buttons if label.startswith(kept)], words


async def test_another_hour_mends_the_appointment_that_was_proposed(house: House, juliette: Person) -> None:
    offered = await answered(juliette, "demain j’ai rdv à 14h pour les impôts", "cherchez peut-être")
    assert offered.buttons[0].startswith("Noter ce rendez-vous : demain 14h")
    await answered(juliette, "plutôt 11h", "de 11")
    preview = await answered(juliette, "à 15h plutôt", "de 15")
    await juliette.clicks(preview, "Enregistrer")
    await juliette.told("enregistré")
    moved = await answered(juliette, "finalement plutôt 16h", "cherchez peut-être")
    assert moved.buttons[0].startswith("Déplacer")
    assert "16h" in moved.buttons[0]


async def test_who_may_not_announce_reads_what_they_can_do(juliette: Person) -> None:
    told = await answered(
        juliette, "je voudrais annoncer la fermeture de l’espace à tout le monde", "proposer une actu"
    )
    assert "coordinateurs" in plain(told)
    assert told.buttons[0] == "Proposer une actu"
    form = await juliette.opens_by(told, told.buttons[0])
    assert "la fermeture de l’espace" in form.shown("titre")
    refused = await juliette.asks("/annonce la fermeture")
    assert refused.buttons == ["/actus proposer"]


async def test_what_is_said_of_what_was_asked_before_is_understood(house: House, juliette: Person) -> None:
    await answered(juliette, "mes stats", "Vos statistiques")
    assert "octobre" in plain(await answered(juliette, "et en octobre ?", "Vos statistiques"))
    assert "septembre" in plain(await answered(juliette, "et le mois d’avant ?", "Vos statistiques"))
    assert "octobre" in plain(await answered(juliette, "et le mois suivant ?", "Vos statistiques"))
    assert "octobre" in plain(await answered(juliette, "pareil pour le 69", "Rhône"))
    assert "« Exporter », sous ses chiffres" in plain(await answered(juliette, "exporte ça", "territoire"))
    await answered(juliette, "mes stats de septembre", "Vos statistiques")
    shared = await answered(juliette, "envoie-le à ma cheffe", "cherchez peut-être")
    assert shared.buttons[0] == "Partager mes statistiques : septembre"
    await answered(juliette, "mes stats de septembre", "septembre 2026")
    await answered(juliette, "le mois d’avant ?", "août 2026")
    shared = await answered(juliette, "envoie ça à mon employeur", "cherchez peut-être")
    assert shared.buttons[0] == "Partager mes statistiques : août 2026"
    await answered(juliette, "qui sait faire du scratch", "savoir faire")
    assert "scratch" in plain(await answered(juliette, "et à Lyon ?", "savoir faire"))
    assert "scratch" in plain(await answered(juliette, "et t'as une fiche là-dessus ?", "rien trouvé pour"))
    await answered(juliette, "ticket 4", "n’existe pas")
    await answered(juliette, "et le 5 ?", "n’existe pas")


async def test_another_week_is_that_of_the_list_that_was_shown(juliette: Person) -> None:
    for words in ("mes rdv de la semaine", "et en décembre ?"):
        told = await answered(juliette, words, "Rendez-vous")
    assert "décembre" in plain(told).partition("Aucun")[0]


async def test_who_does_not_see_what_is_asked_reads_it_once_more(house: House, juliette: Person) -> None:
    await answered(juliette, LINE, "rien n’est encore enregistré")
    for words in ("c’est quoi ?", "je ne comprends pas"):
        told = await answered(juliette, words, "Il reste une question")
        assert "rien n’est encore enregistré" in plain(told)
        assert "Annuler" in told.buttons
    await answered(juliette, "oui", "enregistré")
    await house.settled()
    assert (await answered(juliette, "c’est quoi ?", "cherchez peut-être")).buttons, "nothing is asked any more"
    await answered(juliette, "je serai absente demain", "Noter votre absence")
    again = await answered(juliette, "comment ça ?", "Il reste une question")
    assert again.buttons == ["Noter cette absence", "Non"]


async def test_one_of_a_list_is_meant_by_its_place(house: House, juliette: Person) -> None:
    for words in (LINE, "cra individuel 30 min caf 35-60 sans emploi bron aujourd'hui"):
        await answered(juliette, words, "rien n’est encore enregistré")
        await answered(juliette, "oui", "enregistré")
    await answered(juliette, "mes comptes rendus", "2 comptes rendus")
    offered = await answered(juliette, "modifie le 2e", "s’ouvre dans une fenêtre")
    window = await juliette.opens_by(offered, offered.buttons[0])
    assert window.shown("activite") == "collectif"


@pytest.mark.every_mode
async def test_the_last_of_ones_reports_is_the_latest_and_a_number_is_that_of_its_line(
    house: House, juliette: Person
) -> None:
    for words in (LINE, "cra individuel 30 min caf 35-60 sans emploi bron aujourd'hui"):
        await answered(juliette, words, "rien n’est encore enregistré")
        await answered(juliette, "oui", "enregistré")
    await house.settled()
    earlier, latest = sorted(cra.number for cra in await house.reports(juliette))
    await answered(juliette, "mes comptes rendus", "2 comptes rendus")
    assert (await answered(juliette, "supprime le dernier")).buttons[0] == f"Supprimer le compte rendu n°\u00a0{latest}"
    await answered(juliette, "mes comptes rendus", "2 comptes rendus")
    other = await answered(juliette, f"supprime le {earlier}")
    assert other.buttons[0] == f"Supprimer le compte rendu n°\u00a0{earlier}"


async def test_ones_last_report_is_meant_without_a_list(house: House, juliette: Person) -> None:
    assert "pas encore de compte rendu" in plain(await answered(juliette, "supprime mon dernier cra"))
    for words in (LINE, "cra individuel 30 min caf 35-60 sans emploi bron aujourd'hui"):
        await answered(juliette, words, "rien n’est encore enregistré")
        await answered(juliette, "oui", "enregistré")
    await house.settled()
    latest = max(cra.number for cra in await house.reports(juliette))
    await answered(juliette, "mes stats de septembre", "Vos statistiques")
    offered = await answered(juliette, "supprime mon dernier compte rendu", "peut-être")
    assert offered.buttons[0] == f"Supprimer le compte rendu n°\u00a0{latest}"
    await answered(juliette, "modifie mon dernier cr", "s’ouvre dans une fenêtre")


@pytest.mark.every_mode
@pytest.mark.parametrize("words", ["en fait ils étaient 9", "corrige-le", "c’était pas la bonne date"])
async def test_what_is_said_of_the_report_just_saved_leads_to_it(house: House, juliette: Person, words: str) -> None:
    await answered(juliette, LINE, "rien n’est encore enregistré")
    await answered(juliette, "oui", "enregistré")
    offered = await answered(juliette, words, "s’ouvre dans une fenêtre")
    window = await juliette.opens_by(offered, offered.buttons[0])
    assert str(window.shown("participants")) == "8"


async def test_the_last_one_right_after_a_receipt_is_its_report(house: House, juliette: Person) -> None:
    await answered(juliette, LINE, "rien n’est encore enregistré")
    await answered(juliette, "oui", "enregistré")
    await house.settled()
    (cra,) = await house.reports(juliette)
    latest = await answered(juliette, "supprime le dernier")
    assert latest.buttons[0] == f"Supprimer le compte rendu n°\u00a0{cra.number}"


async def test_figures_of_a_territory_are_taken_away_under_them(house: House) -> None:
    camille = await house.someone(Role.COORDINATEUR, "camille", departements=["69"])
    wish = "exporte les chiffres du Rhône en excel pour novembre"
    told = await answered(camille, wish, "Pour recevoir le fichier d’un territoire")
    assert told.buttons == ["Voir les chiffres : Rhône novembre", "Autre chose"]


async def test_a_list_that_was_not_shown_is_shown_first(house: House, juliette: Person) -> None:
    await answered(juliette, "annule le dernier rdv", "rendez-vous")
    await answered(juliette, "modifie la dernière fiche", "ressource")


async def test_what_was_just_stored_can_be_taken_back_in_a_word(house: House, juliette: Person) -> None:
    await answered(juliette, LINE, "rien n’est encore enregistré")
    await answered(juliette, "oui", "enregistré")
    await house.settled()
    number = (await house.reports(juliette))[0].number
    offered = await answered(juliette, "annule", "peut-être")
    assert offered.buttons[0] == f"Supprimer le compte rendu n°\u00a0{number}"
    await answered(juliette, "rdv demain 10h mme D", "Rendez-vous")
    await answered(juliette, "oui", "enregistré")
    await house.settled()
    offered = await answered(juliette, "non annule-le", "peut-être")
    assert offered.buttons[0].startswith("Annuler le rendez-vous n°")


async def test_yes_is_no_answer_to_what_was_proposed_before_the_last_buttons(juliette: Person) -> None:
    await answered(juliette, "j'ai un problème avec aidants connect", "fenêtre")
    shown = await answered(juliette, "mes stats de septembre", "Vos statistiques")
    assert shown.buttons
    told = await answered(juliette, "oui")
    assert "cliquez sur un bouton" in plain(told)


async def test_a_window_that_was_closed_is_opened_again_by_yes(house: House, juliette: Person) -> None:
    form = await juliette.opens("/cra", await juliette.direct_channel())
    assert not (await form.fill(**(WORKSHOP | {"commune": "Nulle-Part-les-Oies"})).submit()).accepted
    await form.cancel()
    await juliette.whispered("gardé 7 jours")
    again = await answered(juliette, "oui")
    assert "s’ouvre dans une fenêtre" in plain(again)
    window = await juliette.opens_by(again, "Reprendre")
    assert window.shown("commune") == "Nulle-Part-les-Oies"


async def test_what_is_proposed_says_what_it_does(juliette: Person) -> None:
    stopped = await answered(juliette, "arrête les rappels", "cherchez peut-être")
    assert stopped.buttons[0] == "Régler mes rappels : jamais"
    offered = await answered(juliette, "je veux effacer mes données", "cherchez peut-être")
    assert offered.buttons[0] == "Faire effacer mes données"
    await juliette.clicks(offered, offered.buttons[0])
    assert (await juliette.told("Effacer vos données")).buttons == ["Effacer mes données"]


async def test_only_reports_are_duplicated(juliette: Person) -> None:
    await answered(juliette, "dupliquer le dernier", "compte rendu")


async def test_a_link_is_not_cut_on_a_button(juliette: Person) -> None:
    offered = await answered(juliette, "https://www.service-public.fr/particuliers", "cherchez peut-être")
    assert offered.buttons[0] == "Proposer une ressource : ce lien"


async def test_a_proposal_that_was_passed_over_is_left_by_a_word(juliette: Person) -> None:
    await answered(juliette, "arrête les rappels", "cherchez peut-être")
    await answered(juliette, "patati patata", "Je n’ai pas compris")
    await answered(juliette, "annule", "je n’ai rien fait")


@pytest.mark.every_mode
async def test_a_long_text_is_offered_to_the_team_whole(house: House, juliette: Person) -> None:
    words = "Bonjour,\n\n**Aidants Connect** refuse mes codes.\n" + "J’ai essayé trois fois, sans succès. " * 30 + "FIN"
    told = await answered(juliette, words, "rien n’en est perdu")
    assert told.buttons[0] == "Demander de l’aide à l’équipe"
    form = await juliette.opens_by(told, "Demander de l’aide à l’équipe")
    assert form.shown("details").endswith("FIN")
    assert "trois fois" in form.shown("details")


async def test_a_short_block_of_code_is_not_called_long(juliette: Person) -> None:
    told = await answered(juliette, "```\nErreur 403\nAccès refusé\n```", "rien n’en est perdu")
    assert "long message" not in told.text
    assert told.buttons[0] == "Demander de l’aide à l’équipe"


async def test_a_file_is_asked_about(house: House, juliette: Person) -> None:
    direct = await juliette.direct_channel()
    ident = await juliette.api.upload(direct, "fiche.pdf", b"%PDF-1.4")
    juliette.acts()
    await juliette.api.post("/posts", {"channel_id": direct, "message": "", "file_ids": [ident]})
    told = await juliette.told("votre fichier")
    assert told.buttons == ["Demander de l’aide à l’équipe", "Proposer une ressource", "Autre chose"]


async def test_who_announces_is_offered_to_announce_a_file(house: House, agathe: Person) -> None:
    direct = await agathe.direct_channel()
    ident = await agathe.api.upload(direct, "affiche.pdf", b"%PDF-1.4")
    agathe.acts()
    await agathe.api.post("/posts", {"channel_id": direct, "message": "La fête, samedi", "file_ids": [ident]})
    told = await agathe.told("votre fichier")
    window = await agathe.opens_by(told, "Faire une annonce")
    assert window.shown("texte") == "La fête, samedi"
    assert "affiche.pdf" in window.options("fichiers")[window.shown("fichiers")]


async def test_a_guest_is_offered_nothing_that_would_be_refused(house: House) -> None:
    ines = await house.someone(Role.INVITE, "ines")
    hello = await answered(ines, "bonjour")
    assert "Compte rendu" not in hello.buttons
    told = await answered(ines, "patati patata")
    assert told.buttons == [HOME]


async def test_an_account_that_nobody_knows_is_answered(house: House) -> None:
    stranger = await house.site.person("inconnu")
    assert "Bonjour" in plain(await answered(stranger, "bonjour"))
    assert "rien à annuler" in plain(await answered(stranger, "annule"))


async def test_who_has_no_figures_of_their_own_is_led_to_those_of_their_territory(house: House) -> None:
    zoe = await house.someone(Role.COORDINATEUR, "zoe")
    refused = await zoe.asks("/stats exporter pdf")
    assert "/stats departement" in refused.buttons
