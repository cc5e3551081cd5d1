"""Markdown as Mattermost shows it: rendered by markdown-it, cleaned by nh3; what a message contains never runs."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from sandbox.page.words import Words
from sandbox.state import State

KEPT = 4096
"""How many texts stay rendered."""
LONGEST = 65_536
"""Characters beyond which a text is shown as it is: no message is that long."""
TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "a", "span", "code", "pre", "blockquote", "ul", "ol", "li"),
    *("h3", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {
    "a": {"href", "title", "class", "data-mention", "data-hashtag"},
    "span": {"class", "role", "aria-label", "title", "data-mention"},
    **{tag: {"class"} for tag in ("h3", "th", "td", "code", "pre")},
    "ol": {"start"},
}
SCHEMES = {"http", "https", "mailto", "tel"}


class Renderer:
    """Renders Markdown, and caches the latest results."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._kept: OrderedDict[tuple[str, str, tuple[str, ...]], str] = OrderedDict()
        self._markdown = MarkdownIt("js-default", {"html": False, "breaks": True, "maxNesting": 20}, renderer_cls=_Html)

    def html(self, text: str, team: str) -> str:
        """Return the HTML of a text as read in a team."""
        words = Words(self._state, team)
        key = text, team, words.named(text[:LONGEST])
        made = self._kept.get(key)
        if made is None:
            made = self._kept[key] = self._make(text, words)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return made

    def _make(self, text: str, words: Words) -> str:
        raw = self._markdown.render(text[:LONGEST], {"words": words})
        return nh3.clean(
            raw, tags=TAGS, attributes=ATTRIBUTES, url_schemes=SCHEMES, link_rel="noopener noreferrer nofollow"
        )


class _Html(RendererHTML):
    """A renderer of the HTML in which Mattermost differs from plain Markdown."""

    def text(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        words: Words = env["words"]
        in_link = sum(token.nesting for token in tokens[:idx] if token.type.startswith("link_")) > 0
        return RendererHTML.text(self, tokens, idx, options, env) if in_link else words.html(tokens[idx].content)

    def image(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: EnvType) -> str:
        """Draw a picture as a link: nothing is fetched because somebody wrote an address."""
        token = tokens[idx]
        label = token.content or str(token.attrGet("src") or "")
        link = Token("link_open", "a", 1, attrs={"href": token.attrGet("src") or ""})
        plain = Token("text", "", 0, content=label)
        drawn: str = RendererHTML.renderToken(self, [link], 0, options, env)
        return drawn + RendererHTML.text(self, [plain], 0, options, env) + "</a>"

    def heading_open(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        """Draw all headings as of one level, below that of the channel: a reader’s outline stays whole."""
        return f'<h3 class="heading-{tokens[idx].tag[1:]}">'

    def heading_close(self, *_: Any) -> str:
        return "</h3>\n"

    def th_open(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return _cell(tokens[idx])

    def td_open(self, tokens: Sequence[Token], idx: int, *_: Any) -> str:
        return _cell(tokens[idx])


def _cell(token: Token) -> str:
    """Draw a cell with a class for its side: style attributes are refused by the page."""
    side = str(token.attrGet("style") or "").removeprefix("text-align:")
    return f'<{token.tag} class="{side}">' if side else f"<{token.tag}>"
