"""« /stats partager »: a page of one’s statistics for people without an account; « /stats pages » lists and revokes
them."""

import hmac
import json
from base64 import b32encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.context import Context, ReadingContext
from bot.errors import UserError
from bot.french import Period, plural, say_days, say_weekday
from bot.menus import Choosing, Menu
from bot.papers.typeset import describe_page
from bot.replies import Ask, Button, Replies, Reply, Whisper
from bot.site import render_page
from bot.texts import Markdown, render, require
from bot.visits import PageAnswer, PageRequest, address_of_page
from commands.stats.conseiller import find_full_name, make_own_page, read_own_figures
from commands.stats.papers import StatsPage
from commands.stats.queries import CONSEILLERS, OwnQuery, feature, read_own_query
from config.text import fold
from config.time import find_midnight
from dialogs.stats import ShareFigures, ShareLife
from storage import people, seals
from storage.database import store
from storage.stats import recipients
from storage.stats.recipients import SHARES_MAX, SharedPage

PAGE = "chiffres"
"""The first part of the address of a shared page."""
CODE = "code"
"""The field of who checks a printed sheet: the code that stands on it."""
_SALT, _USE = b"coop-bot.stats", b"sheet"
CODE_BYTES, HALF = 5, 4
"""Bytes of a code (eight signs), and signs of each of its halves."""
_LOOKALIKES = str.maketrans("0189", "OIBG")
"""Figures that no code has, and what was meant."""
SHOWN_MAX = 10
"""The most shared pages that one list shows."""
LISTED = frozenset(("liste", "voir", "pages", "mes pages", "revoquer", "arreter", "fermer"))
"""The words that ask for the list of shared pages."""
_PLACES = "communes"
"""The key of the section of places, which is not shared."""


class RevokeShare(Choosing):
    """Menu « Révoquer »: closes the page whose number was chosen."""


class SeeShares(BaseModel):
    """Button « Voir mes pages partagées »."""


@dataclass(frozen=True, slots=True)
class WantedPage:
    """The page to share: its days, the name on it, and how long it is shown."""

    asked: OwnQuery
    name: str
    life: ShareLife = ShareLife.MONTH


async def read_line(ctx: ReadingContext, text: str) -> WantedPage | Reply:
    """Read the days to share; without any, open the window, and for the pages that there are, list them."""
    if fold(text).strip(" .!") in LISTED:
        return await draw_shares(ctx)
    asked = read_own_query(ctx, text)
    if asked.tag:
        raise UserError(render("stats/share_without_tag"))
    if not text.strip():
        return Ask(ShareFigures.draft(period=asked.period, life=ShareLife.MONTH, percent=asked.percent))
    return WantedPage(asked, await find_full_name(ctx.chat, ctx.user))


async def read_form(ctx: ReadingContext, form: ShareFigures) -> WantedPage | Reply:
    """Read the window’s choice."""
    asked = OwnQuery(start=form.period.start, end=form.period.end, percent=form.percent)
    return WantedPage(asked, await find_full_name(ctx.chat, ctx.user), form.life)


@feature.submit(ShareFigures, roles=CONSEILLERS, asks=read_form)
@feature.command(
    "stats partager",
    help="Donner à votre employeur une page de vos chiffres, sans compte",
    hint="[mois dernier | septembre | 2025]",
    roles=CONSEILLERS,
    asks=read_line,
    words=("liste",),
)
async def share(ctx: Context, wanted: WantedPage) -> Replies:
    """Make a page and show its address, which is shown only this once."""
    if await recipients.count_shown(ctx.db, ctx.user.id, ctx.now) >= SHARES_MAX:
        raise UserError(render("stats/too_many_shares", most=SHARES_MAX))
    key, last = recipients.make_share_key(), ctx.today + timedelta(days=wanted.life.days)
    page = SharedPage(
        user_id=ctx.user.id,
        key_hash=seals.hash_token(key),
        name=wanted.name,
        first=wanted.asked.start,
        last=wanted.asked.period.last,
        percent=wanted.asked.percent,
        created_at=ctx.now,
        expires_at=find_midnight(last + timedelta(days=1), ctx.zone),
    )
    await store(ctx.db, page)
    address = Markdown(address_of_page(ctx.settings, PAGE, key))
    until = say_weekday(last, ctx.today)
    text = render("stats/shared", address=address, period=_name_days(page), number=page.number, until=until)
    revoke = Button("Révoquer", RevokeShare(chosen=str(page.number)), "danger")
    return Whisper(text, [Button("Voir mes pages partagées", SeeShares()), revoke])


@feature.button(SeeShares, roles=CONSEILLERS, writes=False)
async def see_shares(ctx: ReadingContext, _: SeeShares) -> Replies:
    """List one’s shared pages, for a button."""
    return await draw_shares(ctx)


@feature.command("stats pages", help="Voir et révoquer vos pages partagées", roles=CONSEILLERS)
async def list_shares(ctx: ReadingContext, _: str) -> Replies:
    """List one’s shared pages, for the command."""
    return await draw_shares(ctx)


