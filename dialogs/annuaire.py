"""The windows of the directory: one’s profile and who may see it; a contact to propose; help to ask for."""

import re
from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field

from bot.forms import Clues, Form, Hidden, ReadText, Text
from bot.forms.kinds import must_fit
from dialogs.communes import COMMUNE_FIELD
from dialogs.lines import read_own_phone
from dialogs.themes import THEME_FIELD
from storage.annuaire import entries
from storage.annuaire.entries import COLUMNS, TEXT_MAX, find_commune
from storage.communes import CommunePlace, make_label
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


WORDS = ReadText(_read_words, show=", ".join)
SHORT = ReadText(_read_short)
PHONE = ReadText(lambda text, _: entries.read_phone(text), show=entries.show_phone, placeholder="06 12 34 56 78")
OWN_PHONE = replace(PHONE, reader=lambda text, _: read_own_phone(text))
EMAIL = ReadText(lambda text, _: entries.read_email(text), placeholder="prenom.nom@exemple.fr")
SITE = ReadText(lambda text, _: entries.read_site(text), placeholder="https://exemple.fr")
DEPARTEMENT = ReadText(lambda text, _: entries.read_departement(text), placeholder="69, ou Rhône")


class EditProfile(Form):
    """The window of what somebody says of themselves."""

    title = "Ma fiche"
    submit_label = "Enregistrer"

    telephone: Annotated[str | None, OWN_PHONE] = Field(
        None, title="Téléphone", description="Vu de personne tant que vous n’en décidez pas autrement."
    )
    commune: Annotated[CommunePlace | None, COMMUNE_FIELD] = Field(
        None, title="Commune", description="Celle où vous travaillez : son code postal ou son nom."
    )
    skills: Annotated[tuple[str, ...], THEME_FIELD] = Field(
        (), alias="themes", title="Ce que je sais faire", description="Un ou plusieurs thèmes, ou aucun."
    )
    skill_words: Annotated[tuple[str, ...], WORDS] = Field(
        (), alias="mots", title="En d’autres mots", description="Séparés par des virgules : Linux, Scratch…"
    )
    languages: Annotated[tuple[str, ...], WORDS] = Field(
        (), alias="langues", title="Langues parlées", description="Séparées par des virgules : arabe, LSF…"
    )
    helps: YesNo = Field(
        alias="aide", title="On peut me solliciter", description="D’autres peuvent vous demander de l’aide par le bot."
    )
    asks_commune: Hidden[bool] = False
    """Whether the window has that field: one that stood open since before there was one must not clear it. (Of a field
    that somebody emptied some clients send nothing either.)"""

    @classmethod
    def of(cls, person: Person, last_commune: str = "") -> Self:
        """Fill the form with what somebody said before, and the commune of their last report where none is known."""
        commune = find_commune(person)
        return cls.draft(
            commune=make_label(commune, next(iter(commune.codes_postaux), "")) if commune else last_commune or None,
            telephone=person.telephone and entries.show_phone(person.telephone),
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

    email: Audience = Field(title="Courriel")
    telephone: Audience = Field(title="Téléphone")
    structure: Audience = Field(title="Structure")
    commune: Audience = Field(title="Commune")
    skills: Audience = Field(alias="themes", title="Ce que je sais faire")
    languages: Audience = Field(alias="langues", title="Langues parlées")
    is_hidden: YesNo = Field(alias="anonyme", title="Anonyme", description="Oui : personne ne vous trouve plus.")

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

    organisme: Annotated[str, SHORT] = Field(title="Organisme", description="Par exemple : Banque des Territoires.")
    nom: Annotated[str | None, SHORT] = Field(None, title="Nom", description="De la personne, s’il y en a une.")
    fonction: Annotated[str | None, SHORT] = Field(None, title="Fonction")
    email: Annotated[str | None, EMAIL] = Field(None, title="Courriel")
    telephone: Annotated[str | None, PHONE] = Field(None, title="Téléphone")
    site: Annotated[str | None, SITE] = Field(None, title="Site")
    departement: Annotated[str | None, DEPARTEMENT] = Field(
        None, title="Département", description="Vide : toute la France."
    )

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

    question: Annotated[str, Text(long=True, limit=QUESTION_MAX)] = Field(
        title="Votre question", description="Jamais de nom ni de donnée personnelle d’un usager."
    )
    about: Hidden[str]
    helpers: Hidden[tuple[str, ...]]

    def introduction(self) -> str:
        return "Le bot l’envoie en message privé ; on vous répond directement."
