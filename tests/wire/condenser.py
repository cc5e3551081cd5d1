"""Turn the recordings of real servers into the compact files that the contract test reads.

`python -m tests.wire.condenser FOLDER` reads `wire-<version>/` in it and writes one `<version>.jsonl.xz` a version.
Tokens, request numbers, and moments go; ids become names (`⟨ann⟩`, `⟨#pub⟩`, `⟨17⟩`), so that the
replay can put its own in their place. See README.md for the fields.
"""

import json
import lzma
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.wire.captures import ANY, JSON, MOMENT, VERSIONS, cut

HERE = Path(__file__).parent
RAW_ID = re.compile(r"(?<![A-Za-z0-9])[a-z0-9]{26}(?![A-Za-z0-9])")
BUILD = re.compile(r"(?<=\.)[0-9a-f]{32,64}(?=\.false)")
NO_BUILD = re.compile(r"(^|\s)(\d+\.\d+\.\d+)\.\.")  # of a build from source, which has no number
OF_THE_MACHINE = {
    *("server_hostname", "DiagnosticId", "InstallationDate", "TelemetryId", "BuildHash"),
    *("AsymmetricSigningPublicKey", "mini_preview"),
}
NAMED = re.compile(r"<(#[^<>|]+|team [a-z]+|[a-z]+[0-9]*)>")
SEALED = re.compile(r"(?=[^a-z]*[a-z])(?=[^A-Z]*[A-Z])(?=[^0-9]*[0-9])[A-Za-z0-9+/]{60,}=*")
SECRETS = {"<secret>", "<token>"}
OF_TEAM = {207: "hub"} | dict.fromkeys(range(314, 328), "brk")  # whose town square these calls mean
PAGES_OF_ALL = (*range(446, 454), 653, 654)  # pages of hundreds of members in the order of random ids
HEADERS = {"User-Agent", "Accept", "Authorization", "Content-Type"}


