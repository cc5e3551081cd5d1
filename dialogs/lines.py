"""Fields of text that a function reads: one line of at most so many characters, several lines, an address."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated

from bot.forms import Clues, Element, ReadText
from bot.forms.kinds import LONG_MAX, TEXT_MAX, DeclaredField, must_fit
from storage.annuaire.phones import read_phone, show_phone
from storage.urls import LINK_MAX, InsideError, read_link

Reader = Callable[[str, Clues], str]


def read_line(most: int, what: str = "cette ligne") -> Reader:
    """Make a reader of one line, whose error says that there is too much of ``what``."""

    def read(text: str, _: Clues) -> str:
        line = " ".join(text.split())
        if len(line) > most:
            raise ValueError(f"Raccourcissez {what} : {most} caractères au plus.")
        return line

    return read


def line(most: int, what: str = "cette ligne") -> ReadText:
    """Make a field of one line."""
    return ReadText(read_line(most, what))


def read_paragraphs(most: int) -> Reader:
    """Make a reader of several lines, of at most so many characters, that strips blanks at the ends of lines."""

    def read(text: str, _: Clues) -> str:
        return must_fit("\n".join(line.rstrip() for line in text.splitlines()), most)

    return read


@dataclass(frozen=True)
class Roomy(ReadText):
    """A field of text read by a function, several lines high ``always``, or where the present value needs it."""

    always: bool = False

    @property
    def most(self) -> int:
        return LONG_MAX

    def draw(self, question: DeclaredField, known: object, clues: Clues) -> list[Element]:
        shown = known if known is None or isinstance(known, str) else self.show(known)
        long = self.always or len(shown or "") > TEXT_MAX
        most = LONG_MAX if long else TEXT_MAX
        return [question.element(shown, type="textarea" if long else "text", max_length=most)]


def read_address(text: str, _: Clues) -> str:
    """Read the address of a web page. Raises ValueError, with a French sentence, for anything else."""
    if len(text) > LINK_MAX:
        raise ValueError(f"Ce lien est trop long : {LINK_MAX} caractères au plus.")
    try:
        return read_link(text)
    except InsideError:
        raise ValueError("Ce lien mène à un réseau privé : personne d’autre ne pourrait l’ouvrir.") from None
    except ValueError:
        raise ValueError("Ce lien ne convient pas : donnez l’adresse d’une page, comme exemple.fr/page.") from None


Address = Annotated[str, Roomy(read_address, always=True)]


def _read_phone(text: str, clues: Clues) -> str:
    return read_phone(text, clues.user.departement)


def _read_own_phone(text: str, clues: Clues) -> str:
    """Read the phone number of one person, not a short one that answers for everybody (3949). Raises ValueError."""
    number = _read_phone(text, clues)
    if not number.startswith("+"):
        raise ValueError("Donnez le numéro d’une personne : 06 12 34 56 78, par exemple.")
    return number


PHONE = ReadText(_read_phone, show=show_phone, placeholder="06 12 34 56 78")
"""A telephone number, as people write it where they work."""
OWN_PHONE = replace(PHONE, reader=_read_own_phone)
