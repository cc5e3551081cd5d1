"""The windows in which a poll is answered: one answer or several, for the first time, or with the code of a ballot."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from pydantic import Field

from bot.forms import Clues, Form, Hidden, Many, Offered, ReadText
from bot.texts import Markdown, escape

CODE_SIGNS = "234679ACDEFGHJKMNPQRTWXY"
"""The letters and figures of codes: none that looks like another."""
CODE_LENGTH = 8


def read_code(text: str, _: Clues) -> str:
    """A code as it was noted. Raises ValueError, with a French sentence, for what is none."""
    found = re.sub(r"[\W_]", "", text).upper()
    if len(found) != CODE_LENGTH or not set(found) <= set(CODE_SIGNS):
        raise ValueError("Un code a huit lettres ou chiffres, comme K7QF-92MD.")
    return found


def say_code(code: str) -> str:
    """« K7QF-92MD »."""
    half = CODE_LENGTH // 2
    return f"{code[:half]}-{code[half:]}"


class _Answers(Many):
    """Several of the answers that are offered."""

    @property
    def missing(self) -> str:  # type: ignore[override]  # a feminine noun
        return "Choisissez au moins une réponse."


SEVERAL_ANSWERS = _Answers(
    options={},
    singular="reponse",
    noun="choix",
    reader=lambda _: None,
    more_label="Et aussi",
    more_help="D’autres réponses, par leur numéro, séparées par des virgules.",
)


class Voted(Form):
    """What windows that take a vote have in common: the poll, its answers by number, and the code of a secret ballot
    (empty where votes have names). Nothing of it is kept anywhere but in the vote itself."""

    title = "Voter"
    submit_label = "Voter"
    is_kept: ClassVar[bool] = False

    poll: Hidden[int]
    question: Hidden[str]
    options: Hidden[list[str]]
    code: Hidden[str] = ""

    def introduction(self) -> str:
        said = f"**{escape(self.question)}**"
        if self.code:
            said += (
                f"\n\nVote secret. Notez ce code si vous pensez changer d’avis : **{say_code(self.code)}** ; personne "
                "d’autre ne l’a, le bot non plus."
            )
        return Markdown(said)

    @classmethod
    def offers(cls, hidden: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        numbered = {str(number): option for number, option in enumerate(hidden.get("options") or (), 1)}
        return {"reponse": numbered, "reponses": numbered}

    @property
    def chosen(self) -> int:
        """What was chosen, as bits in the order of the options."""
        return sum(1 << int(number) - 1 for number in self.numbers)

    @property
    def numbers(self) -> Sequence[str]:
        """The numbers of the answers that were chosen; each window says how."""
        raise NotImplementedError

    @property
    def ballot_code(self) -> str:
        """The code under which a secret ballot lies."""
        return self.code


class VoteOne(Voted):
    """One answer."""

    answer: Annotated[str, Offered()] = Field(alias="reponse", title="Votre réponse")

    @property
    def numbers(self) -> Sequence[str]:
        return [self.answer]


class VoteSeveral(Voted):
    """One answer or more."""

    chosen_answers: Annotated[tuple[str, ...], SEVERAL_ANSWERS] = Field(alias="reponses", title="Vos réponses")

    @property
    def numbers(self) -> Sequence[str]:
        return self.chosen_answers


_NOTED = "Celui que la fenêtre montrait quand vous avez voté, comme K7QF-92MD."
CODE = ReadText(read_code, missing_text="Indiquez le code que vous avez noté ; sans lui, votre vote reste tel quel.")


def _noted() -> Any:
    return Field(alias="votre_code", title="Votre code", description=_NOTED)


class Again(Voted):
    """Of who voted secretly already: their own code finds their ballot."""

    title = "Changer mon vote"
    submit_label = "Changer mon vote"

    def introduction(self) -> str:
        said = "Vous avez déjà voté. Votre bulletin est secret : seul votre code permet de le remplacer."
        return Markdown(f"**{escape(self.question)}**\n\n{said}")


class ChangeOne(Again):
    """One answer."""

    noted: Annotated[str, CODE] = _noted()
    answer: Annotated[str, Offered()] = Field(alias="reponse", title="Votre réponse")

    @property
    def numbers(self) -> Sequence[str]:
        return [self.answer]

    @property
    def ballot_code(self) -> str:
        return self.noted


class ChangeSeveral(Again):
    """One answer or more."""

    noted: Annotated[str, CODE] = _noted()
    chosen_answers: Annotated[tuple[str, ...], SEVERAL_ANSWERS] = Field(alias="reponses", title="Vos réponses")

    @property
    def numbers(self) -> Sequence[str]:
        return self.chosen_answers

    @property
    def ballot_code(self) -> str:
        return self.noted
