"""What a line names, asked of Mattermost before anything is written: somebody, a channel, a message by its link."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.context import Context
from bot.errors import ChatError, UserError
from bot.linked import link_in
from bot.mattermost import ChatChannel, ChatPost, ChatUser
from bot.refusals import Refusal
from bot.texts import quote
from commands.moderation.opening import Seen, look
from commands.moderation.whom import must_be_in_reach
from config.folding import fold
from dialogs.moderation.lines import REASON_MAX, take_channel, take_word
from storage import canaux
from storage.moderation.records import KeptPost

OUT_OF_REACH = (
    "Les messages directs sont hors de portée de la modération : le bot ne les lit pas. La personne visée peut "
    "signaler la conversation à un administrateur, et bloquer ou couper ses notifications."
)
GONE = (
    "Le bot ne trouve pas ce message : il n’existe plus, ou il est dans un canal privé où le bot n’est pas, ou dans "
    "une conversation directe, hors de portée de la modération."
)
_CODE = re.compile(r"(\d[0-9ab]\d?) - ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Channels:
    """The channels that the bot is in: each by id, and the id by each of its names, folded."""

    by_id: Mapping[str, ChatChannel]
    names: Mapping[str, str]

    def take(self, text: str, example: str) -> tuple[ChatChannel, str]:
        """The channel that a line begins with, and the rest. Raises UserError where it is none."""
        ident, rest = take_channel(text, self.names)
        if not ident:
            word = quote(take_word(text)[0].removeprefix("~"))
            said = f"Le bot n’est dans aucun canal « {word} »." if word else "De quel canal s’agit-il ?"
            raise UserError(f"{said} Par exemple : `{example}`.")
        return self.by_id[ident], rest

    def maybe(self, text: str) -> tuple[ChatChannel | None, str]:
        """The same where a line may begin with a channel."""
        ident, rest = take_channel(text, self.names)
        return self.by_id.get(ident), rest


async def channels(ctx: Context) -> Channels:
    """Those of the team, by title, by address, and by number of département; of two of one name, the planned one.
    Raises ChatError."""
    found = [channel for channel in await ctx.chat.own_channels() if not channel.archived]
    planned = {*(await canaux.by_key(ctx.db)).values()}
    found.sort(key=lambda channel: channel.id not in planned)
    names: dict[str, str] = {}
    for channel in found:
        code = _CODE.match(channel.display_name)
        for name in (channel.display_name, channel.name, code[1] if code else ""):
            if name:
                names.setdefault(fold(name), channel.id)
    return Channels({channel.id: channel for channel in found}, names)


async def somebody(ctx: Context, line: str, example: str) -> tuple[ChatUser, str]:
    """Whom a line begins with, and the rest. Raises UserError and ChatError."""
    name, rest = take_word(line)
    if not name:
        raise UserError(f"Dites de qui il s’agit : par exemple `{example}`.")
    account = await ctx.chat.user_by_name(name)
    if account is None:
        raise UserError(f"Personne ne s’appelle @{quote(name.removeprefix('@'))} dans Mattermost.")
    must_be_in_reach(ctx, account)
    return account, rest


async def linked(ctx: Context, line: str, example: str) -> tuple[Seen, str]:
    """The message that a line begins with, as it is now, and the rest. Raises UserError and ChatError."""
    word, rest = take_word(line)
    post_id = link_in(word)
    if not post_id:
        raise UserError(f"Donnez le lien du message (son menu « … », puis « Copier le lien ») : `{example}`.")
    try:
        seen = await look(ctx, post_id)
    except ChatError as error:
        if error.refusal in {Refusal.UNKNOWN_POST, Refusal.UNKNOWN_CHANNEL, Refusal.FORBIDDEN}:
            raise UserError(GONE) from None
        raise
    if seen.channel.type not in {"O", "P"}:
        raise UserError(OUT_OF_REACH)
    if seen.post.type:
        raise UserError("C’est un message de Mattermost lui-même : il n’est de personne.")
    return seen, rest


async def thread(ctx: Context, post_id: str) -> list[KeptPost]:
    """The messages of a thread, oldest first, as they are now; none where it is gone. Raises ChatError."""
    try:
        posts = await ctx.chat.thread(post_id)
    except ChatError as error:
        if error.refusal in {Refusal.UNKNOWN_POST, Refusal.FORBIDDEN}:
            return []
        raise
    return await kept(ctx, [post for post in posts if not post.type])


async def kept(ctx: Context, posts: Sequence[ChatPost]) -> list[KeptPost]:
    """These messages with the names of who wrote them. Raises ChatError."""
    authors = {u.id: u async for page in ctx.chat.users({post.user_id for post in posts}) for u in page}
    return [_kept(post, authors.get(post.user_id, ChatUser(post.user_id, ""))) for post in posts]


def _kept(post: ChatPost, author: ChatUser) -> KeptPost:
    return KeptPost(
        id=post.id,
        channel_id=post.channel_id,
        root_id=post.root_id,
        author_id=post.user_id,
        author=author.username,
        text=post.message,
        at=datetime.fromtimestamp(post.create_at / 1000, UTC),
        files=list(post.file_ids),
        is_bot=author.is_bot,
    )


def reason_in(rest: str, example: str) -> str:
    """Why, as the line says it. Raises UserError where it does not."""
    reason = " ".join(rest.split())
    if not reason:
        raise UserError(f"Dites pourquoi : la personne le lira. Par exemple : `{example}`.")
    return reason[:REASON_MAX]
