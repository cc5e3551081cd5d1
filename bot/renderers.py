"""Rendering of messages, cards and dialogs for Mattermost, and the name and picture of answers."""

import json
import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from hashlib import sha256
from importlib.resources import files
from typing import Any

from pydantic import BaseModel

from bot.context import Request
from bot.forms import Clues, draw_step, name_of
from bot.links import Links
from bot.listings import LINE_KEPT, ListedLine, read_listing
from bot.menus import Menu, OpenMenu
from bot.replies import Ask, Button, Card, Message, Refresh, Update
from bot.texts import typeset
from storage.drafts import LISTED, SPOKEN_OF, OpenQuestion
from storage.outbox import Outgoing, TargetKind

COLOUR = "#000091"
"""The blue of the State’s design system, at the edge of cards."""
BUTTONS_MAX = 4
"""Under one message: each takes a line on a phone."""


MARGIN = 400
"""Characters left to what the outbox and Mattermost add."""
IDENT_DIGITS = 12
"""Of the id of what can be clicked, enough for one post."""


class MessageRenderer:
    """Renders messages, with buttons that call ``public_url``."""

    def __init__(self, links: Links, public_url: str) -> None:
        self._links = links
        self._public_url = public_url

    def content(self, message: Message, person: str = "", response_url: str = "") -> dict[str, Any]:
        """Return the text and the props of a post.

        ``person`` is the only one who may use its buttons, "" for the whole channel. ``response_url`` is a whisper’s.
        """
        return {"message": typeset(message.text), "props": self.props(message, person, response_url)}

    def props(self, message: Message, person: str, response_url: str) -> dict[str, Any]:
        """Return the cards of a message; empty if it is text only."""
        cards = _list_cards(message)
        if not cards:
            return {"attachments": []} if isinstance(message, (Update, Refresh)) else {}
        sealed = partial(self._seal, person=person, response_url=response_url)
        idents = _Idents()
        return {"attachments": [self._card(card, idents, sealed) for card in cards]}

    def parts(self, message: Message, person: str, most: int) -> Sequence[Message]:
        """Split a message so that the props of each part have at most ``most`` characters, where there is more than one
        button or menu in them."""
        both = _halve(message)
        if both is None or _json_length(self.props(message, person, "")) <= most - MARGIN:
            return [message]
        return [part for each in both for part in self.parts(each, person, most)]

    def _card(self, card: Card, idents: "_Idents", sealed: Callable[..., str]) -> dict[str, Any]:
        return {
            **({"text": typeset(card.text)} if card.text else {}),
            "color": COLOUR,
            "fields": [{"title": name, "value": value, "short": True} for name, value in card.facts],
            "actions": [
                *(self._action(button, idents.of(button.payload), sealed(button.payload)) for button in card.buttons),
                *(self._menu(menu, idents.of(menu.payload), sealed(menu.payload, menu)) for menu in card.menus),
            ],
        }

    def _seal(self, payload: BaseModel, menu: Menu | None = None, *, person: str, response_url: str) -> str:
        link: dict[str, Any] = {"b": name_of(type(payload)), "d": payload.model_dump(mode="json")}
        if menu is not None:
            # What a client says was chosen may be anything.
            link["m"] = list(menu.options)
        if person:
            link["u"] = person
        if response_url:
            # A whisper’s buttons may whisper in turn, buttons and all, where the person reads it.
            link["r"] = response_url
        return self._links.seal("button", link)

    def _action(self, button: Button, ident: str, link: str) -> dict[str, Any]:
        more = {"type": "button", "style": button.style}
        return {"id": ident, "name": button.label, **more, "integration": self._integration(link)}

    def _menu(self, menu: Menu, ident: str, link: str) -> dict[str, Any]:
        listed = [{"text": text, "value": value} for value, text in menu.options.items()]
        more = {"type": "select", "options": listed}
        return {"id": ident, "name": menu.label, **more, "integration": self._integration(link)}

    def _integration(self, link: str) -> dict[str, Any]:
        return {"url": f"{self._public_url}/buttons", "context": {"link": link}}


def _halve(message: Message) -> tuple[Message, Message] | None:
    """Part a message between two of its cards, or the controls of its only one; None if it has but one. Its text stays
    in front, its question behind."""
    cards = _list_cards(message)
    if len(cards) < 2:
        (card,) = cards or [Card("")]
        half = (len(card.buttons) + len(card.menus)) // 2
        if not half:
            return None
        left = max(0, half - len(card.buttons))
        cards = [
            replace(card, buttons=card.buttons[:half], menus=card.menus[:left]),
            Card("", card.buttons[half:], menus=card.menus[left:]),
        ]
    half = len(cards) // 2
    ending = replace(message, text="", buttons=(), facts=(), menus=(), cards=cards[half:])
    return Message(message.text, cards=cards[:half]), ending


def _list_cards(message: Message) -> list[Card]:
    """List the cards of a message, of which its own facts and controls are the last."""
    own = Card("", message.buttons, message.facts, message.menus)
    return [*message.cards, *([own] if own.buttons or own.facts or own.menus else [])]


