"""What Mattermost reads in plain text beside Markdown: addresses, @mentions, ~channels, #tags and emoji names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from sandbox.page.emoji import emoji
from sandbox.state import State

WORD = re.compile(
    r"(?P<url>(?<![\w@/])(?:https?://|www\.)[^\s<>\"]+)"
    r"|(?<![\w@.\-/])@(?P<user>[a-z0-9.\-_]+)"
    r"|(?<![\w~])~(?P<channel>[a-z0-9\-_]+)"
    r"|(?<![\w#&/])#(?P<tag>[^\W\d_][\w.\-]*\w)"
    r"|(?<!\w):(?P<emoji>[a-z0-9_+\-]+):",
    re.IGNORECASE,
)
NAMES = {"user", "channel"}
EVERYBODY = {"all", "channel", "here"}
_AFTER = ".,;:!?»”’'\")]}*_~"


@dataclass(frozen=True, slots=True)
class Words:
    """Finds these words in the texts of one team."""

    state: State
    team: str

    def html(self, text: str) -> str:
        """Return plain text as HTML, with these words drawn."""
        return "".join(self._pieces(text))

    def named(self, text: str) -> tuple[str, ...]:
        """Return the people and channels that a text names, as drawn now, since they may change later."""
        found = (self._draw(one)[0] for one in WORD.finditer(text) if one.lastgroup in NAMES)
        return tuple(drawn for drawn in found if drawn)

    def _pieces(self, text: str) -> Iterator[str]:
        end = 0
        for found in WORD.finditer(text):
            if found.start() < end:
                continue
            drawn, length = self._draw(found)
            if drawn:
                yield escape(text[end : found.start()])
                yield drawn
                end = found.start() + length
        yield escape(text[end:])

    def _draw(self, found: re.Match[str]) -> tuple[str, int]:
        """Return the HTML of a word and its length in the text; "" where it only looks like one."""
        kind, value = found.lastgroup or "", found.group(found.lastgroup or 0)
        match kind:
            case "url":
                return _address(value)
            case "user":
                return self._mention(value)
            case "channel":
                return self._channel(value)
            case "tag":
                # The page searches for it; the address is only there to make it a link for the keyboard.
                word = escape(value)
                return f'<a class="hashtag" href="#{word}" data-hashtag="{word}">#{word}</a>', len(value) + 1
        return _emoji(value)

    def _mention(self, name: str) -> tuple[str, int]:
        shown = name.lower()
        if shown in EVERYBODY:
            return f'<span class="mention" data-mention="{shown}">@{escape(name)}</span>', len(name) + 1
        for known in (shown, shown.rstrip(".-_")):
            if known and self.state.users_by_name.first(known):
                href = f"/{quote(self.team)}/messages/@{known}"
                label = escape(name[: len(known)])
                return f'<a class="mention" href="{href}" data-mention="{known}">@{label}</a>', len(known) + 1
        return "", 0

    def _channel(self, name: str) -> tuple[str, int]:
        team = self.state.teams_by_name.first(self.team)
        channel = self.state.channels_by_name.first(team.id, name.lower()) if team else None
        # A private channel’s title is not for everybody: it stays a word.
        if channel is None or channel.type != "O" or channel.delete_at:
            return "", 0
        href = f"/{quote(self.team)}/channels/{channel.name}"
        return f'<a class="channel-link" href="{href}">~{escape(channel.display_name)}</a>', len(name) + 1


def _address(url: str) -> tuple[str, int]:
    shown = url.rstrip(_AFTER)
    if url[len(shown) :].startswith(")") and shown.count("(") > shown.count(")"):
        shown += ")"
    href = shown if "://" in shown else f"http://{shown}"
    return f'<a href="{escape(href)}">{escape(shown)}</a>', len(shown)


def _emoji(name: str) -> tuple[str, int]:
    char = emoji().get(name.lower())
    if char is None:
        return "", 0
    return f'<span class="emoji" role="img" aria-label=":{name}:" title=":{name}:">{char}</span>', len(name) + 2
