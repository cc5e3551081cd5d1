"""Menus under messages; and the people and channels picked in dialogs, as Mattermost confirms them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel

from bot.errors import ChatError, Refusal, UserError
from bot.forms import Choice, Form, Hidden, Offered, Reference, asks, name_of
from bot.mattermost import ChatReader, ChatUser
from bot.spool import Submission


class Choosing(BaseModel):
    """Base of the payloads of menus; ``chosen`` is the chosen one of its ``options``."""

    chosen: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu of ``options`` (value → text), whose choice runs the handler of the payload’s type, like a button."""

    label: str
    payload: Choosing
    options: Mapping[str, str]

    def __post_init__(self) -> None:
        if not self.options:
            raise ValueError(f"« {self.label} » offers nothing")


def read_choice(link: Mapping[str, Any], context: Mapping[str, Any]) -> dict[str, str]:
    """Return what was chosen, if the link is a menu’s. Raises UserError for a value that it does not offer."""
    if "m" not in link:
        return {}
    chosen = str(context.get("selected_option") or "")
    if chosen not in link["m"]:
        raise UserError(Choice.missing)
    return {"chosen": chosen}


class OpenMenu(BaseModel):
    """Button that replaces a menu where menus do not work: opens a dialog with the same choice."""

    name: str
    data: dict[str, Any]
    label: str
    options: dict[str, str] = {}

    @classmethod
    def of(cls, menu: Menu) -> "OpenMenu":
        """Make the payload of that button."""
        data = menu.payload.model_dump(mode="json")
        return cls(name=name_of(type(menu.payload)), data=data, label=menu.label, options=dict(menu.options))

    def form(self) -> "ChosenOption":
        """Make the dialog."""
        return ChosenOption.draft(name=self.name, data=self.data, label=self.label, options=self.options)


class ChosenOption(Form):
    """The dialog that replaces a menu; the menu’s payload travels hidden in it."""

    title = "Choisir"
    submit_label = "Choisir"
    is_kept = False

    name: Hidden[str]
    data: Hidden[dict[str, Any]]
    label: Hidden[str] = ""
    chosen: Annotated[str, Offered("options")] = asks("Votre choix")
    options: Hidden[dict[str, str]]

    def introduction(self) -> str:
        return self.label

    @property
    def answer(self) -> dict[str, Any]:
        """Return the menu’s payload with the choice."""
        return self.data | {"chosen": self.chosen}


UNSEEN = frozenset({Refusal.UNKNOWN_CHANNEL, Refusal.FORBIDDEN})
"""What Mattermost says of a channel that is not there, or not for the bot."""


def find_references(model: type[BaseModel] | None, payload: object) -> Collection[Reference]:
    """Return the people and channels in what a dialog sent."""
    if isinstance(payload, Submission) and model is not None and issubclass(model, Form):
        return model.references(payload.raw)
    return ()


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
