"""Tags of reports as they are typed: « #caf » in a line, a list in the window; none may identify a person."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from bot import guard
from bot.forms import Clues, Element, FieldKind, Unreadable, cut
from bot.forms.kinds import TEXT_MAX, DeclaredField, Raw
from bot.texts import quote
from config.text import fold
from dialogs.personal_data import names_anybody
from storage.cra.tags import NAME_MAX, REPORT_MAX

_NAME = re.compile(r"[^\W_](?:[\w-]| (?=\w))*")
_TITLE = re.compile(r"(?:m|mr|mme|mlle|monsieur|madame|mademoiselle|dr|docteur) \w")
_THINGS = (
    "aidants atelier ateliers bibliotheque bus caf camion cartable centre club college connect conseil cyber cpam "
    "departement ecole emploi espace france hub inclusion jeunes local locale lycee mairie maison mediatheque mission "
    "mobile msa numerique pass permanence pix point pole quartier residence semaine senior seniors service services "
    "social sociale tiers travail ville"
)
_NO_NAMES = frozenset(_THINGS.split())
"""Words of which one in a tag tells that it names a thing: « France Services », « Maison Rochelle »."""
_NAMES_NOBODY = "Une étiquette ne nomme personne. Si ce n’est pas un nom, écrivez-la en un seul mot, par exemple #caf."


def read_tag(typed: str) -> str:
    """Read the name of a tag: in small letters, its words joined by hyphens. Raises ValueError with a sentence."""
    name = "-".join(re.sub(r"[’'_]", "-", typed.strip().removeprefix("#")).split())
    if not _NAME.fullmatch(name) or not any(sign.isalpha() for sign in name):
        raise ValueError(f"« {quote(typed)} » n’est pas une étiquette : écrivez un mot, par exemple caf.")
    if not 2 <= len(name) <= NAME_MAX or len(fold(name)) > NAME_MAX:
        act = "allongez" if len(name) < 2 else "raccourcissez"
        raise ValueError(f"Une étiquette a de 2 à {NAME_MAX} caractères : {act} « {quote(typed)} ».")
    words = re.sub(r"(?<=[^\W\d_])(?=[A-ZÀ-Þ][a-zà-ÿ])|-", " ", name)
    if guard.find(typed) or guard.find(words):
        raise ValueError("Une étiquette ne dit rien qui permette de joindre quelqu’un : choisissez un autre mot.")
    named = names_anybody(words) and not _NO_NAMES & set(fold(words).split())
    if named or _TITLE.match(fold(words)):
        raise ValueError(_NAMES_NOBODY)
    return name.lower()


def read_tags(typed: Sequence[str]) -> tuple[str, ...]:
    """Read names as the tags of one report, each once. Raises ValueError with a French sentence."""
    names: dict[str, str] = {}
    for name in map(read_tag, typed):
        names.setdefault(fold(name), name)
    if len(names) > REPORT_MAX:
        raise ValueError(f"Un compte rendu a {REPORT_MAX} étiquettes au plus : retirez-en.")
    return tuple(names.values())


@dataclass(frozen=True)
class TagField(FieldKind):
    """The tags of a report: a multiselect of those that the form ``offers``, a text on servers without multiselects.

    The field is left out where no tags are offered, so that people without tags do not see it.
    """

    def draw(self, question: DeclaredField, known: object, clues: Clues) -> list[Element]:
        offered = clues.offers.get(question.name, {})
        if not offered:
            return []
        names = list(known) if isinstance(known, (list, tuple)) else []
        if not clues.capabilities.multiselect:
            return [question.element(", ".join(names), type="text", max_length=TEXT_MAX, placeholder="caf, seniors")]
        options = [{"text": name, "value": name} for name in offered]
        return [question.element(",".join(names), type="select", multiselect=True, options=options)]

    def recall(self, question: DeclaredField, raw: Raw) -> list[str] | None:
        return [name for name in _split(cut(raw.get(question.name))) if len(name) <= TEXT_MAX][:REPORT_MAX] or None

    def read(self, question: DeclaredField, raw: Raw, clues: Clues) -> Any:
        if not clues.offers.get(question.name):
            return None
        try:
            return read_tags(_split(cut(raw.get(question.name)))) or None
        except ValueError as problem:
            raise Unreadable({question.name: str(problem)}) from None

    def say(self, typed: object) -> str:
        return ", ".join(typed) if isinstance(typed, list) else str(typed)


def _split(sent: object) -> list[str]:
    """Split what a client sends: a list, or a text with commas."""
    parts = sent if isinstance(sent, list) else re.split(r"[,;\n#|]", str(sent or ""))
    return [name for part in parts if isinstance(part, str) and (name := part.strip())]


Tags = Annotated[tuple[str, ...], TagField()]
