"""Drafts: submissions that could not be accepted, and steps begun, kept so that « Reprendre » reopens them."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.forms import Form, cut
from bot.replies import Ask, Button, Question, Whisper
from bot.spool import Spool, Submission
from bot.texts import render, require
from storage import drafts
from storage.drafts import Draft

DRAFT_MAX = 16_384
"""Bytes of JSON that are kept of one dialog: several times what people can type into the largest."""
VALUES_MAX = 100
"""Values that are kept of a dialog that is unknown here: more than any has elements."""


AcceptedKeys = Callable[[AsyncSession, Sequence[str]], Awaitable[Collection[str]]]
"""Which of these one-time keys of dialogs were accepted."""


class Resume(BaseModel):
    """Button « Reprendre » or « Continuer »: reopens a draft; ``here`` if the message is about this draft alone."""

    key: str
    here: bool = True


class TakeUpDrafts(BaseModel):
    """Payload with which a feature’s command reopens its drafts, or all drafts."""

    feature: str = ""


class Drafts:
    """Stores drafts in the database, or in the spool while the database is away."""

    def __init__(self, spool: Spool, clock: Callable[[], datetime], accepted: AcceptedKeys) -> None:
        self._spool = spool
        self._clock = clock
        self.accepted = accepted
        self._at_work: Counter[str] = Counter()
        self.left_behind = asyncio.Event()
        """Set when the spool may hold what no request is working on."""
        self.left_behind.set()

    @contextmanager
    def at_work(self, submission: Submission) -> Iterator[None]:
        """Keep a submission in the spool while it is handled. Unless it is marked ``done``, it stays there to be
        recovered, however the block ends. Forms that are not kept are not written."""
        if not _is_kept(submission):
            yield
            return
        key = submission.key
        self._at_work[key] += 1
        self._spool.write(replace(trim_submission(submission), at=self._clock().timestamp()))
        try:
            yield
        finally:
            self._at_work[key] -= 1
            if not self._at_work[key]:
                del self._at_work[key]
            if key in self._spool:
                self.left_behind.set()

    def release(self, key: str) -> None:
        """Drop a submission from the spool: it was accepted, or its draft is in the database."""
        self._spool.strike(key)

    def holds(self, key: str) -> bool:
        """Return whether the spool has the submission of that key."""
        return key in self._spool

    def set_aside(self, key: str) -> None:
        """Leave an unusable submission to the operator. Raises OSError."""
        self._spool.set_aside(key)

    async def keep(self, db: AsyncSession, submission: Submission, *, is_typed: bool = True) -> None:
        """Store a draft of a form that is kept, with the caller’s transaction.

        A window that was only shown is kept for a day, but reminds nobody.
        """
        if _is_kept(submission):
            draft = self._draft(trim_submission(submission))
            draft.is_typed = is_typed
            await drafts.keep(db, draft)

    def left_over(self) -> list[Submission]:
        """Return the submissions that a crash or an outage left in the spool, oldest first."""
        self._spool.mend()
        return [s for s in self._spool.submissions() if s.key not in self._at_work]

    async def drop(self, db: AsyncSession, key: str) -> None:
        """Delete a draft."""
        await drafts.drop(db, key)

    async def of(self, db: AsyncSession, user_id: str, forms: Collection[str] | None = None) -> Sequence[Draft]:
        """Return a person’s drafts, newest first, including those in the spool; of some forms, or of all."""
        spooled = [self._draft(s) for s in self.left_over() if s.user_id == user_id]
        known = {d.key for d in spooled}
        kept = [d for d in await drafts.of(db, user_id, self._clock()) if d.key not in known]
        theirs = [d for d in (*spooled, *kept) if forms is None or d.form in forms]
        accepted = await self.accepted(db, [d.key for d in theirs])
        return sorted((d for d in theirs if d.key not in accepted), key=lambda d: d.saved_at, reverse=True)

    async def find(self, db: AsyncSession, user_id: str, key: str) -> Draft | None:
        """Get a draft of a person by its key."""
        spooled = (self._draft(s) for s in self.left_over() if s.key == key and s.user_id == user_id)
        return next(spooled, None) or await drafts.get(db, user_id, key, self._clock())

    def _draft(self, submission: Submission) -> Draft:
        return Draft(
            key=submission.key,
            user_id=submission.user_id,
            form=submission.form,
            raw=submission.raw,
            hidden=submission.hidden,
            saved_at=datetime.fromtimestamp(submission.at, UTC) if submission.at else self._clock(),
        )


def _is_kept(submission: Submission) -> bool:
    form = Form.find(submission.form)
    return form is None or form.is_kept


def trim_submission(submission: Submission) -> Submission:
    """Return what is kept of a submission: the fields of its form, at lengths that can be typed.

    Of a form that this version no longer has, a few values are kept as they are.
    """
    form = Form.find(submission.form)
    sent = submission.raw
    raw = form.trim(sent) if form else {cut(name): cut(value) for name, value in islice(sent.items(), VALUES_MAX)}
    return replace(submission, raw=_shrink(raw, DRAFT_MAX - _size([{}, submission.hidden])))


def _shrink(raw: dict[str, Any], room: int) -> dict[str, Any]:
    """Reduce a submission to a size in bytes, by halving its largest value again and again."""
    if _size(raw) <= room:  # as nearly all do
        return raw
    sizes = {name: _size({name: value}) for name, value in raw.items()}
    while sum(sizes.values()) > room and raw:
        name = max(sizes, key=sizes.__getitem__)
        value = raw[name]
        if isinstance(value, (str, list)) and value:
            raw[name] = value[: len(value) // 2]
            sizes[name] = _size({name: raw[name]})
        else:
            del raw[name], sizes[name]
    return raw


def _size(value: object) -> int:
    """Return the size of a value as JSON, in bytes."""
    return len(json.dumps(value))


def reopen_draft(draft: Draft, *, here: bool = True) -> Ask:
    """Reopen the dialog of a draft under the same one-time key, so that it still counts once."""
    form = require(Form.find(draft.form), "refus/old_draft")
    return Ask(form.recall(draft.raw, draft.hidden), key=draft.key, here=here)


def topic_of_draft(key: str) -> str:
    """Return the topic of messages about a draft."""
    return f"draft:{key}"


def topic_of_answer(said: str) -> str:
    """Return the topic of the answers to plain words, by the post in which they were first said."""
    return topic_of_draft(f"said:{said}")


def resume_button(key: str) -> Button:
    """Make the button that resumes a draft."""
    return Button("Reprendre", Resume(key=key), "primary")


def tell_closed(key: str) -> Whisper:
    """Say that what was typed in a closed window is kept, and ask whether to reopen it."""
    again = resume_button(key)
    return Whisper(render("brouillon/closed"), [again], question=Question(yes=again))
