"""Comptes rendus in tests: typed lines, filled dialogs, reports stored and counted by hand, and files in and out."""

import io
import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.capabilities import Capabilities
from bot.errors import ChatError
from bot.forms import Clues
from bot.mattermost import ChatUser
from cli.cra.exports import export, writer
from cli.cra.imports import Authors, CraImport, ImportLines, ImportOutcome
from cli.terminal import ProgressBar
from config.themes import THEMES
from dialogs.cra.line import Line, read_line
from storage.cra import Activite, Age, Canal, Report, Source, Statut, Suite, queries
from storage.cra.bulk import ExportFilter
from storage.cra.habits import Usual
from storage.cra.queries import Filing, file_report
from storage.cra.report import DUREES, Duree
from storage.database import Database
from storage.people import Person, Role, register_person
from storage.stats import Figures
from tests import people
from tests.people import Answer, Dialog, Post
from tests.support.databases import KINDS, create_database

WORKSHOP: dict[str, Any] = {
    "canal": "rattachement",
    "commune": "69120 Vaulx-en-Velin",
    "activite": "collectif",
    "participants": 8,
    "age": "+60",
    "statut": "retraite",
    "themes": ["internet", "courriel"],
    "duree": "90",
}
ALONE: dict[str, Any] = WORKSHOP | {"activite": "individuel", "participants": "", "themes": ["demarche en ligne"]}


async def fill_workshop(person: people.Person, **changes: Any) -> Dialog:
    """Open the dialog of /cra and fill it with a workshop."""
    form = await person.opens("/cra")
    return form.fill(**(WORKSHOP | changes))


async def send_workshop(person: people.Person, **changes: Any) -> Answer:
    """Send a workshop with these changes, and return the answer."""
    return await (await fill_workshop(person, **changes)).submit()


async def file_workshop(person: people.Person, **changes: Any) -> Post:
    """File a workshop, and return its receipt."""
    answer = await send_workshop(person, **changes)
    assert answer.accepted, answer
    return await person.told("enregistré")


def read_number(post: Post) -> int:
    """Read the number of the report from its receipt."""
    found = re.search(r"n°\s*(\d+)", post.text)
    assert found, post.text
    return int(found[1])


def read_mistake(answer: Answer, field: str) -> str:
    """Return the only error of a refusal, which must be under a field and leave the dialog open."""
    assert not answer.closed, answer
    assert list(answer.errors) == [field], answer
    return answer.errors[field]


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
_keys = count()


def make_conseiller(name: str, departement: str | None = "69", structure: str | None = "Mairie") -> Person:
    """Make a conseiller of the register, without storing them."""
    where = [departement] if departement else []
    return Person(id=name, username=name, role=Role.CONSEILLER, structure=structure, departements=where, since=NOON)


async def register_all(db: AsyncSession, *persons: Person) -> None:
    """Store these people in the register."""
    for person in persons:
        await register_person(db, person)


def make_report(**changes: Any) -> Report:
    """Make a workshop of eight, or with changes; an individual report has one person unless said otherwise."""
    alone = changes.get("activite", Activite.COLLECTIF) is not Activite.COLLECTIF
    n = changes.setdefault("participants", 1 if alone else 8)
    said: dict[str, Any] = {
        "date": date(2026, 11, 10),
        "canal": Canal.RATTACHEMENT,
        "commune": "69256",
        "code_postal": "69120",
        "departement": "69",
        "activite": Activite.COLLECTIF,
        "ages": {Age.PLUS_60: n},
        "statuts": {Statut.RETRAITE: n},
        "themes": ("internet",),
        "minutes": 90,
    }
    return Report(**(said | changes))


async def store_reports(db: AsyncSession, author: Person, *reports: Report) -> list[int]:
    """Store reports, and return their numbers."""
    how = [Filing(f"test:{next(_keys)}", Source.DIALOG, NOON) for _ in reports]
    return [(await queries.file_report(db, author, r, h)).number for r, h in zip(reports, how, strict=True)]


def count_figures(reports: Iterable[Report]) -> Figures:
    """Compute the figures of reports, one addition at a time."""
    return sum((_count_one(r) for r in reports), Figures())


def _count_one(r: Report) -> Figures:
    collectif = r.activite is Activite.COLLECTIF
    return Figures() + Figures(
        accompagnements=1,
        ateliers=int(collectif),
        participants=r.participants if collectif else 0,
        individuels=int(r.activite is Activite.INDIVIDUEL),
        ponctuelles=int(r.activite is Activite.PONCTUEL),
        recurrents=r.recurrents or 0,
        minutes={a: r.minutes if a is r.activite else 0 for a in Activite},
        suites={s: r.suite.get(s, 0) for s in Suite},
        themes={code: int(code in r.themes) for code in THEMES},
        canaux={c: int(c is r.canal) for c in Canal},
        durees={d: int(d is classify_duration(r.minutes)) for d in Duree},
        ages={a: r.ages.get(a, 0) for a in Age},
        statuts={s: r.statuts.get(s, 0) for s in Statut},
        mois=Counter({r.date.replace(day=1): 1}),
    )


