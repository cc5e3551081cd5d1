"""Files of an announcement of the operator’s: read, checked, brought to Mattermost once; each channel gets a copy."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from bot.errors import ChatError
from bot.mattermost import Chat
from bot.refusals import Refusal
from bot.writer import FILES_MAX
from cli.errors import OperatorError
from cli.sending import Office
from commands.annonce import attaching
from storage import annonce as annonces
from storage.annonce import Announcement


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of this machine; ``digest`` stands for what is in it."""

    path: Path
    size: int
    digest: str


def read(names: Sequence[str]) -> Sequence[Attached]:
    """Those that go along. Raises OperatorError for what is none, and OSError for what cannot be read."""
    if len(names) > FILES_MAX:
        raise OperatorError(f"--file : une annonce porte {FILES_MAX} fichiers au plus.", code=2)
    return [_read(Path(name)) for name in names]


def _read(path: Path) -> Attached:
    if not path.is_file():
        raise OperatorError(f"Le fichier {path} n’existe pas, ou n’est pas un fichier.")
    size = path.stat().st_size
    if not size:
        raise OperatorError(f"Le fichier {path} est vide : Mattermost n’en prend pas de tel.")
    with path.open("rb") as file:
        return Attached(path, size, file_digest(file, "sha256").hexdigest())


async def check(chat: Chat, attached: Sequence[Attached]) -> None:
    """Raises OperatorError for those that the server does not take."""
    sizes = [(each.path.name, each.size) for each in attached]
    if attached and (fault := attaching.fault_of(sizes, await chat.largest_file())):
        raise OperatorError(f"--file : {fault}")


async def brought(office: Office, announcement: Announcement, attached: Sequence[Attached]) -> dict[str, str]:
    """They are on the server now, name by id: those of an earlier call of the same, as long as they are there."""
    async with office.database.transaction(writes=False) as db:
        before = await annonces.latest_of(db, announcement.digest or "")
    if before and not await attaching.gone(office.chat, before.files):
        return before.files
    place = next(iter(announcement.channels))
    return {await _bring(office.chat, place, each.path): each.path.name for each in attached}


async def _bring(chat: Chat, channel_id: str, path: Path) -> str:
    """Loose, in a channel that is to have a copy: who brought it may read it, and nobody sees it there."""
    try:
        return await chat.upload(channel_id, path)
    except ChatError as error:
        if error.refusal is Refusal.SWITCHED_OFF:
            raise OperatorError("Ce serveur ne prend pas de fichiers (EnableFileAttachments).") from None
        raise
