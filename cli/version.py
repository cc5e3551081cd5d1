"""« --version »: the number of the release and, where it is known, the commit that runs."""

import subprocess
from importlib.metadata import version
from pathlib import Path

import click

ROOT = Path(__file__).parent.parent
BUILT = Path(__file__).parent / "build.txt"
"""The file that « make wheel » puts into the package, with the commit that it was built from."""
ASKED = ("log", "-1", "--format=commit %h, %cs"), ("status", "--porcelain", "--untracked-files=no")


def describe_version() -> str:
    """Return the version and what was built; the version alone where nothing says it."""
    known = read_checkout(ROOT) if (ROOT / ".git").exists() else read_built(BUILT)
    return f"coop-bot {version('coop-bot')}" + (f" ({known})" if known else "")


def read_checkout(root: Path) -> str:
    """Name the commit of a checkout, and whether its files were changed since; "" without git."""
    try:
        commit, changed = (_run_git(root, *asked) for asked in ASKED)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return commit + (", modifié depuis" if changed else "")


def _run_git(root: Path, *asked: str) -> str:
    command = ["git", "-C", str(root), *asked]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603  # no words of others
    return done.stdout.strip()


def read_built(file: Path) -> str:
    """Read what « make wheel » wrote; "" where nothing was."""
    try:
        return file.read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def say_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:  # click passes it by place
    """Print the version and end."""
    if asked and not ctx.resilient_parsing:
        click.echo(describe_version())
        ctx.exit()
