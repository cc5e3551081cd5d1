"""What the bot asked last where something is said to it: the question itself, and whether it still stands there."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.context import ReadingContext
from bot.events import Addressed, Spoken
from bot.mattermost import ChatPost
from bot.outbox.actions import read_mark
from bot.replies import Button, Question, Redirect, WordedButton
from storage import questions
from storage.questions import OpenQuestion

LOOKED_AT = 20
"""Posts of a conversation in which a question is looked for: what was said before them is no answer to it."""
POLITE_FOR = timedelta(hours=1)
"""How long politeness holds: later it is answered again."""
BOTH_CLOCKS = 2.0
"""Seconds by which the server’s clock and the bot’s may differ."""


@dataclass(frozen=True, slots=True)
class AskedHere:
    """A question that stands open here. ``is_last`` is false once the bot has said something else since: then a word
    may be meant for that, and nothing is done without asking again."""

    question: OpenQuestion
    post_id: str
    is_last: bool

    @property
    def yes(self) -> Button | None:
        """What « oui » stands for."""
        return _make_button(self.question.yes)

    @property
    def no(self) -> Button | None:
        """What « non » stands for."""
        return _make_button(self.question.no)

    def was_polite(self, now: datetime) -> bool:
        """Whether the bot’s last words there were politeness, a while ago at most."""
        return self.question.polite and self.is_last and now - self.question.asked_at < POLITE_FOR

    @property
    def buttons(self) -> list[Button]:
        """What can be answered, to be shown again."""
        return [button for button in (self.yes, self.no) if button]

    @property
    def again(self) -> Question:
        """The same question, asked again."""
        return Question(self.yes, self.no)

    def press(self, button: Button) -> Redirect:
        """A word that is a click on that button."""
        worded = WordedButton.model_validate(self.question.yes if button == self.yes else self.question.no)
        return Redirect(worded.name, worded.data, self.post_id, worded.label)


def _make_button(stored: dict[str, object]) -> Button | None:
    if not stored:
        return None
    worded = WordedButton.model_validate(stored)
    return Button(worded.label, worded)


async def find_asked(ctx: ReadingContext, message: Spoken) -> AskedHere | None:
    """Find what the bot asked last in the conversation in which a message was written."""
    whispered = await questions.find(ctx.db, ctx.user.id, message.channel_id, ctx.now)
    if isinstance(message, Addressed):
        return AskedHere(whispered, "", is_last=True) if whispered else None
    told = await questions.find(ctx.db, ctx.user.id, "", ctx.now)
    if not (whispered or told):
        return None
    own = await _read_own(ctx, message)
    if whispered and not (told and told.asked_at > whispered.asked_at):
        return AskedHere(whispered, "", is_last=True) if not _is_after(own, whispered) else None
    at = next((post for post in own if told and told.message_id in {post.id, read_mark(post)}), None)
    if told is None or at is None or not _still_asks(at, told):
        return None
    return AskedHere(told, at.id, is_last=at.id == own[-1].id)


async def _read_own(ctx: ReadingContext, message: Spoken) -> list[ChatPost]:
    """What the bot said there lately, oldest first."""
    bot = await ctx.chat.me()
    if message.root_id:
        posts = await ctx.chat.thread(message.root_id)
    else:
        posts = await ctx.chat.newest_posts(message.channel_id, 0, LOOKED_AT)
    return sorted((post for post in posts if post.user_id == bot.id and not post.type), key=lambda post: post.create_at)


def _is_after(own: list[ChatPost], question: OpenQuestion) -> bool:
    """Whether the bot said something since it whispered a question."""
    return bool(own) and own[-1].create_at / 1000 > question.asked_at.timestamp() + BOTH_CLOCKS


def _still_asks(post: ChatPost, question: OpenQuestion) -> bool:
    """Whether a post still has the buttons of its question: what was done offers nothing any more."""
    labels = {str(stored["label"]) for stored in (question.yes, question.no) if stored}
    return not labels or bool(labels & _list_labels(post))


def _list_labels(post: ChatPost) -> set[str]:
    attachments = post.props.get("attachments")
    cards = [card for card in attachments if isinstance(card, dict)] if isinstance(attachments, list) else []
    return {str(action.get("name")) for card in cards for action in card.get("actions") or ()}
