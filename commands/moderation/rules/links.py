"""Links of a text, as far as the rules look at them: the site and the path of each, with or without « https:// »."""

import re
from collections.abc import Iterable, Iterator

_PIECE = re.compile(r"[^\s<>()\[\]{}\"'`«»|*]+")
_HOST = re.compile(r"[\w-]{1,63}(?:\.[\w-]{1,63}){1,20}")
_SITES = ("chat.whatsapp.com", "discord.gg", "join.slack.com", "signal.group", "invite.viber.com")
"""All that is there invites."""
_PATHS = {
    "t.me": ("+", "joinchat/"),
    "telegram.me": ("+", "joinchat/"),
    "telegram.dog": ("+", "joinchat/"),
    "discord.com": ("invite/",),
    "discordapp.com": ("invite/",),
    "wa.me": ("",),
    "whatsapp.com": ("channel/", "invite/"),
    "teams.live.com": ("l/invite/",),
    "matrix.to": ("#/",),
    "facebook.com": ("groups/",),
}
_MATTERMOST = "signup_user_complete"
"""In the path of every Mattermost’s invitations."""
_LONGEST = 253


def links(text: str) -> Iterator[tuple[str, str]]:
    """The site and the path of each, in small letters."""
    for found in _PIECE.finditer(text.lower()):
        piece = found[0]
        if "." not in piece:
            continue
        _, scheme, after = piece.partition("://")
        host, _, path = (after if scheme else piece).partition("/")
        host = host.rpartition("@")[2].partition(":")[0].partition("?")[0].strip(".,;:!")
        if len(host) <= _LONGEST and _HOST.fullmatch(host):
            yield host.removeprefix("www."), path


def leads_to(text: str, sites: Iterable[str]) -> bool:
    """Whether a link of the text leads to one of these sites, or a part of one."""
    unwanted = frozenset(sites)
    return any(not unwanted.isdisjoint(_whole(host)) for host, _ in links(text)) if unwanted else False


def invites(text: str) -> bool:
    """Whether a link of the text invites into another place to talk, or onto a Mattermost."""
    return any(
        host in _SITES or path.startswith(_PATHS.get(host, ("\0",))) or _MATTERMOST in path
        for host, path in links(text)
    )


def _whole(host: str) -> Iterator[str]:
    """« a.b.fr », « b.fr », « fr »."""
    rest = host
    while rest:
        yield rest
        rest = rest.partition(".")[2]
