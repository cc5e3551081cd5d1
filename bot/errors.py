"""How the bot refuses: the one exception a handler raises on purpose, and the failures of Mattermost."""

from collections.abc import Mapping

from bot.refusals import Refusal, meaning
from storage.faults import may_pass


class UserError(Exception):
    """Tell the person, in their words, why the bot won’t do it and what to do instead.

    ``fields`` puts sentences under the fields of the dialog they are about (element name → sentence).
    """

    def __init__(self, text: str = "", *, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(text or "; ".join((fields or {}).values()))
        self.text = text
        self.fields = dict(fields or {})


class ChatError(Exception):
    """Mattermost refused or did not answer.

    ``status`` is the HTTP status (0: no answer), ``error_id`` Mattermost’s own name of the fault, and
    ``retry_after`` the seconds it asked to wait; ``refusal`` says what it means, whatever the version, and is None
    for what is not told apart. Only a fault that may pass is worth another try.
    """

    def __init__(
        self, status: int, error_id: str = "", *, retry_after: float | None = None, refusal: Refusal | None = None
    ) -> None:
        super().__init__(f"{status} {error_id}".strip())
        self.status = status
        self.error_id = error_id
        self.retry_after = retry_after
        self.refusal = refusal or meaning(status, error_id)

    @property
    def may_pass(self) -> bool:
        """Whether the same call may succeed later: no answer, too many calls, a server in trouble.

        501 is none: Mattermost says so of what its administrator switched off.
        """
        return self.status in {0, 408, 425, 429} or (self.status >= 500 and self.status != 501)


def passes(problem: BaseException) -> bool:
    """Whether it was the database or Mattermost that did not answer, and the same may succeed later."""
    return may_pass(problem) or (isinstance(problem, ChatError) and problem.may_pass)
