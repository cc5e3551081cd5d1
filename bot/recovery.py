"""Recovery: submissions that a crash or an outage left in the spool become drafts, and their authors are told."""

from collections import Counter
from collections.abc import Mapping

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.admission import HandlerDependencies
from bot.context import Request
from bot.drafts import resume_button, topic_of_draft
from bot.features import Key, Trigger
from bot.outbox_rows import Row
from bot.replies import Direct
from bot.retries import run_when_due
from bot.spool import Submission
from bot.texts import render
from storage import drafts
from storage.engines import is_own_fault, may_pass

log = structlog.get_logger()

RECOVERY_RETRY = 2.0
"""Seconds until what could not be recovered is tried again."""
RECOVERY_TRIES = 5
"""How often is tried what fails in a way that nobody foresaw: a connection lost in the middle may look like that."""


class UnknownForm(Exception):
    """Stands for a form that this version does not have."""


class Recovery:
    """Recovers submissions with the database alone; messages go through the outbox."""

    def __init__(self, triggers: Mapping[Key, Trigger], dependencies: HandlerDependencies) -> None:
        self._triggers = triggers
        self._d = dependencies
        self._tries: Counter[str] = Counter()

    async def run(self) -> None:
        """Recover whenever the spool has leftovers and the database answers, for ever."""
        await run_when_due(self._d.drafts.left_behind, self.recover, lambda _: RECOVERY_RETRY)

    async def recover(self) -> bool:
        """Recover all leftovers; return False if some must be tried again."""
        waiting = self._d.drafts.left_over()
        self._tries = Counter({s.key: self._tries[s.key] for s in waiting})
        # What failed comes after the others: it may be its own fault though it does not look so.
        for submission in sorted(waiting, key=lambda s: self._tries[s.key]):
            try:
                await self._recover(submission)
            except Exception as problem:
                if not self._set_aside(submission, problem):
                    self._tries[submission.key] += 1
                    return False
        return True

    async def _recover(self, submission: Submission) -> None:
        trigger = self._triggers.get(("submit", submission.form))
        if trigger is None:
            raise UnknownForm(submission.form)
        messages: list[Row] = []
        if trigger.writes_at_once:
            async with self._d.database.transaction() as db:
                # It may have been accepted by a process that died before it could say so.
                if not await self._d.drafts.accepted(db, [submission.key]):
                    messages = await self._keep(db, submission)
        self._d.drafts.release(submission.key)
        self._d.delivery.deliver_now(messages)

    async def _keep(self, db: AsyncSession, submission: Submission) -> list[Row]:
        if not await self._is_behind(db, submission):
            await self._d.drafts.keep(db, submission)
        button, topic = resume_button(submission.key), topic_of_draft(submission.key)
        news = Direct(render("brouillon/kept"), [button], user_id=submission.user_id, topic=topic)
        return await self._d.delivery.prepare(db, [news], Request("submit", submission.form))

    async def _is_behind(self, db: AsyncSession, submission: Submission) -> bool:
        """Return whether a later step of the same dialog was begun."""
        draft = await drafts.get(db, submission.user_id, submission.key, self._d.clock())
        return draft is not None and draft.form != submission.form and draft.saved_at.timestamp() >= submission.at

    def _set_aside(self, submission: Submission, problem: Exception) -> bool:
        """Set an unusable submission aside, and return whether it is out of the way; after a temporary error it
        stays."""
        hopeless = isinstance(problem, UnknownForm) or is_own_fault(problem)
        if may_pass(problem) or not (hopeless or self._tries[submission.key] >= RECOVERY_TRIES - 1):
            log.warning("draft_not_kept", name=submission.form, exc_info=problem)
            return False
        log.error("submission_not_recovered", name=submission.form, exc_info=problem)
        try:
            self._d.drafts.set_aside(submission.key)
        except OSError:
            return False
        return True
