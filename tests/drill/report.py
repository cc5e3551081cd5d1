"""The table of a drill: what was measured, and the goal beside it."""

from collections.abc import Iterator, Mapping, Sequence

from tests.bench.figures import Figure, ms
from tests.bench.load import Run
from tests.drill.blows import Blows
from tests.drill.checker import Answer, Verdict, Window, outside, recovery
from tests.drill.measures import CONNECTIONS_EACH, CONNECTIONS_MAX, Measures
from tests.drill.monday import Monday, Report
from tests.drill.plan import DrillPlan

COMMAND_S, RECEIPT_S, RECOVERY_S = 0.3, 2.0, 15.0
MEMORY_MB, FILES, THREADS, LOG_MB = 30.0, 30.0, 10.0, 50.0
"""What a replica may grow by in an hour."""
PASSING_ROWS = 100_000.0
NAMES = {
    "kill1": "réplique 1 tuée",
    "kill2": "réplique 2 tuée",
    "kill3": "réplique 3 tuée",
    "upgrade": "mise à jour, une réplique après l’autre",
    "failover": "base : la seconde prend la place de la première",
    "mattermost": "Mattermost absent",
    "cut": "réseau coupé entre une réplique et la base",
    "clocks": "deux horloges à ± 5 minutes",
}


def figures(
    plan: DrillPlan,
    monday: Monday,
    blows: Blows,
    measures: Measures,
    verdicts: Mapping[str, Verdict],
    receipts: Sequence[tuple[str, str, int]],
    *,
    left: int,
) -> list[Figure]:
    """List all figures, first what may not be lost."""
    found = [show_verdict(name, verdict, left=left) for name, verdict in verdicts.items()]
    found.append(Figure("envois en attente à la fin", str(left), "", "0", not left))
    found += [Figure(f"consigne : {fault}", "non suivie", "", "suivie", False) for fault in blows.faults]
    if monday.left_out:
        found.append(Figure("demandes non faites", str(monday.left_out), "", "0 : la machine suit", False))
    found += _latencies(plan, monday, blows.windows, receipts)
    found += _recoveries(monday, blows.windows)
    found += _sizes(plan, measures, blows.windows)
    return found


def show_verdict(name: str, verdict: Verdict, *, left: int) -> Figure:
    """Show what became of what was accepted. While something is ``left`` to be done, nobody knows what is lost: it is
    not there yet."""
    missing = f"{verdict.lost} pas encore là" if left and verdict.lost else f"{verdict.lost} perdus"
    shown = f"{missing}, {verdict.doubled} en double, {verdict.disordered} en désordre"
    return Figure(name, shown, f"{verdict.accepted} acceptés", "0, 0, 0", verdict.is_clean)


def _latencies(
    plan: DrillPlan, monday: Monday, windows: Sequence[Window], receipts: Sequence[tuple[str, str, int]]
) -> Iterator[Figure]:
    """Yield the latencies outside of blows."""
    commands = outside(windows, monday.commands, RECOVERY_S)
    yield _timed(f"commandes, {plan.commands:g}/s, p99", commands, COMMAND_S)
    reports = outside(windows, [Answer(r.begun, r.ended, r.accepted) for r in monday.reports], RECOVERY_S)
    yield _timed(f"comptes rendus, {plan.reports:g}/s, p99", reports, COMMAND_S)
    yield _timed(f"clics, {plan.clicks:g}/s, p99", outside(windows, monday.clicked, RECOVERY_S), COMMAND_S)
    yield _timed("reçus, p99", outside(windows, _receipt_answers(monday.reports, receipts), RECOVERY_S), RECEIPT_S)


