"""« /canaux administrateurs »: who administers a channel; somebody more, or less, by name."""

import re
from collections.abc import Sequence

from pydantic import BaseModel

from bot.context import Context
from bot.errors import ChatError, UserError
from bot.mattermost import ChatUser
from bot.replies import Press, Replies, Whisper
from bot.texts import quote, render
from commands.canaux.by_hand import do, known_channels, split
from commands.canaux.exceptions import by_name
from commands.canaux.feature import ANIMATEURS, feature
from commands.canaux.scope import must_be_planned
from storage.canaux import allow, allowance_of, by_key
from storage.canaux.drift import Drift, Finding

USAGE = "Dites quel canal, et qui au besoin : /canaux administrateurs 69 +@nina.roux, ou -@nina.roux."
WHY = "administrateur du canal par décision de l’équipe d’animation"
_WHO = re.compile(r"([+-])\s*@?(\S+)")


class Lead(BaseModel):
    """Somebody administers the channel of that key from now on, or no more."""

    key: str
    user_id: str
    username: str
    leads: bool


@feature.command(
    "canaux administrateurs",
    help="Voir qui administre un canal, en ajouter ou en retirer",
    hint="canal [+@nom | -@nom]",
    roles=ANIMATEURS,
)
async def administer(ctx: Context, text: str) -> Replies:
    """Those who do; or Mattermost is asked whether that may be, before anything is written."""
    key, rest = await split(ctx, text, await known_channels(ctx, lambda _: True))
    who = _WHO.fullmatch(rest)
    if key is None or (rest and who is None):
        raise UserError(USAGE)
    canal, place = await must_be_planned(ctx, key), (await by_key(ctx.db))[key]
    try:
        if who is None:
            return Whisper(render("canaux/leaders", planned=canal, names=await _leaders(ctx, place)))
        return await _ask_for(ctx, Lead(key=key, user_id="", username=who[2], leads=who[1] == "+"), place)
    except ChatError as error:
        if error.may_pass:
            raise
        raise UserError("Le bot ne voit pas ce canal : ajoutez-le-y d’abord.") from None


async def _leaders(ctx: Context, place: str) -> Sequence[str]:
    """Who administers it now, by name; bots are not people."""
    ids = [member.user_id async for page in ctx.chat.channel_members(place) for member in page if member.is_admin]
    found = [user async for page in ctx.chat.users(ids) for user in page]
    return sorted(user.username for user in found if not (user.is_bot or user.deleted))


async def _ask_for(ctx: Context, wanted: Lead, place: str) -> Replies:
    account = await ctx.chat.user_by_name(wanted.username)
    if account is None or account.is_bot or account.deleted:
        raise UserError(f"Personne ne s’appelle @{quote(wanted.username)} dans Mattermost.")
    member = await ctx.chat.channel_member(place, account.id)
    if member is None:
        raise UserError(f"@{account.username} n’est pas dans ce canal : /canaux admettre l’y fait entrer.")
    if member.is_guest:
        raise UserError("Mattermost ne laisse pas un invité administrer un canal.")
    if member.is_admin is wanted.leads:
        return Whisper(render("canaux/leads_already", who=account, leads=wanted.leads))
    return Press.to(_about(wanted, account))


def _about(wanted: Lead, account: ChatUser) -> Lead:
    return wanted.model_copy(update={"user_id": account.id, "username": account.username})


@feature.button(Lead, roles=ANIMATEURS)
async def lead(ctx: Context, wanted: Lead) -> Replies:
    """It is so by name, so that no check undoes it."""
    canal = await must_be_planned(ctx, wanted.key)
    known = await allowance_of(ctx.db, wanted.key, wanted.user_id)
    named = by_name(ctx, wanted.key, wanted.user_id, WHY, is_in=True)
    named.leads = wanted.leads
    await allow(ctx.db, [named])
    before = known.model_dump_json(exclude={"by", "at"}) if known else ""
    drift = Drift.ADMIN_MISSING if wanted.leads else Drift.ADMIN_EXTRA
    why = "décidé à la main"
    found = Finding(drift, wanted.key, canal.address, why, wanted.user_id, wanted.username, before=before)
    act = await do(ctx, found)
    return [Whisper(render("canaux/leads", planned=canal, who=wanted)), act]
