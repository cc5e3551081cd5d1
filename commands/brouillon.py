"""« Reprendre »: take up again what was typed in any window and not submitted or not accepted."""

from collections import Counter
from collections.abc import Sequence

from pydantic import BaseModel

from bot.context import Context, ReadingContext
from bot.drafts import Resume, TakeUpDrafts, reopen_draft
from bot.errors import UserError
from bot.features import Feature
from bot.forms import Form
from bot.french import NBSP, join, plural
from bot.menus import Choosing, Menu
from bot.pages import Page, cut_page
from bot.replies import Button, Replies, RunCommand, Waiting, Whisper
from bot.texts import render, require
from storage.drafts import Draft

feature = Feature("brouillon", always=True)


SHOWN_MAX = 5
"""Drafts on one page."""


class TakeUp(Choosing):
    """Menu of drafts; ``chosen`` is the key of one."""


class ListDrafts(BaseModel):
    """Buttons « Suivants » and « Précédents »: another page of drafts, of one feature or of all."""

    number: int
    feature: str = ""


@feature.command("brouillon", help="Reprendre une saisie interrompue ou refusée")
async def take_up(ctx: ReadingContext, _: str) -> Replies:
    """Open the window of the only draft as it was left; if there are several, list them."""
    return await take_up_one(ctx, TakeUpDrafts())


@feature.button(TakeUpDrafts, writes=False)
async def take_up_one(ctx: ReadingContext, click: TakeUpDrafts) -> Replies:
    """Open a feature’s draft. If several wait, open the only one in which something was typed; else list them."""
    found = require(await _find_drafts(ctx, click.feature) or None, "brouillon/nothing", feature=click.feature)
    typed = sum(draft.is_typed for draft in found)
    if len(found) == 1 or (click.feature and typed == 1):
        return reopen_draft(found[0], here=False)
    return await list_drafts(ctx, ListDrafts(number=1, feature=click.feature))


@feature.button(ListDrafts, writes=False)
async def list_drafts(ctx: ReadingContext, click: ListDrafts) -> Replies:
    """List the drafts, those with typed text first, with a menu to take one up."""
    found = await _find_drafts(ctx, click.feature)
    page = cut_page(found, click.number, SHOWN_MAX)
    if not page.rows:
        raise UserError(render("brouillon/nothing", feature=click.feature))
    titles = {draft.key: _title(ctx, draft) for draft in page.rows}
    typed = [titles[draft.key] for draft in page.rows if draft.is_typed]
    seen = [titles[draft.key] for draft in page.rows if not draft.is_typed]
    text = render("brouillon/several", count=_say_count(found), typed=typed, seen=seen, page=page)
    buttons = _turn_page(page, click.feature)
    return Whisper(text, buttons, menus=[Menu("Reprendre", TakeUp(), titles)])


def _turn_page(page: Page[Draft], feature: str) -> list[Button]:
    def turn(number: int) -> ListDrafts:
        return ListDrafts(number=number, feature=feature)

    return [*page.draw_previous(turn), *page.draw_next(turn, "Suivants")]


@feature.button(TakeUp, writes=False)
async def chosen(ctx: ReadingContext, click: TakeUp) -> Replies:
    """Open the window of the draft that was chosen."""
    return await resume(ctx, Resume(key=click.chosen, here=False))


@feature.button(Resume, writes=False)
async def resume(ctx: Context, click: Resume) -> Replies:
    """Open a draft’s window as it was left, unless it was accepted since."""
    if await ctx.drafts.accepted(ctx.db, [click.key]):
        raise UserError(render("brouillon/done"))
    draft = require(await ctx.drafts.find(ctx.db, ctx.user.id, click.key), "brouillon/gone")
    return reopen_draft(draft, here=click.here)


@feature.waiting
async def remind(ctx: Context) -> Sequence[Waiting]:
    """Remind of windows that were begun, or submitted and not accepted; a window that was only opened is no
    reminder."""
    typed = [draft for draft in await _find_drafts(ctx) if draft.is_typed]
    if not typed:
        return []
    said = f"{_say_count(typed)} à terminer" if len(typed) > 1 else f"À terminer{NBSP}: {_summarize(ctx, typed[0])}"
    return [Waiting(said, Button("Reprendre", RunCommand(line=feature.name), "primary"))]


async def _find_drafts(ctx: Context, feature: str = "") -> Sequence[Draft]:
    """Find the drafts of one feature or of all: those with typed text first, then newest first."""
    found = await ctx.drafts.of(ctx.db, ctx.user.id)
    known = [
        draft for draft in found if Form.find(draft.form) and (not feature or draft.form.startswith(f"{feature}."))
    ]
    return sorted(known, key=lambda draft: not draft.is_typed)


def _say_count(found: Sequence[Draft]) -> str:
    """Count the drafts by kind: « 2 comptes rendus et 1 saisie »."""
    forms = [form for draft in found if draft.is_typed and (form := Form.find(draft.form))]
    return join([plural(count, *noun) for noun, count in Counter(form.noun for form in forms).items()])


def _title(ctx: Context, draft: Draft) -> str:
    """Name a draft, « Atelier du 27/11 à Bron, 8 personnes (27/11 à 15:02) », in the person’s own time."""
    return f"{_summarize(ctx, draft)} ({draft.saved_at.astimezone(ctx.user.zone):%d/%m à %H:%M})"


def _summarize(ctx: Context, draft: Draft) -> str:
    form = Form.find(draft.form)
    return form.summarize(draft.raw, draft.hidden, ctx.today) if form else draft.form
