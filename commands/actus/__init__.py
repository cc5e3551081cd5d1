"""What came out: read again, searched, counted month by month, withdrawn everywhere and restored."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.command_lines import read_typed_number
from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.french import join, plural, say_date, say_month
from bot.replies import Button, Direct, Perform, Progress, Replies, RunCommand, Start, Step, Whisper
from bot.search import Findings, Hit, Search, SearchKind, cut_hits
from bot.texts import Markdown, escape, render, require
from bot.work import find_work, stop_work
from commands.actus import drafts, editions, edits, feeds, formats, programme, subscriptions
from commands.actus.editions import ANIMATEURS, feature
from commands.actus.publication import UNIT, get_posted
from commands.actus.reactions import kiosque
from config.text import fold
from config.time import PARIS
from storage import outbox
from storage.actus import digests
from storage.actus.digests import Digest, DigestEntry, DigestState, DigestText
from storage.actus.items import Item, ItemKind
from storage.database import change
from storage.journal import AuditAct
from storage.text_search import Entry, TextMemory, weigh_texts, weigh_title

OUT = (DigestState.PUBLISHED, DigestState.WITHDRAWN)
PAGE = 5
"""How many results one answer shows."""
AROUND = 60
"""Characters shown on each side of what was found."""
WORDS_MAX = 100
NEWS_FOR = timedelta(days=31)
"""How long after its publication « /accueil » mentions a digest."""
_WORD = re.compile(r"\w+")


OVERVIEW = frozenset({"", "liste", "archives", "anciens numeros", "numeros"})
"""What may follow « /actus » without naming a digest, folded."""


@feature.command("actus", help="Lire les actus", hint="[n° 42]", words=("liste", "archives", "numéro", "numéros"))
async def show_actus(ctx: Context, line: str) -> Replies:
    """Show what came out last and what comes next; or the number that is named, or where other words stand."""
    if fold(line) in OVERVIEW:
        return await _show_overview(ctx)
    if (number := read_typed_number(line, "actus")) is None:
        return Perform(f"actus cherche {line}")
    return await _show_digest(ctx, number)


async def _show_overview(ctx: Context) -> Whisper:
    out = [one for one in await digests.list_published(ctx.db) if one.state is DigestState.PUBLISHED]
    known = await editions.read_editions(ctx)
    coming = [(edition, await drafts.find_next_occasion(ctx, edition)) for edition in known.values()]
    said = [(edition.name, str(edition.rhythm), programme.say_coming(one, ctx.now)) for edition, one in coming]
    buttons = [Button("Lire le dernier", RunCommand(line=f"actus {out[0].number}"))] if out else []
    buttons.append(Button("Proposer une actu", RunCommand(line="actus proposer")))
    if ctx.user.animates:
        buttons.append(Button("Voir le brouillon", RunCommand(line="actus brouillon")))
    return Whisper(render("actus/overview", last=_say_title(out[0], known) if out else "", coming=said), buttons)


@feature.at_home
async def tell_latest(ctx: Context) -> Sequence[Markdown]:
    """Tell which number came out last, while it is news."""
    digest = await digests.find_latest(ctx.db, ctx.now - NEWS_FOR)
    if digest is None:
        return []
    title = _say_title(digest, await editions.read_editions(ctx))
    return [render("actus/at_home", title=title, number=digest.number)]


def _say_title(digest: Digest, known: Mapping[str, editions.Edition]) -> str:
    """Write the title of a digest: « Les actus du vendredi n° 42, vendredi 27 novembre 2026 »."""
    name = editions.name_edition(digest, known.get(digest.edition))
    return f"{name} n° {digest.number}, {say_date(editions.get_day(digest))}"


async def _show_digest(ctx: Context, number: int) -> Replies:
    digest = await digests.get(ctx.db, number)
    if digest is None or digest.state not in OUT:
        more = " `/actus brouillon` montre ce qui se prépare." if ctx.user.animates else ""
        raise UserError(render("actus/no_such_number", number=number, more=more))
    if digest.state is DigestState.WITHDRAWN:
        known = await editions.read_editions(ctx)
        return Whisper(render("actus/was_withdrawn", title=_say_title(digest, known)))
    drawn = formats.draw_posts(await editions.read_sheet(ctx, digest))
    if len(drawn) == 1:
        return Whisper(drawn[0])
    told = Whisper(render("actus/sent_privately", number=number, drawn=len(drawn)))
    return [told, *(Direct(text, user_id=ctx.user.id) for text in drawn)]


@feature.search("actus cherche", help="Chercher dans les anciens numéros", hint="mots")
async def search_archive(ctx: ReadingContext, line: str) -> Replies:
    """Search all published digests for these words, and show where they stand, newest first."""
    return await show_found(ctx, drafts.ArchiveSearch(words=line, skip=0))


@feature.button(drafts.ArchiveSearch, name="actus.Search", writes=False)
async def show_found(ctx: Context, click: drafts.ArchiveSearch) -> Replies:
    """Show the next page of what was found, after the first ``skip`` results."""
    words, after = click.words[:WORDS_MAX], click.skip + PAGE
    wanted = require(list(dict.fromkeys(_WORD.findall(fold(words)))) or None, "actus/search_what")
    hits = await _find_hits(ctx, wanted)
    following = [Button("Voir la suite", drafts.ArchiveSearch(words=words, skip=after))] if len(hits) > after else []
    text = render("actus/found", query=click.words.strip()[:WORDS_MAX], count=len(hits), hits=hits[click.skip : after])
    return Whisper(text, following)


async def _find_hits(ctx: Context, wanted: Sequence[str]) -> Sequence[tuple[str, Markdown]]:
    """Find the digests in which all of these words stand together: the title of each, and the words around."""
    known = await editions.read_editions(ctx)
    entries: dict[int, list[DigestEntry]] = defaultdict(list)
    for entry in await digests.list_all_entries(ctx.db):
        entries[entry.digest].append(entry)
    return [
        (_say_title(digest, known), _cut_around(text, wanted))
        for digest in await digests.list_published(ctx.db)
        if digest.state is DigestState.PUBLISHED
        for text in _list_texts(digest, entries[digest.number])
        if all(word in fold(text) for word in wanted)
    ]


def _list_texts(digest: Digest, entries: Sequence[DigestEntry]) -> Iterator[str]:
    """List the texts of a digest that are looked through."""
    if digest.edito:
        yield " ".join(formats.write_edito(editions.clean_text(digest.edito)).split())
    for entry in entries:
        yield " ".join(editions.clean_text(" ".join((entry.title, entry.text, entry.credit))).split())


def _cut_around(text: str, wanted: Sequence[str]) -> Markdown:
    """Cut out the words around the first match; all matches are in bold."""
    spans = [match.span() for match in _WORD.finditer(text) if any(word in fold(match[0]) for word in wanted)]
    first = max(spans[0][0] - AROUND, 0) if spans else 0
    last = first + 3 * AROUND
    pieces, at = (["…"] if first else []), first
    for start, end in spans:
        if first <= start and end <= last:
            pieces += [escape(text[at:start]) if at < start else "", f"**{escape(text[start:end])}**"]
            at = end
    return Markdown("".join([*pieces, escape(text[at:last]), "…" if last < len(text) else ""]))


MONTHS_SHOWN = 12


@feature.command("actus stats", help="Compter les actus, mois par mois", roles=ANIMATEURS)
async def count_actus(ctx: Context, _: str) -> Replies:
    """Count the digests of each edition, month by month, and the proposals of all editions together."""
    held = Counter(entry.digest for entry in await digests.list_all_entries(ctx.db))
    told = []
    for edition in (await editions.read_editions(ctx)).values():
        out = await digests.list_published(ctx.db, edition.key)
        months = [
            (month, list(those)) for month, those in groupby(out, lambda one: editions.get_day(one).replace(day=1))
        ]
        lines = [
            (say_month(month), those, sum(held[one.number] for one in those), await _say_approvers(ctx, those))
            for month, those in months[:MONTHS_SHOWN]
        ]
        told.append((edition.name, lines))
    return Whisper(render("actus/stats", editions=told, given=await _count_proposals(ctx)))


async def _say_approvers(ctx: Context, those: Sequence[Digest]) -> str:
    by = Counter([await editions.name_person(ctx, one.approved_by) if one.approved_at else "personne" for one in those])
    return join([f"{name} ({times})" for name, times in by.most_common()])


async def _count_proposals(ctx: Context) -> Sequence[tuple[str, int, int]]:
    """Count the proposals of each month, and the people who made them: (month, proposals, people)."""
    theirs = (col(Item.kind) == ItemKind.PROPOSAL, col(Item.proposed_by) != "")
    asked = select(Item.found_at, Item.proposed_by).where(*theirs).order_by(col(Item.found_at).desc())
    rows = [(at.astimezone(PARIS).date().replace(day=1), by) for at, by in (await ctx.db.exec(asked)).all()]
    months = [(month, [by for _, by in those]) for month, those in groupby(rows, lambda row: row[0])]
    return [(say_month(month), len(by), len(set(by))) for month, by in months[:MONTHS_SHOWN]]


@feature.command("actus retirer", help="Retirer un numéro de partout", hint="numéro", roles=ANIMATEURS)
async def ask_by_line(ctx: ReadingContext, line: str) -> Replies:
    """Ask once more whether a digest, named by its number, is to be withdrawn."""
    return await ask_by_button(ctx, drafts.WithdrawDigest(digest=editions.read_number(line, "retirer")))


@feature.button(drafts.WithdrawDigest, name="actus.Withdraw", roles=ANIMATEURS, writes=False)
async def ask_by_button(ctx: Context, click: drafts.WithdrawDigest) -> Replies:
    """Ask once more whether a digest is to be withdrawn."""
    digest = await editions.get_digest(ctx, click.digest)
    _must_be_out(digest)
    surely = Button("Retirer partout", drafts.WithdrawSurely(digest=digest.number), "danger")
    return Whisper(render("actus/withdraw", digest=digest), [surely])


def _must_be_out(digest: Digest) -> None:
    if digest.state is DigestState.WITHDRAWN:
        raise UserError(render("actus/already_withdrawn", number=digest.number))
    if digest.state is not DigestState.PUBLISHED:
        raise UserError(render("actus/not_out_yet", number=digest.number))


@feature.button(drafts.WithdrawSurely, roles=ANIMATEURS)
async def withdraw_digest(ctx: Context, click: drafts.WithdrawSurely) -> Replies:
    """Withdraw a digest: stop its publication, and delete its posts in the background."""
    digest = await editions.get_digest(ctx, click.digest, lock=True)
    _must_be_out(digest)
    await change(ctx.db, digest, state=DigestState.WITHDRAWN, withdrawn_by=ctx.user.id)
    if digest.at > ctx.now:
        await _free_day(ctx, digest)
    editions.note_digest(ctx, AuditAct.DIGEST_WITHDRAW, digest, {"etat": DigestState.PUBLISHED.value})
    stopped = await stop_work(ctx.db, drafts.DigestRewrite(digest=digest.number))
    removal = Start(payload=drafts.DigestRemoval(digest=digest.number))
    back = Button("Restaurer", drafts.RestoreDigest(digest=digest.number))
    told = Whisper(render("actus/withdrawn_now", number=digest.number), [back])
    return [told, await drafts.refresh_card(ctx, digest), *stopped, removal]


async def _free_day(ctx: Context, digest: Digest) -> None:
    """Give up the planned day of a digest that was published early and withdrawn before its hour, so that another one
    can take it. The digest moves to the day on which it came out, or to the nearest free day before that."""
    day = editions.get_day(digest)
    while (other := await digests.get_for_day(ctx.db, digest.edition, day)) and other.number != digest.number:
        day -= timedelta(days=1)
    await change(ctx.db, digest, day=day, first_day=day)


@feature.button(drafts.RestoreDigest, name="actus.Restore", roles=ANIMATEURS)
async def restore_digest(ctx: Context, click: drafts.RestoreDigest) -> Replies:
    """Turn a withdrawn digest into a draft again, with all its entries, on its own day if no other digest has that."""
    digest = await editions.get_digest(ctx, click.digest, lock=True)
    if digest.state is not DigestState.WITHDRAWN:
        raise UserError(render("actus/not_withdrawn", number=digest.number))
    if await find_work(ctx.db, drafts.DigestRemoval(digest=digest.number)):
        raise UserError(render("actus/still_disappearing"))
    await outbox.forget_ended(ctx.db, get_posted(digest).topics)
    await _reset_digest(ctx, digest)
    editions.note_digest(ctx, AuditAct.DIGEST_RESTORE, digest, {"etat": DigestState.WITHDRAWN.value})
    told = render("actus/restored", digest=digest, at=editions.say_at(digest.at), past=digest.at <= ctx.now)
    return [Whisper(told), await drafts.refresh_card(ctx, digest, here=True)]


OF_PUBLICATION = {
    "approved_by",
    "approved_at",
    "published_at",
    "withdrawn_by",
    "channels",
    "parts",
    "written",
    "document",
}
"""The columns that publication fills in; restoring a digest resets them."""


async def _reset_digest(ctx: Context, digest: Digest) -> None:
    """Reset what publication wrote on a digest, and take its items out of later digests."""
    own, revision = await _find_own_day(ctx, digest), digest.revision + 1
    state, reminded = (DigestState.HELD, 2) if digest.at <= ctx.now else (DigestState.DRAFT, 0)
    anew = {name: Digest.model_fields[name].get_default(call_default_factory=True) for name in OF_PUBLICATION}
    await change(ctx.db, digest, state=state, day=own, first_day=own, revision=revision, reminded=reminded, **anew)
    there = await digests.list_entries(ctx.db, digest.number)
    await digests.take_from_later(ctx.db, digest, [entry.item for entry in there])


async def _find_own_day(ctx: Context, digest: Digest) -> date:
    """Find the day that the edition’s rhythm gives to the digest’s hour, if no other digest has it; else its present
    day."""
    edition = await editions.find_edition(ctx, digest)
    named = edition.rhythm.naming(digest.at) if edition else None
    if named is None or await digests.find_covering(ctx.db, digest.edition, named):
        return digest.day
    return named


@feature.work(drafts.DigestRemoval, name="actus.Removal", title="Retrait des actus", unit=UNIT, writes=True)
async def remove_posts(ctx: Context, asked: drafts.DigestRemoval, so_far: Progress) -> Step:
    """Delete the next batch of a digest’s posts. Posts that were never sent are cancelled; posts that are on their way
    arrive first."""
    digest = await digests.get(ctx.db, asked.digest)
    if digest is None or not digest.parts:
        return Step(finished=True)
    return await get_posted(digest).remove(ctx, so_far)


TEXT = 30
"""The weight of a word found in a text (in a title: 60 to 100)."""


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
    """Find published digests whose texts have these words, best match first, then newest; withdrawn ones are left
    out."""
    known = await TEXTS.bring_up_to_date(wanted.db, await digests.read_stamp(wanted.db))
    best: dict[int, Hit] = {}
    for place, score in known.index.rank(wanted.words):
        number, title, _ = known.rows[place]
        best.setdefault(number, Hit(number, title, score))
    found = cut_hits(list(best.values()), wanted)
    numbers = [int(hit.ident) for hit in found.hits]
    there = {one.number: one for one in await digests.list_by_numbers(wanted.db, numbers)}
    names = await editions.read_editions(wanted) if there else {}
    return replace(found, hits=[_name(hit, there[int(hit.ident)], names) for hit in found.hits])


def _name(hit: Hit, digest: Digest, known: Mapping[str, editions.Edition]) -> Hit:
    """Say in which digest a text was found; the digest is the title itself if the text is an edito."""
    name = f"{editions.name_edition(digest, known.get(digest.edition))} n° {digest.number}"
    day = say_date(editions.get_day(digest))
    return replace(hit, title=hit.title or name, about=f"{name}, {day}" if hit.title else day)


__all__ = ["feature", "kiosque"]
