"""The receipt of a report: one sentence of all that is stored, and what can be done with it."""

from collections.abc import Sequence
from typing import Any

from bot.cards import RowCard
from bot.context import Context
from bot.french.dates import say_date
from bot.french.words import say_minutes
from bot.replies import Button, Direct, Message, Refresh, Update
from bot.texts import Markdown, render
from commands.cra.feature import Copy, Delete, Edit, Restore, Spread
from config.themes import THEMES
from storage.communes import get_commune
from storage.cra import Activite, Cra, CraRow, Report
from storage.cra.queries import RESTORE_FOR
from storage.cra.tags import list_names

RECEIPT = RowCard[int]("cra:")
PRACTICE_RECEIPT = RowCard[int]("practice:")
"""The receipt of a report, in its author’s direct channel, by its number; that of one on a practice sheet."""


def mark_practice(text: Markdown, *, practice: bool) -> Markdown:
    """Say before what is said of a practice sheet that it does not count."""
    return render("cra/practice", text=text) if practice else text


def say_report(report: Report, tags: Sequence[str] = ()) -> Markdown:
    """Say all that a report says in one readable sentence."""
    return render("cra/sentence", day=say_date(report.date), tags=tags, **describe_report(report))


async def read_tags(ctx: Context, cra: CraRow) -> tuple[str, ...]:
    """Read the names of a report’s tags; a practice sheet has none."""
    return (await list_names(ctx.db, [cra.number])).get(cra.number, ()) if isinstance(cra, Cra) else ()


def describe_report(report: Report) -> dict[str, object]:
    """Describe a report and its codes in words, for templates."""
    commune = get_commune(report.commune)
    return {
        "report": report,
        "commune": commune.nom if commune else report.commune,
        "duration": say_minutes(report.minutes),
        "themes": [THEMES[code].court for code in report.themes],
    }


def draw_standing_card(
    number: int, report: Report, verb: str, *, practice: bool = False, tags: Sequence[str] = ()
) -> Message:
    """Draw the receipt of a report that counts; ``verb`` says what was done: enregistré, modifié…"""
    text = render("cra/receipt", number=number, verb=verb, sentence=say_report(report, tags))
    short = [("Date", f"{report.date:%d/%m/%Y}"), ("Durée", say_minutes(report.minutes))]
    buttons = _buttons(report.activite, number=number, practice=practice)
    return Message(mark_practice(text, practice=practice), buttons, short)


async def draw_card(ctx: Context, cra: CraRow, verb: str) -> Message:
    """Draw the receipt of a report as it is in the database, deleted or not."""
    practice, tags = not isinstance(cra, Cra), await read_tags(ctx, cra)
    if cra.deleted_at is None:
        return draw_standing_card(cra.number, cra.report, verb, practice=practice, tags=tags)
    until = (cra.deleted_at + RESTORE_FOR).date()
    text = render("cra/deleted", number=cra.number, until=until, sentence=say_report(cra.report, tags))
    restore = Restore(number=cra.number, practice=practice)
    return Message(mark_practice(text, practice=practice), [Button("Rétablir", restore, "primary")])


def make_receipt(ctx: Context, number: int, message: Message, *, practice: bool = False) -> Direct:
    """Make a direct message of a card: it survives a reload."""
    return (PRACTICE_RECEIPT if practice else RECEIPT).send(number, message, ctx.user.id)


async def refresh_card(ctx: Context, cra: CraRow, verb: str, *, here: bool = False) -> Refresh:
    """Draw every receipt of this report again."""
    card = RECEIPT if isinstance(cra, Cra) else PRACTICE_RECEIPT
    return card.rewrite(cra.number, await draw_card(ctx, cra, verb), here=here)


async def update_card(ctx: Context, cra: CraRow, verb: str) -> Update:
    """Draw the receipt whose button was clicked again."""
    message = await draw_card(ctx, cra, verb)
    return Update(message.text, message.buttons, message.facts)


def _buttons(activite: Activite, **about: Any) -> list[Button]:
    spread = [Button("Répartir", Spread(**about))] if activite is Activite.COLLECTIF else []
    return [
        Button("Modifier", Edit(**about), "primary"),
        Button("Dupliquer", Copy(**about)),
        *spread,
        Button("Supprimer", Delete(**about), "danger"),
    ]
