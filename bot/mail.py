"""E-mail to people without an account: one plain-text letter at a time, through the operator’s server.

The log never contains the recipient, the content, or the server’s answer about them.
"""

from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from enum import Enum
from functools import cache
from importlib.resources import files

import aiosmtplib
import structlog
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bot.texts import typeset
from config.mail import MailServer
from config.settings import Settings

log = structlog.get_logger()

PATIENCE = 10.0
"""Seconds that the server may take for each thing it is told."""
PERMANENT = range(500, 600)


class LetterOutcome(Enum):
    """The result of sending a letter: accepted, refused for that address, or not possible now."""

    SENT = "sent"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter; ``ident`` is its Message-ID, the same for every try."""

    to: str
    subject: str
    text: str
    ident: str
    at: datetime


def render_letter(name: str, **values: object) -> str:
    """Render templates/<name>.txt.j2 with these values."""
    return typeset(_environment().get_template(f"{name}.txt.j2").render(values))


@cache
def _environment() -> Environment:
    loader = FileSystemLoader(str(files("templates")))
    # Plain text: there is no markup that a value could become.
    return Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # noqa: S701


async def send_letter(settings: Settings, letter: Letter) -> LetterOutcome:
    """Send a letter through the operator’s server, within its timeout for each command."""
    server = settings.smtp
    if server is None:
        return LetterOutcome.FAILED
    client = aiosmtplib.SMTP(
        hostname=server.host,
        port=server.port,
        timeout=PATIENCE,
        use_tls=server.is_tls,
        start_tls=not server.is_tls and not server.is_here,
        username=server.user or None,
        password=settings.smtp_secret.get_secret_value() or None if server.user else None,
    )
    try:
        async with client:
            await client.send_message(write_letter(server, letter))
    except aiosmtplib.SMTPRecipientsRefused as refusal:
        codes = [one.code for one in refusal.recipients]
        return _note(
            LetterOutcome.REFUSED if all(code in PERMANENT for code in codes) else LetterOutcome.FAILED, refusal
        )
    except (MessageError, ValueError) as problem:
        return _note(LetterOutcome.REFUSED, problem)
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as problem:
        return _note(LetterOutcome.FAILED, problem)
    return LetterOutcome.SENT


def _note(outcome: LetterOutcome, problem: Exception) -> LetterOutcome:
    """Log the kind of failure, which identifies nobody."""
    log.warning("letter_not_sent", outcome=outcome.value, fault=type(problem).__name__)
    return outcome


def write_letter(server: MailServer, letter: Letter) -> EmailMessage:
    """Build the message of a letter, marked as automatic. Raises ValueError or MessageError if the address is not
    exactly one."""
    written = EmailMessage()
    written["From"] = server.sender
    written["To"] = Address(addr_spec=letter.to)
    written["Subject"] = letter.subject
    written["Date"] = format_datetime(letter.at)
    written["Message-ID"] = f"<{letter.ident}@{server.sender.partition('@')[2]}>"
    written["Auto-Submitted"] = "auto-generated"
    written.set_content(letter.text)
    return written