def classify_duration(minutes: int) -> Duree:
    """Return the class in which a duration in minutes counts."""
    if minutes <= 30:
        return Duree.JUSQU_A_30
    if minutes < 60:
        return Duree.DE_30_A_60
    return Duree.DE_60_A_120 if minutes < 120 else Duree.DES_120


@st.composite
def draw_report(draw: st.DrawFn) -> Report:
    """Draw a report that may be filed, in the last months of 2026."""
    activite = draw(st.sampled_from(Activite))
    n = draw(st.integers(1, 30)) if activite is Activite.COLLECTIF else 1
    return make_report(
        date=draw(st.dates(date(2026, 8, 28), date(2026, 11, 24))),
        canal=draw(st.sampled_from(Canal)),
        activite=activite,
        participants=n,
        recurrents=draw(st.none() | st.integers(0, n)),
        ages=_split(draw, list(Age), n),
        statuts=_split(draw, list(Statut), n),
        themes=tuple(draw(st.sets(st.sampled_from(list(THEMES)), min_size=1, max_size=4))),
        minutes=draw(st.sampled_from(DUREES)),
        suite=_split(draw, list(Suite), draw(st.integers(0, n))),
    )


def _split(draw: st.DrawFn, codes: list[Any], n: int) -> dict[Any, int]:
    return dict(Counter(draw(st.lists(st.sampled_from(codes), min_size=n, max_size=n))))


LINE_DAY = date(2026, 11, 24)  # a Tuesday
LINE_NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
LINE_AUTHOR = Person(
    id="juliette",
    username="juliette",
    departements=["69"],
    since=LINE_NOW,
)
CLUES = Clues(LINE_AUTHOR, LINE_DAY, Capabilities((11, 2)))

USUAL = Usual("69120 Vaulx-en-Velin")

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
duree = 120: 14-16h ¦ de 14 à 16h ¦ 14h/16h ¦ 10:30-12:30
duree = 480: 8h ¦ 480 min ¦ atelier 8h ¦ individuel pendant 8h ¦ individuel de 9h à 17h
# date
date = 2026-11-23: hier ¦ HIER ¦ lundi ¦ lundi dernier ¦ 23/11 ¦ 23/11/2026 ¦ le 23 ¦ 23 novembre ¦ 2026-11-23
date = 2026-09-12: 12/09 ¦ 12/9 ¦ le 12 septembre ¦ 12 sept. 2026 ¦ samedi 12 septembre ¦ 12.09.2026
date = 2026-09-12: 12-09-2026 ¦ le 12 septembre 25 ans
date = 2026-11-22: avant-hier ¦ avant hier ¦ avanthier ¦ il y a deux jours ¦ dimanche
date = 2026-11-24: aujourd’hui ¦ aujourd'hui ¦ ajd ¦ cet aprem ¦ ce matin ¦ cet après-midi ¦ mail ¦ ce mardi 8 p
# commune
commune = 69120 Vaulx-en-Velin: 69120 ¦ 69256 ¦ Vaulx-en-Velin ¦ vaulx en velin ¦ VAULX EN VELIN ¦ mail
commune = 69120 Vaulx-en-Velin: 69120 Vaulx ¦ Vaulx-en-Velin, 69120 ¦ 69120 vaux en velin
commune = 69120 Vaulx-en-Velin: 69120 hier Vaulx-en-Velin
commune = 69500 Bron: indiv bron internet ¦ bron
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


def list_readings() -> Iterator[tuple[str, str, str]]:
    for row in READ.strip().splitlines():
        if not row.startswith("#"):
            what, texts = row.split(": ", 1)
            element, value = what.split(" =", 1)
            yield from ((element, value.strip(), text) for text in texts.split(" ¦ "))


MISTAKES = """
1h10 → duree: 1 h 10 n’est pas une durée du formulaire : indiquez 1 h ou 1 h 15.
31/02 → date: La date « 31/02 » n’existe pas : indiquez le jour.
le 31/02 individuel → date: La date « le 31/02 » n’existe pas : indiquez le jour.
30-02-2026 → date: La date « 30-02-2026 » n’existe pas : indiquez le jour.
individuel 8h mail → duree: « 8h » : est-ce la durée, ou l’heure ? Indiquez la durée.
photocopie → themes: « photocopie » : quel thème ? Choisissez : Traitement de texte · Démarche en ligne · Autre.
decines → commune: « decines » : quelle commune ? Choisissez : 69150 Décines-Charpieu.
vaulx → commune: « vaulx » : quelle commune ? Choisissez : 69120 Vaulx-en-Velin · 74150 Vaulx · 62390 Vaulx.
10h → duree: 10 h dépasse la plus longue durée du formulaire, 8 h : corrigez la durée.
25h → duree: 25 h dépasse la plus longue durée du formulaire, 8 h : corrigez la durée.
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
individuel 5p 1h → activite: « Accompagnement individuel » compte une seule personne : était-ce un atelier de 5 \
personnes ? Pour 5 comptes rendus, tapez « 5 individuels ».
atelier 130p → participants: Un atelier compte de 1 à 100 participants : corrigez ce nombre.
8p 9p → participants: Plusieurs nombres de participants sont indiqués : 8 et 9. Gardez une seule réponse.
8p 9 récurrents → recurrents: Indiquez de 0 à 8 personnes déjà accompagnées.
Pau Bordeaux → commune: Plusieurs communes sont indiquées : Pau et Bordeaux. Gardez une seule réponse.
69120 Pau → commune: Plusieurs communes sont indiquées : 69120 et Pau. Gardez une seule réponse.
Lens 69120 → commune: Plusieurs communes sont indiquées : Lens et 69120. Gardez une seule réponse.
"""
"""A text, the element that cannot be as typed, and what is said of it."""


