"""The windows of the directory: one’s profile and who may see it; a contact to propose; help to ask for."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Self

from bot.forms import Clues, Form, Hidden, ReadText, Text, asks
from bot.forms.kinds import must_fit
from dialogs.communes import CommuneIfAny
from dialogs.lines import OWN_PHONE, PHONE
from dialogs.themes import Themes
from storage.annuaire import entries
from storage.annuaire.entries import COLUMNS, TEXT_MAX, find_commune
from storage.annuaire.phones import show_phone
from storage.communes import make_label
from storage.people import Audience, Person

WORDS_MAX, WORD_MAX = 12, 40
QUESTION_MAX = 1000


class YesNo(StrEnum):
    """The answers to a question of yes or no."""

    OUI = "oui"
    NON = "non"

    @property
    def label(self) -> str:
        return self.value.capitalize()

    @classmethod
    def of(cls, is_so: bool) -> "YesNo":
        """Return the answer that says whether something is so."""
        return cls.OUI if is_so else cls.NON


def _read_words(text: str, _: Clues) -> tuple[str, ...]:
    """Read words separated by commas, each once. Raises ValueError for too many, or too long ones."""
    found = tuple(dict.fromkeys(" ".join(word.split()) for word in re.split(r"[,;|\n]", text) if word.strip()))
    if len(found) > WORDS_MAX or any(len(word) > WORD_MAX for word in found):
        raise ValueError(f"Au plus {WORDS_MAX} mots ou expressions, de {WORD_MAX} caractères chacun.")
    return found


def _read_short(text: str, _: Clues) -> str:
    return " ".join(must_fit(text, TEXT_MAX).split())


Words = Annotated[tuple[str, ...], ReadText(_read_words, show=", ".join)]
SHORT = ReadText(_read_short)
OwnPhone = Annotated[str | None, OWN_PHONE]
EMAIL = ReadText(lambda text, _: entries.read_email(text), placeholder="prenom.nom@exemple.fr")
SITE = ReadText(lambda text, _: entries.read_site(text), placeholder="https://exemple.fr")
DEPARTEMENT = ReadText(lambda text, _: entries.read_departement(text), placeholder="69, ou Rhône")


class EditProfile(Form):
    """The window of what somebody says of themselves."""

    title = "Ma fiche"
    submit_label = "Enregistrer"

    telephone: OwnPhone = asks("Téléphone", "Personne ne le voit, sauf si vous en décidez autrement.", default=None)
    commune: CommuneIfAny = asks("Commune", "Celle où vous travaillez : son code postal ou son nom.", default=None)
    skills: Themes = asks("Ce que je sais faire", "Un ou plusieurs thèmes, ou aucun.", name="themes", default=())
    skill_words: Words = asks("En d’autres mots", "Séparés par des virgules : Linux, Scratch…", name="mots", default=())
    languages: Words = asks("Langues parlées", "Séparées par des virgules : arabe, LSF…", name="langues", default=())
    helps: YesNo = asks("On peut me solliciter", "D’autres peuvent vous demander de l’aide par le bot.", name="aide")
    asks_commune: Hidden[bool] = False
    """Whether the window has that field: one that stood open since before there was one must not clear it. (Of a field
    that somebody emptied some clients send nothing either.)"""

    @classmethod
    def of(cls, person: Person, last_commune: str = "") -> Self:
        """Fill the form with what somebody said before, and the commune of their last report where none is known."""
        commune = find_commune(person)
        return cls.draft(
            commune=make_label(commune, next(iter(commune.codes_postaux), "")) if commune else last_commune or None,
            telephone=person.telephone and show_phone(person.telephone),
            skills=tuple(person.skills),
            skill_words=", ".join(person.skill_words) or None,
            languages=", ".join(person.languages) or None,
            helps=YesNo.of(person.helps),
            asks_commune=True,
        )

    def say_of(self, person: Person) -> dict[str, Any]:
        """Return what is to be stored; a commune that stays keeps the code of its arrondissement, too."""
        lists = {name: list(getattr(self, name)) for name in ("skills", "skill_words", "languages")}
        told = {"telephone": self.telephone, "helps": self.helps is YesNo.OUI, **lists}
        said = self.commune.commune if self.commune else None
        if not self.asks_commune or said == find_commune(person):
            return told
        return {**told, "code_commune": said and said.code}


class EditSight(Form):
    """The window of who may see each field."""

    title = "Qui voit quoi"
    submit_label = "Enregistrer"

    email: Audience = asks("Courriel")
    telephone: Audience = asks("Téléphone")
    structure: Audience = asks("Structure")
    commune: Audience = asks("Commune")
    skills: Audience = asks("Ce que je sais faire", name="themes")
    languages: Audience = asks("Langues parlées", name="langues")
    is_hidden: YesNo = asks("Anonyme", "Oui : personne ne vous trouve plus.", name="anonyme")

    @classmethod
    def of(cls, person: Person) -> Self:
        """Fill the form with the present choices of somebody."""
        fields = ("email", "telephone", "structure", "commune", "skills", "languages")
        return cls.draft(**{name: person.audience(name) for name in fields}, is_hidden=YesNo.of(person.is_hidden))

    @property
    def said(self) -> dict[str, Any]:
        """What is to be stored."""
        chosen = self.model_dump(mode="json", exclude={"is_hidden"})
        return {"shown_to": chosen, "is_hidden": self.is_hidden is YesNo.OUI}


class ProposeContact(Form):
    """The window that proposes a contact: somebody outside the réseau, or an institution."""

    title = "Ajouter un contact"
    submit_label = "Proposer"

    organisme: Annotated[str, SHORT] = asks("Organisme", "Par exemple : Banque des Territoires.")
    nom: Annotated[str | None, SHORT] = asks("Nom", "De la personne, s’il y en a une.", default=None)
    fonction: Annotated[str | None, SHORT] = asks("Fonction", default=None)
    email: Annotated[str | None, EMAIL] = asks("Courriel", default=None)
    telephone: Annotated[str | None, PHONE] = asks("Téléphone", default=None)
    site: Annotated[str | None, SITE] = asks("Site", default=None)
    departement: Annotated[str | None, DEPARTEMENT] = asks("Département", "Vide : toute la France.", default=None)

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        reached = any(values.get(name) for name in ("email", "telephone", "site"))
        return {} if reached else {"email": "Indiquez au moins un courriel, un téléphone ou un site."}

    @property
    def said(self) -> dict[str, Any]:
        """What the contact says, by the names of its table."""
        return {name: getattr(self, name) or "" for name in COLUMNS}


class AskHelp(Form):
    """The window of a question to a few people who said that they can be asked."""

    title = "Demander de l’aide"
    submit_label = "Envoyer"

    question: Annotated[str, Text(long=True, limit=QUESTION_MAX)] = asks(
        "Votre question", "Jamais de nom ni de donnée personnelle d’un usager."
    )
    about: Hidden[str]
    helpers: Hidden[tuple[str, ...]]

    def introduction(self) -> str:
        return "Le bot l’envoie en message privé ; on vous répond directement."
