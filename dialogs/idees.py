"""The windows of ideas: to file one, to decide about it, and to withdraw it."""

from collections.abc import Mapping
from typing import Annotated, Any

from bot.forms import Choice, Clues, Form, Hidden, Number, ReadText, asks
from dialogs.lines import Roomy, read_line, read_paragraphs
from dialogs.personal_data import fault_of, fault_of_owner
from storage.idees import DETAILS_MAX, REASON_MAX, SHOWN, TITLE_MAX, IdeaCategory, IdeaState

READ_BY_ALL = "tout le réseau lirait cette idée"


def _read_title(text: str, clues: Clues) -> str:
    title = read_line(TITLE_MAX, "ce titre")(text, clues)
    if sum(sign.isalpha() for sign in title) < 3:
        raise ValueError("Dites en quelques mots ce qui serait mieux : « Trier mes comptes rendus ».")
    return title


class FileIdea(Form):
    """The window that files an idea."""

    title = "Proposer une idée"
    submit_label = "Proposer"
    noun = "idée", "idées"

    titre: Annotated[str, ReadText(_read_title, missing_text="Dites en quelques mots ce qui serait mieux.")] = asks(
        "Votre idée", "En une ligne : « Trier mes comptes rendus par thème »."
    )
    details: Annotated[str, Roomy(read_paragraphs(DETAILS_MAX), always=True)] = asks(
        "Détails", "À quoi cela servirait, et quand. Jamais de donnée personnelle.", default=""
    )
    categorie: Annotated[IdeaCategory, Choice.of(IdeaCategory)] = asks("Sujet", default=IdeaCategory.OTHER)

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        said = {name: str(values.get(name) or "") for name in ("titre", "details")}
        return {name: fault_of(text, READ_BY_ALL) or fault_of_owner(text, READ_BY_ALL) for name, text in said.items()}


_STATES = Choice({state.value: state.label.capitalize() for state in SHOWN}, IdeaState)


class _AboutIdea(Form):
    """What windows about one idea have in common; ``said`` is what the idea is called there."""

    title = "Idée"

    idea: Hidden[int]
    said: Hidden[str] = ""

    def introduction(self) -> str:
        return f"Idée n° {self.idea} : {self.said}"


class DecideIdea(_AboutIdea):
    """The window of a decision about an idea."""

    title = "Répondre à une idée"
    submit_label = "Répondre"

    etat: Annotated[IdeaState, _STATES] = asks("Ce qu’elle devient")
    raison: Annotated[str, Roomy(read_paragraphs(REASON_MAX), always=True)] = asks(
        "Pourquoi", "Lu par les personnes qui ont voté. Obligatoire pour refuser.", default=""
    )
    doublon: Annotated[int | None, Number()] = asks(
        "Doublon de l’idée n°", "Pour un doublon : le numéro de l’autre, qui garde les voix.", default=None
    )

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: Clues) -> Mapping[str, str]:
        state, reason = values.get("etat"), str(values.get("raison") or "")
        if fault := fault_of(reason, READ_BY_ALL) or fault_of_owner(reason, READ_BY_ALL):
            return {"raison": fault}
        if state == IdeaState.REFUSED and not reason:
            return {"raison": "Dites pourquoi : un refus expliqué vaut mieux que le silence."}
        if state == IdeaState.DUPLICATE and values.get("doublon") is None:
            return {"doublon": "Donnez le numéro de l’idée qui reste."}
        return {}


class WithdrawIdea(_AboutIdea):
    """The window of why an idea is withdrawn."""

    title = "Retirer une idée"
    submit_label = "Retirer"

    raison: Annotated[str, Roomy(read_paragraphs(REASON_MAX), always=True)] = asks(
        "Pourquoi", "Lu par la personne qui l’a proposée. L’idée ne se verra plus ; elle peut revenir."
    )
