"""A report in one line: what is said beside it is no value of it, and what puts a value right holds."""

import pytest

from dialogs.cra.line.batch import cut_line
from dialogs.plain_words.absences import tells_nothing_done
from tests.support.cra import CLUES, read_typed


@pytest.mark.parametrize(
    ("text", "element", "left"),
    [
        ("indiv 45 min mail, 30 min d’attente", "duree", "30 min"),
        ("1h de route pour un indiv de 30 min, mail", "duree", "1h"),
        ("atelier 6p 2h, montage d’une vidéo de 3 min", "duree", "3 min"),
        ("indiv 1h caf, en France depuis 12 ans", "age", "12 ans"),
        ("indiv 1h doctolib pour sa mère de 87 ans", "age", "87 ans"),
        ("indiv 1h, un ordi de 12 ans, lent", "age", "12 ans"),
        ("indiv 1h caf, son mari est retraité", "statut", "retraité"),
        ("indiv 1h caf pour sa fille étudiante", "statut", "étudiante"),
        ("indiv 1h au 12 rue du 8 mai 1945, imprimante", "date", "8 mai 1945"),
        ("indiv 1h au 3 chemin du 8 mai 1945, imprimante", "date", "8 mai 1945"),
        ("indiv 1h crit’air à payer avant le 15/12", "date", "le 15/12"),
        ("individuel 1h whatsapp, un groupe whatsapp de 50 personnes", "participants", "50 personnes"),
        ("indiv 1h word, envoyée par france travail", "themes", "france travail"),
        ("indiv 1h paypal, je lui ai envoyé le récap par mail", "themes", "mail"),
        ("indiv 1h mail, une couturière qui ouvre son atelier", "activite", "atelier"),
        ("indiv 1h whatsapp, rien sur la caf", "themes", "rien sur la caf"),
    ],
)
def test_what_is_beside_the_report_is_left_out_and_mentioned(text: str, element: str, left: str) -> None:
    found = read_typed(text)
    assert f"J’ai laissé de côté « {left} »." in found.notes[element]
    before, _, after = text.partition(left)
    without = read_typed(f"{before}{after}")
    assert found.raw.get(element) == without.raw.get(element)
    assert element not in found.mistakes


@pytest.mark.parametrize(
    ("text", "element", "value"),
    [
        ("indiv 1h caf, maman de 33 ans", "age", "18-35"),
        ("atelier 6p 2h depuis la mairie", "duree", "120"),
        ("individuel 1h mail avec une retraitée", "statut", "retraite"),
        ("atelier 12 inscrits mail 2h", "participants", 12),
        ("indiv 1h mail avant-hier", "date", "2026-11-22"),
        ("12 inscrits à l’atelier mail 2h", "activite", "collectif"),
        ("atelier 6 ados de 14 à 16 ans, 2h, montage vidéo", "age", "12-18"),
        ("dame orientée vers france services, indiv 1h", "suite", "redirection"),
    ],
)
def test_what_looks_like_it_is_read(text: str, element: str, value: object) -> None:
    assert read_typed(text).raw[element] == value


@pytest.mark.parametrize(
    ("text", "suite"),
    [
        ("indiv 1h word, on se revoit en individuel mardi prochain", "individuel"),
        ("indiv 45 min mail, je l’inscris à mon prochain atelier du 8/12", "atelier"),
    ],
)
def test_a_coming_meeting_is_what_comes_of_the_report(text: str, suite: str) -> None:
    (part,) = cut_line(text, CLUES)
    found = read_typed(part.text)
    assert (found.raw["activite"], found.raw["suite"]) == ("individuel", suite)
    assert found.raw["date"] == "2026-11-24"


@pytest.mark.parametrize(
    ("text", "element", "value"),
    [
        ("atelier 6 inscrits dont 2 absents, 1h mail", "participants", 4),
        ("atelier douze personnes non treize, 1h mail", "participants", 13),
        ("retraité... ah non il travaille encore, indiv 1h mail", "statut", "en emploi"),
        ("jeune ni en emploi ni en études, indiv 1h mail", "statut", "sans emploi"),
        ("indiv monsieur né en 1958, mail 1h", "age", "+60"),
        ("indiv mail, à 10h15, fini à 11h", "duree", "45"),
        ("indiv mail, commencé à 13h50 et terminé vers 14h35", "duree", "45"),
        ("mardi de la semaine dernière indiv 1h mail", "date", "2026-11-17"),
        ("atelier du premier octobre, 6p, 1h mail", "date", "2026-10-01"),
        ("le trois novembre indiv 1h mail", "date", "2026-11-03"),
        ("indiv 1h mail la veille d’hier", "date", "2026-11-22"),
        ("atelier 5p 2h mail, tous nouveaux", "recurrents", 0),
    ],
)
def test_what_is_told_in_other_words_is_read(text: str, element: str, value: object) -> None:
    assert read_typed(text).raw[element] == value


