"""What Mattermost says of accounts: whether they are active, and which role follows; asked once a minute each."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.errors import ChatError
from bot.mattermost import Chat, ChatUser
from config.settings import Settings
from storage.people import Role

NEWS_FOR = timedelta(seconds=60)
ACCOUNTS_MAX = 5000
ASKING_MAX = 1.5
"""Seconds to ask about somebody of whom something is known already: people wait for an answer meanwhile."""
SILENCE_FOR = timedelta(seconds=5)
"""How long a Mattermost that did not answer is left alone, where what is known will do."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Account:
    """What Mattermost said of somebody, and when; ``role`` is what follows from it, None until it was needed.

    ``is_stale`` once something changed since.
    """

    user: ChatUser
    role: Role | None
    at: datetime
    is_stale: bool = False


class Accounts:
    """The accounts of those at work; what Mattermost said holds while it does not answer."""

    def __init__(self, chat: Chat, settings: Settings, clock: Callable[[], datetime]) -> None:
        self._chat = chat
        self._settings = settings
        self._clock = clock
        self._known: OrderedDict[str, Account] = OrderedDict()
        self._silent_until = _LONG_AGO
        self._verifies = (False, _LONG_AGO)

    async def of(self, user_id: str, *, derive: bool, is_known: bool) -> Account | None:
        """Somebody’s account, with the role that follows if ``derive``; asks only when that is older than a minute.

        Older, or None, when Mattermost does not answer and the caller knows the person otherwise (``is_known``).
        Raises ChatError for an account that there is not, and where nobody can tell.
        """
        known = self._known.get(user_id)
        says_it = known is not None and (known.role is not None or not derive)
        if known and says_it and not known.is_stale and self._clock() - known.at < NEWS_FOR:
            return known
        will_do = is_known or says_it
        if will_do and self._clock() < self._silent_until:
            return known
        return await self._ask(user_id, known, derive=derive, will_do=will_do)

    async def trusts_addresses(self) -> bool:
        """Whether an address says who somebody is: where it is not verified, anybody may give themselves any."""
        if self._settings.trust_addresses != "auto":
            return self._settings.trust_addresses == "oui"
        verifies, at = self._verifies
        if self._clock() - at >= NEWS_FOR:
            verifies = await self._chat.verifies_addresses()
            self._verifies = (verifies, self._clock())
        return verifies

    def note_change(self, user_id: str, *, is_gone: bool) -> None:
        """Something about an account changed: it was deactivated, or is to be asked about again."""
        known = self._known.get(user_id)
        if is_gone:
            user = replace(known.user, deleted=True) if known else ChatUser(user_id, "", deleted=True)
            self._remember(Account(user, Role.INVITE, self._clock()))
        elif known:
            self._known[user_id] = replace(known, is_stale=True)

    async def _ask(self, user_id: str, known: Account | None, *, derive: bool, will_do: bool) -> Account | None:
        try:
            async with asyncio.timeout(ASKING_MAX if will_do else None):
                user = await self._chat.user(user_id)
                role = await self._role(user) if derive else None
                return self._remember(Account(user, role, self._clock()))
        except TimeoutError:
            pass
        except ChatError as error:
            if not (will_do and error.may_pass):
                raise
        self._silent_until = self._clock() + SILENCE_FOR
        return known

    async def _role(self, user: ChatUser) -> Role:
        if user.is_bot or user.deleted:
            return Role.INVITE
        if user.is_system_admin or await self._chat.is_team_admin(user.id):
            return Role.ANIMATEUR
        _, at, domain = user.email.lower().rpartition("@")
        is_ours = bool(at) and domain in self._settings.domains
        return Role.CONSEILLER if is_ours and await self.trusts_addresses() else Role.INVITE

    def _remember(self, account: Account) -> Account:
        self._known[account.user.id] = account
        self._known.move_to_end(account.user.id)
        if len(self._known) > ACCOUNTS_MAX:
            self._known.popitem(last=False)
        return account