def read_typed(text: str) -> Line:
    return read_line(text, CLUES, USUAL)


NOW = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
JULIETTE = Person(
    id="j" * 26,
    username="juliette",
    role=Role.CONSEILLER,
    structure="=Ville; de « Vaulx »",
    departements=["69"],
    since=NOW,
)
CARL = Person(id="c" * 26, username="carl", role=Role.CONSEILLER, departements=[], since=NOW)
STORED_WORKSHOP = Report(
    date=date(2026, 11, 20),
    canal=Canal.RATTACHEMENT,
    commune="69256",
    code_postal="69120",
    departement="69",
    activite=Activite.COLLECTIF,
    participants=8,
    recurrents=2,
    ages={Age.MOINS_12: 3, Age.PLUS_60: 5},
    statuts={Statut.SANS_EMPLOI: 8},
    themes=("internet", "courriel"),
    minutes=90,
    suite={Suite.ATELIER: 1},
)
SINGLE = Report(
    date=date(2026, 11, 23),
    canal=Canal.DISTANCE,
    commune="74109",
    code_postal="01200",
    departement="74",
    activite=Activite.PONCTUEL,
    participants=1,
    ages={Age.DE_18_A_35: 1},
    statuts={Statut.EN_EMPLOI: 1},
    themes=("sante",),
    minutes=15,
)
JSON_LINE: dict[str, Any] = {
    "auteur": "juliette",
    "date": "2026-11-20",
    "canal": "autre",
    "code_commune": "69256",
    "activite": "collectif",
    "participants": 4,
    "ages": {"+60": 4},
    "statuts": {"retraite": 4},
    "themes": ["internet"],
    "minutes": 60,
}


class FakeChat:
    """A Mattermost that has only these people; it may be away."""

    def __init__(self, *names: str, away: bool = False) -> None:
        self.names = names
        self.away = away
        self.asked: list[str] = []

    async def user_by_name(self, username: str) -> ChatUser | None:
        self.asked.append(username)
        if self.away:
            raise ChatError(0)
        return ChatUser(id=f"{username:x<26}", username=username) if username in self.names else None


@pytest.fixture(name="database", params=KINDS)
async def cra_database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """A database of each kind with Juliette and Carl in it."""
    async with create_database(request, tmp_path) as url:
        async for database in open_cra_database(url):
            yield database


async def open_cra_database(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    try:
        async with database.transaction() as db:
            for person in (JULIETTE, CARL):
                await register_person(db, Person(**person.model_dump()))
        yield database
    finally:
        await database.close()


async def file_reports(database: Database, *reports: Report, author: Person = JULIETTE) -> list[int]:
    """File reports by dialog, a minute apart."""
    numbers: list[int] = []
    async with database.transaction() as db:
        for report in reports:
            at = NOW - timedelta(days=1, microseconds=7 * len(numbers))
            how = Filing(f"dialog:{author.username}:{len(numbers)}", Source.DIALOG, at)
            numbers.append((await file_report(db, author, report, how)).number)
    return numbers


async def export_reports(database: Database, kind: str = "jsonl", *, tags: bool = False, **wanted: Any) -> str:
    out = io.StringIO()
    await export(database, ExportFilter(**wanted), writer(out, kind, tags=tags), ProgressBar(io.StringIO(), "ligne"))
    return out.getvalue()


async def import_reports(
    database: Database, text: str | bytes, chat: Any = None, complain: Callable[[int, str], None] | None = None
) -> ImportOutcome:
    data = text.encode() if isinstance(text, str) else text
    refuse = complain or (lambda number, reason: pytest.fail(f"ligne {number} : {reason}"))
    work = CraImport(database, Authors(database, chat, lambda: NOW), lambda: NOW, refuse)
    return await work.run(ImportLines(io.BytesIO(data)), ProgressBar(io.StringIO(), "ligne"))


def write_jsonl(*lines: dict[str, Any]) -> str:
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


def read_jsonl(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]
