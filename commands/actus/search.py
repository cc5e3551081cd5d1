"""What « /chercher » finds of the news: the numbers that came out, each by what fits best in it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.command_lines import RunCommand
from bot.french.dates import say_date
from bot.search import Findings, Hit, Search, SearchKind, cut_hits
from commands.actus import editions
from commands.actus.feature import feature
from storage.actus import digests
from storage.actus.digests import Digest, DigestText
from storage.text_search import Entry, TextMemory, weigh_texts, weigh_title

TEXT = 30
"""What a word of a text weighs."""


async def read_texts(db: AsyncSession) -> Iterator[tuple[DigestText, Entry]]:
    """Read what stands in the numbers that are out, the newest first."""
    texts = await digests.list_texts(db)
    return ((text._replace(text=""), weigh_texts((text.text, TEXT)) | weigh_title(text.title)) for text in texts)


TEXTS = TextMemory(read_texts)


async def warm_up(db: AsyncSession) -> None:
    """Read what is there, so that no first search waits for it."""
    await TEXTS.bring_up_to_date(db, await digests.read_stamp(db))


feature.read_at_start.append(warm_up)


@feature.finds(SearchKind("actu", "Actu", "Actus", lambda number: RunCommand(line=f"actus {number}")))
async def find_news(wanted: Search) -> Findings:
    """Find the numbers that speak of it, the best first and of as good ones the newest; none that was withdrawn."""
    known = await TEXTS.bring_up_to_date(wanted.db, await digests.read_stamp(wanted.db))
    best: dict[int, Hit] = {}
    for place, score in known.index.rank(wanted.words):
        number, title, _ = known.rows[place]
        best.setdefault(number, Hit(number, title, score))
    found = cut_hits(list(best.values()), wanted)
    there = {
        one.number: one for one in await digests.list_by_numbers(wanted.db, [int(hit.ident) for hit in found.hits])
    }
    names = await editions.read_editions(wanted) if there else {}
    return replace(found, hits=[_name(hit, there[int(hit.ident)], names) for hit in found.hits])


def _name(hit: Hit, digest: Digest, known: Mapping[str, editions.Edition]) -> Hit:
    """Say in which number it stands; that is the title of what was found in an edito."""
    name = f"{editions.name_edition(digest, known.get(digest.edition))} n° {digest.number}"
    day = say_date(editions.get_day(digest))
    return replace(hit, title=hit.title or name, about=f"{name}, {day}" if hit.title else day)
