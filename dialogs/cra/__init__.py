"""The forms of comptes rendus: the questions of 2021 in order (docs/domaine.md §2.1), with date and recurrents."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel

from bot.forms import Choice, Clues, Day, Element, Form, Hidden, asks
from bot.forms.kinds import DeclaredField
from bot.french import say_date, say_minutes
from config.programme import FIRST_DAY
from dialogs.communes import COMMUNE_FIELD
from dialogs.cra.tags import Tags
from dialogs.cra.titles import title_typed
from dialogs.themes import Themes
from storage.communes import CommunePlace, get_commune
from storage.communes import make_label as place_label
from storage.cra import Activite, Age, Canal, Cra, CraRow, Report, Statut, Suite
from storage.cra.report import AGES, DUREES, STATUTS
from storage.cra.report import find_problems as rule_problems
from storage.cra.tags import REPORT_MAX


class KeepRecorded(StrEnum):
    """The choice that keeps what is recorded; offered only where people differ."""

    GARDER = "garder"

    @property
    def label(self) -> str:
        return "Garder la répartition enregistrée"


class KeptAnswers(BaseModel):
    """Ages, statuts and suites that differ from person to person, and the number of participants that they are for."""

    participants: int
    ages: dict[Age, int]
    statuts: dict[Statut, int]
    suite: dict[Suite, int]

    @classmethod
    def of(cls, report: Report) -> "KeptAnswers | None":
        """Keep the parts of a report that differ from person to person; None where there are none."""
        if not report.is_spread:
            return None
        return cls(
            participants=report.participants,
            ages=dict(report.ages),
            statuts=dict(report.statuts),
            suite=dict(report.suite),
        )


PRACTICE = "**Entraînement : ceci ne compte pas.**"


def say_practice(title: str, hidden: Mapping[str, object]) -> str:
    """Mark the title of a draft that belongs to a practice sheet."""
    return f"{title} (entraînement)" if hidden.get("practice") else title


E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True)
class OftenFirst(Choice):
    """A choice whose first options are those that somebody uses often, as the form ``offers`` them."""

    def draw(self, question: DeclaredField, known: object, clues: Clues) -> list[Element]:
        often = clues.offers.get(question.name, {})
        (element,) = super().draw(question, known, clues)
        first = [{"text": text, "value": value} for value, text in often.items() if value in self.options]
        rest = [{"text": text, "value": value} for value, text in self.options.items() if value not in often]
        return [element | {"options": [*first, *rest]}]


DUREE_FIELD = OftenFirst({str(m): say_minutes(m) for m in DUREES}, int)
KEPT_ANSWERS = frozenset({KeepRecorded.GARDER.value})


def _or_keep(enumeration: Any) -> Choice:
    choice = Choice.of(enumeration, KeepRecorded)
    return Choice(choice.options, choice.to, only_known=KEPT_ANSWERS)


class NewCra(Form):
    """The form of a new compte rendu: one accompaniment or workshop. ``kept`` is the distribution of the report it
    copies, ``often`` are the durations, in minutes, that its author uses often; where ``practice``, it counts in no
    figure; ``known_tags`` are the names of the tags that it offers."""

    title = "Compte rendu (CRA)"
    submit_label = "Enregistrer"
    noun = ("compte rendu", "comptes rendus")

    date: Annotated[dt.date, Day(FIRST_DAY)] = asks("Date", "Le jour de l’accompagnement.")
    canal: Canal = asks("Canal", "Par quel canal l’accompagnement a-t-il eu lieu ?")
    commune: Annotated[CommunePlace, COMMUNE_FIELD] = asks("Commune", "Son code postal ou son nom.")
    activite: Activite = asks("Activité", "Quel type d’activité venez-vous de réaliser ?")
    participants: int | None = asks("Participants", "Pour un atelier : de 1 à 100. Sinon, laissez vide.", default=None)
    age: Annotated[Age | KeepRecorded, _or_keep(Age)] = asks(
        "Âge", "Catégorie d’âge, ou âge moyen du groupe. « Répartir » le précise ensuite."
    )
    statut: Annotated[Statut | KeepRecorded, _or_keep(Statut)] = asks(
        "Statut", "De la personne ou du groupe. « Répartir » le précise ensuite."
    )
    themes: Themes = asks("Thèmes", "Un ou plusieurs.")
    minutes: Annotated[int, DUREE_FIELD] = asks("Durée", "Arrondissez si besoin.", name="duree")
    suite: Annotated[Suite | KeepRecorded | None, _or_keep(Suite)] = asks(
        "Suite", "L’accompagnement va-t-il être poursuivi ?", default=None
    )
    recurrents: int | None = asks("Déjà venus", "Nombre de personnes que vous aviez déjà accompagnées.", default=None)
    tags: Tags = asks("Étiquettes", f"Facultatif, {REPORT_MAX} au plus. Jamais de nom.", name="etiquettes", default=())
    kept: Hidden[KeptAnswers | None] = None
    often: Hidden[tuple[int, ...]] = ()
    practice: Hidden[bool] = False
    known_tags: Hidden[tuple[str, ...]] = ()

    @classmethod
    def offers(cls, hidden: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        often = {str(minutes): say_minutes(int(minutes)) for minutes in hidden.get("often") or ()}
        return {"duree": often, "etiquettes": {name: name for name in hidden.get("known_tags") or ()}}

    def introduction(self) -> str:
        return PRACTICE if self.practice else ""

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        # One suite for everybody is never more than there are participants.
        judged = {name: value for name, value in values.items() if name != "suite"}
        return {**_broken_keeps(values), **rule_problems(judged, clues.today)}

    @classmethod
    def of(cls, report: Report, **more: object) -> Self:
        """Fill the form with a report."""
        kept = KeptAnswers.of(report)
        people = report.participants
        commune = get_commune(report.commune)
        return cls.draft(
            date=report.date,
            canal=report.canal,
            commune=place_label(commune, report.code_postal) if commune else report.code_postal,
            activite=report.activite,
            participants=people if report.activite is Activite.COLLECTIF else None,
            age=_only_value(report.ages, people),
            statut=_only_value(report.statuts, people),
            themes=report.themes,
            minutes=report.minutes,
            suite=_only_value(report.suite, people) if report.suite else None,
            recurrents=report.recurrents,
            kept=kept,
            **more,
        )

    @classmethod
    def summarize(cls, raw: Mapping[str, object], hidden: Mapping[str, object], today: dt.date) -> str:
        return say_practice(title_typed(raw, today), hidden)

    @classmethod
    def raw_of(cls, report: Report) -> dict[str, Any]:
        """Write a report as a submission of the form would send it, without its date."""
        form = cls.of(report)
        told = {name: question.name for name, (question, _) in cls._questions.items() if name != "tags"}
        known = {element: getattr(form, name) for name, element in told.items()}
        known |= {"duree": str(report.minutes), "themes": list(report.themes)}
        return {element: value for element, value in known.items() if value is not None and element != "date"}

    @property
    def chosen_tags(self) -> tuple[str, ...] | None:
        """The tags that were chosen; None where the form offers none."""
        return self.tags if self.known_tags else None

    def report(self) -> Report:
        """Make the report of what the form says, with one value for everybody unless a distribution is kept."""
        people = self.participants if self.activite is Activite.COLLECTIF and self.participants else 1
        kept = self.kept
        return Report(
            date=self.date,
            canal=self.canal,
            commune=self.commune.commune.code,
            code_postal=self.commune.code_postal,
            departement=self.commune.commune.departement,
            activite=self.activite,
            participants=people,
            ages=_count_answers(self.age, kept.ages if kept else None, people),
            statuts=_count_answers(self.statut, kept.statuts if kept else None, people),
            suite=_count_answers(self.suite, kept.suite if kept else None, people),
            themes=self.themes,
            minutes=self.minutes,
            recurrents=self.recurrents,
        )


class EditCra(NewCra):
    """The form that changes a report; ``version`` is the one at which it was opened."""

    title = "Modifier le compte rendu"

    numero: Hidden[int]
    version: Hidden[int]

    def introduction(self) -> str:
        return " ".join(filter(None, (super().introduction(), f"Compte rendu n° {self.numero}")))

    @classmethod
    def summarize(cls, raw: Mapping[str, object], hidden: Mapping[str, object], today: dt.date) -> str:
        return say_practice(f"n° {hidden.get('numero')}, à modifier : {title_typed(raw, today)}", hidden)


class SpreadCra(Form):
    """The form that distributes the participants of a workshop over ages and statuts."""

    title = "Répartir l’atelier"
    submit_label = "Enregistrer"
    noun = ("compte rendu", "comptes rendus")

    age_moins_12: int = asks("-12 ans", name="age_-12", default=0)
    age_de_12_a_18: int = asks("12 - 18 ans", name="age_12-18", default=0)
    age_de_18_a_35: int = asks("18 - 35 ans", name="age_18-35", default=0)
    age_de_35_a_60: int = asks("35 - 60 ans", name="age_35-60", default=0)
    age_plus_60: int = asks("Plus de 60 ans", name="age_+60", default=0)
    statut_etudiant: int = asks("Étudiant(e)", default=0)
    statut_sans_emploi: int = asks("Sans emploi", name="statut_sans emploi", default=0)
    statut_en_emploi: int = asks("En emploi", name="statut_en emploi", default=0)
    statut_retraite: int = asks("Retraité", default=0)
    statut_heterogene: int = asks("Non renseigné", "Non renseigné ou hétérogène.", default=0)
    numero: Hidden[int]
    version: Hidden[int]
    participants: Hidden[int]
    day: Hidden[dt.date]
    practice: Hidden[bool] = False

    def introduction(self) -> str:
        before = f"{PRACTICE} " if self.practice else ""
        return (
            f"{before}Atelier du {say_date(self.day)}, {self.participants} participants. "
            f"Le total des âges et celui des statuts doivent faire {self.participants}."
        )

    @classmethod
    def summarize(cls, raw: Mapping[str, object], hidden: Mapping[str, object], today: dt.date) -> str:
        workshop = {"activite": Activite.COLLECTIF, "date": hidden.get("day"), **hidden}
        return say_practice(f"n° {hidden.get('numero')}, à répartir : {title_typed(workshop, today)}", hidden)

    @classmethod
    def of(cls, cra: CraRow) -> Self:
        """Fill the form with the present distribution."""
        report = cra.report
        known = {AGES[a]: n for a, n in report.ages.items()}
        known |= {STATUTS[s]: n for s, n in report.statuts.items()}
        hidden = {"numero": cra.number, "version": cra.version, "participants": report.participants}
        return cls.draft(**known, **hidden, day=report.date, practice=not isinstance(cra, Cra))

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        ages, statuts = _count_group(values, AGES), _count_group(values, STATUTS)
        negative = [f for f in (*ages, *statuts) if values.get(f, 0) < 0]
        if negative:
            return dict.fromkeys(negative, "Un nombre de personnes ne peut pas être négatif.")
        wanted = int(values["participants"])
        groups = (("âges", ages), ("statuts", statuts))
        return {
            next(iter(g)): _say_missing(name, sum(g.values()), wanted)
            for name, g in groups
            if sum(g.values()) != wanted
        }

    def counts(self) -> tuple[dict[Age, int], dict[Statut, int]]:
        """Count persons by age and by statut."""
        ages = {a: n for a, f in AGES.items() if (n := getattr(self, f))}
        return ages, {s: n for s, f in STATUTS.items() if (n := getattr(self, f))}


def _count_group(values: Mapping[str, Any], fields: Mapping[Any, str]) -> dict[str, int]:
    return {f: values.get(f, 0) for f in fields.values()}


def _say_missing(name: str, total: int, wanted: int) -> str:
    todo = f"ajoutez {wanted - total}" if total < wanted else f"retirez {total - wanted}"
    return f"Le total des {name} est de {total} pour {wanted} participants : {todo}."


def _only_value(counts: Mapping[Any, int], people: int) -> Any:
    """Return the one value that everybody has, else « garder »."""
    values = list(counts)
    return values[0] if len(values) == 1 and counts[values[0]] == people else KeepRecorded.GARDER


def _count_answers(choice: E | KeepRecorded | None, kept: dict[E, int] | None, people: int) -> dict[E, int]:
    """Count everybody at the one value chosen, or as in the kept distribution."""
    if isinstance(choice, KeepRecorded):
        return kept or {}
    return {} if choice is None else {choice: people}


def _broken_keeps(values: Mapping[str, Any]) -> dict[str, str]:
    """Find what is wrong with a kept distribution: it must exist, and only fits its own number of participants."""
    keeping = [f for f in ("age", "statut", "suite") if isinstance(values.get(f), KeepRecorded)]
    kept: Mapping[str, Any] | None = values.get("kept")
    if not kept:
        return dict.fromkeys(keeping, "Choisissez une réponse dans la liste.")
    people = values.get("participants") if values.get("activite") is Activite.COLLECTIF else 1
    if "activite" not in values or people in (None, kept["participants"]):
        return {}
    text = f"La répartition enregistrée compte {kept['participants']} personnes : choisissez ici une seule réponse."
    return dict.fromkeys(keeping, text)
