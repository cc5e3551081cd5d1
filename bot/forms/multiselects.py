"""Several values of a list: one multiselect (servers ≥ 11.0), below that three selects and a text for more."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bot.forms.kinds import (
    LONG_MAX,
    TEXT_MAX,
    Clues,
    DeclaredField,
    Element,
    FieldKind,
    Raw,
    Unreadable,
    cut,
    say_too_long,
)
from bot.french.words import join
from bot.texts import quote
from config.text import fold

SELECTS = 3


@dataclass(frozen=True, slots=True)
class Picks:
    """What was picked, valid or not: values, and the text for further ones."""

    values: Sequence[str]
    more: str = ""


@dataclass(frozen=True)
class Many(FieldKind):
    """Several values of ``options`` (value → text) or of the form’s ``offers``. Without a multiselect the elements are
    ``<singular>1``, 2, 3 and ``<singular>s_plus``, a text that ``reader`` parses into values (None: unknown). ``noun``
    names one value in sentences, and is masculine."""

    options: Mapping[str, str]
    singular: str
    noun: str
    reader: Callable[[str], str | None]
    more_label: str
    more_help: str
    listed: Mapping[str, str] = field(default_factory=dict)
    """The texts of the list itself, where clients look for what is typed: they may say more than ``options``."""

    @property
    def missing(self) -> str:  # type: ignore[override]  # it names what is missing
        return f"Choisissez au moins un {self.noun}."

    def first_element(self, question: DeclaredField, clues: Clues) -> str:
        """Name the element under which a mistake about the whole is shown."""
        return question.name if clues.capabilities.multiselect else f"{self.singular}1"

    def elements(self, question: DeclaredField) -> Sequence[str]:
        return (question.name, *self._singulars, f"{self.singular}s_plus")

    def draw(self, question: DeclaredField, known: object, clues: Clues) -> list[Element]:
        picked = known if isinstance(known, Picks) else Picks(list(known or ()))  # type: ignore[call-overload]
        offered = self._offered(question, clues)
        # What was typed elsewhere may name something of this offer, which ``recall`` does not know.
        named = [(word, _named(word, offered)) for word in _words(picked.more)]
        values = dict.fromkeys([*picked.values, *(value for _, value in named if value is not None)])
        known_values = [v for v in values if v in offered]
        unread = ", ".join(word for word, value in named if value is None)
        options = self._usual_options if offered is self.options else _as_options(offered)
        if clues.capabilities.multiselect:
            shared = {"type": "select", "multiselect": True, "options": options}
            return [question.element(",".join(known_values), **shared)]
        return [*self._selects(question, known_values, options), self._more(known_values, unread)]

    def _selects(self, question: DeclaredField, values: Sequence[str], options: object) -> list[Element]:
        padded = [*values[:SELECTS], *[None] * SELECTS]
        return [
            question.element(padded[i], type="select", options=options)
            | {"name": f"{self.singular}{i + 1}", "optional": question.optional or i > 0}
            | {"display_name": f"{self.noun.capitalize()} {i + 1}", "help_text": "" if i else question.help}
            for i in range(SELECTS)
        ]

    def _more(self, values: Sequence[str], typed: str) -> Element:
        shown = ", ".join([*values[SELECTS:], *([typed] if typed else [])])
        question = DeclaredField(f"{self.singular}s_plus", self.more_label, self.more_help, optional=True)
        # All of a long list take more than one line holds.
        long = len(shown) > TEXT_MAX
        return question.element(shown, type="textarea" if long else "text", max_length=LONG_MAX if long else TEXT_MAX)

    def recall(self, question: DeclaredField, raw: Raw) -> Picks | None:
        values = [v for _, v in self._choices(question, raw)]
        words = [(w, self.reader(w)) for w in _words(cut(raw.get(f"{self.singular}s_plus")))]
        values += [v for _, v in words if v is not None]
        unread = ", ".join(w for w, v in words if v is None)
        return Picks(list(dict.fromkeys(values)), unread) if values or unread else None

    def say(self, typed: object) -> str:
        picked = typed if isinstance(typed, Picks) else Picks([])
        return join([*(self.options.get(v, v) for v in picked.values), *([picked.more] if picked.more else [])])

    def read(self, question: DeclaredField, raw: Raw, clues: Clues) -> tuple[str, ...] | None:
        values: list[str] = []
        mistakes: dict[str, str] = {}
        offered = self._offered(question, clues)
        for element, value in self._choices(question, raw):
            if value not in offered:
                mistakes.setdefault(element, f"Choisissez un {self.noun} de la liste.")
            else:
                self._take(value, element, values, mistakes)
        self._read_more(raw, values, mistakes, offered)
        if mistakes:
            raise Unreadable(self._place_mistakes(mistakes, question, clues))
        return tuple(values) or None

    def _place_mistakes(self, mistakes: Mapping[str, str], question: DeclaredField, clues: Clues) -> dict[str, str]:
        """Move sentences about elements that this dialog does not have to its first one."""
        shown = {str(e["name"]) for e in self.draw(question, None, clues)}
        found = {e: text for e, text in mistakes.items() if e in shown}
        elsewhere = next((text for e, text in mistakes.items() if e not in shown), None)
        return ({self.first_element(question, clues): elsewhere} if elsewhere else {}) | found

    def _offered(self, question: DeclaredField, clues: Clues) -> Mapping[str, str]:
        more = clues.offers.get(question.name)
        return {**self.options, **more} if more else self.options

    def _read_more(self, raw: Raw, values: list[str], mistakes: dict[str, str], offered: Mapping[str, str]) -> None:
        element = f"{self.singular}s_plus"
        written = str(cut(raw.get(element), LONG_MAX + 1) or "")
        if len(written) > LONG_MAX:
            mistakes[element] = say_too_long(LONG_MAX)
            return
        for word in _words(written):
            value = self.reader(word) or _named(word, offered)
            if value is None:
                mistakes.setdefault(
                    element, f"« {quote(word)} » ne correspond à aucun {self.noun} : corrigez ou effacez ce mot."
                )
            else:
                self._take(value, element, values, mistakes)

    def _take(self, value: str, element: str, values: list[str], mistakes: dict[str, str]) -> None:
        if value in values:
            name = f"« {self.options[value]} »" if value in self.options else f"Un même {self.noun}"
            text = f"{name} est indiqué deux fois : gardez-le une seule fois."
            mistakes.setdefault(element, text)
        values.append(value)

    @cached_property
    def _usual_options(self) -> list[Element]:
        return _as_options(self.listed or self.options)

    @property
    def _singulars(self) -> list[str]:
        return [f"{self.singular}{i + 1}" for i in range(SELECTS)]

    def _choices(self, question: DeclaredField, raw: Raw) -> list[tuple[str, str]]:
        """Return (element, value) of all selects, whether clients sent lists, comma-separated strings or single
        values."""
        return [(e, value) for e in (question.name, *self._singulars) for value in _values(cut(raw.get(e)))]


def _as_options(offered: Mapping[str, str]) -> list[Element]:
    return [{"text": text, "value": value} for value, text in offered.items()]


def _values(sent: object) -> list[str]:
    if isinstance(sent, (list, tuple)):
        return [str(v).strip() for v in sent if str(v).strip()]
    return [v.strip() for v in str(sent or "").split(",") if v.strip()]


def _named(word: str, offered: Mapping[str, str]) -> str | None:
    """Return the offered value with that text or value."""
    wanted = fold(word)
    return next((value for value, text in offered.items() if wanted in {fold(text), fold(value)}), None)


def _words(sent: object) -> list[str]:
    return [w.strip() for w in re.split(r"[,;\n|]", str(sent or "")) if w.strip()]
