"""The program that bot/papers/compositor.py starts: it composes documents with typst until its standard input ends.

A line of JSON lists what is to be composed together; a line of JSON answers, and the documents, one after the other. It
imports nothing of the bot, which would take longer than a document.
"""

import json
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache
from typing import Any

import typst


def main() -> None:
    """Answer each line; whoever asks is told to stop by the same signals, and ends this when nothing more is asked."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    with ThreadPoolExecutor(2) as threads:
        for line in sys.stdin.buffer:
            try:
                made, fault = [*threads.map(compose, json.loads(line))], ""
            except Exception as problem:
                made, fault = [], f"{type(problem).__name__}: {problem}"
            answer = {"sizes": [*map(len, made)], "fault": fault}
            sys.stdout.buffer.write(b"".join((json.dumps(answer).encode(), b"\n", *made)))
            sys.stdout.buffer.flush()


def compose(asked: dict[str, Any]) -> bytes:
    """Compile a template with data, which cannot become markup.

    A compiler serves one thread at a time, and is cheap to make.
    """
    form: dict[str, Any] = asked["form"]
    if "timestamp" in form:
        form["timestamp"] = datetime.fromisoformat(form["timestamp"])
    fonts = _read_fonts(asked["fonts"])
    compiler = typst.Compiler(asked["source"], root=asked["root"], font_paths=fonts, ignore_system_fonts=True)
    made = compiler.compile(sys_inputs={"page": asked["page"]}, **form)
    if not isinstance(made, bytes):
        raise TypeError(f"{type(made)}, not one file")
    return made


@cache
def _read_fonts(folder: str) -> Any:
    """Read the bot’s own fonts only, so that the output is the same everywhere."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


if __name__ == "__main__":
    main()
