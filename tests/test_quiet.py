"""Turns of workers that run tests side by side."""

import sys
import threading

import pytest

from tests.quiet import Turns

fcntl = pytest.importorskip("fcntl")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="flock is POSIX's")


@pytest.fixture
def workers(tmp_path):
    made = [Turns(tmp_path) for _ in range(3)]
    yield made
    for worker in made:
        worker.close()


def somebody_else_may(folder, operation):
    with (folder / "running.lock").open() as file:
        try:
            fcntl.flock(file, operation | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def test_ordinary_tests_run_side_by_side_and_a_quiet_one_alone(workers, tmp_path):
    workers[0].take(alone=False)
    workers[1].take(alone=False)
    assert not somebody_else_may(tmp_path, fcntl.LOCK_EX)
    workers[0].leave(keep=False)
    workers[1].leave(keep=False)
    workers[2].take(alone=True)
    assert not somebody_else_may(tmp_path, fcntl.LOCK_SH)
    workers[2].leave(keep=False)
    assert somebody_else_may(tmp_path, fcntl.LOCK_EX)


def test_a_turn_is_kept_for_the_next_quiet_test(workers, tmp_path):
    workers[0].take(alone=True)
    workers[0].leave(keep=True)
    assert not somebody_else_may(tmp_path, fcntl.LOCK_SH)
    workers[0].take(alone=True)
    workers[0].leave(keep=False)
    assert somebody_else_may(tmp_path, fcntl.LOCK_EX)


def test_a_quiet_test_gets_its_turn_and_then_the_others(workers):
    heard = []

    def run(worker, name, alone):
        worker.take(alone=alone)
        heard.append(name)
        worker.leave(keep=False)

    workers[0].take(alone=False)
    quiet = threading.Thread(target=run, args=(workers[1], "quiet", True))
    quiet.start()
    heard.append("ordinary")
    workers[0].leave(keep=False)
    quiet.join()
    run(workers[2], "ordinary again", alone=False)
    assert heard == ["ordinary", "quiet", "ordinary again"]
