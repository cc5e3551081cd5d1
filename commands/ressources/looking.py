"""A look at a link: whether it leads somewhere, and if not, where a copy of it is kept."""

import asyncio
import json
from collections.abc import Sequence
from itertools import groupby
from urllib.parse import urlencode, urlsplit

from bot.web import Answer, Trouble, Web, WebError
from storage.links import LINK_MAX, read_link
from storage.ressources.checks import Fault, Kind, Look

LOOK_S, ALL_S = 40.0, 80.0
"""Seconds that one look takes at most, and several together: what is not done by then is for the next time."""
READ_MAX = 2 * 1024
"""Bytes of a page that are read, to see that something comes."""
ARCHIVE = "https://archive.org/wayback/available"
ARCHIVE_S = 10.0
ARCHIVE_MAX = 16 * 1024
ARCHIVES = ("web.archive.org",)
"""Hosts that copies are at."""
_FAULTS = {
    Trouble.NAME: Fault.NAME,
    Trouble.REFUSED: Fault.REFUSED,
    Trouble.TLS: Fault.TLS,
    Trouble.SLOW: Fault.SLOW,
    Trouble.ODD: Fault.ODD,
    Trouble.LOOP: Fault.LOOP,
    Trouble.FORBIDDEN: Fault.FORBIDDEN,
    Trouble.ROBOTS: Fault.ROBOTS,
    Trouble.BUSY: Fault.BUSY,
}


async def look_at(web: Web, links: Sequence[tuple[int, str]]) -> Sequence[Look]:
    """Look at the links of these resources, those of one host one after the other, as far as time allows."""
    by_host = sorted(links, key=_host)
    found: list[Look] = []
    lanes = [_look_in_turn(web, list(lane), found) for _, lane in groupby(by_host, _host)]
    try:
        async with asyncio.timeout(ALL_S):
            await asyncio.gather(*lanes)
    except TimeoutError:
        pass
    return found


async def _look_in_turn(web: Web, links: Sequence[tuple[int, str]], found: list[Look]) -> None:
    for number, url in links:
        fault = await _fault(web, url)
        archive = await find_archive(web, url) if fault.kind is Kind.BROKEN else ""
        found.append(Look(number, url, fault, archive))


async def _fault(web: Web, url: str) -> Fault:
    try:
        async with asyncio.timeout(LOOK_S):
            return _of_status(await _ask(web, url))
    except TimeoutError:
        return Fault.SLOW
    except WebError as error:
        return _FAULTS[error.trouble]


async def _ask(web: Web, url: str) -> Answer:
    """By HEAD; many sites answer that with some error though the page is there: by GET, then."""
    try:
        answer = await web.fetch("HEAD", url)
        if answer.status < 400 or answer.status == 429:
            return answer
    except WebError as error:
        if error.trouble not in {Trouble.ODD, Trouble.SLOW, Trouble.LOOP}:
            raise
    return await web.fetch("GET", url, most=READ_MAX)


def _of_status(answer: Answer) -> Fault:
    if answer.status < 400:
        return Fault.NONE
    if answer.status in {404, 410}:
        return Fault.GONE
    if answer.status == 429 or (answer.status == 503 and "retry-after" in answer.headers):
        return Fault.BUSY
    return Fault.SERVER if answer.status >= 500 else Fault.DENIED


async def find_archive(web: Web, url: str) -> str:
    """Where the Internet Archive has a copy of it; "" where there is none, or that is not known."""
    try:
        async with asyncio.timeout(ARCHIVE_S):
            asked = f"{ARCHIVE}?{urlencode({'url': url})}"
            answer = await web.fetch("GET", asked, most=ARCHIVE_MAX, robots=False)
        said = json.loads(answer.body)["archived_snapshots"]["closest"]
        return _copy(str(said["url"])) if said["available"] is True else ""
    except (WebError, TimeoutError, ValueError, KeyError, TypeError, RecursionError):
        return ""


def _copy(address: str) -> str:
    """That address, if it is one of an archive. Raises ValueError for what is no link."""
    link = read_link(address.replace("http://", "https://", 1))
    return link if urlsplit(link).hostname in ARCHIVES and len(link) <= LINK_MAX else ""


def _host(link: tuple[int, str]) -> str:
    return urlsplit(link[1]).hostname or ""
