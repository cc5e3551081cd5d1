"""Lines that people type for a report, and what is read in them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

from bot.capabilities import Capabilities
from bot.forms import Clues
from dialogs.cra.line import Line, read_line
from storage.people import Person

TODAY = date(2026, 11, 24)  # a Tuesday
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
JULIETTE = Person(
    id="juliette",
    username="juliette",
    departements=["69"],
    since=NOW,
)
CLUES = Clues(JULIETTE, TODAY, Capabilities((11, 2)))

READ = """
# activité
activite = collectif: atelier ¦ collectif ¦ ATELIER ¦ at. 1h ¦ Atelier Collectif ¦ en groupe ¦ atelir ¦ colectif
activite = individuel: individuel ¦ indiv ¦ indiv. ¦ ind ¦ accompagnement ¦ rdv ¦ rendez-vous ¦ acc. indiv.
activite = ponctuel: ponctuel ¦ demande ¦ demande ponctuelle ¦ accompagnement ponctuel ¦ rdv ponctuel
activite = collectif: coll. 8p ¦ accompagnement de 8 personnes ¦ accompagnement en groupe ¦ 8 personnes
activite = individuel: mail ¦ 1 personne ¦ une personne ¦ rdv en mairie pour une demande
# participants
participants = 8: 8p ¦ 8 p ¦ 8P ¦ 8 p. ¦ 8pers ¦ 8 pers. ¦ 8 participants ¦ huit personnes ¦ 8 participant(e)s
participants = 8: participants : 8 ¦ atelier 8 ¦ atelier de huit ¦ 8 seniors 1h ¦ atelier pour 8 retraités
participants = 8: 8 usagers ¦ 8 pax ¦ 8 retraités 45 min
participants = 12: 12 personnes âgées ¦ atelier douze mail ¦ atelier mail 12 45 min ¦ le 8 12p
participants = : 8 seniors ¦ mail 30' ¦ 8-10 personnes ¦ 10-20 ans ¦ atelier 8 9 ¦ indiv 8 ¦ atelier 130
participants = : atelier 0 ¦ 8 ans ¦ 8 min
# durée
duree = 90: 1h30 ¦ 1 h 30 ¦ 1H30 ¦ 90 min ¦ 90mn ¦ une heure et demie ¦ 1h30min ¦ 1,5 h ¦ 1.5h ¦ durée : 1h30
duree = 15: 15 min ¦ 15' ¦ 15’ mail ¦ un quart d’heure ¦ 1/4 d'heure ¦ ¼ d’heure
duree = 60: 1h ¦ 1 heure ¦ une heure ¦ 60 minutes ¦ 1h 8 participants ¦ 8p 1h mail ¦ 14h-15h
duree = 120: 2h ¦ deux heures ¦ de 14h à 16h ¦ 14h00 à 16h00
duree = 480: 8h ¦ 480 min
# date
date = 2026-11-23: hier ¦ HIER ¦ lundi ¦ lundi dernier ¦ 23/11 ¦ 23/11/2026 ¦ le 23 ¦ 23 novembre ¦ 2026-11-23
date = 2026-09-12: 12/09 ¦ 12/9 ¦ le 12 septembre ¦ 12 sept. 2026 ¦ samedi 12 septembre ¦ 12.09.2026
date = 2026-09-12: 12-09-2026
date = 2026-11-22: avant-hier ¦ avant hier ¦ il y a deux jours ¦ dimanche
date = 2026-11-24: aujourd’hui ¦ aujourd'hui ¦ ce matin ¦ cet après-midi ¦ mail ¦ mardi 8 participants
# commune
commune = 69120 Vaulx-en-Velin: 69120 ¦ 69256 ¦ Vaulx-en-Velin ¦ vaulx en velin ¦ VAULX EN VELIN ¦ mail
commune = 69120 Vaulx-en-Velin: 69120 Vaulx ¦ Vaulx-en-Velin, 69120 ¦ 69120 vaux en velin
commune = 69120 Vaulx-en-Velin: 69120 hier Vaulx-en-Velin
commune = 64000 Pau: à Pau ¦ pau ¦ Pau 64 ¦ 64445 ¦ commune : Pau ¦ mairie de Pau ¦ 64000, pau
commune = 97400 Saint-Denis: saint denis 97400 ¦ 97400 st-denis ¦ St Denis hier 97400
commune = 97400 Saint-Denis: à Saint-Denis (974)
commune = 69003 Lyon: Lyon 3 ¦ lyon 3ème ¦ 69003 ¦ Lyon 69003
commune = 94240 L'Haÿ-les-Roses: l’haÿ les roses ¦ L'HAY-LES-ROSES ¦ 94240
commune = 45000 Orléans: à la gare d’Orléans
commune = 20000 Ajaccio: 2A004 ¦ 2a004 ¦ ajaccio
commune = 69470 Cours: 69470 cours ¦ cours 69470
# âge
age = +60: +60 ¦ 60+ ¦ + 60 ¦ +60 ans ¦ plus de 60 ans ¦ 60 ans et plus ¦ + de 60 ans ¦ >60 ¦ seniors ¦ 72 ans
age = +60: Séniors ¦ personnes âgées ¦ 3e âge ¦ aînés ¦ 70 ans et plus ¦ 65-80 ans ¦ âgée de 65 ans
age = -12: -12 ¦ –12 ¦ - de 12 ans ¦ moins de 12 ans ¦ <12 ¦ enfants ¦ 6-10 ans ¦ (-12)
age = 12-18: 12-18 ¦ 12 - 18 ans ¦ 12–18 ¦ 12/18 ans ¦ de 12 à 18 ans ¦ entre 12 et 18 ans ¦ ados ¦ collégiens
age = 18-35: 18-35 ¦ 18 à 35 ans ¦ jeunes ¦ jeunes adultes ¦ 20-30 ans ¦ Paris 18-35 ans
age = 35-60: 35-60 ¦ 35 — 60 ¦ adultes ¦ 45 ans ¦ entre 40 et 50 ans
age = : mail ¦ 10-20 ans ¦ 8-10 personnes ¦ 18/11
# statut
statut = retraite: retraité ¦ Retraités ¦ retraitées ¦ retraité(e)(s) ¦ retraité·e·s ¦ retraité.es ¦ retrités
statut = sans emploi: sans emploi ¦ chômeurs ¦ demandeurs d’emploi ¦ demandeuse d'emploi ¦ au chômage
statut = sans emploi: sans-emploi
statut = en emploi: en emploi ¦ salariés ¦ salarié-e-s ¦ actifs ¦ employés
statut = etudiant: étudiants ¦ étudiant(e)s ¦ étudiant·e ¦ Étudiante ¦ élèves ¦ etudiant
statut = heterogene: hétérogène ¦ non renseigné ¦ mixte ¦ statut : non renseigné ¦ mail
# canal
canal = distance: à distance ¦ distance ¦ par téléphone ¦ au téléphone ¦ en visio ¦ tél ¦ indiv téléphone mail
canal = domicile: à domicile ¦ domicile ¦ chez elle ¦ chez l’usager ¦ visite à domicile
canal = autre: autre lieu ¦ dans un autre lieu ¦ hors les murs
canal = rattachement: rattachement ¦ lieu de rattachement ¦ au bureau ¦ sur place ¦ mail ¦ téléphone
# suite
suite = atelier: suite atelier ¦ suite : en atelier ¦ suite en atelier
suite = individuel: suite individuel ¦ suite accompagnement individuel ¦ suite : rdv
suite = redirection: redirigé ¦ orientée ¦ redirection ¦ suite redirection ¦ réorientés
suite = : sans suite ¦ pas de suite ¦ atelier ¦ mail
# déjà venus
recurrents = 3: 8p 3 récurrents ¦ 8p dont 3 connus ¦ 8p, trois déjà venus ¦ 8p récurrents : 3
recurrents = 3: 8p 3 déjà accompagnés
recurrents = 1: indiv récurrent ¦ indiv déjà venue ¦ 8p 1 récurrent(e) ¦ 8p dont un déjà venu
recurrents = 8: 8p tous récurrents ¦ tous déjà venus, huit personnes
recurrents = 0: 0 récurrent ¦ 8p aucun récurrent
recurrents = : 8p ¦ 8p récurrents ¦ indiv
# thèmes
themes = courriel: mail ¦ mails ¦ e-mail ¦ courriels ¦ Courriel ¦ mail, courriel ¦ mail mail ¦ couriels
themes = courriel: courreil
themes = demarche en ligne: démarche en ligne ¦ demarches ¦ CAF ¦ demarche en linge ¦ les impôts
themes = demarche en ligne: déclaration d'impôts
themes = trouver emploi: trouver emploi ¦ emploi ¦ Emploi, formation ¦ recherche d’emploi ¦ cv
themes = trouver emploi: emploi sans emploi
themes = tpe/pme: tpe/pme ¦ TPE ¦ Numérique et TPE/PME
themes = courriel, internet: mail internet ¦ mail+internet ¦ mail/internet ¦ mail & internet ¦ mail et internet
themes = courriel, internet: mail — web
themes = internet, courriel: thèmes : internet, mail ¦ internet;mail ¦ web | mail
themes = courriel, smartphone: atelier mail, téléphone ¦ mail smartphone
themes = echanger: visio ¦ visioconférence ¦ whatsapp
themes = accompagner enfant: enfants 35-60 ¦ accompagner son enfant ¦ parentalité enfants adultes
themes = : sans emploi ¦ en emploi ¦ enfants ¦ par téléphone ¦ collègue ¦ atelier
"""
"""Element, the value read for it (none if empty), and texts that say it."""


def rows() -> Iterator[tuple[str, str, str]]:
    for row in READ.strip().splitlines():
        if not row.startswith("#"):
            what, texts = row.split(": ", 1)
            element, value = what.split(" =", 1)
            yield from ((element, value.strip(), text) for text in texts.split(" ¦ "))


MISTAKES = """
1h10 → duree: 1 h 10 n’est pas une durée du formulaire : indiquez 1 h ou 1 h 15.
5 min → duree: 5 min n’est pas une durée du formulaire : indiquez 15 min.
10h → duree: 10 h n’est pas une durée du formulaire : indiquez 8 h.
1h 2h → duree: Plusieurs durées sont indiquées : 1 h et 2 h. Gardez une seule réponse.
hier 12/09 → date: Plusieurs dates sont indiquées : 23/11/2026 et 12/09/2026. Gardez une seule réponse.
demain → date: Cette date n’est pas encore passée : indiquez au plus tard le 24/11/2026.
12/09/2019 → date: Indiquez une date à partir du 01/01/2020.
+60 ados → age: Plusieurs âges sont indiqués : Plus de 60 ans et 12 - 18 ans. Gardez une seule réponse.
at. 8 jeunes, -12 → age: Plusieurs âges sont indiqués : 18 - 35 ans et -12 ans. Gardez la réponse la plus fréquente : \
« Répartir » précisera ensuite.
retraité salarié → statut: Plusieurs statuts sont indiqués : Retraité et En emploi. Gardez une seule réponse.
atelier individuel → activite: Plusieurs activités sont indiquées : Atelier Collectif et Accompagnement individuel. \
Gardez une seule réponse.
à distance à domicile → canal: Plusieurs canaux sont indiqués : À distance et À domicile. Gardez une seule réponse.
suite atelier, suite rdv → suite: Plusieurs suites sont indiquées : En atelier et Accompagnement individuel. \
Gardez une seule réponse.
atelier 130p → participants: Un atelier compte de 1 à 100 participants : corrigez ce nombre.
8p 9p → participants: Plusieurs nombres de participants sont indiqués : 8 et 9. Gardez une seule réponse.
8p 9 récurrents → recurrents: Indiquez de 0 à 8 personnes déjà accompagnées.
Pau Bordeaux → commune: Plusieurs communes sont indiquées : Pau et Bordeaux. Gardez une seule réponse.
69120 Pau → commune: Plusieurs communes sont indiquées : 69120 et Pau. Gardez une seule réponse.
Lens 69120 → commune: Plusieurs communes sont indiquées : Lens et 69120. Gardez une seule réponse.
"""
"""A text, the element that cannot be as typed, and what is said of it."""


def line(text: str) -> Line:
    return read_line(text, CLUES, "69120 Vaulx-en-Velin")
