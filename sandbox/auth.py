"""Tokens and passwords: how a request shows who makes it."""

import hashlib
import hmac
import secrets

from aiohttp import web

from sandbox.config import Config
from sandbox.ids import new_id
from sandbox.records import Token, User
from sandbox.state import State

COOKIE = "MMAUTHTOKEN"
ROUNDS = 1000
"""Few, since the sandbox's passwords are printed in its documentation."""


class Credentials:
    """Finds tokens, and makes the sessions of people who log in."""

    def __init__(self, state: State, config: Config) -> None:
        self._state = state
        self._config = config

    def of_request(self, request: web.Request) -> Token | None:
        """Return the good token of a request: from its cookie, else its header, else its query."""
        secret = request.cookies.get(COOKIE)
        if secret:
            token = self.find(secret)
            return token if token and _is_from_own_page(request, token) else None
        kind, _, secret = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() in {"bearer", "token"}:
            return self.find(secret.strip())
        return self.find(request.query.get("access_token", ""))

    def find(self, secret: str) -> Token | None:
        """Return the token of a secret, unless the token, its person or its kind is switched off."""
        token = self._state.tokens_by_secret.first(secret)
        user = self._state.users.get(token.user_id) if token else None
        if token is None or user is None or user.delete_at or not token.is_active:
            return None
        personal = not token.is_session and not user.is_bot
        return None if personal and not self._config.service("EnableUserAccessTokens") else token

    def open_session(self, user: User) -> Token:
        """Make the token of a login."""
        now = self._state.clock.tick()
        return self._state.tokens.add(Token(new_id(), new_id(), user.id, now, is_session=True))

    def close_sessions(self, user_id: str) -> None:
        """End all logins of a person; access tokens stay."""
        for token in self._state.tokens_of.rows(user_id):
            if token.is_session:
                self._state.tokens.remove(token)


def csrf_of(token: Token) -> str:
    """Return the token that a page must send back to prove that it is the server’s own."""
    return hashlib.sha256(token.token.encode()).hexdigest()[:26]


def _is_from_own_page(request: web.Request, token: Token) -> bool:
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        return True
    given = request.headers.get("X-CSRF-Token", "")
    return hmac.compare_digest(given, csrf_of(token)) or request.headers.get("X-Requested-With") == ("XMLHttpRequest")


def hash_password(password: str) -> str:
    """Return salt and hash of a password."""
    salt = secrets.token_bytes(8)
    return f"{salt.hex()}:{_hash(password, salt)}"


def is_password(password: str, stored: str) -> bool:
    """Tell whether a password matches the stored one."""
    salt, _, digest = stored.partition(":")
    return bool(digest) and hmac.compare_digest(_hash(password, bytes.fromhex(salt)), digest)


def _hash(password: str, salt: bytes) -> str:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ROUNDS).hex()
