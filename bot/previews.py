"""Previews of typed lines, shown before anything is stored: how their buttons answer."""

from collections.abc import Callable
from typing import TypeVar

from bot.context import Context
from bot.errors import UserError
from bot.replies import Message, Update, Whisper
from bot.texts import render

M = TypeVar("M", bound=Message)

PICK_LABELS = {
    "activite": "Choisir l’activité",
    "commune": "Choisir la commune",
    "themes": "Choisir le thème",
    "duree": "Choisir la durée",
    "age": "Choisir l’âge",
}
"""What the menu is called of an element in doubt."""


def answer(ctx: Context, message: Message) -> Whisper | Update:
    """Replace the clicked preview in the direct channel, where posts stay; a whisper cannot be rewritten, so answer by
    a new one."""
    is_whispered = ctx.request.kind != "button" or ctx.request.response_url
    return recast(Whisper, message) if is_whispered else recast(Update, message)


def recast(kind: Callable[..., M], message: Message, **more: str) -> M:
    """Make a reply of another kind of a message; ``more`` is what that kind needs besides."""
    return kind(message.text, message.buttons, message.facts, message.menus, message.cards, message.question, **more)


def must_be_author(ctx: Context, author: str, command: str) -> None:
    """Raise UserError if somebody clicks under another person’s preview."""
    if author != ctx.user.id:
        raise UserError(render("refus/not_your_preview", command=command))