def _receipt_answers(reports: Sequence[Report], receipts: Sequence[tuple[str, str, int]]) -> list[Answer]:
    """Measure from the answer to the receipt, by person: the n-th receipt of somebody is that of their n-th report."""
    of_each: dict[str, list[int]] = {}
    for _, who, at in receipts:
        of_each.setdefault(who, []).append(at)
    found = []
    for report in (each for each in reports if each.accepted):
        if came := of_each.get(report.author):
            took = max(0.0, came.pop(0) / 1000 - report.taken_at)
            found.append(Answer(report.ended, report.ended + took, good=True))
    return found


def _timed(what: str, run: Run, goal: float) -> Figure:
    failed = f", {run.failed} échecs" if run.failed else ""
    if not run.done:
        return Figure(what, "rien hors des coups", "", f"≤ {ms(goal)}")
    tail = run.quantile(0.99)
    middle = f"médiane {ms(run.quantile(0.5))}, {run.done} hors des coups"
    return Figure(what, f"{ms(tail)}{failed}", middle, f"≤ {ms(goal)}, 0 échec", tail <= goal and not run.failed)


def _recoveries(monday: Monday, windows: Sequence[Window]) -> Iterator[Figure]:
    reports = [Answer(r.begun, r.ended, r.accepted and r.ended - r.begun < 1) for r in monday.reports]
    answers = [*monday.commands, *monday.clicked, *reports]
    for window in windows:
        took = recovery(window, answers)
        felt = sum(not a.good and window.begun <= a.begun < window.until for a in answers)
        lasted = f"le coup dure {window.over - window.begun:.1f} s"
        shown = f"{took:.1f} s après, {felt} demandes sans réponse ou en retard"
        yield Figure(NAMES[window.name], shown, lasted, f"≤ {RECOVERY_S:g} s", took <= RECOVERY_S)


def count_connections(counted: Sequence[tuple[float, int]], windows: Sequence[Window]) -> Figure:
    """Tell how many connections the database had at most where nothing befalls; and in a blow, when it still has those
    of a process that was killed or cut off, which it takes for living until it writes to them."""
    calm = [n for at, n in counted if not any(w.begun <= at <= w.over + RECOVERY_S for w in windows)]
    most, struck = max(calm, default=0), max((n for _, n in counted), default=0)
    met = most <= CONNECTIONS_MAX and struck <= CONNECTIONS_MAX + CONNECTIONS_EACH
    goal = f"≤ {CONNECTIONS_MAX}, et {CONNECTIONS_EACH} de plus pendant un coup"
    return Figure("connexions à la base, au plus", str(most), f"{struck}, coups compris", goal, met)


def _sizes(plan: DrillPlan, measures: Measures, windows: Sequence[Window]) -> Iterator[Figure]:
    yield count_connections(measures.connections, windows)
    shown, growth = f"{measures.most():.0f} Mo", measures.growth("memory")
    is_long = plan.seconds >= 1800
    goal = f"≤ {MEMORY_MB:g} Mo/h" if is_long else ""
    yield Figure(
        "mémoire d’une réplique, au plus",
        shown,
        f"pente {growth:+.1f} Mo/h",
        goal,
        growth <= MEMORY_MB if is_long else None,
    )
    if plan.blows:
        return
    for what, of, unit, scale, limit in (
        ("fichiers ouverts", "files", "", 1.0, FILES),
        ("fils d’exécution", "threads", "", 1.0, THREADS),
        ("journal", "log", " Mo", 2.0**20, LOG_MB),
    ):
        found = measures.growth(of) / scale
        yield Figure(
            f"{what}, par réplique",
            f"pente {found:+.1f}{unit}/h",
            "",
            f"≤ {limit:g}{unit}/h" if is_long else "",
            found <= limit if is_long else None,
        )
    for name, found in measures.table_growth().items():
        last = measures.tables[-1][1].get(name, 0) if measures.tables else 0
        yield Figure(
            f"table {name}",
            f"pente {found:+.0f} lignes/h",
            f"{last} lignes",
            f"≤ {PASSING_ROWS:g}/h" if is_long else "",
            found <= PASSING_ROWS if is_long else None,
        )
