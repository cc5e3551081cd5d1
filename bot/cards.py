"""How a message looks in Mattermost: its text, and under it a card with facts and signed buttons."""

from typing import Any

from bot.forms import name_of
from bot.links import Links
from bot.replies import Button, Message, Refresh, Update
from bot.texts import typeset

COLOUR = "#000091"
"""The blue of the State’s design system, at the edge of cards."""


class Cards:
    """Draws messages; the buttons lead back to ``public_url``."""

    def __init__(self, links: Links, public_url: str) -> None:
        self._links = links
        self._public_url = public_url

    def content(self, message: Message, person: str = "", response_url: str = "") -> dict[str, Any]:
        """The text and the props of a post.

        ``person`` is whom it is for, and nobody else may use its buttons; empty where all of a channel may. A
        ``response_url`` is that of a whisper.
        """
        return {"message": typeset(message.text), "props": self.props(message, person, response_url)}

    def props(self, message: Message, person: str, response_url: str) -> dict[str, Any]:
        """The card under a message; empty when it is words alone."""
        if not message.buttons and not message.facts:
            return {"attachments": []} if isinstance(message, (Update, Refresh)) else {}
        card = {
            "color": COLOUR,
            "fields": [{"title": name, "value": value, "short": True} for name, value in message.facts],
            "actions": [
                self._action(button, f"b{i}", self._seal(button, person, response_url))
                for i, button in enumerate(message.buttons)
            ],
        }
        return {"attachments": [card]}

    def _seal(self, button: Button, person: str, response_url: str) -> str:
        link = {"b": name_of(type(button.payload)), "d": button.payload.model_dump(mode="json")}
        if person:
            link["u"] = person
        if response_url:
            # A whisper’s buttons may whisper in turn, buttons and all, where the person reads it.
            link["r"] = response_url
        return self._links.seal("button", link)

    def _action(self, button: Button, ident: str, link: str) -> dict[str, Any]:
        context = {"link": link}
        return {
            "id": ident,
            "type": "button",
            "name": button.label,
            "style": button.style,
            "integration": {"url": f"{self._public_url}/buttons", "context": context},
        }
