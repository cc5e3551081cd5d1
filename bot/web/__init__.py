"""The web outside, fetched with care: never a private address, never much, never many calls to one host.

Words:
    WebClient, Reach, HostRateLimit: fetches what is outside; which addresses may be reached; how often a host is asked.
    DocumentReader, `bot/parsers.py`: has what strangers wrote parsed in a child process with limits of memory and time;
        what runs in it, importing nothing else of the bot.
"""

from bot.web.client import HostRateLimit, Reach, Trouble, WebClient, WebError, WebResponse, describe_agent
from bot.web.reader import DocumentReader, UnreadableDocument
