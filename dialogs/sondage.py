"""The windows of polls: to ask one, to change its end, and to vote, with the code of a secret ballot."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar

from bot.forms import Choice, Clues, Form, Hidden, Many, Offered, ReadText, asks
from bot.texts import Markdown, escape
from config.text import fold
from dialogs.destinations import Places, moment
from dialogs.lines import Roomy
from storage.sondage import OPTION_MAX, QUESTION_MAX

OPTIONS_MIN, OPTIONS_MAX = 2, 10
HERE = "ici"
"""The channel in which the window was asked for."""
ONE, SEVERAL = "une", "plusieurs"
SECRET, NAMED = "secret", "nominatif"
AT_THE_END, LIVE = "fin", "direct"
ANSWERS = Choice({ONE: "Une seule réponse", SEVERAL: "Plusieurs réponses possibles"})
VOTES = Choice({SECRET: "Secret : personne ne sait qui a voté quoi", NAMED: "Nominatif : vous voyez qui a voté quoi"})
SHOWN = Choice({AT_THE_END: "À la fin seulement", LIVE: "En direct, pendant le vote"})
_UNSEEN = re.compile(r"[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e"
                     r"\u2060-\u206f\ufeff\U000e0000-\U000e007f]")  # fmt: skip


def strip_invisible(text: str) -> str:
    """Return a text on one line, without invisible characters or those that reverse the direction of writing."""
    return " ".join(_UNSEEN.sub("", text).split())


_BETWEEN = re.compile(r"(?<!\d),|,(?!\d)|;| / | ou ", re.IGNORECASE)
"""What stands between answers on one line; a comma within a number does not."""
_ASKS = re.compile(r"^.{1,500}?\?(?=\s)", re.DOTALL)


def split_answers(text: str) -> list[str]:
    """Split answers that are typed one on each line or, on a single line, as people say them: « lundi, mardi ou
    jeudi »."""
    lines = [line for line in map(strip_invisible, text.splitlines()) if line]
    if len(lines) != 1:
        return lines
    parts = (part.strip(" ,").removeprefix("ou ") for part in _BETWEEN.split(lines[0].rstrip("?. ")))
    found = [part for part in parts if part]
    return found if len(found) > 1 else lines


def split_question(line: str) -> tuple[str, tuple[str, ...]]:
    """Split what is typed into the question and the answers behind its « ? », of which there may be none."""
    asked = _ASKS.match(line)
    answers = split_answers(line[asked.end() :]) if asked else []
    if asked and len(answers) >= OPTIONS_MIN:
        return strip_invisible(asked[0]), tuple(answers)
    return strip_invisible(line), ()


def read_options(text: str, _: Clues) -> tuple[str, ...]:
    """Read the answers. Raises ValueError, with a French sentence."""
    found = split_answers(text)
    if not OPTIONS_MIN <= len(found) <= OPTIONS_MAX:
        raise ValueError(
            f"Écrivez de {OPTIONS_MIN} à {OPTIONS_MAX} réponses, une par ligne ou séparées par des virgules."
        )
    if long := next((line for line in found if len(line) > OPTION_MAX), None):
        raise ValueError(f"Raccourcissez « {escape(long[:30])}… » : {OPTION_MAX} caractères au plus par réponse.")
    folded = [fold(line) or line for line in found]
    if twice := next((line for at, line in enumerate(found) if folded[at] in folded[:at]), None):
        raise ValueError(f"« {escape(twice)} » y est deux fois : gardez-la une seule fois.")
    return tuple(found)


def read_question(text: str, _: Clues) -> str:
    """Read the question. Raises ValueError, with a French sentence."""
    found = strip_invisible(text)
    if not found:
        raise ValueError("Écrivez votre question.")
    if len(found) > QUESTION_MAX:
        raise ValueError(f"Raccourcissez la question : {QUESTION_MAX} caractères au plus.")
    return found


QUESTION = ReadText(read_question, missing_text="Écrivez votre question.")
OPTIONS = Roomy(read_options, "\n".join, missing_text="Écrivez au moins deux réponses, une par ligne.", always=True)
Options = Annotated[tuple[str, ...], OPTIONS]
END = moment(" ; vide, le sondage dure sept jours")


def _end_field() -> Any:
    return asks("Fin du vote", "Dans 90 jours au plus. Vide : dans sept jours.", name="fin", default=None)


class _PollForm(Form):
    """What windows that ask a poll have in common; ``poll`` is the number of the one being changed (0: a new one),
    ``here`` the channel in which the window was opened, ``here_name`` its title, empty where no poll may be asked
    there."""

    title = "Faire un sondage"
    submit_label = "Voir l’aperçu"

    poll: Hidden[int] = 0
    here: Hidden[str] = ""
    here_name: Hidden[str] = ""

    question: Annotated[str, QUESTION] = asks("Question")
    options: Options = asks(
        "Réponses proposées",
        "De 2 à 10, une par ligne ou séparées par des virgules, 60 caractères au plus.",
        name="reponses",
    )
    answers: Annotated[str, ANSWERS] = asks("Combien de réponses ?", name="choix", default=ONE)
    votes: Annotated[str, VOTES] = asks(
        "Votes", "Secret : même le bot ne sait pas qui a voté quoi. Résultats à partir de 5 votes.", default=SECRET
    )
    results: Annotated[str, SHOWN] = asks("Résultats visibles", name="resultats", default=AT_THE_END)


def _place_here(hidden: Mapping[str, Any]) -> Mapping[str, str]:
    return {HERE: f"Ce canal : {hidden['here_name']}"[:80]} if hidden.get("here_name") else {}


class AskPoll(_PollForm):
    """The window of a poll by the animation, in any channel; ``thematiques`` are the thematic channels, by target."""

    places: Places = asks("Destinataires", "Canaux, ou personnes d’un rôle en message direct.", name="destinataires")
    ends: Annotated[datetime | None, END] = _end_field()
    thematiques: Hidden[dict[str, str]] = {}

    @classmethod
    def offers(cls, hidden: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        return {"destinataires": {**_place_here(hidden), **(hidden.get("thematiques") or {})}}


class AskPollHere(_PollForm):
    """The window of anybody’s poll, in the present channel; coordinateurs may also choose their ``departements``."""

    place: Annotated[str, Offered()] = asks("Où", "Les membres de ce canal pourront voter.", name="destinataire")
    ends: Annotated[datetime | None, END] = _end_field()
    departements: Hidden[dict[str, str]] = {}

    @classmethod
    def offers(cls, hidden: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        return {"destinataire": {**_place_here(hidden), **(hidden.get("departements") or {})}}


class ChangeEnd(Form):
    """The window that changes the end of an open poll."""

    title = "Changer la fin du vote"
    submit_label = "Changer"

    poll: Hidden[int]
    ends: Annotated[datetime, moment()] = asks(
        "Fin du vote", "Dans 90 jours au plus. Les messages du sondage le diront.", name="fin"
    )


CODE_SIGNS = "234679ACDEFGHJKMNPQRTWXY"
"""The letters and figures of codes: none that looks like another."""
CODE_LENGTH = 8


def read_code(text: str, _: Clues) -> str:
    """Read the code of a secret ballot as somebody noted it. Raises ValueError, with a French sentence, for anything
    else."""
    found = re.sub(r"[\W_]", "", text).upper()
    if len(found) != CODE_LENGTH or not set(found) <= set(CODE_SIGNS):
        raise ValueError("Un code a huit lettres ou chiffres, comme K7QF-92MD.")
    return found


def say_code(code: str) -> str:
    """Say the code of a secret ballot in groups: « K7QF-92MD »."""
    half = CODE_LENGTH // 2
    return f"{code[:half]}-{code[half:]}"


class _Answers(Many):
    """A field of several of the answers offered."""

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


class VoteForm(Form):
    """What windows that take a vote have in common: the poll, its answers by number, and the code of a secret ballot
    (empty where votes have names). Nothing of it is kept but in the vote itself."""

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
        """The answers that were chosen, as bits in the order of the options."""
        return sum(1 << int(number) - 1 for number in self.numbers)

    @property
    def numbers(self) -> Sequence[str]:
        """The numbers of the answers that were chosen; each window implements it."""
        raise NotImplementedError

    @property
    def ballot_code(self) -> str:
        """The code under which a secret ballot is stored."""
        return self.code


class VoteOne(VoteForm):
    """The window of a vote for one answer."""

    answer: Annotated[str, Offered()] = asks("Votre réponse", name="reponse")

    @property
    def numbers(self) -> Sequence[str]:
        return [self.answer]


class VoteSeveral(VoteForm):
    """The window of a vote for one answer or more."""

    chosen_answers: Annotated[tuple[str, ...], SEVERAL_ANSWERS] = asks("Vos réponses", name="reponses")

    @property
    def numbers(self) -> Sequence[str]:
        return self.chosen_answers


CODE = ReadText(read_code, missing_text="Indiquez le code que vous avez noté ; sans lui, votre vote reste tel quel.")


class ChangeForm(VoteForm):
    """What windows have in common that change a secret vote: the voter’s own code finds their ballot."""

    title = "Changer mon vote"
    submit_label = "Changer mon vote"

    noted: Annotated[str, CODE] = asks(
        "Votre code", "Celui que la fenêtre montrait quand vous avez voté, comme K7QF-92MD.", name="votre_code"
    )

    def introduction(self) -> str:
        said = "Vous avez déjà voté. Votre bulletin est secret : seul votre code permet de le remplacer."
        return Markdown(f"**{escape(self.question)}**\n\n{said}")

    @property
    def ballot_code(self) -> str:
        return self.noted


class ChangeOne(VoteOne, ChangeForm):
    """The window that changes a vote for one answer: it asks for the code first."""


class ChangeSeveral(VoteSeveral, ChangeForm):
    """The window that changes a vote for one answer or more: it asks for the code first."""
