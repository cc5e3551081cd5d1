"""A post as a person sees it: its words, its card, its buttons."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Action:
    """A button or a menu under a post; the cookie is what those of ephemeral posts carry.

    A menu has options (text by value), or a source of names that the client itself searches.
    """

    id: str
    name: str
    cookie: str = ""
    is_menu: bool = False
    options: Mapping[str, str] = field(default_factory=dict)
    source: str = ""

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> "Action":
        """Read an action from the API’s JSON."""
        options = {str(o["value"]): str(o["text"]) for o in raw.get("options") or []}
        is_menu = raw.get("type") == "select"
        return cls(raw["id"], raw["name"], raw.get("cookie", ""), is_menu, options, raw.get("data_source", ""))


@dataclass(frozen=True, slots=True)
class Post:
    """A post; ``ephemeral`` ones only this person saw."""

    id: str
    channel_id: str
    user_id: str
    message: str
    props: Mapping[str, Any] = field(default_factory=dict)
    type: str = ""
    create_at: int = 0
    delete_at: int = 0
    file_ids: Sequence[str] = ()
    root_id: str = ""
    is_pinned: bool = False

    @classmethod
    def read(cls, raw: str | Mapping[str, Any]) -> "Post":
        """Read a post from the API’s JSON, which events carry as a string."""
        found: Mapping[str, Any] = json.loads(raw) if isinstance(raw, str) else raw
        names = ("id", "channel_id", "user_id", "message", "type", "create_at", "delete_at", "root_id")
        told = {n: found[n] for n in names if n in found} | {"is_pinned": bool(found.get("is_pinned"))}
        return cls(props=found.get("props") or {}, file_ids=found.get("file_ids") or (), **told)

    @property
    def ephemeral(self) -> bool:
        """Whether the post is a whisper."""
        return self.type == "system_ephemeral"

    @property
    def cards(self) -> Sequence[Mapping[str, Any]]:
        """The post’s attachments."""
        return self.props.get("attachments") or []

    @property
    def text(self) -> str:
        """All the words that are shown."""
        lines = [self.message]
        for card in self.cards:
            lines += [str(card.get(part) or "") for part in ("pretext", "title", "text", "footer")]
            lines += [f"{f.get('title')} : {f.get('value')}" for f in card.get("fields") or []]
        return "\n".join(line for line in lines if line)

    @property
    def actions(self) -> Sequence[Action]:
        """The actions that can be clicked: clients show only those with an id and a name."""
        found = (a for card in self.cards for a in card.get("actions") or [])
        return [Action.read(a) for a in found if a.get("id") and a.get("name")]

    @property
    def buttons(self) -> Sequence[str]:
        """The labels of the buttons."""
        return [a.name for a in self.actions if not a.is_menu]

    @property
    def menus(self) -> Sequence[str]:
        """The labels of the menus."""
        return [a.name for a in self.actions if a.is_menu]

    def action(self, label: str) -> Action:
        """Find the button or menu of a label."""
        found = next((a for a in self.actions if a.name == label), None)
        assert found, f"no « {label} » among {self.buttons} and {self.menus} under « {self.text} »"
        return found
