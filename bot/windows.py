"""How a form looks in Mattermost: a dialog, with its one-time key and all that travels with it sealed."""

import secrets
from typing import Any

from bot.context import Request
from bot.forms import Clues, draw_step, name_of
from bot.links import Links
from bot.replies import Ask
from bot.texts import typeset


class Windows:
    """Draws dialogs."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def draw(self, ask: Ask, request: Request, clues: Clues) -> dict[str, Any]:
        """The dialog. In answer to another it is the next step: under the same key, with names of its own."""
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
