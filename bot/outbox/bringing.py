"""Files of other posts, passed on: downloaded, checked for their size, uploaded again, each once; or left behind."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from bot.errors import ChatError
from bot.mattermost import Chat, ChatFile
from bot.refusals import Refusal
from bot.texts import render, typeset
from storage.outbox import Outgoing

FILE_NAME_MAX = 200
"""Bytes of a file’s name that a disk surely takes."""
REASONS = {Refusal.SWITCHED_OFF: "off", Refusal.TOO_LARGE: "large", Refusal.FORBIDDEN: "forbidden"}

Fresh = Callable[[], AbstractContextManager[Path]]
"""An empty folder for the length of a block."""
Keep = Callable[[Outgoing], Awaitable[None]]
"""Writes down how far a message is."""


@dataclass(frozen=True, slots=True)
class Porter:
    """Brings the files of a message to a channel; what it brought is in the row before a post is made with it."""

    chat: Chat
    keep: Keep
    fresh: Fresh

    async def bring(self, message: Outgoing, channel_id: str) -> None:
        """Bring what is neither brought nor left behind. Raises ChatError for what may pass."""
        content = message.content
        brought, left = content.setdefault("brought", {}), content.setdefault("left", {})
        limit = None
        for file_id in content["files"]:
            if file_id in brought or file_id in left:
                continue
            limit = limit if limit is not None else await self.chat.largest_file()
            await self._one(message, file_id, channel_id, limit)

    async def _one(self, message: Outgoing, file_id: str, channel_id: str, limit: int) -> None:
        name = ""
        try:
            info = await self.chat.file(file_id)
            name = info.name
            if info.size > limit:
                raise ChatError(413, "too_large")
            message.content["brought"][file_id] = await self._carry(info, channel_id, limit)
        except ChatError as error:
            if error.may_pass or error.status == 401:
                raise
            message.content["left"][file_id] = [name, REASONS.get(error.refusal or Refusal.UNKNOWN_FILE, "gone")]
        await self.keep(message)

    async def _carry(self, info: ChatFile, channel_id: str, limit: int) -> str:
        try:
            with self.fresh() as folder:
                path = folder / _name(info.name)
                await self.chat.download(info.id, path, limit)
                return await self.chat.upload(channel_id, path)
        except OSError as error:  # this machine’s disk: it may have room again
            raise ChatError(0, type(error).__name__) from error

    async def leave_all(self, message: Outgoing) -> None:
        """Mattermost drops the files each time: the message goes without."""
        names = dict.fromkeys(message.content["files"], ("", "dropped"))
        message.content |= {"brought": {}, "left": names}
        await self.keep(message)


def text_of(message: Outgoing) -> str:
    """The words of a message, and one line about what could not come with it."""
    words, left = str(message.content["message"]), list(message.content.get("left", {}).values())
    return f"{words}\n\n{typeset(render('fichier/left', left=left))}".strip() if left else words


def _name(name: str) -> str:
    """A file’s name as a disk takes it, its ending kept."""
    plain = PurePosixPath(name.replace("\\", "/")).name or "fichier"
    stem, dot, ending = plain.rpartition(".")
    room = FILE_NAME_MAX - len(f"{dot}{ending}".encode())
    if not stem or room <= 0:
        return plain.encode()[:FILE_NAME_MAX].decode(errors="ignore")
    return stem.encode()[:room].decode(errors="ignore") + dot + ending
