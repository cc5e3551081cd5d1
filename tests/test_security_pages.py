"""What is written about security is true: each line that the page of threats names is there, no file holds a secret."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
REFERENCE = re.compile(r"`([\w./-]+/[\w./-]*|[\w.-]+\.(?:py|md|lock)|Makefile)(?:::([^`]+))?`")
SECRETS = {
    "a private key": re.compile(rb"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s+[A-Za-z0-9+/=]{40}"),
    "a key of age": re.compile(rb"AGE-SECRET-KEY-1[0-9A-Z]{50}"),
    "a token of a forge": re.compile(rb"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{40}|glpat-[\w-]{20})"),
    "a key of a cloud": re.compile(rb"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{35}\b"),
    "a token of a registry or a chat": re.compile(rb"\bpypi-[\w-]{80}|\bnpm_[A-Za-z0-9]{36}\b|\bxox[abprs]-[\w-]{20}"),
    "a signed token": re.compile(rb"\beyJ[\w-]{20,}\.eyJ[\w-]{20,}\.[\w-]{20,}"),
    "a password in an address": re.compile(
        rb"\b(?:postgres(?:ql)?|https?|smtps?)://[\w.-]+:(?!mot-de-passe@)[A-Za-z0-9!%*+,;=~-]{8,}@(?!127\.|localhost)[\w.-]+"
    ),
    "a setting with its secret": re.compile(
        rb"^COOP_(?:SECRET|BOT_TOKEN|COMMAND_TOKEN|VISIO_SECRET|SMTP_SECRET)=[\w-]{20,}", re.M
    ),
}
FILE_MAX = 2_000_000
"""Bytes of a file that are read: what is larger is a picture or a model."""


def list_tracked() -> list[Path]:
    try:
        told = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("git does not know these files here")
    return [ROOT / name for name in told.decode().split("\0") if name]


def find_secrets(data: bytes) -> Iterator[str]:
    return (name for name, pattern in SECRETS.items() if pattern.search(data))


def test_no_tracked_file_holds_a_secret() -> None:
    """Words of tests that look like one are written so that they do not."""
    found = {
        (str(path.relative_to(ROOT)), name)
        for path in list_tracked()
        if path.is_file()
        for name in find_secrets(path.read_bytes()[:FILE_MAX])
    }
    assert found == set()


def test_such_a_secret_would_be_found() -> None:
    planted = {
        "a private key": b"-----BEGIN OPENSSH " + b"PRIVATE KEY-----\n" + b"b" * 70,
        "a key of age": b"AGE-SECRET-KEY-" + b"1" + b"Q" * 58,
        "a token of a forge": b"ghp_" + b"a" * 36,
        "a key of a cloud": b"AKIA" + b"A" * 16,
        "a token of a registry or a chat": b"npm_" + b"a" * 36,
        "a signed token": b"eyJ" + b"a" * 30 + b".eyJ" + b"b" * 30 + b"." + b"c" * 30,
        "a password in an address": b"postgresql://coop" + b":motdepasse@db.exemple.fr/coop",
        "a setting with its secret": b"COOP_SECRET" + b"=" + b"s" * 40,
    }
    assert set(planted) == set(SECRETS)
    for name, data in planted.items():
        assert name in set(find_secrets(b"avant\n" + data + b"\n")), name


def test_each_line_that_the_page_of_threats_names_is_there() -> None:
    page = (ROOT / "docs" / "menaces.md").read_text("utf-8")
    named = REFERENCE.findall(page)
    assert len(named) > 40
    for path, name in named:
        if path.startswith("/"):
            continue  # an address of the bot
        assert (ROOT / path).exists(), path
        assert not name or name in (ROOT / path).read_text("utf-8"), (path, name)


def test_who_finds_a_fault_is_told_where_to_say_so() -> None:
    page = (ROOT / "SECURITY.md").read_text("utf-8")
    assert "In English" in page
    assert "menaces.md" in page
    assert "SECURITY.md" in (ROOT / "README.md").read_text("utf-8")
