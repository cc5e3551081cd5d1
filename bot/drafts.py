"""Drafts: what somebody sent that could not be accepted waits here, and « Reprendre » brings it back."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import UserError
from bot.forms import Form
from bot.replies import Ask, Button
from bot.spool import Spool, Submission
from storage import drafts
from storage.drafts import Draft


class Resume(BaseModel):
    """« Reprendre » under the news that a draft is kept."""

    key: str


class Drafts:
    """Keeps submissions that failed: in the database, or in the spool while the database is away."""

    def __init__(self, spool: Spool, clock: Callable[[], datetime]) -> None:
        self._spool = spool
        self._clock = clock
        self._at_work: set[str] = set()
        self.left_behind = asyncio.Event()
        """Set when the spool may hold what no request is working on."""
        self.left_behind.set()

    def received(self, submission: Submission) -> None:
        """Write a submission down before anything can go wrong with it."""
        self._at_work.add(submission.key)
        self._spool.write(submission)

    def done(self, key: str) -> None:
        """It was accepted, or its draft is in the database: nothing can be lost any more."""
        self._at_work.discard(key)
        self._spool.strike(key)

    def interrupted(self, key: str) -> None:
        """It failed and stays in the spool, to be recovered."""
        self._at_work.discard(key)
        self.left_behind.set()

    async def keep(self, db: AsyncSession, submission: Submission) -> None:
        """Keep a draft, if the transaction ends well."""
        await drafts.keep(db, self._draft(submission))

    def waiting(self) -> list[Submission]:
        """What a crash or an outage of the database left in the spool."""
        return [s for s in self._spool.left() if s.key not in self._at_work]

    async def of(self, db: AsyncSession, user_id: str, forms: Collection[str]) -> Sequence[Draft]:
        """Somebody’s drafts of some forms, newest first, those of the spool included."""
        spooled = [self._draft(s) for s in self.waiting() if s.user_id == user_id and s.form in forms]
        kept = await drafts.of(db, user_id, forms, self._clock())
        known = {d.key for d in spooled}
        return [*spooled, *(d for d in kept if d.key not in known)]

    async def find(self, db: AsyncSession, user_id: str, key: str) -> Draft | None:
        """One draft of somebody."""
        spooled = (self._draft(s) for s in self.waiting() if s.key == key and s.user_id == user_id)
        return next(spooled, None) or await drafts.get(db, user_id, key, self._clock())

    def _draft(self, submission: Submission) -> Draft:
        return Draft(
            key=submission.key,
            user_id=submission.user_id,
            form=submission.form,
            raw=submission.raw,
            hidden=submission.hidden,
            saved_at=self._clock(),
        )


def reopened(draft: Draft) -> Ask:
    """The dialog of a draft, under the same one-time key: sent twice it still counts once."""
    form = Form.named(draft.form)
    if form is None:
        raise UserError("Ce brouillon vient d’une version plus ancienne : recommencez la saisie.")
    return Ask(form.recall(draft.raw, draft.hidden), key=draft.key)


def topic_of(key: str) -> str:
    """What messages about a draft are filed under."""
    return f"draft:{key}"


def resume_button(key: str) -> Button:
    """« Reprendre » a draft."""
    return Button("Reprendre", Resume(key=key), "primary")