@pytest.mark.parametrize(
    ("text", "element"),
    [
        ("la semaine dernière indiv 1h mail", "date"),
        ("indiv imprimante, 1 h 20, corbas", "duree"),
    ],
)
def test_what_is_not_sure_is_asked(text: str, element: str) -> None:
    found = read_typed(text)
    assert element in found.mistakes
    assert element not in found.raw


def test_a_word_that_only_looks_like_another_is_not_read_as_it() -> None:
    assert "recurrents" not in read_typed("dame qui habite Bron, indiv 1h mail").raw
    assert read_typed("indiv 1h mail, enseignante").raw["themes"] == ["courriel"]
    assert read_typed("hier à neuf heures une dame, mail, 30 min").mistakes.get("duree") is None


@pytest.mark.parametrize("text", ["Charvieu (38) ponctuel 15 min", "58 ans et veut partir à 62 : indiv 45 min carsat"])
def test_a_number_that_a_sign_closes_counts_no_reports(text: str) -> None:
    (part,) = cut_line(text, CLUES)
    assert part.times == 1


NOTHING_DONE = (
    "atelier annulé, personne n’est venu",
    "j’ai eu personne à la permanence",
    "rdv annulé",
    "la dame n’est pas venue",
    "mme Durand n’est pas venue à son rdv",
    "personne à l’atelier mail ce matin",
    "0 personne à l’atelier",
    "atelier mail 2h personne n’est venu",
    "atelier mail annulé",
    "l’atelier de ce matin a été annulé",
    "atelier smartphone de 14h annulé faute d’inscrits",
    "permanence à bron, personne",
    "permanence de 2h, pas un chat",
    "aucun participant à l’atelier tablette hier",
    "le monsieur de 10h m’a posé un lapin",
    "rdv de 14h pas honoré",
    "rdv 10h dame absente",
    "la permanence n’a pas eu lieu",
    "elle est pas venue",
    "il est jamais venu",
    "hier personne est venu à l’atelier",
    "ya eu personne ce matin",
    "y avait personne à l’atelier",
    "j’ai vu personne aujourd’hui",
    "mon rdv de 9h a annulé",
    "l’usager a annulé son rdv",
    "la dame a annulé au dernier moment",
    "mon atelier est tombé à l’eau",
    "zéro participant à mon atelier de jeudi",
    "permanence vide cet après-midi",
    "annulé, pas de participants",
    "atelier cv : aucun inscrit",
    "séance annulée",
    "atelier décommandé",
    "finalement l’atelier a pas eu lieu",
    "l’atelier n’a pas eu lieu, salle fermée",
    "personne s’est présenté à la permanence d’oullins",
    "pas de monde à la permanence",
    "le jeune de 11h n’est pas venu",
    "elle n’est jamais venue",
    "ma mamie de 10h est pas venue",
    "M. Diallo ne s’est pas présenté à 14h",
    "lapin à 10h",
    "la personne ne s’est pas présentée",
    "usager absent",
    "rdv non honoré",
)
SOMETHING_DONE = (
    "l’atelier word de 14h a été annulé, à la place 1 indiv d’1h cv avec un gars de 20 ans",
    "c’était pas un atelier finalement, 1 seule venue sur les 6 prévus, donc indiv 1h30 tableur",
    "atelier 8p 2h mail, 2 ne sont pas venus",
    "6 inscrits dont 2 absents atelier mail 1h",
    "dame 60 ans 1h annuler un rdv doctolib",
    "indiv 1h dame +60 rdv annulé par la caf, recours",
    "annule le rdv 5",
    "le rdv de demain, annule-le",
    "le rdv de demain est annulé",
    "le technicien n’est pas venu réparer la box",
    "j’ai eu personne au téléphone",
    "une personne âgée 1h mail",
    "vu personne 60 ans mail 1h",
    "j’ai reçu une personne ce matin 1h caf",
    "atelier 5 personnes 2h",
    "comment je fais si personne vient à mon atelier",
    "un monsieur qui n’est pas venu depuis 2 mois, 45 min, mail, +60",
    "une dame seule est venue, les autres non, 1h mail",
    "atelier annulé mais 2 personnes venues quand même 1h",
    "indiv 45 min monsieur absent de la caf depuis 2 ans 62 ans",
    "rdv annulé avec la préfecture repris en ligne 45min dame 35 ans",
    "atelier 2h mail une personne",
    "indiv 1h mail avec une personne",
    "atelier mail 8 personne",
    "j’ai accueilli une autre personne",
    "cv 1h pour cette personne",
    "annulation de mon abonnement netflix 30 min",
    "dame veut annuler son vol 1h",
    "résilier un contrat annulé 1h dame",
    "j’ai annulé son abonnement free 1h",
    "elle a annulé son abonnement free avec moi, 30 min",
    "permanence 3h 4 personnes, ensuite personne",
    "aide pour rdv ants annulé, 30 min, homme 40 ans",
    "1 lapin sur 5 rdv, 4 indiv 1h",
    "atelier 3h tablette 6p, une dame absente",
    "personne n’est venu m’aider pour l’imprimante",
)


