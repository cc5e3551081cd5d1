"""What a feature may need the bot’s account to be able to do, and what does not work where it is not."""

from enum import Enum


class Right(Enum):
    """Something the bot must be able to do; ``permissions`` are Mattermost’s own names for it (docs/mattermost.md
    §7.3), ``label`` follows « le droit d’… », ``without`` is what does not work without it."""

    MEMBER = "être membre de l’équipe", (), "rien n’y marche"
    IN_CHANNELS = "être membre de ses canaux", (), "le bot n’y lit et n’y écrit rien"
    ADD_MEMBERS = (
        "ajouter des personnes aux canaux",
        ("manage_public_channel_members", "manage_private_channel_members"),
        "personne n’y est ajouté ni retiré",
    )
    ADMINISTER_CHANNELS = (
        "administrer les canaux",
        ("manage_team", "manage_channel_roles"),
        "aucun canal n’est restauré, converti ni confié à quelqu’un",
    )
    ADMINISTER_TEAM = (
        "administrer l’équipe",
        ("manage_team", "manage_team_roles", "remove_user_from_team"),
        "personne n’en est retiré, ni n’y change de rôle",
    )
    REMOVE_MESSAGES = (
        "retirer les messages des autres",
        ("delete_others_posts",),
        "un message signalé reste visible",
    )

    def __init__(self, label: str, permissions: tuple[str, ...], without: str) -> None:
        self.label = label
        self.permissions = frozenset(permissions)
        self.without = without
