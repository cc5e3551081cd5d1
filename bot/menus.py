"""Menus under messages; and the people and channels picked in menus and dialogs, as Mattermost confirms them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, Field

from bot.errors import ChatError, Refusal, UserError
from bot.forms import ID, ChannelPicker, Choice, Form, Hidden, Offered, PersonPicker, Reference, Source, name_of
from bot.mattermost import ChatReader, ChatUser
from bot.spool import Submission


class Choosing(BaseModel):
    """Base of the payloads of menus; ``chosen`` is the chosen one of its ``options``."""

    source: ClassVar[Source | None] = None
    chosen: str = ""

    @classmethod
    def references(cls, data: Mapping[str, Any]) -> set[Reference]:
        """Return the people or channels that were chosen, which Mattermost has to confirm."""
        chosen = str(data.get("chosen", ""))
        return {Reference(cls.source, chosen)} if cls.source and ID.fullmatch(chosen) else set()


class ChoosingPerson(Choosing):
    """Payload of a menu of people: ``chosen`` is the id of a person with an active account, no bot."""

    source = "users"


class ChoosingChannel(Choosing):
    """Payload of a menu of channels: ``chosen`` is the id of a channel that both the person and the bot can see."""

    source = "channels"


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu, whose choice runs the handler of the payload’s type, like a button. It offers people or channels, by its
    payload, or the ``options`` (value → text)."""

    label: str
    payload: Choosing
    options: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if bool(self.options) == bool(self.payload.source):
            raise ValueError(f"« {self.label} » offers either a list or what Mattermost has")


def read_choice(link: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, str]:
    """Return what was chosen, if the link is a menu’s. Raises UserError for a value that it does not offer."""
    if "m" not in link:
        return {}
    chosen = str(context.get("selected_option") or "")
    if not chosen or (link["m"] and chosen not in link["m"]):
        raise UserError(Choice.missing)
    return {"chosen": chosen}


class OpenMenu(BaseModel):
    """Button that replaces a menu where menus do not work: opens a dialog with the same choice."""

    name: str
    data: dict[str, Any]
    label: str
    options: dict[str, str] = {}
    source: Source | None = None

    @classmethod
    def of(cls, menu: Menu) -> "OpenMenu":
        """Make the payload of that button."""
        data = menu.payload.model_dump(mode="json")
        what = {"options": dict(menu.options), "source": menu.payload.source}
        return cls(name=name_of(type(menu.payload)), data=data, label=menu.label, **what)

    def form(self) -> "Chosen":
        """Make the dialog."""
        kinds: dict[Source | None, type[Chosen]] = {
            "users": ChosenPerson,
            "channels": ChosenChannel,
            None: ChosenOption,
        }
        listed = {} if self.source else {"options": self.options}
        return kinds[self.source].draft(name=self.name, data=self.data, label=self.label, **listed)


class Chosen(Form):
    """The dialog that replaces a menu; the menu’s payload travels hidden in it."""

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
        """Return the menu’s payload with the choice."""
        return self.data | {"chosen": getattr(self, "chosen", "")}


class ChosenOption(Chosen):
    """The dialog of a menu that offers a list."""

    chosen: Annotated[str, Offered("options")] = Field(title="Votre choix")
    options: Hidden[dict[str, str]]


class ChosenPerson(Chosen):
    """The dialog of a menu of people."""

    chosen: Annotated[str, PersonPicker()] = Field(title="Personne")


class ChosenChannel(Chosen):
    """The dialog of a menu of channels."""

    chosen: Annotated[str, ChannelPicker()] = Field(title="Canal")


UNSEEN = frozenset({Refusal.UNKNOWN_CHANNEL, Refusal.FORBIDDEN})
"""What Mattermost says of a channel that is not there, or not for the bot."""


def find_references(model: type[BaseModel] | None, payload: object) -> Collection[Reference]:
    """Return the people and channels in what a dialog or a menu sent."""
    if model is None:
        return ()
    if isinstance(payload, Submission):
        return model.references(payload.raw) if issubclass(model, Form) else ()
    return model.references(payload) if issubclass(model, Choosing) and isinstance(payload, Mapping) else ()


async def resolve_references(chat: ChatReader, user_id: str, wanted: Collection[Reference]) -> dict[str, str]:
    """Return the names, by id, of those that exist and that this person may name. Raises ChatError."""
    if not wanted:
        return {}
    people = sorted(one.id for one in wanted if one.source == "users")
    found = {u.id: u.full_name or u.username async for page in chat.users(people) for u in page if _is_somebody(u)}
    for one in wanted:
        if one.source == "channels" and (name := await _read_channel_title(chat, user_id, one.id)):
            found[one.id] = name
    return found


def _is_somebody(user: ChatUser) -> bool:
    return not user.deleted and not user.is_bot


async def _read_channel_title(chat: ChatReader, user_id: str, channel_id: str) -> str:
    """Return the title of a channel that both can see; "" for any other."""
    try:
        channel = await chat.channel(channel_id)
    except ChatError as refused:
        if refused.refusal in UNSEEN:
            return ""
        raise
    if channel.archived or channel.type not in ("O", "P"):
        return ""
    if channel.is_private and await chat.channel_member(channel_id, user_id) is None:
        return ""
    return channel.display_name or channel.name


def check_chosen(model: type[Choosing], data: object, names: Mapping[str, str]) -> None:
    """Raise UserError for an empty choice, or a person or channel that the menu cannot have offered."""
    chosen = data.get("chosen") if isinstance(data, Mapping) else None
    if model.source == "users" and chosen not in names:
        raise UserError(PersonPicker.missing)
    if model.source == "channels" and chosen not in names:
        raise UserError(ChannelPicker.missing)
