"""Trigger ids, which prove for a few seconds that somebody just acted, so that a dialog may open."""

import base64
import binascii
import hmac

from sandbox.config import Config
from sandbox.errors import ApiError
from sandbox.ids import new_id, now_ms
from sandbox.seals import secret_of, sign
from sandbox.state import State
from sandbox.versions import Capabilities

SHORT_LIFE = 3
"""Seconds that a trigger id lives on servers up to 9.4."""
ERROR = "interactive_message.decode_trigger_id."


class Triggers:
    """Makes and reads trigger ids; each may be used several times until it expires."""

    def __init__(self, state: State, caps: Capabilities, config: Config) -> None:
        self._state = state
        self._caps = caps
        self._config = config
        self._ahead = 0
        self.life: int | None = None
        """Seconds that they live in place of what the version says, for tests."""

    def skip(self, milliseconds: int) -> None:
        """Let time pass for trigger ids only, so that a test need not wait until one expires."""
        self._ahead += milliseconds

    def make(self, user_id: str) -> tuple[str, str]:
        """Return the client's half and the whole trigger id, which the integration gets."""
        client = new_id()
        base = f"{client}:{user_id}:{self._now()}:"
        return client, base64.b64encode(f"{base}{self._signature(base)}".encode()).decode()

    def read(self, trigger_id: str) -> tuple[str, str]:
        """Return the client's half and the person of a trigger id, or refuse it."""
        parts = _decode(trigger_id, "base64_decode_failed").decode(errors="replace").split(":")
        if len(parts) != 4:
            raise ApiError(ERROR + "missing_data")
        client, user_id, made_at, signature = parts
        if not made_at.isdigit() or self._now() - int(made_at) > self._life() * 1000:
            raise ApiError(ERROR + "expired", blanks=(("Seconds", str(self._life())),))
        given = _decode(signature, "base64_decode_failed_signature")
        expected = sign(self._key(), f"{client}:{user_id}:{made_at}:".encode())
        if not hmac.compare_digest(given, expected):
            raise ApiError(ERROR + "verify_signature_failed")
        return client, user_id

    def _signature(self, base: str) -> str:
        return base64.b64encode(sign(self._key(), base.encode())).decode()

    def _key(self) -> bytes:
        return secret_of(self._state, "AsymmetricSigningKey")

    def _life(self) -> int:
        if self.life is not None:
            return self.life
        if not self._caps.long_trigger_life:
            return SHORT_LIFE
        return int(self._config.service("OutgoingIntegrationRequestsTimeout"))

    def _now(self) -> int:
        return now_ms() + self._ahead


def _decode(text: str, error: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as failure:
        raise ApiError(ERROR + error) from failure
