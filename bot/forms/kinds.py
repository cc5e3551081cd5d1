"""The kinds of fields: how each is drawn as dialog elements, how what clients send is read, and its limits."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, ClassVar, Literal, NamedTuple

from bot.capabilities import Capabilities
from bot.french.dates import read_date
from storage.people import Person

TEXT_MAX, LONG_MAX = 150, 3000
"""What clients let one type (bytes, docs/mattermost.md §3.3)."""

NUMBER_SENT_MAX = 10**15
PICKED_MAX = 300
"""Values of one element; no list is as long (tests/test_annonce_targets.py)."""


def say_too_long(most: int) -> str:
    """Return the sentence for a text that is too long."""
    return f"Raccourcissez ce texte : {most} caractères au plus."


def must_fit(text: str, most: int) -> str:
    """Return a text of so many characters at most. Raises ValueError, with a sentence, for one that is longer."""
    if len(text) > most:
        raise ValueError(say_too_long(most))
    return text


def cut(value: object, most: int = LONG_MAX) -> Any:
    """Return a value as it is stored in a draft: of a type that clients send, and no longer than people can type."""
    if isinstance(value, str):
        # A lone surrogate is no character, and of NUL no text is made: PostgreSQL would refuse the whole.
        return value[:most].replace("\0", "").encode(errors="replace").decode()
    if isinstance(value, list):
        return [cut(one) for one in value[:PICKED_MAX] if not isinstance(one, list)]
    # (NaN and infinities are no JSON.)
    known = isinstance(value, bool) or (isinstance(value, (int, float)) and abs(value) < NUMBER_SENT_MAX)
    return value if known else None


Element = dict[str, object]
Raw = Mapping[str, object]


class Unreadable(Exception):
    """What was sent for a field has no meaning; with sentences by element name."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        super().__init__(str(sentences))
        self.sentences = dict(sentences)


@dataclass(frozen=True, slots=True)
class Clues:
    """What drawing and reading a form depends on: the person, the day, the server.

    ``names`` are those of the existing people and channels in the form, by id; ``offers`` are dynamic choices (value →
    text), by element; ``now`` is the moment from which « dans 2 heures » counts.
    """

    user: Person
    today: date
    capabilities: Capabilities
    names: Mapping[str, str] = field(default_factory=dict)
    offers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class DeclaredField:
    """A declared field: its element name, label (at most 24 bytes), help (at most 150) and whether it may be blank."""

    name: str
    label: str
    help: str
    optional: bool

    def element(self, known: object = None, **more: object) -> Element:
        """Make an element with the attributes that all kinds share."""
        return {
            "name": self.name,
            "display_name": self.label,
            "help_text": self.help,
            "optional": self.optional,
            # What a client let somebody type is brought back whole; only a forged value is longer.
            "default": "" if known is None else str(known)[: TEXT_MAX if more.get("type") == "text" else LONG_MAX],
            **more,
        }


@dataclass(frozen=True)
class FieldKind:
    """The base kind: a text of one line."""

    missing: ClassVar[str] = "Remplissez ce champ."

    @property
    def most(self) -> int:
        """The maximum number of characters."""
        return TEXT_MAX

    def elements(self, question: DeclaredField) -> Sequence[str]:
        """Return the names of all elements that the field may use, on any server."""
        return (question.name,)

    def draw(self, question: DeclaredField, known: object, clues: Clues) -> list[Element]:
        """Draw the elements of the field, filled with ``known``."""
        return [question.element(known, type="text", max_length=TEXT_MAX)]

    def recall(self, question: DeclaredField, raw: Raw) -> object | None:
        """Return what was typed, valid or not, in the form that ``draw`` takes."""
        return self._text(question, raw)[: self.most] or None

    def _text(self, question: DeclaredField, raw: Raw) -> str:
        value = cut(raw.get(question.name), LONG_MAX + 1)
        return "" if value is None or isinstance(value, (bool, list)) else str(value).strip()

    def read(self, question: DeclaredField, raw: Raw, clues: Clues) -> Any:
        """Read the value, None if it is blank. Raises Unreadable."""
        text = self._text(question, raw)
        if not text:
            return None
        if len(text) > self.most:
            raise Unreadable({question.name: say_too_long(self.most)})
        try:
            return self.value(text, clues)
        except ValueError as problem:
            raise Unreadable({question.name: str(problem)}) from None

    def value(self, text: str, clues: Clues) -> Any:
        """Read the value of a text. Raises ValueError with a sentence."""
        return text

    def say(self, typed: object) -> str:
        """Return what was typed or chosen, in words."""
        return str(typed)


