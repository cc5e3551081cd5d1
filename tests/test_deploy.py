"""What an operator of several machines is given (deploy/, compose.yaml) is true of this bot: its settings, paths and
ports are the bot’s own, and the programs that read these files accept them."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import SecretStr

from bot.renderers import PORTRAIT_PATH
from cli.errors import INTERRUPTED
from cli.version import BUILT
from commands import FEATURES
from config.settings import Settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
OUTSIDE = {
    *(
        f"/{t.key[1].split('/')[0]}/"
        for f in FEATURES
        for t in f.triggers
        if t.key[0] in ("feed", "page", "sent", "webhook")
    ),
    "/api/v1/",
    PORTRAIT_PATH,
}
"""What is reached by who has no account, and by programs."""
SETTINGS = {f"COOP_{name.upper()}" for name in Settings.model_fields}
ELSEWHERE = {"COOP_ADMIN_TOKEN"}
"""What « coop-bot setup » reads beside the settings."""
FILES = [ROOT / "compose.yaml", ROOT / "Dockerfile", *(path for path in DEPLOY.rglob("*") if path.is_file())]


def read_manifests() -> list[dict[str, Any]]:
    return [each for path in sorted((DEPLOY / "k8s").glob("*.yaml")) for each in yaml.safe_load_all(path.read_text())]


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [each for each in read_manifests() if each["kind"] == kind]


def walk(value: Any) -> Iterator[Any]:
    """All that is in a document, the outer first."""
    yield value
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inside:
        yield from walk(each)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_setting_that_they_name_is_one(path: Path) -> None:
    assert {*re.findall(r"COOP_[A-Z_]+[A-Z]", path.read_text("utf-8"))} <= SETTINGS | ELSEWHERE


def test_the_balancer_lets_from_outside_what_is_for_outside() -> None:
    rules = [line for line in (DEPLOY / "haproxy.cfg").read_text().splitlines() if "path_beg" in line]
    assert len(rules) == 2
    for rule in rules:
        assert {*re.findall(r"/[a-z][\w/.-]*", rule.partition("path_beg")[2])} == OUTSIDE


@pytest.mark.skipif(not shutil.which("haproxy"), reason="haproxy is not on this machine")
@pytest.mark.parametrize("proxies", [{}, {"PROXIES": "10.0.0.5 10.1.0.0/16"}])
def test_haproxy_takes_its_configuration(proxies: dict[str, str]) -> None:
    names = {name: f"127.0.0.1:{port}" for port, name in enumerate(("BOT1", "BOT2", "BOT3"), 8101)} | proxies
    checked = subprocess.run(
        ["haproxy", "-c", "-f", DEPLOY / "haproxy.cfg"],
        env=os.environ | names,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    assert "ALERT" not in checked.stderr
    assert "WARNING" not in checked.stderr


@pytest.mark.skipif(not shutil.which("haproxy"), reason="haproxy is not on this machine")
def test_haproxy_begins_before_its_replicas_have_a_name() -> None:
    """A container that is made anew has another address, which it asks for; with none yet it begins all the same."""
    names = {f"BOT{number}": f"bot{number}.invalid:8066" for number in (1, 2, 3)}
    checked = subprocess.run(["haproxy", "-c", "-f", DEPLOY / "haproxy.cfg"], env=os.environ | names, check=False)
    assert checked.returncode == 0
    (asked,) = re.findall(r"default-server resolvers (\w+) init-addr [\w,]*none", (DEPLOY / "haproxy.cfg").read_text())
    assert f"\nresolvers {asked}\n" in (DEPLOY / "haproxy.cfg").read_text()


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not on this machine")
def test_systemd_takes_the_unit_and_finds_it_closed(tmp_path: Path) -> None:
    unit = (DEPLOY / "systemd" / "coop-bot@.service").read_text()
    (copy := tmp_path / "coop-bot@8101.service").write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", unit))
    for how in (["verify"], ["security", "--offline=yes", "--threshold=20"]):
        found = subprocess.run(["systemd-analyze", *how, copy], capture_output=True, text=True, check=False)
        assert found.returncode == 0, found.stdout + found.stderr
        assert copy.name not in found.stderr, found.stderr


def test_the_unit_stops_and_installs_as_the_guide_says() -> None:
    unit = (DEPLOY / "systemd" / "coop-bot@.service").read_text()
    drain, patience = (int(re.findall(pattern, unit)[0]) for pattern in (r"COOP_DRAIN=(\d+)", r"TimeoutStopSec=(\d+)"))
    assert patience >= drain + 20
    for line in ("WantedBy=multi-user.target", "RestartPreventExitStatus=2", "COOP_DATA_DIR=/var/lib/coop/%i"):
        assert line in unit
    assert f"SuccessExitStatus={INTERRUPTED}" in unit, "told to stop while it starts, it has not failed"


def test_the_pods_are_probed_drained_and_spared() -> None:
    (replicas,) = of_kind("StatefulSet")
    pod = replicas["spec"]["template"]["spec"]
    (bot,) = pod["containers"]
    (settings,) = of_kind("ConfigMap")
    port = settings["data"]["COOP_PORT"]
    assert [(p["name"], str(p["containerPort"])) for p in bot["ports"]] == [("http", port)]
    paths = {name: bot[f"{name}Probe"]["httpGet"] for name in ("startup", "liveness", "readiness")}
    assert {name: probe["path"] for name, probe in paths.items()} == {
        "startup": "/healthz", "liveness": "/healthz", "readiness": "/readyz"
    }  # fmt: skip
    assert all(probe["port"] == "http" for probe in paths.values())
    ready = bot["readinessProbe"]
    drain = int(settings["data"]["COOP_DRAIN"])
    assert drain > ready["periodSeconds"] * ready["failureThreshold"], "the Service turns elsewhere meanwhile"
    assert pod["terminationGracePeriodSeconds"] >= drain + 20
    assert bot["securityContext"]["readOnlyRootFilesystem"]
    assert {each["args"][0] for each in (*pod["initContainers"], bot)} == {"migrate", "serve"}
    (budget,) = of_kind("PodDisruptionBudget")
    assert budget["spec"]["maxUnavailable"] == 1 < replicas["spec"]["replicas"]


def test_the_manifests_mean_one_another() -> None:
    manifests = read_manifests()
    (replicas,) = of_kind("StatefulSet")
    labels = replicas["spec"]["template"]["metadata"]["labels"]
    selectors = [m["spec"].get("selector") or m["spec"].get("podSelector") for m in manifests if "spec" in m]
    assert all((s.get("matchLabels") or s) == labels for s in selectors if s)
    assert replicas["spec"]["serviceName"] in {each["metadata"]["name"] for each in of_kind("Service")}
    ports = {p["targetPort"] for each in of_kind("Service") for p in each["spec"]["ports"]}
    assert ports == {"http"}
    names = {(m["kind"], m["metadata"]["name"]) for m in manifests}
    used = [each for m in manifests for each in walk(m) if isinstance(each, dict)]
    assert all(("ConfigMap", each["configMapRef"]["name"]) in names for each in used if "configMapRef" in each)
    assert all(("Service", each["service"]["name"]) in names for each in used if "service" in each)
    assert len({each["image"] for each in used if "image" in each}) == 1


@pytest.mark.parametrize("version", ["1.25", "1.37"])
def test_kubernetes_knows_each_field_of_the_manifests(version: str) -> None:
    """By its own schemas, of the oldest and the newest version that the library has; no cluster is asked."""
    manifests = sorted(map(str, (DEPLOY / "k8s").glob("*.yaml")))
    command = [sys.executable, "-m", "kubernetes_validate", "--strict", "--kubernetes-version", version, *manifests]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert (checked.stdout + checked.stderr).count(" passed ") == len(read_manifests())


def test_kubernetes_gives_secrets_as_files_and_nothing_else() -> None:
    (settings,) = of_kind("ConfigMap")
    secret = {f"COOP_{n.upper()}" for n, f in Settings.model_fields.items() if f.annotation is SecretStr}
    assert not {*settings["data"]} & (secret | {"COOP_DATABASE_URL"}), "whoever may read settings may not read secrets"
    told = next((DEPLOY / "k8s").glob("settings*")).read_text()
    given = {*re.findall(r"--from-literal=(COOP_\w+)", told)}
    assert {"COOP_BOT_TOKEN", "COOP_COMMAND_TOKEN", "COOP_SECRET", "COOP_DATABASE_URL"} <= given
    mounts = [
        each["mountPath"]
        for m in of_kind("StatefulSet")
        for each in walk(m)
        if isinstance(each, dict) and "mountPath" in each
    ]
    assert settings["data"]["COOP_SECRETS_DIR"] in mounts
    assert settings["data"]["COOP_DATA_DIR"] in mounts
    Settings(**{name.removeprefix("COOP_").lower(): v for name, v in settings["data"].items() if "DIR" not in name})


def test_the_ingress_lets_in_what_is_for_outside() -> None:
    (ingress,) = of_kind("Ingress")
    (rule,) = ingress["spec"]["rules"]
    assert {each["path"] for each in rule["http"]["paths"]} == OUTSIDE
    (policy,) = of_kind("NetworkPolicy")
    assert policy["spec"]["policyTypes"] == ["Ingress", "Egress"]


def test_an_image_is_told_the_commit_that_it_is_made_of() -> None:
    """There is no .git in it."""
    built = BUILT.relative_to(ROOT)
    said = (ROOT / "Dockerfile").read_text()
    steps = ["ARG COMMIT=", f"> {built}", "pip install --no-deps --no-build-isolation ."]
    assert sorted(steps, key=said.index) == steps
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    assert all(each["build"]["args"] == {"COMMIT": "${COMMIT:-}"} for each in services.values() if "build" in each)
    assert '--build-arg "COMMIT=$commit"' in (DEPLOY / "image.sh").read_text()


def test_compose_has_three_replicas_behind_the_balancer_and_a_standby() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text())
    services = compose["services"]
    bots = [name for name in services if re.fullmatch(r"bot\d?", name)]
    assert len(bots) == 3
    assert {services["balancer"]["environment"][f"BOT{n}"] for n in (1, 2, 3)} == {f"{name}:8066" for name in bots}
    folders = [volume.partition(":")[0] for name in bots for volume in services[name]["volumes"]]
    assert len({*folders} - {"settings", "backups"}) == 3, "each has a folder of its own"
    volumes = {v.partition(":")[0] for s in services.values() for v in s.get("volumes", ()) if v[0] not in "./"}
    assert volumes == {*compose["volumes"]}
    assert all("backups:/var/backups/coop" in services[name]["volumes"] for name in bots), "one place for all"
    assert "--owner coop --mode 0700 /var/backups/coop" in (ROOT / "Dockerfile").read_text(), "the bot’s to write in"
    assert all(services[name]["env_file"] == services["setup"]["env_file"] for name in bots)
    alone = {name for name, service in services.items() if "profiles" not in service}
    assert alone == {"postgres", "mattermost", "bot"}
    assert {name for name in services if services[name].get("profiles") == ["replicas"]} == {
        "bot2", "bot3", "balancer", "standby"
    }  # fmt: skip
    for names in (service.get("depends_on", ()) for service in services.values()):
        assert {*names} <= {*services}
    ((known,),) = [each["ipam"]["config"] for each in compose["networks"].values()]
    believed = {services[name]["environment"]["COOP_PROXIES"] for name in bots}
    assert {known["subnet"]} == believed | {services["balancer"]["environment"]["PROXIES"]}
    called = services["mattermost"]["environment"]["MM_SERVICESETTINGS_ALLOWEDUNTRUSTEDINTERNALCONNECTIONS"]
    assert called.split() == ["bot", "balancer"]


def test_each_proxy_of_the_guide_says_who_asks() -> None:
    """One that does not would pass on what visitors say of themselves."""
    guide = (ROOT / "docs" / "exploitant.md").read_text("utf-8")
    places = re.findall(r"location (/[\w./-]+) \{(.*)proxy_pass", guide)
    assert {path for path, _ in places} <= OUTSIDE
    assert len(places) >= 5
    for path, orders in places:
        assert "proxy_set_header X-Forwarded-For $remote_addr;" in orders, path


def test_compose_says_what_is_missing_and_begins_by_itself(tmp_path: Path) -> None:
    """The bot’s container before and after « setup »: told in French, then served, with nothing more typed."""
    bot = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["bot"]
    script = bot["command"][0].replace("$$", "$").replace("sleep 60", "sleep 0.2")
    settings = tmp_path / "env"
    script = script.replace("/settings/env", str(settings)).replace("exec coop-bot", "exec echo démarre")
    environment = os.environ | {"WHERE": "http://localhost:8065", "TEAM": "cnum"}
    shell = subprocess.Popen([*bot["entrypoint"], script], stdout=subprocess.PIPE, text=True, env=environment)
    assert shell.stdout is not None
    said = [shell.stdout.readline() for _ in range(5)]
    assert "http://localhost:8065" in said[1]
    assert "docker compose run --rm setup" in said[3]
    settings.write_text("COOP_TEAM=cnum\n")
    rest = shell.communicate(timeout=30)[0].splitlines()
    assert rest[-1] == f"démarre --env-file {settings} serve"


@pytest.mark.parametrize("code", [0, 1])
def test_compose_gives_the_bot_its_settings_even_where_something_is_left_to_mend(tmp_path: Path, code: int) -> None:
    """« setup » says so by its code, once the file is written: the bot, which is not root, must be able to read it."""
    setup = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]["setup"]
    (settings := tmp_path / "settings").mkdir()
    (bin_ := tmp_path / "bin").mkdir()
    for name, line in {"coop-bot": f"touch {settings}/env; exit {code}", "chown": 'echo "$@"'}.items():
        (bin_ / name).write_text(f"#!/bin/sh\n{line}\n")
        (bin_ / name).chmod(0o700)
    script = setup["command"][0].replace("$$", "$").replace("/settings", str(settings))
    own = {
        "PATH": f"{bin_}:{os.environ['PATH']}",
        "COOP_ADMIN_TOKEN": "x",
        "TEAM": "cnum",
        "BOT_URL": "http://bot:8066",
    }
    ran = subprocess.run([*setup["entrypoint"], script], env=own, capture_output=True, text=True, check=False)
    assert ran.returncode == code, ran.stderr
    assert ran.stdout.split() == ["10001", str(settings), f"{settings}/env"]


def test_the_unit_leaves_to_the_bot_what_its_metrics_read() -> None:
    """Without /proc/stat it counts neither memory nor open files, and two alerts would never fire."""
    unit = (DEPLOY / "systemd" / "coop-bot@.service").read_text()
    assert not re.search(r"(?m)^ProcSubset=pid", unit)
