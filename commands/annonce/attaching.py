"""Which files can go with an announcement, and which are there still."""

from collections.abc import Iterable, Sequence

from bot.attached import find_file, look_at, say_size
from bot.context import Context
from bot.mattermost import ChatReader
from bot.texts import escape
from bot.writer import FILES_MAX

TOTAL_MAX = 50_000_000
"""Bytes of all files of an announcement: each channel gets a copy of its own."""


async def files_of(ctx: Context, ids: Sequence[str]) -> dict[str, str]:
    """The names of files that can go with an announcement, by id. Raises ValueError, with a French sentence, for
    those that cannot."""
    if len(ids) > FILES_MAX:
        raise ValueError(f"Ce message a {len(ids)} fichiers ; une annonce en porte {FILES_MAX} au plus.")
    files = await look_at(ctx.chat, ids)
    if None in files:
        raise ValueError("Un de ces fichiers a été supprimé depuis : envoyez-les de nouveau au bot.")
    found = [file for file in files if file]
    largest = await ctx.chat.largest_file() if found else 0
    if fault := fault_of([(escape(file.name), file.size) for file in found], largest):
        raise ValueError(fault)
    return {file.id: file.name for file in found}


def fault_of(sizes: Sequence[tuple[str, int]], largest: int) -> str:
    """Why files of these names and sizes cannot go with an announcement, in French; empty when they can."""
    if heavy := next(((name, size) for name, size in sizes if size > largest), None):
        return f"« {heavy[0]} » pèse {say_size(heavy[1])}, {say_size(largest)} au plus."
    if (total := sum(size for _, size in sizes)) > TOTAL_MAX:
        return (f"Ces fichiers pèsent {say_size(total)} en tout, {say_size(TOTAL_MAX)} au plus : chaque canal en "
                "reçoit une copie. Donnez plutôt un lien dans le texte.")  # fmt: skip
    return ""


async def gone(chat: ChatReader, ids: Iterable[str]) -> Sequence[str]:
    """Which of these files are there no more."""
    return [ident for ident in ids if await find_file(chat, ident) is None]
