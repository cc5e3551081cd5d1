"""Plain text of what people wrote: without markup and invisible characters, and shortened."""

import re
import unicodedata

_HARMFUL = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
"""Categories of signs that are not seen, or turn those that follow; line ends are dealt with before."""
_KEPT = "\u200d\ufe0f"
"""Of these, the signs that are kept: they join several emojis into one."""
_FENCE = re.compile(r"^\s{0,3}(?:```|~~~).*$", re.MULTILINE)
_IMAGE = re.compile(r"!\[([^\[\]]{0,200})\]\([^()\s]{0,1000}[^()]{0,200}\)")
_LINKED = re.compile(r"\[([^\[\]]{1,300})\]\(<?[^()\s<>]{0,1000}>?[^()]{0,200}\)")
_LEAD = re.compile(r"^[ \t]{0,12}(?:#{1,6}[ \t]+|>+[ \t]?|[-*+][ \t]+(?:\[[ xX]\][ \t]+)?){1,8}", re.MULTILINE)
_RULE = re.compile(
    r"^[ \t]{0,3}(?:[-*_=][ \t]{0,3}){3,}$|^[ \t]{0,3}\|?(?:[ \t]{0,9}:?-{3,99}:?[ \t]{0,9}\|)+[^\n]*$", re.MULTILINE
)
_MARK = re.compile(r"(\*{1,3}|_{1,3}|~~|`{1,2})(?=\S)(.{1,500}?)(?<=\S)\1(?!\w)")
_HIDDEN_ADDRESS = re.compile(r"<(https?://[^\s<>]{1,1000})>")
READ_MAX = 3_000
"""Characters that are read of a message: a quote is much shorter."""
_ENDS = " .,;:!?…-–—«(["


def strip_invisible(text: str) -> str:
    """Remove invisible characters."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(sign for sign in text if sign in "\n\t" or sign in _KEPT or not _is_harmful(sign))


def _is_harmful(sign: str) -> bool:
    return unicodedata.category(sign) in _HARMFUL


def to_one_line(text: str, most: int) -> str:
    """Reduce a text to one line, cut between words."""
    return shorten(" ".join(strip_invisible(" ".join(text[: most * 20].split())).split()), most)


def shorten(text: str, most: int) -> str:
    """Cut a text between words, with « … »."""
    if len(text) <= most:
        return text
    whole = text[: most - 1]
    cut = whole if text[most - 1].isspace() else whole.rpartition(" ")[0]
    return (cut if len(cut) > most // 2 else whole).rstrip(_ENDS) + "…"


def strip_markdown(text: str) -> str:
    """Remove Markdown from a text, as far as a quotation needs; remaining signs are harmless once escaped."""
    text = text[:READ_MAX]
    text = _HIDDEN_ADDRESS.sub(r"\1", _RULE.sub("", _FENCE.sub("", text)))
    text = _LEAD.sub("", _LINKED.sub(r"\1", _IMAGE.sub(r"\1", text)))
    for _ in range(3):
        text = _MARK.sub(r"\2", text)
    return text
