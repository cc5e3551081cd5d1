"""What people do under a post of the bot’s is told once the features know of that post: nothing of it is dropped."""

from collections.abc import Awaitable, Callable

from bot.admission import Machine
from bot.errors import ChatError
from bot.events import DirectMessage, Edited, Event, Posted, Reacted, Unreacted
from bot.mattermost import ChatPost
from bot.outbox import Outbox
from bot.tidings import Tidings
from bot.transactions import Transactions
from storage import outbox as table


class Threads:
    """``tell`` hands events on, each after what its sender is to hear of the post it is about.

    A post stands before its delivery is noted: for a moment, or until a lease ends where the replica that sent it was
    killed. Meanwhile no feature finds its thread.
    """

    def __init__(
        self, machine: Machine, outbox: Outbox, tidings: Tidings, tell: Callable[[Event], Awaitable[None]]
    ) -> None:
        self._m = machine
        self._outbox = outbox
        self._tidings = tidings
        self._tell = tell
        self._transactions = Transactions(machine.database)

    async def tell(self, event: Event) -> None:
        """Let all who listen hear it. Raises what may pass: then it is to be told again later."""
        match event:
            case Posted() | DirectMessage() | Edited() if event.root_id:
                await self._settle(event.root_id, event.channel_id, event.user_id)
            case Reacted() | Unreacted():
                await self._settle(event.post_id, event.channel_id, event.user_id)
        await self._tell(event)

    async def _settle(self, post_id: str, channel_id: str, user_id: str) -> None:
        """See to it that a post, if it is the bot’s, is noted and its sender told."""
        if not await self._transactions.run(lambda db: table.may_stand(db, channel_id, user_id), writes=False):
            return
        post = await self._own(post_id)
        if post is not None:
            await self._tidings.tell_of(await self._outbox.note(post))

    async def _own(self, post_id: str) -> ChatPost | None:
        try:
            post, bot = await self._m.chat.read_post(post_id), await self._m.chat.me()
        except ChatError as error:
            if error.may_pass or error.status == 401:
                raise
            return None  # it is gone, and its thread with it
        return post if post.user_id == bot.id else None