@dataclass(frozen=True)
class Text(FieldKind):
    """A text, of one line or ``long``, of at most ``limit`` characters."""

    long: bool = False
    limit: int = LONG_MAX

    @property
    def most(self) -> int:
        return LONG_MAX if self.long else TEXT_MAX

    def draw(self, question: DeclaredField, known: object, clues: Clues) -> list[Element]:
        return [question.element(known, type="textarea" if self.long else "text", max_length=self.most)]

    def value(self, text: str, clues: Clues) -> str:
        return must_fit(text, self.limit)


@dataclass(frozen=True)
class ReadText(FieldKind):
    """A text that a function parses; ``show`` writes a value back."""

    reader: Callable[[str, Clues], Any]
    show: Callable[[Any], str] = str
    placeholder: str = ""
    missing_text: str = FieldKind.missing

    @property
    def missing(self) -> str:  # type: ignore[override]  # a sentence of the field’s own
        return self.missing_text

    def draw(self, question: DeclaredField, known: object, clues: Clues) -> list[Element]:
        shown = known if known is None or isinstance(known, str) else self.show(known)
        return [question.element(shown, type="text", max_length=TEXT_MAX, placeholder=self.placeholder)]

    def value(self, text: str, clues: Clues) -> Any:
        return self.reader(text, clues)


@dataclass(frozen=True)
class Number(FieldKind):
    """A whole number; it arrives as 7, "7", 7.0 or " 7 "."""

    missing: ClassVar[str] = "Indiquez un nombre."

    def draw(self, question: DeclaredField, known: object, clues: Clues) -> list[Element]:
        return [question.element(known, type="text", subtype="number", max_length=TEXT_MAX)]

    def value(self, text: str, clues: Clues) -> int:
        if not re.fullmatch(r"[+-]?\d{1,9}([.,]0+)?", text):
            raise ValueError("Indiquez un nombre entier, en chiffres : par exemple 8.")
        return int(re.split("[.,]", text)[0])


@dataclass(frozen=True)
class Choice(FieldKind):
    """One of ``options`` (value → label), as a select: web clients from 11.0 show no default of a radio, but send it.

    ``to`` converts the value. ``only_known`` options are shown only if they are the present value.
    """

    options: Mapping[str, str]
    to: Callable[[str], Any] = str
    only_known: frozenset[str] = frozenset()

    missing: ClassVar[str] = "Choisissez une réponse dans la liste."

    @classmethod
    def of(cls, *enumerations: type[StrEnum]) -> "Choice":
        """Make a choice among the members of enumerations, by their ``label``."""
        members = {m.value: m for e in enumerations for m in e}
        labels = {value: str(getattr(m, "label", value)) for value, m in members.items()}
        return cls(labels, members.__getitem__)

    def draw(self, question: DeclaredField, known: object, clues: Clues) -> list[Element]:
        shown = None if known is None or str(known) not in self.options else str(known)
        return [
            question.element(
                shown, type="select", options=self._usual_options if shown not in self.only_known else self._all_options
            )
        ]

    def value(self, text: str, clues: Clues) -> Any:
        if text not in self.options:
            raise ValueError(self.missing)
        return self.to(text)

    def say(self, typed: object) -> str:
        return self.options.get(str(typed), str(typed))

    @cached_property
    def _all_options(self) -> list[Element]:
        return [{"text": text, "value": value} for value, text in self.options.items()]

    @cached_property
    def _usual_options(self) -> list[Element]:
        return [option for option in self._all_options if option["value"] not in self.only_known]