class Namer:
    """Names for what differs between two servers: ids, sealed strings, moments."""

    def __init__(self, named: bool, kept: set[int]) -> None:
        self.named = named
        self.kept = kept
        self.names: dict[str, str] = {}

    def value(self, value: Any) -> Any:
        if isinstance(value, dict):
            value = without_words(value)
            return {self.text(key): ANY if hidden(key, item) else self.value(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, str):
            return ANY if value in SECRETS else cut(self.text(value))
        if isinstance(value, int) and abs(value) > 10**12 and value not in self.kept:
            return MOMENT
        return value

    def text(self, text: str) -> str:
        if self.named:
            text = NAMED.sub(lambda found: self._named(found[0], found[1]), text)
        text = text.replace("<hook>", "⟨hook⟩")  # whose id is the secret of a webhook
        for secret in SECRETS:
            text = text.replace(secret, ANY)
        text = BUILD.sub(ANY, NO_BUILD.sub(r"\1\2.\2.", text))
        text = SEALED.sub(lambda found: self._number(found[0], "sealed "), text)
        return RAW_ID.sub(lambda found: self._number(found[0], ""), text)

    @staticmethod
    def _named(whole: str, name: str) -> str:
        return whole if name in {"secret", "token", "script"} else f"⟨{name}⟩"

    def _number(self, raw: str, kind: str) -> str:
        if len(set(raw)) < 5:
            return raw  # zzz…: the id of nobody
        return self.names.setdefault(raw, f"⟨{kind}{len(self.names) + 1}⟩")


def hidden(key: str, item: Any) -> bool:
    """Tell whether a value is of the recorded machine, build or person only."""
    if key == "BuildHash" or (key == "BuildNumber" and not item):
        return True
    return bool(item) and (key in OF_THE_MACHINE or (key == "password" and item != "wrong"))


def opened(value: Any) -> Any:
    """The same value with every JSON text in it opened, and marked as having been a text."""
    if isinstance(value, dict):
        return {key: opened(item) for key, item in value.items()}
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return {JSON: opened(json.loads(value))}
        except ValueError:
            return value
    return value


def lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def moments_in_requests(calls: list[dict[str, Any]]) -> set[int]:
    asked = json.dumps([[call["path"], call.get("body")] for call in calls])
    return {int(found) for found in re.findall(r"(?<!\d)1[6-9]\d{11}(?!\d)", asked)}


def command_call(record: dict[str, Any]) -> dict[str, Any]:
    request, response = record["request"], record["response"]
    headers = dict(response["headers"])
    path = request["path"]
    call = {
        "kind": "call",
        "name": re.sub(r"[a-z0-9]{26}", "id", record["name"]),
        "actor": record["actor"],
        "method": request["method"],
        "path": path.removeprefix("/api/v4") if path.startswith("/api/v4") else "//" + path.lstrip("/"),
        "body": request["body"],
        "status": response["status"],
        "type": headers.get("Content-Type", ""),
        "reply": response.get("json"),
        "text": response.get("body_raw"),
    }
    return {key: value for key, value in call.items() if value is not None}


def follow_up(call: dict[str, Any]) -> dict[str, Any]:
    """What the recorded integration itself asked of the server while it answered."""
    if "request" in call:
        request, response = call["request"], call["response"]
        path, body = request["path"], request["body"]
    else:
        path, body, response = call["url"].removeprefix("http://127.0.0.1:8065"), call["request_body"], call
    return {"path": path, "body": body, "status": response["status"], "text": opened(response["body_raw"])}


def command_sent(record: dict[str, Any]) -> dict[str, Any]:
    request, reply = record["request"], record["reply"]
    sent = {
        "kind": "sent",
        "name": record["name"],
        "method": request["method"],
        "path": request["path_qs"].split("?")[0],
        "headers": {key: value for key, value in request["headers"] if key in HEADERS},
        "form": request.get("form"),
        "json": request.get("json"),
        "answer": {"status": reply["status"], "type": reply["content_type"], "text": reply["body_raw"]},
        "then": [
            follow_up(record[key]) for key in ("dialog_open", "dialog_open_2", "response_url_call") if key in record
        ],
    }
    return {key: value for key, value in sent.items() if value}


def command_records(folder: Path) -> Iterator[dict[str, Any]]:
    calls = [command_call(record) for record in lines(folder / "rest.jsonl")]
    namer = Namer(False, moments_in_requests(calls))
    others = [command_sent(record) for record in lines(folder / "integration.jsonl")]
    for record in lines(folder / "websocket.jsonl"):
        frame = opened(json.loads(record["raw"]))
        others.append({"kind": "frame", "actor": record["actor"], "way": record["dir"], "frame": frame})
    for item in [*calls, *others]:
        yield {"scenario": "commands", **namer.value(item)}


def rooms_frame(record: dict[str, Any]) -> dict[str, Any]:
    frame: dict[str, Any] = {key: record[key] for key in ("broadcast", "data") if key in record}
    raw = record.get("raw", "")
    if raw.startswith("{"):
        frame = opened(json.loads(raw))
    elif "raw" in record:
        frame = {"raw": raw}
    return {
        "kind": "frame",
        "after": record["after"],
        "event": record["event"],
        "to": record["to"],
        "frame": frame,
    }


def rooms_records(folder: Path) -> Iterator[dict[str, Any]]:
    calls = list(lines(folder / "rooms-rest.jsonl"))
    namer = Namer(True, moments_in_requests(calls))
    frames = [rooms_frame(record) for record in lines(folder / "rooms-websocket.jsonl")]
    for record in [*({"kind": "call", **call} for call in calls), *frames]:
        number = int((record.get("name") or record["after"])[:4])
        named = json.dumps(namer.value(record), ensure_ascii=False)
        if number in OF_TEAM:
            named = re.sub("⟨#(town-square|off-topic)⟩", rf"⟨#\1 {OF_TEAM[number]}⟩", named)
        if number in PAGES_OF_ALL:
            named = re.sub(r'"user_id": "⟨[^⟩]+⟩"', '"user_id": "⟨crowd⟩"', named)
            named = re.sub(r'"(last_viewed_at|last_update_at)": [^,]+', r'"\1": "⟨n⟩"', named)
        yield {"scenario": "rooms", **json.loads(named)}


def without_words(value: dict[str, Any]) -> dict[str, Any]:
    """Error texts are translated and reworded between versions: the id is the contract."""
    if not {"id", "message", "status_code"} <= set(value):
        return value
    return value | {key: "<secret>" for key in ("message", "detailed_error", "request_id") if value.get(key)}


def main(reference: Path) -> None:
    for version in VERSIONS:
        folder = reference / f"wire-{version}"
        records = [*command_records(folder), *rooms_records(folder)]
        text = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
        packed = lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME)
        (HERE / f"{version}.jsonl.xz").write_bytes(packed)
        sys.stdout.write(f"{version}: {len(records)} records, {len(packed)} bytes\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
