"""The process in which what strangers wrote is parsed: what it answers, what it may take, and that none is left."""

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import parsers
from bot.documents import NotAFeedError, parse_feed
from bot.web import DocumentReader, UnreadableDocument, reader
from tests.test_syndication import ATOM, HEAD, ONE, TAIL, URL

HEAVY = HEAD + b"<item><title " + b"a='b' " * 800_000 + b">x</title></item>" + TAIL
"""Five megabytes in one tag: read without a limit they take a gigabyte, and nobody else has a turn for seconds."""


def children() -> list[str]:
    """The processes that this one began and that are still there, dead ones that nobody asked for included."""
    listed = subprocess.run(["ps", "-e", "-o", "ppid=,pid=,stat=,args="], capture_output=True, text=True, check=True)
    ours = str(os.getpid())
    lines = [line.split(None, 3) for line in listed.stdout.splitlines()]
    return [each[-1] for each in lines if each[0] == ours and ("Z" in each[2] or "bot.parsers" in each[-1])]


async def test_a_feed_is_what_it_is_without_the_process() -> None:
    read = await DocumentReader().feed(ATOM.encode(), "application/atom+xml", URL)
    assert read == parse_feed(ATOM.encode(), {"content-type": "application/atom+xml"}, URL)
    with pytest.raises(NotAFeedError, match="ce n’est pas un flux"):
        await DocumentReader().feed(b"bonjour", "", URL)


async def test_titles_and_rules_of_robots_are_read() -> None:
    page = "<html><head><title>Été à la médiathèque</title></head><body><title>non</title>".encode("cp1252")
    assert await DocumentReader().title(page, "text/html; charset=iso-8859-1") == "Été à la médiathèque"
    rules = b"User-agent: *\nDisallow: /prive\n" + b"# long\n" * 9999
    assert [
        await DocumentReader().lets_in(rules, "coop-bot", f"https://a.example/{path}") for path in ("prive", "x")
    ] == [
        False,
        True,
    ]


async def test_what_takes_too_much_is_stopped_and_the_bot_goes_on_meanwhile() -> None:
    loop, longest = asyncio.get_running_loop(), 0.0

    async def beat() -> None:
        nonlocal longest
        before = loop.time()
        while True:
            await asyncio.sleep(0.001)
            longest, before = max(longest, loop.time() - before), loop.time()

    heart = asyncio.create_task(beat())
    with pytest.raises(UnreadableDocument):
        await DocumentReader().feed(HEAVY, "", URL)
    heart.cancel()
    assert longest < 0.5
    assert children() == []


async def test_one_is_read_at_a_time_and_the_others_have_their_turn() -> None:
    one, running = DocumentReader(), list[int]()

    async def count() -> None:
        while True:
            running.append(len(children()))
            await asyncio.sleep(0.02)

    counting = asyncio.create_task(count())
    feeds = await asyncio.gather(*(one.feed(HEAD + ONE + TAIL, "", URL) for _ in range(5)))
    counting.cancel()
    assert [feed.name for feed in feeds] == ["Un flux"] * 5
    assert max(running) <= 1


async def test_what_lasts_too_long_or_is_given_up_leaves_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "TIME_S", 0.01)
    with pytest.raises(UnreadableDocument):
        await DocumentReader().feed(HEAD + ONE + TAIL, "", URL)
    monkeypatch.undo()
    one = DocumentReader()
    reading = asyncio.create_task(one.feed(HEAVY, "", URL))
    while not children():  # noqa: ASYNC110  (a process has no event)
        await asyncio.sleep(0.005)
    reading.cancel()
    assert isinstance((await asyncio.gather(reading, return_exceptions=True))[0], asyncio.CancelledError)
    assert children() == []
    assert (await one.feed(HEAD + ONE + TAIL, "", URL)).name == "Un flux", "the turn was given back"


def test_it_has_limits_no_secrets_and_little_of_the_bot(tmp_path: Path) -> None:
    """The limits hold from before the first byte is read; what is imported is what starting it costs."""
    asked = (
        "import json, os, resource as r, sys; from bot import parsers\n"
        "def tell(body, told):\n"
        "    import bot.documents, bot.documents\n"
        "    held = [r.getrlimit(each)[0] for each in (r.RLIMIT_AS, r.RLIMIT_CPU, r.RLIMIT_CORE)]\n"
        "    return {'held': held, 'modules': sorted(sys.modules)}\n"
        "parsers.PARSERS = {'tell': tell}; parsers.main('tell')"
    )
    ran = subprocess.run([sys.executable, "-c", asked], input=b"{}\n", capture_output=True, check=True)
    told = json.loads(ran.stdout)
    assert told["held"] == [parsers.MEMORY_MAX, parsers.CPU_S, 0]
    heavy = {"aiohttp", "asyncio", "pydantic", "sqlalchemy", "commands", "bot.app", "bot.web"}
    assert not heavy & set(told["modules"])
