"""What a typed line names, asked of Mattermost before anything is written: an account, a channel, a message."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.context import Context
from bot.errors import ChatError, Refusal, UserError
from bot.mattermost import ChatChannel, ChatPost, ChatUser
from bot.permalinks import find_permalink
from bot.texts import quote
from commands.moderation.cases import MessageSnapshot, check_target, take_snapshot
from config.text import fold
from dialogs.moderation.lines import REASON_MAX, take_channel, take_word
from storage import canaux
from storage.moderation.measures import KeptPost

OUT_OF_REACH = (
    "Les messages directs sont hors de portée de la modération : le bot ne les lit pas. La personne visée peut "
    "signaler la conversation à un administrateur, et bloquer ou couper ses notifications."
)
MESSAGE_GONE = (
    "Le bot ne trouve pas ce message : il n’existe plus, ou il est dans un canal privé où le bot n’est pas, ou dans "
    "une conversation directe, hors de portée de la modération."
)
_DEPARTEMENT_CODE = re.compile(r"(\d[0-9ab]\d?) - ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ChannelIndex:
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

    def take_optional(self, text: str) -> tuple[ChatChannel | None, str]:
        """The same where a line may begin with a channel."""
        ident, rest = take_channel(text, self.names)
        return self.by_id.get(ident), rest


async def index_channels(ctx: Context) -> ChannelIndex:
    """Those of the team, by title, by address, and by number of département; of two of one name, the planned one.
    Raises ChatError."""
    found = [channel for channel in await ctx.chat.own_channels() if not channel.archived]
    planned = {*(await canaux.find_channel_ids(ctx.db)).values()}
    found.sort(key=lambda channel: channel.id not in planned)
    names: dict[str, str] = {}
    for channel in found:
        code = _DEPARTEMENT_CODE.match(channel.display_name)
        for name in (channel.display_name, channel.name, code[1] if code else ""):
            if name:
                names.setdefault(fold(name), channel.id)
    return ChannelIndex({channel.id: channel for channel in found}, names)


async def take_account(ctx: Context, line: str, example: str) -> tuple[ChatUser, str]:
    """Whom a line begins with, and the rest. Raises UserError and ChatError."""
    name, rest = take_word(line)
    if not name:
        raise UserError(f"Dites de qui il s’agit : par exemple `{example}`.")
    account = await ctx.chat.user_by_name(name)
    if account is None:
        raise UserError(f"Personne ne s’appelle @{quote(name.removeprefix('@'))} dans Mattermost.")
    check_target(ctx, account)
    return account, rest


async def take_message(ctx: Context, line: str, example: str) -> tuple[MessageSnapshot, str]:
    """The message that a line begins with, as it is now, and the rest. Raises UserError and ChatError."""
    word, rest = take_word(line)
    post_id = find_permalink(word)
    if not post_id:
        raise UserError(f"Donnez le lien du message (son menu « … », puis « Copier le lien ») : `{example}`.")
    try:
        seen = await take_snapshot(ctx, post_id)
    except ChatError as error:
        if error.refusal in {Refusal.UNKNOWN_POST, Refusal.UNKNOWN_CHANNEL, Refusal.FORBIDDEN}:
            raise UserError(MESSAGE_GONE) from None
        raise
    if seen.channel.type not in {"O", "P"}:
        raise UserError(OUT_OF_REACH)
    if seen.post.type:
        raise UserError("C’est un message de Mattermost lui-même : il n’est de personne.")
    return seen, rest


async def read_thread(ctx: Context, post_id: str) -> list[KeptPost]:
    """The messages of a thread, oldest first, as they are now; none where it is gone. Raises ChatError."""
    try:
        posts = await ctx.chat.thread(post_id)
    except ChatError as error:
        if error.refusal in {Refusal.UNKNOWN_POST, Refusal.FORBIDDEN}:
            return []
        raise
    return await keep_posts(ctx, [post for post in posts if not post.type])


async def keep_posts(ctx: Context, posts: Sequence[ChatPost]) -> list[KeptPost]:
    """These messages with the names of who wrote them. Raises ChatError."""
    authors = {u.id: u async for page in ctx.chat.users({post.user_id for post in posts}) for u in page}
    return [_keep_post(post, authors.get(post.user_id, ChatUser(post.user_id, ""))) for post in posts]


def _keep_post(post: ChatPost, author: ChatUser) -> KeptPost:
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


def take_reason(rest: str, example: str) -> str:
    """Why, as the line says it. Raises UserError where it does not."""
    reason = " ".join(rest.split())
    if not reason:
        raise UserError(f"Dites pourquoi : la personne le lira. Par exemple : `{example}`.")
    return reason[:REASON_MAX]
