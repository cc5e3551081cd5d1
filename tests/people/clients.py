"""The clients of Mattermost: how each kind shows a dialog, and what it sends (docs/mattermost.md §3.4 to §3.8)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

Element = Mapping[str, Any]
Values = dict[str, Any]

TEXT_MAX, LONG_MAX = 150, 3000
WEB_SINCE_APPS_FORM = (11, 0)
PLACES = frozenset({"users", "channels"})
"""What the client itself finds while a name is typed."""
ID = re.compile(r"[a-z0-9]{26}")


def blank(value: Any) -> bool:
    """Tell whether clients take a value for empty; 0 is not."""
    return value is None or value is False or value in ("", [])


def options(element: Element) -> dict[str, str]:
    """Return the choices of a select or radio, text by value."""
    return {str(o["value"]): str(o["text"]) for o in element.get("options") or []}


def is_number(element: Element) -> bool:
    """Tell whether the client shows an element as a number field."""
    return element["type"] == "text" and element.get("subtype") == "number"


@dataclass(frozen=True)
class Client:
    """What all clients have in common."""

    name: ClassVar[str] = ""
    types: ClassVar[frozenset[str]] = frozenset({"text", "textarea", "select", "bool", "radio"})
    loses_on_failure: ClassVar[bool] = False
    keeps_first_step: ClassVar[bool] = True
    """Whether later steps of a dialog are sent under the first one’s name, and closed with its state."""
    sends_cookie_of_menus: ClassVar[bool] = True

    def shows(self, element: Element) -> bool:
        """Tell whether the client shows the element as what it is."""
        return element["type"] in self.types

    def first(self, element: Element) -> Any:
        """Return the value of a field before anybody touches it."""
        default = element.get("default") or ""
        return str(default).lower() == "true" if element["type"] == "bool" else default

    def typed(self, element: Element, value: Any) -> Any:
        """Return the value of a field once a value was typed or picked. Fails on what no hand could enter."""
        kind = element["type"]
        if kind == "bool":
            return bool(value)
        if kind in ("select", "radio"):
            return self._picked(element, value)
        if is_number(element) and not blank(value):
            return self._number(value)
        text = "" if value is None else str(value)
        most = element.get("max_length") or (LONG_MAX if kind == "textarea" else TEXT_MAX)
        return text[:most]

    def sent(self, elements: Sequence[Element], values: Values) -> Values:
        """Return the submission of these values."""
        return {e["name"]: values[e["name"]] for e in elements}

    def gathered(self, earlier: Values, sent: Values) -> Values:
        """Return the submission of a later step: the values of all steps; a blank one keeps the earlier one of the same
        name."""
        return earlier | sent

    def complaints(self, elements: Sequence[Element], values: Values) -> dict[str, str]:
        """Return the errors that the client itself finds, by element; with any it sends nothing."""
        return {e["name"]: fault for e in elements if (fault := self._fault(e, values[e["name"]]))}

    def _fault(self, element: Element, value: Any) -> str:
        if blank(value):
            return "" if element.get("optional") else "This field is required."
        if is_number(element):
            return "" if _numeric(value) else "Must be a number."
        if element["type"] in ("text", "textarea") and len(str(value)) < (element.get("min_length") or 0):
            return f"Minimum input length is {element['min_length']}."
        return ""

    def _number(self, value: Any) -> Any:
        """Return what a number field makes of a value: it accepts only digits; old web clients cut decimals off."""
        return int(float(value))

    def _picked(self, element: Element, value: Any) -> Any:
        if element.get("data_source") in PLACES and ID.fullmatch(str(value)):
            return value
        assert blank(value) or value in options(element), f"{value!r} is none of {list(options(element))}"
        return value or ""


class LegacyWeb(Client):
    """The web client up to 10.12: it knows the oldest kinds, sends every field, and closes on any failure."""

    name = "web-legacy"
    loses_on_failure = True


class AppsWeb(Client):
    """The web client from 11.0: it leaves blank fields out; untouched numbers travel as text."""

    name = "web"
    types = Client.types | {"date", "datetime"}

    def first(self, element: Element) -> Any:
        default = super().first(element)
        if element.get("multiselect"):
            return [v for v in str(default).split(",") if v in options(element)]
        if element["type"] in ("select", "radio") and default not in options(element):
            return None
        return default

    def typed(self, element: Element, value: Any) -> Any:
        if element.get("multiselect"):
            return [super(AppsWeb, self)._picked(element, v) for v in value]
        if element["type"] == "date":
            assert blank(value) or _is_iso(str(value)), f"no calendar gives {value!r}"
            return str(value or "")
        return super().typed(element, value)

    def sent(self, elements: Sequence[Element], values: Values) -> Values:
        kept = super().sent(elements, values)
        return {n: v for n, v in kept.items() if v is False or not blank(v)}


class Mobile(AppsWeb):
    """The phone: every field is sent, several values by commas; in later steps all values are texts."""

    name = "mobile"
    keeps_first_step = False
    sends_cookie_of_menus = False

    def first(self, element: Element) -> Any:
        return element.get("default") if element.get("data_source") in PLACES else super().first(element)

    def gathered(self, earlier: Values, sent: Values) -> Values:
        values = super().gathered(earlier, sent)
        return {n: str(v).lower() if isinstance(v, bool) else str(v) for n, v in values.items()} if earlier else values

    def sent(self, elements: Sequence[Element], values: Values) -> Values:
        kept = Client.sent(self, elements, values)
        joined = {n: ",".join(v) if isinstance(v, list) else v for n, v in kept.items()}
        return {n: "" if v is None else v for n, v in joined.items()}


def web_client(version: tuple[int, int]) -> Client:
    """Return the web client that a server of that version delivers."""
    return AppsWeb() if version >= WEB_SINCE_APPS_FORM else LegacyWeb()


def _numeric(value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def _is_iso(text: str) -> bool:
    return len(text) == 10 and text[4] == text[7] == "-" and text.replace("-", "").isdigit()
