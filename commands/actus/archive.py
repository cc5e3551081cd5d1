"""« /actus »: what there is; « /actus n° 42 » reads a number again, « /actus cherche » looks through the old ones."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.context import Context
from bot.errors import UserError
from bot.french.dates import say_date
from bot.lines import Run
from bot.mistyped import refuse_mistyped
from bot.replies import Button, Direct, Replies, Whisper
from bot.texts import Markdown, escape, render
from commands.actus import drafting, edito, places, programming, words
from commands.actus.buttons import Search
from commands.actus.feature import feature
from commands.actus.numbers import find_number
from commands.actus.posts import posts
from commands.actus.sheet import clean, day_of, name_of
from config.folding import fold
from storage.actus import digests
from storage.actus.digests import Digest, Entry, State

OUT = (State.PUBLISHED, State.WITHDRAWN)
PAGE = 5
"""Found things in one answer."""
AROUND = 60
"""Characters shown on each side of what was found."""
WORDS_MAX = 100
_WORD = re.compile(r"\w+")


@feature.command("actus", help="Lire les actus", hint="[n° 42]")
async def begin(ctx: Context, line: str) -> Replies:
    """What came out last and what comes next; or the number that is named."""
    if not line.strip():
        return await _overview(ctx)
    number = find_number(line)
    if number is None:
        refuse_mistyped(feature, "actus", line, shortest=3)
        raise UserError("Tapez `/actus n° 42` pour lire un numéro, ou `/actus cherche` et un mot pour en retrouver un.")
    return await _read(ctx, number)


async def _overview(ctx: Context) -> Whisper:
    out = [one for one in await digests.published(ctx.db) if one.state is State.PUBLISHED]
    known = await places.editions(ctx)
    coming = [(edition, await drafting.next_out(ctx, edition)) for edition in known.values()]
    said = [(edition.name, str(edition.rhythm), programming.say_coming(one, ctx.now)) for edition, one in coming]
    buttons = [Button("Lire le dernier", Run(line=f"actus {out[0].number}"))] if out else []
    buttons.append(Button("Proposer une actu", Run(line="actus proposer")))
    if ctx.user.animates:
        buttons.append(Button("Le brouillon", Run(line="actus brouillon")))
    return Whisper(render("actus/overview", last=_title(out[0], known) if out else "", coming=said), buttons)


def _title(digest: Digest, known: Mapping[str, places.Edition]) -> str:
    """« Les actus du vendredi n° 42, vendredi 27 novembre 2026 »."""
    return f"{name_of(digest, known.get(digest.edition))} n° {digest.number}, {say_date(day_of(digest))}"


async def _read(ctx: Context, number: int) -> Replies:
    digest = await digests.get(ctx.db, number)
    if digest is None or digest.state not in OUT:
        more = " `/actus brouillon` montre ce qui se prépare." if ctx.user.animates else ""
        raise UserError(f"Il n’y a pas de n° {number} des actus dans l’archive.{more}")
    if digest.state is State.WITHDRAWN:
        known = await places.editions(ctx)
        return Whisper(f"{escape(_title(digest, known))} : ce numéro a été retiré.")
    drawn = posts(await words.sheet_of(ctx, digest))
    if len(drawn) == 1:
        return Whisper(drawn[0])
    return [
        Whisper(f"Le n° {number} est dans votre conversation avec le bot, en {len(drawn)} messages."),
        *(Direct(text, user_id=ctx.user.id) for text in drawn),
    ]


@dataclass(frozen=True, slots=True)
class _Hit:
    """Something found: which number, and its words, those that were looked for in bold."""

    title: str
    words: Markdown


@feature.search("actus cherche", help="Chercher dans les anciens numéros", hint="mots")
async def search(ctx: Context, line: str) -> Replies:
    """The newest first."""
    return await _found(ctx, line, 0)


@feature.button(Search, writes=False)
async def more(ctx: Context, click: Search) -> Replies:
    """« Suite »."""
    return await _found(ctx, click.words, click.skip)


async def _found(ctx: Context, line: str, skip: int) -> Whisper:
    wanted = list(dict.fromkeys(_WORD.findall(fold(line[:WORDS_MAX]))))
    if not wanted:
        raise UserError("Dites quoi chercher, par exemple `/actus cherche inclusion`.")
    hits = list(await _hits(ctx, wanted))
    left = len(hits) - skip - PAGE
    following = [Button("Suite", Search(words=line[:WORDS_MAX], skip=skip + PAGE))] if left > 0 else []
    shown = hits[skip : skip + PAGE]
    return Whisper(
        render("actus/found", query=line.strip()[:WORDS_MAX], count=len(hits), hits=shown, left=left), following
    )


async def _hits(ctx: Context, wanted: Sequence[str]) -> Sequence[_Hit]:
    known = await places.editions(ctx)
    out = {one.number: one for one in await digests.published(ctx.db) if one.state is State.PUBLISHED}
    by_number: dict[int, list[Entry]] = {}
    for entry in await digests.every_entry(ctx.db):
        by_number.setdefault(entry.digest, []).append(entry)
    return [
        _Hit(_title(digest, known), _shown(text, wanted))
        for number, digest in out.items()
        for text in _texts(digest, by_number.get(number, []))
        if all(word in fold(text) for word in wanted)
    ]


def _texts(digest: Digest, entries: Sequence[Entry]) -> Iterator[str]:
    """What is looked through."""
    if digest.edito:
        yield " ".join(edito.plain(clean(digest.edito)).split())
    for entry in entries:
        yield " ".join(clean(" ".join((entry.title, entry.text, entry.credit))).split())


def _shown(text: str, wanted: Sequence[str]) -> Markdown:
    """The words around the first that was found; each of them in bold."""
    spans = [match.span() for match in _WORD.finditer(text) if any(word in fold(match[0]) for word in wanted)]
    first = max(spans[0][0] - AROUND, 0) if spans else 0
    last = first + 3 * AROUND
    pieces, at = (["…"] if first else []), first
    for start, end in spans:
        if first <= start and end <= last:
            pieces += [escape(text[at:start]) if at < start else "", f"**{escape(text[start:end])}**"]
            at = end
    return Markdown("".join([*pieces, escape(text[at:last]), "…" if last < len(text) else ""]))