@feature.button(RevokeShare, roles=CONSEILLERS)
async def revoke(ctx: Context, click: RevokeShare) -> Replies:
    """Revoke a page, and list the others; twice is harmless."""
    number = int(click.chosen) if click.chosen.isdigit() else 0
    gone = require(await recipients.revoke_share(ctx.db, ctx.user.id, number), "stats/share_revoked")
    return await draw_shares(ctx, render("stats/revoked", period=_name_days(gone)))


async def draw_shares(ctx: Context, said: str = "") -> Whisper:
    """Draw the list of one’s pages and their views; ``said`` is what was just done."""
    found = await recipients.list_shares(ctx.db, ctx.user.id)
    lines = [_say_share(page, ctx) for page in found[:SHOWN_MAX]]
    text = render("stats/pages", said=said, lines=lines, more=len(found[SHOWN_MAX:]))
    shown = {str(page.number): _label(page) for page in found if page.expires_at > ctx.now}
    return Whisper(text, menus=[Menu("Révoquer…", RevokeShare(), shown)] if shown else [])


def _name_days(page: SharedPage) -> str:
    return _days_of(page).label


def _days_of(page: SharedPage) -> Period:
    return Period(page.first, page.last + timedelta(days=1))


def _find_last(page: SharedPage, zone: ZoneInfo) -> date:
    """Return the last day on which a page is shown."""
    return page.expires_at.astimezone(zone).date() - timedelta(days=1)


def _say_share(page: SharedPage, ctx: Context) -> str:
    """Describe a page: « septembre 2026 : jusqu’au lundi 28 décembre, vue 3 fois (n° 12) »."""
    until = say_weekday(_find_last(page, ctx.zone), ctx.today)
    life = f"jusqu’au {until}" if page.expires_at > ctx.now else f"finie le {until}"
    seen = f"vue {plural(page.views, 'fois', 'fois')}" if page.views else "jamais vue"
    return f"{_name_days(page)} : {life}, {seen} (n°\u00a0{page.number})"


def _label(page: SharedPage) -> str:
    """Label the choice of a page: « Révoquer septembre 2026 (n° 12) ». A short menu becomes buttons, so each names its
    action."""
    return f"Révoquer {_name_days(page)} (n°\u00a0{page.number})"


@dataclass(frozen=True, slots=True)
class _Owner:
    """The owner of a page, and the context that its statistics are read with."""

    user: people.Person
    db: AsyncSession
    today: date


@feature.page(PAGE, writes=True)
async def show(ctx: Context, asked: PageRequest) -> PageAnswer | None:
    """Show the statistics of a page to whoever has its address, and count the view, unless it is only a link
    preview."""
    shared = await recipients.find_share(ctx.db, "/".join(asked.parts), ctx.now)
    owner = await people.get(ctx.db, shared.user_id) if shared else None
    if shared is None or owner is None or owner.has_left(owner.today(ctx.now)):
        return None
    if not asked.is_glance:
        await recipients.count_view(ctx.db, shared)
    reader = _Owner(owner, ctx.db, owner.today(ctx.now))
    days = OwnQuery(start=shared.first, end=_days_of(shared).end, percent=shared.percent)
    page = await make_own_page(reader, days, await read_own_figures(reader, days), shared.name)
    last, told = _find_last(shared, owner.zone), describe_shared(page)
    codes = list_codes(ctx.settings.secrets, owner.id, told)
    typed = asked.fields.get(CODE, "")
    checked = is_among(typed, codes) if typed else None
    return PageAnswer(render_page(PAGE, page=told, until=say_days(last, last), code=codes[0], checked=checked))


def describe_shared(page: StatsPage) -> dict[str, object]:
    """Return the values of the page: those of the PDF without places. Bars are in percent of the longest."""
    told = describe_page(page)
    found: dict[str, dict[str, Any]] = told["sections"]
    return told | {"sections": [_with_bars(key, section) for key, section in found.items() if key != _PLACES]}


def _with_bars(key: str, section: dict[str, Any]) -> dict[str, Any]:
    longest = max((line["value"] for line in section["lines"]), default=0) or 1
    lines = [line | {"bar": line["value"] * 100 // longest} for line in section["lines"]]
    return section | {"key": key, "lines": lines}


def list_codes(secrets: Sequence[str], owner: str, page: Mapping[str, Any]) -> Sequence[str]:
    """Compute the codes of what a page says of its owner, « ABCD-2345 », one for each of the bot’s secrets, the present
    one first. It depends on the person, the days and all figures: nobody makes one without a secret."""
    parts = page["sections"]
    lines = [[part["key"], line["label"], line["value"]] for part in parts for line in part["lines"]]
    about = [owner, *(page[name] for name in ("name", "structure", "start", "last")), lines]
    said = json.dumps(about, ensure_ascii=False).encode()
    return [_shorten(hmac.digest(seals.derive_key(secret, _SALT, _USE), said, sha256)) for secret in reversed(secrets)]


def _shorten(digest: bytes) -> str:
    signs = b32encode(digest[:CODE_BYTES]).decode()
    return f"{signs[:HALF]}-{signs[HALF:]}"


def is_among(typed: str, codes: Sequence[str]) -> bool:
    """Tell whether a code, however it was typed, is one of these."""
    signs = "".join(sign for sign in typed.upper() if sign.isalnum()).translate(_LOOKALIKES)
    return any(hmac.compare_digest(signs.encode(), code.replace("-", "").encode()) for code in codes)
