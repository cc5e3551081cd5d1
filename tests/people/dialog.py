"""A dialog open in somebody’s client: to fill, send and cancel, with what that client would do."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from tests.people.api import Refused
from tests.people.clients import Element, Values, options

if TYPE_CHECKING:
    from tests.people.person import Person


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a submission.

    ``errors`` are the sentences under the fields, ``error`` the one at the foot. ``sent`` is false when the
    client itself refused; ``lost`` is true when it closed although nothing was accepted.
    """

    closed: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)
    error: str = ""
    sent: bool = True
    lost: bool = False

    @property
    def accepted(self) -> bool:
        """Whether the bot accepted the submission."""
        return self.closed and not self.lost


class Dialog:
    """An open dialog, as the event of the websocket brought it."""

    def __init__(self, person: "Person", raw: str, channel_id: str) -> None:
        opened = json.loads(raw)
        self.person = person
        self.channel_id = channel_id
        self.url: str = opened["url"]
        self.callback_id: str = opened["dialog"].get("callback_id", "")
        self.first_state: str = opened["dialog"].get("state", "")
        self.is_open = True
        self._earlier: Values = {}
        self._show(opened["dialog"])

    def _show(self, dialog: Mapping[str, Any]) -> None:
        self.dialog = dialog
        self.state: str = dialog.get("state", "")
        self.elements: Sequence[Element] = dialog.get("elements") or []
        self.values: Values = {e["name"]: self.person.client.first(e) for e in self.elements}

    @property
    def title(self) -> str:
        """The title of the dialog."""
        return str(self.dialog["title"])

    @property
    def introduction(self) -> str:
        """The text above the fields."""
        return str(self.dialog.get("introduction_text") or "")

    @property
    def names(self) -> list[str]:
        """The names of the fields, in order."""
        return [e["name"] for e in self.elements]

    def element(self, name: str) -> Element:
        """Return a field’s declaration."""
        found = next((e for e in self.elements if e["name"] == name), None)
        assert found, f"« {self.title} » has no field {name}, but {self.names}"
        return found

    def options(self, name: str) -> dict[str, str]:
        """Return the choices of a field, text by value."""
        return options(self.element(name))

    def fill(self, **values: Any) -> "Dialog":
        """Enter values: codes for selects, dates as dates, several choices as a list.

        Several choices and dates are entered the way this dialog asks for them: ``themes`` where it is split
        goes into ``theme1``, ``theme2``, ``theme3`` and ``themes_plus``.
        """
        for name, value in values.items():
            if isinstance(value, (list, tuple)) and name not in self.names:
                self._fill_split(name, value)
            else:
                self.enter(name, value)
        return self

    def enter(self, name: str, value: Any) -> None:
        """Type or pick a value in a field."""
        element = self.element(name)
        assert self.person.client.shows(element), f"{self.person.client.name} cannot show {element}"
        if isinstance(value, date):
            value = value.isoformat() if element["type"] == "date" else f"{value:%d/%m/%Y}"
        self.values[name] = self.person.client.typed(element, value)

    async def picks(self, name: str, words: str) -> "Dialog":
        """Type the beginning of a name, and take the one found."""
        found = await self.person.finds(str(self.element(name)["data_source"]), words)
        assert len(found) == 1, f"« {words} » finds {found}"
        self.enter(name, found[0])
        return self

    def _fill_split(self, name: str, chosen: Sequence[str]) -> None:
        singular = name.removesuffix("s")
        selects = [n for n in self.names if n.removeprefix(singular).isdigit()]
        padded = [*chosen, *[""] * len(selects)]
        for element, value in zip(selects, padded, strict=False):
            self.enter(element, value)
        self.enter(f"{name}_plus", ", ".join(chosen[len(selects) :]))

    def shown(self, name: str) -> Any:
        """Return what a field shows now."""
        return self.values[name]

    def chosen(self, name: str) -> list[str]:
        """Return the values chosen of several choices, however this dialog asks for them."""
        if name in self.names:
            return list(self.values[name])
        singular = name.removesuffix("s")
        picked = [v for n, v in self.values.items() if n.removeprefix(singular).isdigit()]
        more = str(self.values.get(f"{name}_plus") or "")
        return [v for v in [*picked, *(w.strip() for w in more.split(","))] if v]

    async def submit(self) -> Answer:
        """Press the button: the client checks, then sends."""
        complaints = self.person.client.complaints(self.elements, self.values)
        if complaints:
            return Answer(errors=complaints, sent=False)
        client = self.person.client
        return await self.send(client.gathered(self._earlier, client.sent(self.elements, self.values)))

    async def send(self, submission: Mapping[str, Any], **forged: Any) -> Answer:
        """Send a submission as it is; ``forged`` replaces parts of the call."""
        self.person.acts()
        try:
            reply = await self.person.api.post("/actions/dialogs/submit", self._call(submission) | forged)
        except Refused as refusal:
            self.is_open = not self.person.client.loses_on_failure
            return Answer(closed=not self.is_open, lost=not self.is_open, error=str(refusal))
        return self._answered(reply, submission)

    async def cancel(self) -> None:
        """Close the dialog without sending it."""
        self.is_open = False
        if self.dialog.get("notify_on_cancel"):
            self.person.acts()
            call = self._call({}) | {"cancelled": True, "state": self.first_state}
            await self.person.api.post("/actions/dialogs/submit", call)

    def _call(self, submission: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "url": self.url,
            "callback_id": self.callback_id,
            "state": self.state,
            "channel_id": self.channel_id,
            "team_id": self.person.site.team_id,
            "submission": submission,
            "cancelled": False,
        }

    def _answered(self, reply: Mapping[str, Any], submission: Mapping[str, Any]) -> Answer:
        errors, error = reply.get("errors") or {}, reply.get("error") or ""
        if reply.get("type") == "form" and not errors and not error:
            self._earlier |= submission
            self._show(reply["form"])
            if not self.person.client.keeps_first_step:
                self.callback_id, self.first_state = str(self.dialog.get("callback_id", "")), self.state
            return Answer()
        shown = {n: text for n, text in errors.items() if n in self.names}
        if shown or error:
            return Answer(errors=shown, error=error)
        if errors and not self.person.client.loses_on_failure:
            return Answer(error=f"Received an error for an unknown field: {errors}")
        self.is_open = False
        return Answer(closed=True, lost=bool(errors))
