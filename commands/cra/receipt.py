"""The receipt of a report: one sentence of all that is stored, and what can be done with it."""

from bot.context import Context
from bot.french.dates import say_date
from bot.french.durations import say_minutes
from bot.replies import Button, Direct, Message, Refresh, Reply, Update
from bot.texts import Markdown, render
from commands.cra.buttons import Copy, Delete, Edit, Restore, Spread
from config.themes import THEMES
from storage.communes import by_code
from storage.cra import Activite, Cra, Report
from storage.cra.queries import RESTORE_FOR


def topic_of(number: int) -> str:
    """What messages about a report are filed under."""
    return f"cra:{number}"


def sentence(report: Report) -> Markdown:
    """All that a report says, in one readable sentence."""
    return render("cra/sentence", day=say_date(report.date), **facts(report))


def facts(report: Report) -> dict[str, object]:
    """A report and its codes in words, for templates."""
    commune = by_code(report.commune)
    return {
        "report": report,
        "commune": commune.nom if commune else report.commune,
        "duration": say_minutes(report.minutes),
        "themes": [THEMES[code].court for code in report.themes],
    }


def card(cra: Cra, verb: str) -> Message:
    """The receipt of a report as it stands; ``verb`` says what was done: enregistré, modifié…"""
    report = cra.report
    if cra.deleted_at:
        until = (cra.deleted_at + RESTORE_FOR).date()
        text = render("cra/deleted", number=cra.number, until=until, sentence=sentence(report))
        return Message(text, [Button("Rétablir", Restore(number=cra.number), "primary")])
    text = render("cra/receipt", number=cra.number, verb=verb, sentence=sentence(report))
    short = [("Date", f"{report.date:%d/%m/%Y}"), ("Durée", say_minutes(report.minutes))]
    return Message(text, _buttons(cra), short)


def receipt(ctx: Context, cra: Cra, verb: str = "enregistré") -> Direct:
    """The receipt as a direct message: it survives a reload."""
    message = card(cra, verb)
    return Direct(message.text, message.buttons, message.facts, user_id=ctx.user.id, topic=topic_of(cra.number))


def refreshed(cra: Cra, verb: str) -> Refresh:
    """Every receipt of this report told anew."""
    message = card(cra, verb)
    return Refresh(message.text, message.buttons, message.facts, topic=topic_of(cra.number))


def updated(cra: Cra, verb: str) -> Update:
    """The receipt whose button was clicked, told anew."""
    message = card(cra, verb)
    return Update(message.text, message.buttons, message.facts)


def after_dialog(ctx: Context, cra: Cra, verb: str) -> list[Reply]:
    """Receipts after a change by dialog: the clicked one shows it, a command’s comes as a new message."""
    told: list[Reply] = [refreshed(cra, verb)]
    return told if ctx.request.post_id else [*told, receipt(ctx, cra, verb)]


def _buttons(cra: Cra) -> list[Button]:
    number = cra.number
    spread = [Button("Répartir", Spread(number=number))] if cra.activite is Activite.COLLECTIF else []
    return [
        Button("Modifier", Edit(number=number), "primary"),
        Button("Dupliquer", Copy(number=number)),
        *spread,
        Button("Supprimer", Delete(number=number), "danger"),
    ]
