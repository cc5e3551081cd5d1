"""A form is a pydantic model: its fields are drawn as a dialog, and a submission is parsed into it.

In a dialog of several steps, later submissions also carry earlier values, so each step has its own element names: new
web clients would otherwise send a blank field with the value of the same name in an earlier step (docs/mattermost.md
§3.9).
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, ClassVar, Self, TypeVar, Union, cast, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic.fields import FieldInfo

from bot.errors import UserError
from bot.forms import kinds
from bot.forms.multiselects import Many
from bot.texts import quote, typeset

OF_A_STEP = re.compile(r"\d{1,3}_")
"""How the names of elements begin from the second step on; no form begins a name of its own so."""


def name_in(step: int, name: str) -> str:
    """Return the name of an element in a step, counted from 1."""
    return name if step == 1 else f"{step}_{name}"


def draw_step(step: int, elements: Sequence[kinds.Element]) -> list[kinds.Element]:
    """Draw the elements of a form, as a step shows them."""
    if step == 1:
        return list(elements)
    return [element | {"name": name_in(step, str(element["name"]))} for element in elements]


def sent_in(step: int, raw: kinds.Raw) -> dict[str, Any]:
    """Return what was sent in a step, by the form’s own element names."""
    if step == 1:
        return dict(raw)
    start = name_in(step, "")
    return {name.removeprefix(start): value for name, value in raw.items() if name.startswith(start)}


def mistakes_in(step: int, mistakes: Mapping[str, str]) -> dict[str, str]:
    """Return sentences by the element names of a step."""
    return {name_in(step, name): sentence for name, sentence in mistakes.items()}


TITLE_MAX, LABEL_MAX, HELP_MAX = 24, 24, 150
"""The most bytes of a window’s title, a field’s label and its help (docs/mattermost.md §3.3)."""
NAME_MAX = 64
"""The most characters of the name under which a payload’s type is stored."""

_STORED: dict[type[BaseModel], str] = {}
"""What payloads are stored as, where that was said."""
_FORMS: dict[str, "type[Form]"] = {}
"""The forms by what they are stored as."""


def name_of(payload: type[BaseModel]) -> str:
    """Return the name under which a payload is stored in dialogs, buttons, orders and long work, and found again:
    « hotline.NewTicket », from its folder and class, unless ``store_as`` set another.

    It must not change while any of these exist: a class that moves within its folder keeps its name.
    """
    return _STORED.get(payload) or f"{payload.__module__.split('.')[1]}.{payload.__qualname__}"


def store_as(payload: type[BaseModel], name: str) -> None:
    """Store a payload under this name, whatever its class is called. Raises ValueError if it has another one, or if the
    name is too long."""
    if not 0 < len(name) <= NAME_MAX:
        raise ValueError(f"{payload.__qualname__} is stored as « {name} »: {NAME_MAX} characters at most, one at least")
    if (known := _STORED.setdefault(payload, name)) != name:
        raise ValueError(f"{payload.__qualname__} is stored as « {known} », not as « {name} »")
    if issubclass(payload, Form):
        _FORMS[name] = payload


class _Hidden:
    """Marks a field that travels sealed in the dialog’s state."""


T = TypeVar("T")
Hidden = Annotated[T, _Hidden()]


def asks(label: str, help: str = "", *, name: str | None = None, default: Any = ...) -> Any:
    """Declare what a field of a form asks, by its label and its help; ``name`` is the element’s, if it is not the
    field’s. A field with a ``default`` may be blank."""
    return Field(default, alias=name, title=label, description=help)


class Form(BaseModel):
    """Base of all forms: each field says what it ``asks``, unless it is ``Hidden``; return ``Ask`` with a form.

    The kind of a field is the ``FieldKind`` in its annotation, or follows from its type (enumeration, whole number,
    text).
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True, populate_by_name=True, defer_build=True)

    title: ClassVar[str]
    submit_label: ClassVar[str] = "Envoyer"
    is_kept: ClassVar[bool] = True
    """Whether it waits as a draft when it could not be accepted; what is not kept never reaches a disk."""
    noun: ClassVar[tuple[str, str]] = ("saisie", "saisies")
    """What one that is not finished is called, and several."""
    _questions: ClassVar[dict[str, tuple[kinds.DeclaredField, kinds.FieldKind]]]
    _pickers: ClassVar[dict[str, tuple[kinds.DeclaredField, kinds.Picker]]]
    _unseen: ClassVar[frozenset[str]]

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Refuse at import what Mattermost would refuse in front of the person."""
        cls._questions = {n: (_question(n, f), _kind(f)) for n, f in cls.model_fields.items() if not _is_hidden(f)}
        cls._pickers = {n: (q, kind) for n, (q, kind) in cls._questions.items() if isinstance(kind, kinds.Picker)}
        cls._unseen = frozenset(cls.model_fields) - cls._questions.keys()
        _FORMS[name_of(cls)] = cls
        texts = [(cls.__name__, cls.title, TITLE_MAX)]
        texts += [(a.name, a.label, LABEL_MAX) for a, _ in cls._questions.values()]
        texts += [(a.name, a.help or "-", HELP_MAX) for a, _ in cls._questions.values()]
        for name, text, most in texts:
            if not 0 < len(text.encode()) <= most:
                raise TypeError(f"{cls.__name__}, {name}: « {text} » takes {len(text.encode())} bytes of {most}")
            if OF_A_STEP.match(name):
                raise TypeError(f"{cls.__name__}, {name}: names that begin so are those of later steps")

    @classmethod
    def find(cls, name: str) -> "type[Form] | None":
        """Find the form that is stored under this name."""
        return _FORMS.get(name)

    @classmethod
    def draft(cls, **known: object) -> Self:
        """Make a form with only some fields filled."""
        return cast(Self, cls.model_construct(_fields_set=set(known), **cast(dict[str, Any], known)))

    @classmethod
    def recall(cls, raw: kinds.Raw, hidden: Mapping[str, object]) -> Self:
        """Make the form as somebody left it, valid or not, to show it again."""
        known = {n: kind.recall(question, raw) for n, (question, kind) in cls._questions.items()}
        unseen = {n: _make_reader(cls, n).validate_python(v) for n, v in hidden.items()}
        return cls.draft(**{n: v for n, v in known.items() if v is not None}, **unseen)

    @classmethod
    def parse(cls, raw: kinds.Raw, hidden: Mapping[str, object], clues: kinds.Clues) -> Self:
        """Parse a submission. Raises UserError with a sentence under each faulty field."""
        values: dict[str, Any] = {}
        mistakes: dict[str, str] = {}
        clues = replace(clues, offers=cls.offers(hidden))
        for name, (question, kind) in cls._questions.items():
            try:
                value = kind.read(question, raw, clues)
            except kinds.Unreadable as problem:
                mistakes |= problem.sentences
                continue
            if value is not None:
                values[name] = value
            elif not question.optional:
                mistakes[cls.element_of(name, clues)] = kind.missing
        for name, sentence in cls.problems(values | dict(hidden), clues).items():
            if sentence:
                mistakes.setdefault(cls.element_of(name, clues), sentence)
        if mistakes:
            raise UserError(fields=mistakes)
        return cls.model_validate(values | dict(hidden))

    @classmethod
    def trim(cls, raw: kinds.Raw) -> dict[str, Any]:
        """Return what was sent for the form’s own elements, each value cut to what clients let people type."""
        names = [e for question, kind in cls._questions.values() for e in kind.elements(question) if e in raw]
        return {name: kinds.cut(raw[name]) for name in names}

    @classmethod
    def tell(cls, raw: kinds.Raw) -> dict[str, str]:
        """Return what was typed, by label, in words; without blank fields."""
        typed = {question.label: (kind, kind.recall(question, raw)) for question, kind in cls._questions.values()}
        return {label: kind.say(value) for label, (kind, value) in typed.items() if value is not None}

    @classmethod
    def summarize(cls, raw: kinds.Raw, hidden: Mapping[str, object], today: date) -> str:
        """Describe what was typed in a few words, to tell drafts apart: « Demander de l’aide : Aidants Connect »; forms
        override it."""
        typed = [(kind, kind.recall(question, raw)) for question, kind in cls._questions.values()]
        listed = (kinds.Choice, Many, kinds.Picker)
        said = [(isinstance(kind, listed), kind.say(value)) for kind, value in typed if value]
        words = next((word for _, word in sorted(said, key=lambda each: each[0])), "")
        return f"{cls.title} : {quote(words)}" if words else cls.title

    @classmethod
    def labels(cls, elements: Iterable[str]) -> list[str]:
        """Return the labels of the fields of these elements, in the order of the form, each once."""
        asked = set(elements)
        return [question.label for question, kind in cls._questions.values() if asked & {*kind.elements(question)}]

    @classmethod
    def find_blank(cls, raw: kinds.Raw, clues: kinds.Clues) -> dict[str, str]:
        """Find the required fields left blank: their labels by element."""
        required = {n: (question, kind) for n, (question, kind) in cls._questions.items() if not question.optional}
        left = {n: question.label for n, (question, kind) in required.items() if kind.recall(question, raw) is None}
        return {cls.element_of(name, clues): label for name, label in left.items()}

    @classmethod
    def problems(cls, values: Mapping[str, Any], clues: kinds.Clues) -> Mapping[str, str]:
        """Return faults of the parsed values (and of the hidden ones, as JSON), a sentence by field name, "" for none;
        forms override it."""
        return {}

    @classmethod
    def offers(cls, hidden: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        """Return the choices of ``Offered`` fields (value → text), by element, from the hidden values; forms override
        it if the choices are not simply in one hidden field."""
        offered = {question.name: kind for question, kind in cls._questions.values() if isinstance(kind, kinds.Offered)}
        return {name: {**kind.first, **(hidden.get(kind.among) or {})} for name, kind in offered.items() if kind.among}

    @classmethod
    def references(cls, raw: kinds.Raw) -> set[kinds.Reference]:
        """Return the people and channels that were picked, which Mattermost has to confirm."""
        return {found for question, kind in cls._pickers.values() if (found := kind.reference(question, raw))}

    def introduction(self) -> str:
        """Return the Markdown above the fields; forms override it."""
        return ""

    @classmethod
    def element_of(cls, name: str, clues: kinds.Clues) -> str:
        """Return the element under which a fault of a field is shown."""
        question, kind = cls._questions[name]
        return kind.first_element(question, clues) if isinstance(kind, Many) else question.name

    def elements(self, clues: kinds.Clues) -> list[kinds.Element]:
        """Draw the dialog’s elements, filled with the known values."""
        clues = replace(clues, offers=self.offers(self.hidden()))
        known = {n: self.__dict__.get(n) for n in self._questions}
        return [e for n, (question, kind) in self._questions.items() for e in kind.draw(question, known[n], clues)]

    def shown(self, clues: kinds.Clues) -> dict[str, Any]:
        """Return what the dialog initially contains, as if it were sent unchanged; without blanks."""
        return {str(e["name"]): e["default"] for e in self.elements(clues) if e["default"]}

    def known_references(self) -> set[kinds.Reference]:
        """Return the people and channels that the form already contains."""
        return self.references({question.name: self.__dict__.get(n) for n, (question, _) in self._pickers.items()})

    def hidden(self) -> dict[str, object]:
        """Return the hidden values, as JSON."""
        return self.model_dump(mode="json", include=set(self._unseen & self.__dict__.keys()))


@cache
def _make_reader(form: type[Form], name: str) -> TypeAdapter[Any]:
    """Make (and cache) the parser of a hidden field, which takes a hundred times as long to make as to use."""
    annotation: Any = form.model_fields[name].annotation
    return TypeAdapter(annotation)


def _is_hidden(field: FieldInfo) -> bool:
    return any(isinstance(m, _Hidden) for m in field.metadata)


def _question(name: str, field: FieldInfo) -> kinds.DeclaredField:
    if not field.title:
        raise TypeError(f"{name} needs a title")
    return kinds.DeclaredField(
        field.alias or name, field.title, typeset(field.description or ""), not field.is_required()
    )


def _kind(field: FieldInfo) -> kinds.FieldKind:
    declared = next((m for m in field.metadata if isinstance(m, kinds.FieldKind)), None)
    if declared:
        return declared
    types = [t for t in _types(field.annotation) if t is not NoneType]
    if types and all(isinstance(t, type) and issubclass(t, StrEnum) for t in types):
        return kinds.Choice.of(*types)
    return kinds.Number() if types == [int] else kinds.Text()


def _types(annotation: Any) -> tuple[Any, ...]:
    return get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
