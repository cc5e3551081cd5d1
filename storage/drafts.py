"""What is open with somebody: drafts, typed into a dialog that could not be accepted, kept for a week; and the bot’s
last question in each place, which « oui » and « non » answer for a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Column, ColumnElement, delete
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import UtcTime, upsert

KEPT_FOR = timedelta(days=7)
PREVIEWS_KEPT_FOR = timedelta(days=1)
"""How long what was only shown, and is typed again in a moment, can be found."""
DRAFTS_PER_PERSON = 20
"""How many drafts of one person are kept, the newest."""


class Draft(SQLModel, table=True):
    """One dialog as it was left: ``form`` names it, ``key`` is its one-time key, ``raw`` what was typed,
    ``hidden`` what travelled with it. One that is not ``is_typed`` was only shown: a line’s preview, or a window that
    a menu opened."""

    key: str = Field(primary_key=True, max_length=80)
    user_id: str = Field(index=True, max_length=26)
    form: str = Field(max_length=80)
    raw: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    hidden: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    saved_at: datetime = Field(sa_type=UtcTime)
    is_typed: bool = Field(default=True)


async def keep(db: AsyncSession, draft: Draft) -> None:
    """Store a draft, in place of an earlier one of the same dialog; where a person has too many, the oldest is deleted,
    those only shown first."""
    # (The next step of a dialog is another form, with the same key.)
    await upsert(db, Draft, [draft.model_dump()], ("form", "raw", "hidden", "saved_at", "is_typed"))
    theirs = select(Draft.key).where(Draft.user_id == draft.user_id)
    in_order = (col(Draft.is_typed).desc(), col(Draft.saved_at).desc(), col(Draft.key))
    oldest = theirs.order_by(*in_order).offset(DRAFTS_PER_PERSON)
    await db.execute(delete(Draft).where(col(Draft.key).in_(oldest)))


async def of(db: AsyncSession, user_id: str, now: datetime) -> Sequence[Draft]:
    """List somebody’s drafts, newest first."""
    kept = (Draft.user_id == user_id, _is_kept(now))
    return (await db.exec(select(Draft).where(*kept).order_by(col(Draft.saved_at).desc()))).all()


async def get(db: AsyncSession, user_id: str, key: str, now: datetime) -> Draft | None:
    """Get a draft of somebody by its key."""
    kept = (Draft.key == key, Draft.user_id == user_id, _is_kept(now))
    return (await db.exec(select(Draft).where(*kept))).first()


def _is_kept(now: datetime) -> ColumnElement[bool]:
    shown = col(Draft.saved_at) > now - PREVIEWS_KEPT_FOR
    return (col(Draft.saved_at) > now - KEPT_FOR) & (col(Draft.is_typed) | shown)


async def drop(db: AsyncSession, key: str) -> None:
    """Forget a draft."""
    await db.execute(delete(Draft).where(col(Draft.key) == key))


QUESTION_KEPT_FOR = timedelta(days=1)
SPOKEN_OF = "spoken_of"
"""The place of the last preview in the direct channel: it is still spoken of when something else was asked there."""

LISTED = "listed"
"""The place of the last list that was whispered: its numbers in order, in which « le 2e » chooses."""


class OpenQuestion(SQLModel, table=True):
    """A question that the bot asked, or a polite phrase (``polite``), which a typed word such as « oui » or « non »
    answers.

    ``place`` is the channel of a whisper, empty for the direct channel (or ``SPOKEN_OF``), where ``message_id`` is the
    outbox’s id of what was said, or that of the post that was rewritten. ``yes`` and ``no`` are the buttons that these
    words stand for (bot/replies.py), empty for none.
    """

    __tablename__ = "open_question"

    user_id: str = Field(primary_key=True, max_length=26)
    place: str = Field(primary_key=True, max_length=26)
    message_id: str = Field(max_length=26)
    yes: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    no: dict[str, Any] = Field(sa_column=Column(JSON, nullable=False))
    polite: bool = False
    asked_at: datetime = Field(sa_type=UtcTime)


async def ask(db: AsyncSession, questions: Sequence[OpenQuestion]) -> None:
    """Store questions, each in place of the one before."""
    await upsert(db, OpenQuestion, [question.model_dump() for question in questions])


async def find_question(db: AsyncSession, user_id: str, place: str, now: datetime) -> OpenQuestion | None:
    """Return the last question to somebody in a place; None once it is too old."""
    found = await db.get(OpenQuestion, (user_id, place))
    return found if found and found.asked_at > now - QUESTION_KEPT_FOR else None


async def list_questions(db: AsyncSession, user_id: str, now: datetime) -> Sequence[OpenQuestion]:
    """List the last question to somebody in each place, the newest first."""
    return [each for each in await _list_open(db, user_id, now) if SAID not in each.no]


async def _list_open(db: AsyncSession, user_id: str, now: datetime) -> Sequence[OpenQuestion]:
    asked = (OpenQuestion.user_id == user_id, col(OpenQuestion.asked_at) > now - QUESTION_KEPT_FOR)
    return (await db.exec(select(OpenQuestion).where(*asked).order_by(col(OpenQuestion.asked_at).desc()))).all()


async def settle_question(db: AsyncSession, user_id: str, place: str) -> None:
    """Forget the question to somebody in a place: it is answered."""
    await db.execute(delete(OpenQuestion).where(col(OpenQuestion.user_id) == user_id, col(OpenQuestion.place) == place))


SAID = "said"
"""What a row has that keeps no question, but what was said in the post that is its place."""


@dataclass(frozen=True, slots=True)
class Said:
    """Plain words that the bot answered, so that an edit of them, or their second sending, is recognised for a day.

    ``words`` are their fingerprint. ``origin`` is the post that first asked for what is shown: their own, that of the
    same words before, or that of the preview which they put right; only the last do not ``begin`` anything.
    ``previews`` says that they were read as what is previewed before it is stored.
    """

    post_id: str
    words: str
    origin: str
    begins: bool
    previews: bool
    at: datetime


async def note_said(db: AsyncSession, user_id: str, said: Said) -> None:
    """Store what somebody said, in place of what they had said in the same post."""
    kept = {SAID: said.words, "begins": said.begins, "previews": said.previews}
    row = OpenQuestion(user_id=user_id, place=said.post_id, message_id=said.origin, yes={}, no=kept, asked_at=said.at)
    await ask(db, [row])


async def list_said(db: AsyncSession, user_id: str, now: datetime) -> Sequence[Said]:
    """List what somebody said to the bot within a day, the newest first."""
    return [
        Said(each.place, each.no[SAID], each.message_id, each.no["begins"], each.no["previews"], each.asked_at)
        for each in await _list_open(db, user_id, now)
        if SAID in each.no
    ]


async def drop_shown(db: AsyncSession, user_id: str, key: str) -> None:
    """Forget what was only shown under a one-time key, or under those of its parts, which begin with it."""
    shown = (col(Draft.user_id) == user_id, col(Draft.is_typed).is_(False), col(Draft.key).between(key, f"{key}z"))
    await db.execute(delete(Draft).where(*shown))
