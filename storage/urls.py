"""Links that people give: which may be kept, how tracking parameters are removed, and when two lead to the same
thing."""

import re
from hashlib import sha256
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from config.addresses import is_inside

LINK_MAX = 1000
"""The most characters of a link."""
_TRACKING = re.compile(
    r"(?:utm|mtm|pk|piwik|matomo|hsa|at|xtor|xts|oly|vero|mc)_\w{1,40}|xtor|fbclid|gclid|dclid|gbraid|wbraid|msclkid|"
    r"yclid|twclid|igshid|igsh|mibextid|_ga|_gl|_hsenc|_hsmi|mkt_tok|ref_src|ref_url|si|feature|trk|spm|wt_mc",
    re.IGNORECASE,
)
"""Parameters that say where somebody came from, and change nothing of what they get."""
_BETWEEN_SITES = {"si", "feature"}
"""The tracking parameters that are such on video sites only."""
_IN_TEXT = re.compile(r"https?://[^\s<>()\[\]\"'`|]{1,1000}")
_FORBIDDEN = re.compile(r"[\s<>\"\\`\x00-\x1f\x7f]")
_HOST = re.compile(r"(?:[\w-]{1,63}\.){1,20}[\w-]{2,63}")
_VIDEO_SITES = ("youtube.com", "youtu.be", "youtube-nocookie.com")
_VIDEOS = ("youtube.com", "youtu.be", "vimeo.com", "dailymotion.com", "tube.numerique.gouv.fr")
_VIDEO_FILES = (".mp4", ".webm", ".mov", ".avi", ".mkv", ".m4v")


class InsideError(ValueError):
    """Raised for a link to an address inside a private network."""


def read_link(text: str) -> str:
    """Read the address of a page or file, without tracking. Raises ValueError, with a French sentence, for anything
    else; InsideError for what nobody else could open."""
    typed = text.strip()
    address = typed if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:(?!\d)", typed) else f"https://{typed}"
    parts = _split(address)
    host = (parts.hostname or "") if parts else ""
    if host and is_inside(host):
        raise InsideError("ce lien mène à un réseau privé : personne d’autre ne pourrait l’ouvrir")
    is_web = parts and parts.scheme in {"http", "https"} and not parts.username and _HOST.fullmatch(host)
    if parts is None or not is_web or _FORBIDDEN.search(address):
        raise ValueError("ce lien ne convient pas : écrivez-le comme https://exemple.fr/page")
    if len(address) > LINK_MAX:
        raise ValueError(f"un lien a {LINK_MAX} caractères au plus")
    fragment = parts.fragment.partition(":~:")[0]  # where in the page; a text that a browser looked for is left out
    return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path, _query(parts), fragment))


def first_link(text: str) -> str:
    """Return the first web address in a text, in the form in which it is kept; "" where there is none."""
    for found in _IN_TEXT.findall(text):
        try:
            return read_link(found.rstrip(".,;:!?»*_"))
        except ValueError:
            continue
    return ""


_PERMALINK = re.compile(r"https?://[^\s<>()\[\]]{1,200}?/pl/[a-z0-9]{26}(?!\w)")


def first_permalink(text: str) -> str:
    """Return the first link of a message of Mattermost in a text, wherever its server is; "" where there is none."""
    found = _PERMALINK.search(text)
    return found[0] if found else ""


def strip_links(text: str) -> str:
    """Return the words of a text without its links, on one line, as a title."""
    return " ".join(_IN_TEXT.sub(" ", text).split()).strip(" :-–—*#><")


def site_of(link: str) -> str:
    """Return the site that a link leads to, as people call it."""
    return link.partition("://")[2].partition("/")[0].removeprefix("www.")


def guess_type(link: str) -> str:
    """Guess the type of what a link leads to; "" without a link."""
    parts = urlsplit(link)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    if host in _VIDEOS:
        return "video"
    return "document" if parts.path.lower().endswith(".pdf") else "lien" if link else ""


def guess_type_of_file(name: str) -> str:
    """Guess the type of a file from its name."""
    return "video" if name.lower().endswith(_VIDEO_FILES) else "document"


def url_key(link: str) -> str:
    """Make the key that links to the same thing share: http is https, « www. », a final « / », the order of parameters
    and the fragment do not count, except a fragment that names a page (« #/ »)."""
    parts = urlsplit(link)
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    query = urlencode(sorted(parse_qsl(parts.query, keep_blank_values=True)))
    path = parts.path.rstrip("/")
    if host == "youtu.be":
        host, path, query = "youtube.com", "/watch", urlencode([("v", path.removeprefix("/"))])
    route = parts.fragment if parts.fragment.startswith(("/", "!")) else ""
    return digest_key("link", f"{host}{port}{path}?{query}#{route}")


def digest_key(sort: str, text: str) -> str:
    """Make a key of a sort, as long as all others."""
    return f"{sort}:{sha256(text.encode()).hexdigest()[:48]}"


def _split(address: str) -> SplitResult | None:
    try:
        parts = urlsplit(address)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _query(parts: SplitResult) -> str:
    """Return the query parameters as they were written, without those that track people."""
    videos = (parts.hostname or "").removeprefix("www.").removeprefix("m.") in _VIDEO_SITES
    return "&".join(pair for pair in parts.query.split("&") if pair and not _tracks(pair.partition("=")[0], videos))


def _tracks(name: str, videos: bool) -> bool:
    return bool(_TRACKING.fullmatch(name)) and (videos or name.lower() not in _BETWEEN_SITES)
