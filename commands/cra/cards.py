"""The receipt of a report: one sentence of all that is stored, and what can be done with it."""

from bot.cards import RowCard
from bot.context import Context
from bot.french.dates import say_date
from bot.french.words import say_minutes
from bot.replies import Button, Direct, Message, Refresh, Update
from bot.texts import Markdown, render
from commands.cra.feature import Copy, Delete, Edit, Restore, Spread
from config.themes import THEMES
from storage.communes import get_commune
from storage.cra import Activite, Cra, Report
from storage.cra.queries import RESTORE_FOR

RECEIPT = RowCard[int]("cra:")
"""The receipt of a report, in its author’s direct channel, by its number."""


def say_report(report: Report) -> Markdown:
    """Say all that a report says in one readable sentence."""
    return render("cra/sentence", day=say_date(report.date), **describe_report(report))


def describe_report(report: Report) -> dict[str, object]:
    """Describe a report and its codes in words, for templates."""
    commune = get_commune(report.commune)
    return {
        "report": report,
        "commune": commune.nom if commune else report.commune,
        "duration": say_minutes(report.minutes),
        "themes": [THEMES[code].court for code in report.themes],
    }


def draw_standing_card(number: int, report: Report, verb: str) -> Message:
    """Draw the receipt of a report that counts; ``verb`` says what was done: enregistré, modifié…"""
    text = render("cra/receipt", number=number, verb=verb, sentence=say_report(report))
    short = [("Date", f"{report.date:%d/%m/%Y}"), ("Durée", say_minutes(report.minutes))]
    return Message(text, _buttons(number, report.activite), short)


def draw_card(cra: Cra, verb: str) -> Message:
    """Draw the receipt of a report as it is in the database, deleted or not."""
    if cra.deleted_at is None:
        return draw_standing_card(cra.number, cra.report, verb)
    until = (cra.deleted_at + RESTORE_FOR).date()
    text = render("cra/deleted", number=cra.number, until=until, sentence=say_report(cra.report))
    return Message(text, [Button("Rétablir", Restore(number=cra.number), "primary")])


def make_receipt(ctx: Context, number: int, message: Message) -> Direct:
    """Make a direct message of a card: it survives a reload."""
    return RECEIPT.send(number, message, ctx.user.id)


def refresh_card(cra: Cra, verb: str, *, here: bool = False) -> Refresh:
    """Draw every receipt of this report again."""
    return RECEIPT.rewrite(cra.number, draw_card(cra, verb), here=here)


def update_card(cra: Cra, verb: str) -> Update:
    """Draw the receipt whose button was clicked again."""
    message = draw_card(cra, verb)
    return Update(message.text, message.buttons, message.facts)


def _buttons(number: int, activite: Activite) -> list[Button]:
    spread = [Button("Répartir", Spread(number=number))] if activite is Activite.COLLECTIF else []
    return [
        Button("Modifier", Edit(number=number), "primary"),
        Button("Dupliquer", Copy(number=number)),
        *spread,
        Button("Supprimer", Delete(number=number), "danger"),
    ]
