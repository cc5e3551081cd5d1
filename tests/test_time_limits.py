"""A test that takes too long is one failed test: in itself, in a fixture, in a task of its own, or just at its end."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

SETTINGS = """
[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = session
asyncio_default_test_loop_scope = session
markers = timeout
"""
PLANTED = '''
import asyncio
import time

import pytest
from hypothesis import given, strategies
from tests import time_limits

time_limits.SECONDS, time_limits.AGAIN_S = 0.5, 1.0


def works(seconds):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


async def never():
    await asyncio.Event().wait()


def test_slow_call():
    works(2)


async def test_slow_wait():
    await never()


@pytest.fixture
def makes():
    works(2)


def test_slow_fixture(makes):
    pass


@pytest.fixture
async def clears():
    yield
    await never()


async def test_slow_clearing(clears):
    pass


async def test_slow_task():
    """It takes what stops it for its own failure, of which nobody hears."""
    task = asyncio.create_task(_work())
    await never()


async def _work():
    works(0.8)


@given(strategies.integers())
def test_slow_example(number):
    works(0.3)


@pytest.mark.parametrize("number", range(10))
def test_boundary(number):
    """Stopped in itself, in what pytest does at its end, or not at all."""
    works(0.495 + number / 1000)


@pytest.mark.timeout(60)
def test_patient():
    works(0.8)


@pytest.mark.timeout(60)
def test_last():
    pass
'''
STOPPED = {"call", "wait", "fixture", "clearing", "task", "example"}
OPTIONS = ["-p", "no:cacheprovider", "-p", "tests.time_limits", "--numprocesses", "1", "-rfEp", "-q", "--tb", "line"]


def test_a_test_over_its_time_is_one_failed_test(tmp_path: Path) -> None:
    for name, text in {"pytest.ini": SETTINGS, "test_planted.py": PLANTED}.items():
        (tmp_path / name).write_text(text, "utf-8")
    command = [sys.executable, "-m", "pytest", *OPTIONS, "--rootdir", str(tmp_path), str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == pytest.ExitCode.TESTS_FAILED, ran.stdout + ran.stderr
    assert set(re.findall(r"^(?:FAILED|ERROR) .*::test_slow_(\w+)", ran.stdout, re.MULTILINE)) == STOPPED
    passed = re.findall(r"^PASSED .*::test_(\w+)", ran.stdout, re.MULTILINE)
    assert passed[-2:] == ["patient", "last"], "the run goes on"
