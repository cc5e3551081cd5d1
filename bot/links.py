"""Signed links: data that the bot gives to Mattermost, and can trust when it comes back."""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any, Literal

from itsdangerous import BadData, TimedSerializer

from bot.clock import utc_now
from bot.errors import UserError
from bot.texts import render

Purpose = Literal["dialog", "button"]

LIFE = {"dialog": timedelta(hours=24), "button": timedelta(days=365)}
"""How long a dialog may stay open, and a button stay under a message."""

UNDO_LIFE = timedelta(days=30)
"""How long a button lives that undoes something: later so much else has changed that it must be done anew."""

CLOCK_BEHIND_MAX = timedelta(minutes=11)
"""By how much the clock of whoever opens a link may be behind the clock of whoever made it: one is five minutes fast,
the other five minutes slow, and neither has been corrected yet."""


class ExpiredLink(UserError):
    """The link is authentic but too old; ``data`` is its content."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__("Cette demande est trop ancienne : recommencez-la.")
        self.data = data


class Links:
    """Signs where a dialog or button leads, since Mattermost signs neither.

    ``secrets`` are ordered from oldest: the last one signs, any of them verifies, so that an operator can change keys.
    """

    def __init__(self, secrets: Sequence[str]) -> None:
        if not all(secrets) or not secrets:
            raise ValueError("a signing key is needed")
        # A salt per purpose: a button’s link can’t be sent as a dialog’s.
        sha = {"digest_method": sha256}
        self._signers = {p: TimedSerializer(list(secrets), salt=f"coop-bot.{p}", signer_kwargs=sha) for p in LIFE}

    def seal(self, purpose: Purpose, data: dict[str, Any]) -> str:
        """Sign data, which stays readable."""
        return str(self._signers[purpose].dumps(data))

    def open(self, purpose: Purpose, sealed: object) -> dict[str, Any]:
        """Verify a link and return its data. Raises UserError if it is not authentic, ExpiredLink if it is too old.

        A link from a few minutes in the future counts as new, since two clocks differ.
        """
        return self.open_aged(purpose, sealed)[0]

    def open_aged(self, purpose: Purpose, sealed: object) -> tuple[dict[str, Any], timedelta]:
        """Verify a link of any age, and return its data and age."""
        try:
            data, made = self._signers[purpose].loads(str(sealed), return_timestamp=True)
        except BadData:
            raise UserError(render("refus/not_authentic")) from None
        age = utc_now() - made
        if not -CLOCK_BEHIND_MAX <= age <= LIFE[purpose]:
            raise ExpiredLink(dict(data))
        return dict(data), age
