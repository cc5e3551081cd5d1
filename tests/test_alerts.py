"""The alerts fire when something is wrong and only then, ask for figures that the bot has, and say what to do."""

import json
import math
import re
import shutil
import subprocess
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from commands import FEATURES
from sandbox.faults import Faults
from tests.people import Person
from tests.support.cra import fill_workshop
from tests.support.house import House, wait_until
from tests.support.security import Attacker
from tests.test_deploy import DEPLOY, ROOT, walk

PROMETHEUS = DEPLOY / "prometheus"
(RULES,), (FIRED,), (CONFIGURATION,) = (PROMETHEUS.glob(f"*{kind}.yml") for kind in (".rules", ".tests", "prometheus"))
BOARD = DEPLOY / "grafana" / "coop-bot.json"
GUIDE = ROOT / "docs" / "exploitant.md"
PROCESS = ("resident_memory_bytes", "open_fds", "max_fds", "cpu_seconds_total")
OWN = {"up"} | {f"process_{name}" for name in PROCESS}
HAPROXY = {"haproxy_backend_active_servers", "haproxy_frontend_http_responses_total"}
"""What others count: Prometheus itself, its library for Python on Linux, HAProxy (tests/test_deploy_replicas.py)."""
AWAY = ("CoopRienNePart", "CoopEnvoisEnRetard", "CoopMattermostFerme", "CoopWebsocketFerme")
"""What a Mattermost that is away sets off."""
needs_promtool = pytest.mark.skipif(not shutil.which("promtool"), reason="promtool is not on this machine")


def alerts() -> dict[str, dict[str, Any]]:
    """Each alert, by name."""
    (group,) = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    return {rule["alert"]: rule for rule in group["rules"]}


def promtool(*words: str | Path) -> str:
    """What it says; that nothing is wrong."""
    done = subprocess.run(["promtool", *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def counted() -> set[str]:
    """The names of what /metrics has, as queries name them."""
    assert FEATURES, "features bring their own"
    found = OWN | HAPROXY
    for metric in REGISTRY.collect():
        endings = {"counter": ("_total",), "histogram": ("_bucket", "_sum", "_count")}.get(metric.type, ("",))
        found |= {metric.name + ending for ending in endings}
    return found


def named(query: str) -> set[str]:
    """The metrics that a query names."""
    return {*re.findall(r"\b(?:coop|process|haproxy)_\w+|\bup\b", re.sub(r'"[^"]*"', "", query))}


@needs_promtool
def test_each_alert_fires_when_it_should_and_not_on_a_calm_day() -> None:
    promtool("check", "config", CONFIGURATION)
    promtool("test", "rules", FIRED)
    fired = {*re.findall(r'alertname="?(Coop\w+)|alertname: (Coop\w+)', FIRED.read_text("utf-8"))}
    assert {one or other for one, other in fired} == {*alerts()}


def test_alerts_and_panels_ask_for_what_there_is() -> None:
    known = counted()
    board = json.loads(BOARD.read_text("utf-8"))
    asked = [each["expr"] for each in walk(board["panels"]) if isinstance(each, dict) and "expr" in each]
    assert len(asked) > 30
    for query in (*asked, *(rule["expr"] for rule in alerts().values())):
        assert named(query), query
        assert named(query) <= known, query
    business = {"coop_reports", "coop_people_active", "coop_people", "coop_tickets_open", "coop_tickets_late"}
    assert business <= set.union(*map(named, asked))


def test_panels_lie_beside_each_other_and_have_a_title() -> None:
    panels = json.loads(BOARD.read_text("utf-8"))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken: set[tuple[int, int]] = set()
    for panel in panels:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells


def test_each_alert_says_what_to_do() -> None:
    guide = GUIDE.read_text("utf-8")
    headings = re.findall(r"^#### (.+)$", guide, re.MULTILINE)
    assert [heading for heading in headings if heading.startswith("Coop")] == [*alerts()]
    for name, rule in alerts().items():
        assert rule["annotations"]["runbook_url"] == f"docs/exploitant.md#{name.lower()}"
        assert rule["labels"]["urgence"] in ("appeler", "demain")
        told = guide.split(f"#### {name}\n")[1].split("\n#")[0]
        assert "**Que faire.**" in told, name


@needs_promtool
@pytest.mark.newest_only
async def test_a_fault_planted_in_a_bot_fires_its_alerts(
    house: House, juliette: Person, faults: Faults, tmp_path: Path
) -> None:
    """What the bot says of itself while Mattermost is away, and once it is back."""
    form = await fill_workshop(juliette)
    faults.down = True
    faults.drop_sockets()
    await Attacker(house, juliette).sends("/dialogs", Attacker(house, juliette).submission(form))
    await wait_until(lambda: not house.bot.events.connected and not house.bot.outbox.is_open)
    house.clock.goes_to(house.clock() + timedelta(minutes=10))
    await house.bot.figures.read()
    expect(AWAY, tmp_path)

    faults.down = False
    await house.settled()
    await wait_until(lambda: house.bot.events.connected)
    await house.bot.figures.read()
    expect((), tmp_path)


def expect(fired: Sequence[str], folder: Path) -> None:
    """Those of the alerts of a server that is away fire which are ``fired``, were all figures to stay as they are."""
    found = (
        sample
        for metric in REGISTRY.collect()
        if metric.name.startswith("coop_")
        for sample in metric.samples
        if math.isfinite(sample.value)
    )
    series = [{"series": f"{each.name}{_labels(each.labels)}", "values": f"{each.value}x30"} for each in found]
    query = f'count by (alertname) (ALERTS{{alertstate="firing",alertname=~"{"|".join(AWAY)}"}})'
    samples = [{"labels": f'{{alertname="{name}"}}', "value": 1} for name in fired]
    asked = [{"expr": query, "eval_time": "20m", "exp_samples": samples}]
    tests = [{"interval": "1m", "input_series": series, "promql_expr_test": asked}]
    (file := folder / "planted").write_text(
        yaml.safe_dump({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": tests})
    )
    promtool("test", "rules", file)


def _labels(labels: dict[str, str]) -> str:
    return "{" + ",".join(f'{name}="{value}"' for name, value in labels.items()) + "}"
