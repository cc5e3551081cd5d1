"""The server that sends e-mail, as a setting describes it: its address, the account that signs in, and the sender."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

PORTS = {"smtps": 465, "smtp": 587}
EXAMPLE = "« smtps://utilisateur@smtp.exemple.fr rendez-vous@exemple.fr »"
_SENDER = re.compile(r"[^\s@<>,;:\"]+@[^\s@<>,;:\"]+\.[^\s@<>,;:\"]+")


@dataclass(frozen=True, slots=True)
class MailServer:
    """A server of outgoing mail. ``is_tls`` says that the connection is encrypted from its first byte; otherwise
    STARTTLS encrypts it before anything is sent, unless the server is on this machine. ``sender`` is the address of the
    sender."""

    host: str
    port: int
    user: str
    sender: str
    is_tls: bool

    @property
    def is_here(self) -> bool:
        """Tell whether the server is on this machine, so that nobody can listen on the way."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def read_mail(text: str) -> MailServer | None:
    """Read the setting; None for none. Raises ValueError, in French."""
    words = text.split()
    if not words:
        return None
    if len(words) != 2 or not _SENDER.fullmatch(words[1]):
        raise ValueError(f"donnez l’adresse du serveur, puis celle qui écrit : {EXAMPLE}")
    parts = urlsplit(words[0])
    if parts.scheme not in PORTS or not parts.hostname or parts.path or parts.password is not None:
        raise ValueError(f"le serveur s’écrit smtps:// ou smtp://, sans mot de passe (COOP_SMTP_SECRET) : {EXAMPLE}")
    user, port = unquote(parts.username or ""), parts.port or PORTS[parts.scheme]
    return MailServer(parts.hostname, port, user, words[1], parts.scheme == "smtps")
