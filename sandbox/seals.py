"""Sealed texts, which clients carry for the server but can neither read nor change."""

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any

from sandbox.choices import Setting
from sandbox.state import State

NONCE = 16
TAG = 32


def secret_of(state: State, name: str) -> bytes:
    """Return a secret of this server, made at its first use and saved with the state."""
    row = state.settings.get("secrets" + name)
    if row is None:
        row = state.settings.add(Setting("secrets", name, secrets.token_hex(32)))
    return bytes.fromhex(row.value)


def seal(key: bytes, value: object) -> str:
    """Encrypt and sign a JSON value; returns base64."""
    nonce = secrets.token_bytes(NONCE)
    sealed = nonce + _crypt(key, nonce, json.dumps(value, ensure_ascii=False).encode())
    return base64.b64encode(sealed + sign(key, sealed)).decode()


def unseal(key: bytes, text: str) -> Any:
    """Return what was sealed; ValueError when it was not sealed with this key."""
    raw = base64.b64decode(text, validate=True)
    sealed, tag = raw[:-TAG], raw[-TAG:]
    if len(sealed) < NONCE or not hmac.compare_digest(tag, sign(key, sealed)):
        raise ValueError("not sealed by this server")
    return json.loads(_crypt(key, sealed[:NONCE], sealed[NONCE:]))


def sign(key: bytes, data: bytes) -> bytes:
    """Return the signature of data."""
    return hmac.new(key, data, hashlib.sha256).digest()


def _crypt(key: bytes, nonce: bytes, data: bytes) -> bytes:
    stream = hashlib.shake_256(b"stream" + key + nonce).digest(len(data))
    return bytes(one ^ other for one, other in zip(data, stream, strict=True))
