"""« /canaux description » and « /canaux entete »: what a channel is for, and what stands at its top."""

from bot.context import Context
from bot.errors import UserError
from bot.replies import Ask, Replies, Whisper
from bot.texts import render
from commands.canaux.by_hand import do, known_channels, split
from commands.canaux.feature import ANIMATEURS, feature
from commands.canaux.scope import must_be_planned
from config.canaux import HEADER_MAX, PURPOSE_MAX
from dialogs.canaux import WriteHeader, WritePurpose
from storage.canaux import amend
from storage.canaux.drift import Drift, Finding

COLUMNS = {Drift.PURPOSE: ("purpose", "la description", PURPOSE_MAX), Drift.HEADER: ("header", "l’en-tête", HEADER_MAX)}
"""What the table calls it, what people do, and how long it may be."""


@feature.command(
    "canaux description",
    help="Dire à quoi sert un canal",
    hint="[canal] [texte]",
    roles=ANIMATEURS,
    writes=True,
)
async def describe(ctx: Context, text: str) -> Replies:
    """At once; without a text the window, with what stands there."""
    there = await known_channels(ctx, lambda _: True)
    key, words = await split(ctx, text, there)
    if key and words:
        return await _write(ctx, key, Drift.PURPOSE, " ".join(words.split()))
    purpose = (await must_be_planned(ctx, key)).purpose if key else None
    return Ask(WritePurpose.draft(there=there, key=key, text=purpose))


@feature.submit(WritePurpose, roles=ANIMATEURS)
async def save_purpose(ctx: Context, form: WritePurpose) -> Replies:
    """The same."""
    return await _write(ctx, form.key, Drift.PURPOSE, form.text)


@feature.command(
    "canaux entete",
    help="Écrire l’en-tête d’un canal",
    hint="[canal] [texte]",
    roles=ANIMATEURS,
    writes=True,
)
async def head(ctx: Context, text: str) -> Replies:
    """The same of what stands at its top, where Markdown is read."""
    there = await known_channels(ctx, lambda _: True)
    key, words = await split(ctx, text, there)
    if key and words:
        return await _write(ctx, key, Drift.HEADER, words)
    header = (await must_be_planned(ctx, key)).header if key else None
    return Ask(WriteHeader.draft(there=there, key=key, text=header))


@feature.submit(WriteHeader, roles=ANIMATEURS)
async def save_header(ctx: Context, form: WriteHeader) -> Replies:
    """The same."""
    return await _write(ctx, form.key, Drift.HEADER, form.text)


async def _write(ctx: Context, key: str, drift: Drift, text: str) -> Replies:
    """It is so from now on, in the table too: the nightly check would put the old one back."""
    column, called, most = COLUMNS[drift]
    canal = await must_be_planned(ctx, key)
    before = str(getattr(canal, column))
    if len(text) > most:
        raise UserError(f"C’est trop long : {most} caractères au plus, et il y en a {len(text)}.")
    if before == text:
        return Whisper("C’est déjà ce qui y est écrit.")
    await amend(ctx.db, key, ctx.user.id, ctx.now, **{column: text})
    act = await do(ctx, Finding(drift, key, canal.address, "écrit à la main", before=before, after=text))
    said = render("canaux/described", title=canal.name, what=called, before=before, after=text)
    return [Whisper(said), act]
