"""What « /chercher » finds of one’s own reports, by the words and periods of « /cra liste »; one of them, shown."""

from bot.command_lines import read_typed_number, split_period
from bot.context import Context
from bot.french.periods import read_period
from bot.replies import Button, Replies, Whisper
from bot.search import NOTHING, Findings, Hit, Search, SearchKind
from bot.texts import render
from commands.cra.cards import read_tags, say_report
from commands.cra.feature import CONSEILLERS, Copy, Edit, See, feature
from commands.cra.reports import find_standing_report
from config.themes import THEMES
from dialogs.cra.titles import title_report
from storage.cra import CraRow, queries
from storage.cra.search import Sheet, read_search

NAMED, FEW, MANY = 100, 70, 40
"""How well a report is found by its number, and by words that all hold of it: of few reports they tell more."""
FEW_MAX = 10
KIND = SearchKind("cra", "Compte rendu", "Vos comptes rendus", lambda number: See(number=int(number)))


@feature.finds(KIND, roles=CONSEILLERS)
async def find_own_reports(wanted: Search) -> Findings:
    """Find one’s own reports of which all the words hold, the newest first."""
    named, words = split_period(wanted.words, wanted.today)
    period, sheet = named or read_period("tout", wanted.today), Sheet(wanted.user.id)
    if period is None or not wanted.user.id:
        return NOTHING
    sought = await read_search(wanted.db, sheet, words, period.start, period.end)
    if sought.unknown or not (sought.conditions or named):
        return NOTHING
    total = await queries.count_reports(wanted.db, sheet, sought)
    page = await queries.list_page(wanted.db, sheet, sought, size=wanted.skip + wanted.limit)
    hits = [_make_hit(wanted, cra, FEW if total <= FEW_MAX else MANY) for cra in page.reports]
    return Findings(sorted(hits, key=lambda hit: -hit.score)[wanted.skip :], total)


def _make_hit(wanted: Search, cra: CraRow, worth: int) -> Hit:
    score = NAMED if read_typed_number(wanted.words) == cra.number else worth
    themes = ", ".join(THEMES[code].court for code in cra.report.themes)
    return Hit(cra.number, title_report(cra.report, wanted.today), score, f"n° {cra.number}, {themes}")


@feature.button(See, roles=CONSEILLERS, writes=False)
async def show_report(ctx: Context, click: See) -> Replies:
    """Show a report as it stands, and what can be done with it."""
    cra = await find_standing_report(ctx, click)
    buttons = [Button("Modifier", Edit(number=cra.number), "primary"), Button("Dupliquer", Copy(number=cra.number))]
    sentence = say_report(cra.report, await read_tags(ctx, cra))
    return Whisper(render("cra/seen", number=cra.number, sentence=sentence), buttons)
