"""Electronic addresses, also those written with « arobase » so that machines do not read them."""

import re
from collections.abc import Iterator

Span = tuple[int, int]

_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyz0123456789.!#$%&'*+/=?^_`{|}~-àâäçéèêëîïôöùûü")
_LOCAL_MAX = 64
_DOMAIN = r"(?:[a-z0-9àâçéèêëîïôùû](?:[a-z0-9àâçéèêëîïôùû-]{0,61}[a-z0-9àâçéèêëîïôùû])?\.){1,8}"
_AFTER = re.compile(rf"@({_DOMAIN}([a-z]{{2,24}}))(?![^\W_]|-[a-z0-9])")
_FILES = frozenset({"png", "jpg", "jpeg", "gif", "svg", "webp", "pdf", "odt", "docx"})
_LAND = r"(?:fr|com|net|org|eu|re|info|be|ch|gouv|io)"
_SAID = re.compile(
    rf" ?(?:\(at\)|\[at\]|\{{at\}}|\(a\)|\(arobase\)|\[arobase\]|\barobase?\b|@) ?"
    rf"([a-z0-9-]{{1,63}}(?: ?(?:\.|\(point\)|\[point\]|\(dot\)|\[dot\]|\bpoint\b) ?[a-z0-9-]{{1,63}}){{0,3}}?"
    rf" ?(?:\.|\(point\)|\[point\]|\(dot\)|\[dot\]|\bpoint\b) ?{_LAND})(?![^\W_])"
)
_POINTS = re.compile(r"[a-z0-9_.+-]{1,64}(?: (?:point|tiret|underscore) [a-z0-9_.+-]{1,64}){0,4}$")


def find_addresses(text: str) -> Iterator[Span]:
    """« jean@exemple.fr », « jean (at) exemple point fr »; a name of Mattermost’s (« @jean ») is none."""
    done = 0
    for start, end in sorted({*_find_written(text), *_find_said(text)}, key=lambda span: (span[0], -span[1])):
        if start >= done:
            yield start, end
            done = end


def _find_written(text: str) -> Iterator[Span]:
    at = text.find("@")
    while at >= 0:
        start = _local_start(text, at)
        found = _AFTER.match(text, at) if start < at else None
        if found and found[2] not in _FILES:
            yield start, found.end(1)
        at = text.find("@", at + 1)


def _local_start(text: str, at: int) -> int:
    """Where the part before the sign begins; ``at`` where there is none."""
    start = at
    while start > max(0, at - _LOCAL_MAX) and text[start - 1] in _LOCAL:
        start -= 1
    if start and text[start - 1] == "@":
        return at
    while start < at and not text[start].isalnum():
        start += 1
    # « courriel=jean@exemple.fr », « jean/paul@exemple.fr »: what separates words begins no name.
    for sign in "=/'":
        start = max(start, text.rfind(sign, start, at) + 1)
    return start


def _find_said(text: str) -> Iterator[Span]:
    for found in _SAID.finditer(text):
        before = _POINTS.search(text[max(0, found.start() - 80) : found.start()])
        # « en @gmail.com » tells of a kind of address, « jean.petit @gmail.com » is one.
        told = found[0].startswith(" @") and not found[0].startswith(" @ ")
        if before and (not told or re.search(r"[\d._-]", before[0])):
            yield found.start() - (before.end() - before.start()), found.end()
