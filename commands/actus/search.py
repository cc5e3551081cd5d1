"""What « /chercher » finds of the news: the numbers that came out, each by what fits best in it."""

from collections.abc import Mapping
from dataclasses import replace

from bot.command_lines import RunCommand
from bot.french.dates import say_date
from bot.search import Findings, Hit, Search, SearchKind, cut_hits
from commands.actus import editions
from commands.actus.feature import feature
from storage.actus import digests
from storage.actus.digests import Digest, DigestState, DigestText
from storage.text_search import Entry, rank_entries, weigh_texts, weigh_title

TEXT = 30
"""What a word of a text weighs."""


@feature.finds(SearchKind("actu", "Actu", "Actus", lambda number: RunCommand(line=f"actus {number}")))
async def find_news(wanted: Search) -> Findings:
    """Find the numbers that speak of it, the best first and of as good ones the newest; none that was withdrawn."""
    out = {one.number: one for one in await digests.list_published(wanted.db) if one.state is DigestState.PUBLISHED}
    order = list(out)
    texts = [text for text in await digests.list_texts(wanted.db) if text.number in out]
    texts += [DigestText(one.number, "", one.edito) for one in out.values() if one.edito]
    best: dict[int, Hit] = {}
    for place, score in rank_entries(wanted.words, [_weigh(text) for text in texts]):
        best.setdefault(texts[place].number, Hit(texts[place].number, texts[place].title, score))
    ranked = cut_hits(sorted(best.values(), key=lambda hit: (-hit.score, order.index(int(hit.ident)))), wanted)
    known = await editions.read_editions(wanted) if ranked.hits else {}
    return replace(ranked, hits=[_name(hit, out[int(hit.ident)], known) for hit in ranked.hits])


def _weigh(text: DigestText) -> Entry:
    return weigh_texts((text.text, TEXT)) | weigh_title(text.title)


def _name(hit: Hit, digest: Digest, known: Mapping[str, editions.Edition]) -> Hit:
    """Say in which number it stands; that is the title of what was found in an edito."""
    name = f"{editions.name_edition(digest, known.get(digest.edition))} n° {digest.number}"
    about = f"{name}, {say_date(editions.get_day(digest))}" if hit.title else say_date(editions.get_day(digest))
    return replace(hit, title=hit.title or name, about=about)
