"""The web outside, fetched with care: never a private address, never much, never many calls to one host."""

from bot.web.agent import agent
from bot.web.client import Answer, Web
from bot.web.pace import Pace
from bot.web.reach import Reach
from bot.web.reader import Reader, Unreadable
from bot.web.troubles import Trouble, WebError

__all__ = ["Answer", "Pace", "Reach", "Reader", "Trouble", "Unreadable", "Web", "WebError", "agent"]
