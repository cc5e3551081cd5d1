"""The rights of the bot’s account: given where the features that are on need them, and never taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from bot.rights import Right
from cli.admin import Admin, Identity
from cli.rights import Lack, Needs, Standing, explain_excess, look_up
from cli.setup.changes import Changes


@dataclass(frozen=True, slots=True)
class Bot:
    """Whose rights; the id is empty in a dry run that would make the account."""

    username: str
    user_id: str
    team: Identity


async def bot_rights(admin: Admin, changes: Changes, bot: Bot, needs: Needs, *, grant: bool) -> None:
    """Give the bot what it lacks, or keep a sentence on each."""
    now = await look_up(admin, bot.team, bot.user_id, needs.channels)
    lacks = list(needs.missing(now))
    if grant and (wanted := [*lacks, *needs.wished(now)]):
        await _give(admin, changes, bot, wanted, now)
        if changes.dry:
            return
        now = await look_up(admin, bot.team, bot.user_id, needs.channels)
        lacks = list(needs.missing(now))
    for lack in lacks:
        changes.fault(f"{lack.sentence}. {_remedy(lack) if grant else 'Relancez avec --rights pour l’accorder.'}")
    if needs.are_less(now):
        changes.note(explain_excess(bot.username))


async def _give(admin: Admin, changes: Changes, bot: Bot, lacks: Sequence[Lack], now: Standing) -> None:
    if not now.leads and any(lack.right is not Right.IN_CHANNELS for lack in lacks):
        await changes.do(
            f"Bot @{bot.username} administrateur de l’équipe {bot.team.display_name}",
            ("à nommer", "nommé"),
            lambda: admin.let_lead(bot.team.id, bot.user_id),
        )
    for name, channel_id in now.outside.items():
        if channel_id:
            await changes.do(
                f"Bot @{bot.username} dans le canal ~{name}",
                ("à ajouter", "ajouté"),
                partial(admin.add_to_channel, channel_id, bot.user_id),
            )


def _remedy(lack: Lack) -> str:
    """What to do about what even an administrator of the team has not."""
    if lack.right is Right.IN_CHANNELS:
        return "Créez ce canal, puis relancez."
    names = ", ".join(sorted(lack.right.permissions))
    return f"Ce serveur ne le permet à aucun administrateur d’équipe : rendez-le-leur (Permissions : {names})."