class _Idents:
    """The ids of the controls of one post, derived from their payloads: if a post is rewritten under a click,
    Mattermost finds the intended control or none, but never the one now in its place."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def of(self, payload: BaseModel) -> str:
        """Return an id of letters and digits, the same for the same payloads in the same order."""
        meant = f"{name_of(type(payload))} {payload.model_dump_json()}"
        ident = f"a{sha256(meant.encode()).hexdigest()[:IDENT_DIGITS]}"
        self._given[ident] += 1
        return ident if self._given[ident] == 1 else f"{ident}x{self._given[ident]}"


def without_menus(message: Message) -> Message:
    """Replace menus by buttons: one for each value of a short list, else one that opens a dialog.

    Phones send nothing for a menu in a whisper (docs/mattermost.md §4.4).
    """
    cards = [replace(card, buttons=_make_buttons(card), menus=()) for card in message.cards]
    return replace(message, buttons=_make_buttons(message), menus=(), cards=cards)


def _json_length(props: dict[str, Any]) -> int:
    """Return the length of props as Mattermost writes them, with HTML characters escaped."""
    written = json.dumps(props, ensure_ascii=False)
    return len(written) + 5 * sum(map(written.count, "<>&"))


def _make_buttons(message: Message | Card) -> list[Button]:
    buttons = list(message.buttons)
    for left, menu in zip(range(len(message.menus) - 1, -1, -1), message.menus, strict=True):
        if len(buttons) + len(menu.options) + left <= BUTTONS_MAX:
            buttons += [
                Button(text, menu.payload.model_copy(update={"chosen": value})) for value, text in menu.options.items()
            ]
        else:
            buttons.append(Button(menu.label, OpenMenu.of(menu)))
    return buttons


PORTRAIT_PATH = "/portrait.png"
"""Where the bot serves its picture."""


@dataclass(frozen=True, slots=True)
class BotProfile:
    """The name and picture on commands and answers; without them an answer looks like the person’s own."""

    username: str
    icon_url: str

    def as_fields(self) -> dict[str, object]:
        """Return the profile as fields of a command or an answer."""
        return asdict(self)


def picture_url(chosen: str, public_url: str) -> str:
    """Return the address of the picture: the operator’s, or else the bot’s own."""
    return chosen or f"{public_url}{PORTRAIT_PATH}"


def read_portrait() -> bytes:
    """Read the bot’s own picture, a PNG."""
    return (files("templates") / "portrait.png").read_bytes()


class DialogRenderer:
    """Renders dialogs."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def draw(self, ask: Ask, request: Request, clues: Clues) -> dict[str, Any]:
        """Draw a dialog. As an answer to another it is the next step: under the same key, with element names of its
        own."""
        form, is_next = ask.form, request.answers_dialog
        step = request.step + 1 if is_next else 1
        state = {
            "f": name_of(type(form)),
            "u": request.user_id,
            "h": form.hidden(),
            "k": ask.key or (request.key if is_next else secrets.token_urlsafe(16)),
            "d": ask.key is not None or (is_next and request.resumed),
            "c": request.channel_id,
            "r": request.response_url,
            "p": request.post_id if ask.here else "",
            "n": step,
        }
        return {
            "callback_id": state["f"],
            "title": form.title,
            "introduction_text": typeset(form.introduction()),
            "submit_label": form.submit_label,
            # Told of a cancellation, the bot says where a refused submission waits.
            "notify_on_cancel": True,
            "elements": draw_step(step, form.elements(clues)),
            "state": self._links.seal("dialog", state),
        }


def make_open_questions(
    message: Message, request: Request, now: datetime, row: Outgoing | None = None
) -> Sequence[OpenQuestion]:
    """Make the stored question of a message to one person: in an outbox row, in a post that is rewritten, or else in a
    whisper. None if it asks nothing, or the whole channel; one more where what it is about stays spoken of."""
    if message.question is None or (row and row.where is TargetKind.CHANNEL):
        return [] if row else _make_list(message, request, now)
    asked = message.question
    yes, no = (button.word().model_dump() if button else {} for button in (asked.yes, asked.no))
    is_direct = row is not None or isinstance(message, Update)
    place, is_new = "" if is_direct else request.channel_id, row and row.where is TargetKind.PERSON
    return [
        OpenQuestion(
            user_id=row.target if row and is_new else request.user_id,
            place=each,
            message_id=(row.id if is_new else row.target) if row else request.post_id if is_direct else "",
            yes=yes,
            no=no,
            polite=asked.polite,
            asked_at=now,
        )
        for each in ([place, SPOKEN_OF] if asked.stays and is_direct else [place])
    ]


def _make_list(message: Message, request: Request, now: datetime) -> Sequence[OpenQuestion]:
    """Make what is kept of a list that is whispered: nobody can read that again, and « le 2e » chooses in it. What a
    click shows is one where it has several lines."""
    lines = read_listing(message.text, [card.text for card in message.cards])
    if message.about:
        lines = [ListedLine(message.about, message.text[:LINE_KEPT])]
    numbers = [line.handle for line in lines] if request.waiting_kind == "command" or len(lines) > 1 else []
    kept: dict[str, Any] = {"command": request.name, "numbers": numbers, "lines": [line.said for line in lines]}
    listed = OpenQuestion(user_id=request.user_id, place=LISTED, message_id="", yes={}, no=kept, asked_at=now)
    return [listed] if numbers else []