@pytest.mark.parametrize("line", NOTHING_DONE)
def test_what_did_not_take_place_is_no_report(line: str) -> None:
    assert tells_nothing_done(line)


@pytest.mark.parametrize("line", SOMETHING_DONE)
def test_who_was_accompanied_is_reported_whoever_did_not_come(line: str) -> None:
    assert not tells_nothing_done(line)


def test_a_weekday_alone_that_is_todays_is_asked_for() -> None:
    line = read_typed("atelier 8p mardi matin 1h mail")
    assert "date" not in line.raw
    assert list(line.choices["date"].values()) == ["aujourd’hui", "mardi 17 novembre"]
    assert line.mistakes["date"] == "« mardi matin »\u00a0: aujourd’hui ou mardi 17 novembre\u00a0?"
    for said in ("ce mardi", "aujourd’hui mardi", "mardi 24"):
        assert read_typed(f"atelier 8p {said} 1h mail").raw["date"] == "2026-11-24"
    assert read_typed("atelier 8p mardi dernier 1h mail").raw["date"] == "2026-11-17"


@pytest.mark.parametrize(
    "beside",
    [
        *("la navette est tombée en panne", "le wifi ramait", "la connexion a coupé", "le réseau ne marchait pas"),
        *("l’imprimante a bourré", "la cantine sentait la soupe", "le car scolaire n’est pas passé"),
        "un appel du maire qui voulait parler de la fibre",
    ],
)
def test_what_broke_down_on_the_way_is_no_theme(beside: str) -> None:
    for text in (f"atelier 5p 2h mail +60, {beside}", f"{beside}, atelier 5p 2h mail +60"):
        line = read_typed(text)
        assert line.raw["themes"] == ["courriel"]
    assert read_typed("indiv 30 min, son wifi rame").raw["themes"] == ["internet"]
    assert read_typed("indiv 30 min inscription cantine").raw["themes"] == ["scolaire"]
    assert read_typed("indiv 30 min son imprimante a bourré").raw["themes"] == ["equipement informatique"]


def test_who_is_told_to_be_at_school_or_without_work_is_so() -> None:
    school = read_typed("groupe de 12 collégiens cyberharcèlement 1h")
    assert (school.raw["statut"], school.assumed["statut"]) == ("etudiant", "étudiant(e)")
    assert read_typed("indiv 1h mail, une mère de lycéen de 45 ans").raw["statut"] == "heterogene"
    rsa = read_typed("indiv 1h au RSA 39 ans smartphone")
    assert (rsa.raw["statut"], rsa.raw["themes"]) == ("sans emploi", ["smartphone"])
    assert read_typed("indiv 1h demande de rsa 39 ans").raw["themes"] == ["demarche en ligne"]
    assert read_typed("indiv 1h mail 63 ans, bosse encore").raw["statut"] == "en emploi"


@pytest.mark.parametrize(
    "text",
    [
        "L’atelier tablette de 14h n’a pas eu lieu, du coup indiv 45 min pronote",
        "at 6 pers 2h tablette annulé / à la place indiv 45 min pronote",
    ],
)
def test_what_was_done_instead_is_the_report(text: str) -> None:
    (part,) = cut_line(text, CLUES)
    line = read_typed(part.text)
    assert (line.raw["activite"], line.raw["duree"], line.raw["themes"]) == ("individuel", "45", ["scolaire"])
    assert "participants" not in line.raw


def test_the_theme_of_a_coming_workshop_is_none_of_the_report() -> None:
    line = read_typed("suite en atelier mail ; indiv 30 min clavier 80 ans")
    assert (line.raw["suite"], line.raw["themes"]) == ("atelier", ["equipement informatique"])


