"""What every answer of the bot tells browsers, caches and robots, whoever asked for it and whatever it is."""

from collections.abc import MutableMapping

SAFE_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Permissions-Policy": "interest-cohort=()",
    "Referrer-Policy": "no-referrer",
    "Server": "coop-bot",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
}
"""Nothing is kept, loaded, framed, followed or taken for something else, and no version is told. What an answer says
otherwise of itself (a page of its own style, a picture that may be kept) stays."""
_SAFE = tuple(SAFE_HEADERS.items())


def make_safe(headers: MutableMapping[str, str]) -> None:
    """Add what an answer does not say itself."""
    for name, value in _SAFE:
        if name not in headers:
            headers[name] = value