@dataclass(frozen=True)
class Day(FieldKind):
    """A date up to today: a calendar on servers from 11.1, else a text that understands « hier »."""

    first: date

    missing: ClassVar[str] = "Indiquez une date : par exemple aujourd’hui, hier ou 12/09."

    def draw(self, question: DeclaredField, known: object, clues: Clues) -> list[Element]:
        day = known if isinstance(known, date) else read_date(str(known or ""), clues.today)
        if not clues.capabilities.dates:
            shown = f"{day:%d/%m/%Y}" if day else known
            return [question.element(shown, type="text", max_length=TEXT_MAX, placeholder="aujourd’hui, hier, 12/09")]
        bounds = {"min_date": self.first.isoformat(), "max_date": clues.today.isoformat()}
        return [question.element(day and day.isoformat(), type="date", **bounds)]

    def say(self, typed: object) -> str:
        iso = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", str(typed))
        return f"{iso[3]}/{iso[2]}/{iso[1]}" if iso else str(typed)

    def value(self, text: str, clues: Clues) -> date:
        day = read_date(text[:10] if re.match(r"\d{4}-\d{2}-\d{2}T", text) else text, clues.today)
        if day is None:
            raise ValueError("Écrivez la date comme aujourd’hui, hier, 12/09 ou 12/09/2026.")
        return day


Source = Literal["users", "channels"]
"""Where a client looks, by Mattermost’s own word."""

ID = re.compile(r"[a-z0-9]{26}")


class Reference(NamedTuple):
    """A person or channel as a client names them."""

    source: Source
    id: str


@dataclass(frozen=True)
class Picker(FieldKind):
    """An id, accepted only if Mattermost confirms it (``Clues.names``), since a client can send anything.

    A present value is shown by name, as the only option of a list: otherwise web clients show nothing, and new ones
    send nothing (docs/mattermost.md §3.4).
    """

    source: ClassVar[Source]

    def draw(self, question: DeclaredField, known: object, clues: Clues) -> list[Element]:
        if known is None or not ID.fullmatch(str(known)):
            return [question.element(type="select", data_source=self.source)]
        options = [{"text": clues.names.get(str(known), str(known)), "value": str(known)}]
        return [question.element(known, type="select", data_source=self.source, options=options)]

    def reference(self, question: DeclaredField, raw: Raw) -> Reference | None:
        """Return the person or channel that was picked, if the value can be one."""
        text = self._text(question, raw)
        return Reference(self.source, text) if ID.fullmatch(text) else None

    def value(self, text: str, clues: Clues) -> str:
        if text not in clues.names:
            raise ValueError(self.missing)
        return text


@dataclass(frozen=True)
class PersonPicker(Picker):
    """A person with an active account; no bots."""

    source = "users"
    missing: ClassVar[str] = "Choisissez une personne dans la liste."


@dataclass(frozen=True)
class ChannelPicker(Picker):
    """A channel of the team that both the person and the bot can see."""

    source = "channels"
    missing: ClassVar[str] = "Choisissez un canal dans la liste ; s’il est privé, invitez-y d’abord le bot."


@dataclass(frozen=True)
class Offered(FieldKind):
    """One of the choices that the form ``offers`` for this field: ``first``, then those in the hidden field ``among``
    (value → text), unless the form overrides it."""

    among: str = ""
    first: Mapping[str, str] = field(default_factory=dict)
    missing: ClassVar[str] = Choice.missing

    def draw(self, question: DeclaredField, known: object, clues: Clues) -> list[Element]:
        return self._among(question, clues).draw(question, known, clues)

    def read(self, question: DeclaredField, raw: Raw, clues: Clues) -> Any:
        return self._among(question, clues).read(question, raw, clues)

    def _among(self, question: DeclaredField, clues: Clues) -> Choice:
        return Choice(clues.offers.get(question.name, {}))
