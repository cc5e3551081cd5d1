"""Documents are composed in a process of its own, which does not keep what they took for ever."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from time import sleep

import pytest

from bot.papers import compositor, typeset
from bot.papers.compositor import AskedDocument, Compositor, NotComposedError
from tests.golden import page


@pytest.fixture
def own() -> Iterator[Compositor]:
    made = Compositor()
    yield made
    made.close()


def ask(template: str = "activite") -> AskedDocument:
    """Ask for a small picture."""
    return AskedDocument(template, typeset.describe_page(page()), {"format": "png", "ppi": 20})


def is_there(pid: int | None) -> bool:
    assert pid
    with suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def waits_for_end(own: Compositor) -> bool:
    """Wait until there is no process; return whether that came."""
    for _ in range(3000):
        if own.pid is None:
            return True
        sleep(0.01)
    return False


def test_one_process_composes_one_document_after_the_other(own: Compositor) -> None:
    (first,) = own.compose([ask()])
    pid = own.pid
    again, other = own.compose([ask(), ask("usagers")])
    assert first == again != other
    assert own.pid == pid


def test_after_some_documents_another_process_takes_its_place(own: Compositor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compositor, "DOCUMENTS_MAX", 3)
    own.compose([ask()])
    first = own.pid
    own.compose([ask(), ask()])
    assert own.pid is None
    assert not is_there(first)
    own.compose([ask()])
    assert own.pid != first


def test_it_ends_when_no_document_was_asked_for_in_a_while(own: Compositor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compositor, "KEPT_S", 0.01)
    own.compose([ask()])
    assert waits_for_end(own)
    assert own.compose([ask()]), "it begins anew"


def test_what_cannot_be_composed_is_told_and_the_next_is_composed(own: Compositor) -> None:
    with pytest.raises(NotComposedError, match=r"absent\.typ"):
        own.compose([ask("absent")])
    assert own.compose([ask()])


def test_it_ends_also_after_what_could_not_be_composed(own: Compositor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compositor, "KEPT_S", 0.01)
    with pytest.raises(NotComposedError):
        own.compose([ask("absent")])
    assert waits_for_end(own)


def test_a_process_that_was_killed_is_replaced(own: Compositor) -> None:
    own.compose([ask()])
    killed = own.pid
    assert killed
    os.kill(killed, signal.SIGKILL)
    os.waitid(os.P_PID, killed, os.WEXITED | os.WNOWAIT)
    assert own.compose([ask()])
    assert own.pid != killed


def test_what_takes_too_long_is_given_up(own: Compositor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compositor, "COMPOSED_IN_S", 0.0)
    with pytest.raises(NotComposedError, match="ended"):
        own.compose([ask()])
    monkeypatch.undo()
    assert own.compose([ask()])


def test_what_is_cut_short_is_no_document(own: Compositor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("""input(); print('{"sizes": [10], "fault": ""}'); print('abc', end='')""")
    monkeypatch.setattr(compositor, "PROGRAM", program)
    with pytest.raises(NotComposedError, match="within a document"):
        own.compose([ask()])
    assert own.pid is None


def test_it_goes_on_where_all_are_told_to_stop(own: Compositor) -> None:
    own.compose([ask()])
    pid = own.pid
    assert pid
    os.kill(pid, signal.SIGTERM)
    own.compose([ask()])
    assert own.pid == pid


def test_threads_take_turns(own: Compositor) -> None:
    with ThreadPoolExecutor(4) as threads:
        made = [*threads.map(lambda _: own.compose([ask()])[0], range(8))]
    assert len({*made}) == 1


def test_the_bot_itself_loads_no_typesetter_and_leaves_no_process(tmp_path: Path) -> None:
    asked = (
        "import sys, pathlib; from commands.stats import papers; from tests.golden import page;"
        "papers.write_pdf(page(), pathlib.Path(sys.argv[1]) / 'p.pdf');"
        "from bot.papers.compositor import compositor; print(compositor.pid, 'typst' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", asked, tmp_path], capture_output=True, text=True, check=True)
    pid, is_loaded = done.stdout.split()
    assert is_loaded == "False"
    assert not is_there(int(pid))
    assert (tmp_path / "p.pdf").read_bytes().startswith(b"%PDF")
