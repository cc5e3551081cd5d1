"""How the bot presents itself to sites."""

from unicodedata import normalize

from config.settings import Settings


def agent(settings: Settings) -> str:
    """Its name, by which robots.txt calls it, where it serves, and whom to write to: in signs that headers may hold."""
    said = f"coop-bot/1 (liens et flux; +{settings.mattermost_url}; {settings.contact or settings.team})"
    plain = normalize("NFKD", said).encode("ascii", "ignore").decode()
    return "".join(sign for sign in plain if sign.isprintable())[:300]