@pytest.mark.parametrize(
    "who", ["auto-entrepreneur", "auto entrepreneuse", "micro-entrepreneuse", "artisan", "commerçante"]
)
def test_who_works_for_themselves_is_assumed_to_work(who: str) -> None:
    found = read_typed(f"indiv {who} 1h mail 40 ans")
    assert (found.raw["statut"], found.assumed["statut"], [*found.unread]) == ("en emploi", "en emploi", [])
    retired = read_typed(f"indiv {who} retraité 1h mail")
    assert retired.raw["statut"] == "retraite"


@pytest.mark.parametrize("who", ["mère au foyer", "femme au foyer", "maman au foyer", "père au foyer"])
def test_of_who_is_at_home_the_status_is_asked(who: str) -> None:
    found = read_typed(f"indiv {who} 1h mail 40 ans")
    assert f"« {who} » : le formulaire n’a pas ce statut" in found.mistakes["statut"].replace("\u00a0", " ")
    assert list(found.choices["statut"]) == ["sans emploi", "heterogene"]
    assert not found.unread
    assert "statut" not in read_typed("atelier au foyer rural 5p 1h mail").mistakes


def test_one_of_two_communes_is_chosen_from_a_menu() -> None:
    found = read_typed("atelier bron et vénissieux 5p 1h mail")
    assert "bron et vénissieux" in found.mistakes["commune"]
    assert list(found.choices["commune"]) == ["69500 Bron", "69200 Vénissieux"]


@pytest.mark.parametrize(
    ("text", "people", "minutes"),
    [
        ("j’avais prévu quinze chaises et ils sont venus que six à l’atelier mail, 1h30", 6, "90"),
        ("atelier prévu pour 10 personnes, 6 venues, 1h30 mail", 6, "90"),
        ("on attendait 12 personnes, ils sont venus à 7, atelier word 2h", 7, "120"),
        ("atelier mail 2h au lieu de 1h, 6 personnes au lieu de 12", 6, "120"),
    ],
)
def test_what_was_to_be_is_none_of_what_was(text: str, people: int, minutes: str) -> None:
    line = read_typed(text)
    assert (line.raw["participants"], line.raw["duree"], line.mistakes) == (people, minutes, {})


@pytest.mark.parametrize(
    "text",
    ["atelier anulé", "attelier annule", "personne nest venu", "permanance annulée", "atelier cafe numerique anulle"],
)
def test_what_did_not_take_place_is_told_with_slips(text: str) -> None:
    assert tells_nothing_done(text)


@pytest.mark.parametrize(
    "text", ["atelier animé 5p 1h mail", "personne net 1h mail", "annule le rdv", "atelier annuel"]
)
def test_other_words_are_no_slips_of_that(text: str) -> None:
    assert not tells_nothing_done(text)


def test_what_is_asked_of_an_office_is_no_help_in_passing() -> None:
    for told in ("une dame pour sa demande d’apl 45 min", "aidé à faire une demande à la caf 30 min"):
        assert read_typed(told).raw["activite"] == "individuel"
    assert read_typed("demande caf 15 min").raw["activite"] == "ponctuel"


def test_what_somebody_is_inscribed_for_and_when_they_came_before_tell_nothing_of_the_report() -> None:
    later = read_typed("indiv 30 min rsa, je l’ai inscrite à l’atelier mail de vendredi 10h")
    assert (later.raw["suite"], later.raw["themes"], later.raw["date"]) == (
        "atelier",
        ["demarche en ligne"],
        "2026-11-24",
    )
    before = read_typed("hier la dame du mois dernier en indiv 45 min ameli")
    assert (before.raw["date"], before.mistakes) == ("2026-11-23", {})


@pytest.mark.parametrize(
    ("text", "element", "value"),
    [
        ("atelier word 6 personens 1h30", "participants", 6),
        ("atelier word six persones 1h30", "participants", 6),
        ("indiv caf 45 mintues", "duree", "45"),
        ("indiv caf trente minuts", "duree", "30"),
    ],
)
def test_what_is_counted_is_read_with_a_slip(text: str, element: str, value: object) -> None:
    found = read_typed(text)
    assert (found.raw[element], found.unread) == (value, ())


def test_other_words_behind_a_number_are_no_slips_of_what_is_counted() -> None:
    assert read_typed("atelier mail 1h 2 personnel").unread == ("personnel",)
    assert read_typed("indiv mail 1h une personne âgée").raw["age"] == "+60"
