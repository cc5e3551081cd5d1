"""The web outside, fetched with care: never a private address, never much, never many calls to one host.

Words:
    Web, Reach, Pace: what is outside, fetched with care: public addresses only, looked at again when connecting; how
        often it is asked.
    Reader, parsers: what strangers wrote (feeds, titles of pages, long robots.txt), parsed in a child process with
        limits of memory, processor and time, one at a time; what runs in it, importing nothing else of the bot.
"""

from bot.web.agent import agent
from bot.web.client import Answer, Web
from bot.web.pace import Pace
from bot.web.reach import Reach
from bot.web.reader import Reader, Unreadable
from bot.web.troubles import Trouble, WebError

__all__ = ["Answer", "Pace", "Reach", "Reader", "Trouble", "Unreadable", "Web", "WebError", "agent"]
