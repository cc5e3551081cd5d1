"""Previews of typed lines, shown before anything is stored: how their buttons answer."""

from typing import Any

from pydantic import BaseModel

from bot.context import Context
from bot.errors import UserError
from bot.replies import Button, Message, Question, Update, Whisper
from bot.texts import Markdown, render
from storage import drafts

PICK_LABELS = {
    "activite": "Choisir l’activité",
    "commune": "Choisir la commune",
    "themes": "Choisir le thème",
    "duree": "Choisir la durée",
    "age": "Choisir l’âge",
    "statut": "Choisir le statut",
    "date": "Choisir le jour",
}
"""What the menu is called of an element in doubt."""


def answer(ctx: Context, message: Message) -> Whisper | Update:
    """Replace the clicked preview in the direct channel, where posts stay; a whisper cannot be rewritten, so answer by
    a new one."""
    is_whispered = ctx.request.kind != "button" or ctx.request.response_url
    return message.recast(Whisper) if is_whispered else message.recast(Update)


def must_be_author(ctx: Context, author: str, command: str) -> None:
    """Raise UserError if somebody clicks under another person’s preview."""
    if author != ctx.user.id:
        raise UserError(render("refus/not_your_preview", command=command))


async def leave_question(ctx: Context, key: str) -> dict[str, Any] | None:
    """Forget what was asked of a preview that is dropped, by the preview’s key, and return what it showed; None where
    nothing was asked of it."""
    asked = await drafts.list_questions(ctx.db, ctx.user.id, ctx.now)
    found = [each for each in asked if each.no.get("data", {}).get("key") == key]
    if any(each.place == ctx.channel_id for each in found):
        await drafts.settle_question(ctx.db, ctx.user.id, ctx.channel_id)
    return found[0].no["data"].get("shown") if found else None


def tell_dropped(text: Markdown, resume: BaseModel | None) -> Message:
    """Say that a preview was dropped; a click, or « reprendre », brings it back where ``resume`` says what."""
    if resume is None:
        return Message(text)
    button = Button("Reprendre", resume)
    return Message(text, [button], question=Question(no=button, stays=True))
