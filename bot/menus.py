"""Menus under messages: one value of a list, a person or a channel; where a client cannot, a dialog asks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, Field

from bot.errors import UserError
from bot.forms import ID, ChannelPicker, Choice, Form, Hidden, Offered, PersonPicker, Reference, Source, name_of


class Choosing(BaseModel):
    """What a menu of ``options`` carries; ``chosen`` is the value that somebody chose, one of them."""

    source: ClassVar[Source | None] = None
    chosen: str = ""

    @classmethod
    def references(cls, data: Mapping[str, Any]) -> set[Reference]:
        """Who or what was chosen, of which Mattermost has to say whether it exists."""
        chosen = str(data.get("chosen", ""))
        return {Reference(cls.source, chosen)} if cls.source and ID.fullmatch(chosen) else set()


class ChoosingPerson(Choosing):
    """What a menu of people carries: ``chosen`` is the id of one with an account in use, no bot."""

    source = "users"


class ChoosingChannel(Choosing):
    """What a menu of channels carries: ``chosen`` is the id of one that this person and the bot both see."""

    source = "channels"


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu; choosing runs the handler of the payload’s type, a button’s. The payload says what is offered: people,
    channels, or the ``options`` (value → text) given here."""

    label: str
    payload: Choosing
    options: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if bool(self.options) == bool(self.payload.source):
            raise ValueError(f"« {self.label} » offers either a list or what Mattermost has")


def read_choice(link: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, str]:
    """What was chosen, if the link is that of a menu. Raises UserError for what it does not offer."""
    if "m" not in link:
        return {}
    chosen = str(context.get("selected_option") or "")
    if not chosen or (link["m"] and chosen not in link["m"]):
        raise UserError(Choice.missing)
    return {"chosen": chosen}


class OpenMenu(BaseModel):
    """The button in a menu’s place, where a menu would be dead: it asks by a dialog."""

    name: str
    data: dict[str, Any]
    label: str
    options: dict[str, str] = {}
    source: Source | None = None

    @classmethod
    def of(cls, menu: Menu) -> "OpenMenu":
        """The button’s payload."""
        data = menu.payload.model_dump(mode="json")
        what = {"options": dict(menu.options), "source": menu.payload.source}
        return cls(name=name_of(type(menu.payload)), data=data, label=menu.label, **what)

    def form(self) -> "Chosen":
        """The dialog that asks."""
        kinds: dict[Source | None, type[Chosen]] = {
            "users": ChosenPerson,
            "channels": ChosenChannel,
            None: ChosenOption,
        }
        listed = {} if self.source else {"options": self.options}
        return kinds[self.source].draft(name=self.name, data=self.data, label=self.label, **listed)


class Chosen(Form):
    """A menu’s question as a dialog; what travels hidden is what the menu carries."""

    title = "Choisir"
    submit_label = "Choisir"
    is_kept = False

    name: Hidden[str]
    data: Hidden[dict[str, Any]]
    label: Hidden[str] = ""

    def introduction(self) -> str:
        return self.label

    @property
    def answer(self) -> dict[str, Any]:
        """What the menu’s handler is to be given."""
        return self.data | {"chosen": getattr(self, "chosen", "")}


class ChosenOption(Chosen):
    """One of a list."""

    chosen: Annotated[str, Offered()] = Field(title="Votre choix")
    options: Hidden[dict[str, str]]

    @classmethod
    def offers(cls, hidden: Mapping[str, Any]) -> Mapping[str, Mapping[str, str]]:
        return {"chosen": hidden["options"]}


class ChosenPerson(Chosen):
    """Somebody."""

    chosen: Annotated[str, PersonPicker()] = Field(title="Personne")


class ChosenChannel(Chosen):
    """A channel."""

    chosen: Annotated[str, ChannelPicker()] = Field(title="Canal")
