"""A scan in its own process: what comes in, and what happens when that process does not live."""

import os
import signal
import threading
from pathlib import Path

import pytest

from client.scan.errors import ScanError
from client.scan.scanner import Scanner
from tests.client.music_files import write_mp3

KILLING = "tests.client.scan.killing_worker"


class Told:
    """All that a scan told."""

    def __init__(self, steps):
        self.steps = list(steps)
        self.files = {file.file.path.name: file for step in self.steps for file in step.files}
        self.problems = [problem for step in self.steps for problem in step.problems]
        self.gone = [Path(path).name for step in self.steps for path in step.gone]
        self.away = [Path(path).name for step in self.steps for path in step.away]

    @property
    def known(self):
        files = [file.file for step in self.steps for file in step.files]
        return {str(file.path): (file.mtime_ns, file.size) for file in files}


def music(folder: Path, count: int) -> None:
    for number in range(count):
        write_mp3(folder / f"{number:03}.mp3", f"Title {number}")


def test_everything_is_read_once_and_then_only_what_changed(tmp_path):
    music(tmp_path, 250)
    first = Told(Scanner([tmp_path], {}).run())
    assert len(first.files) == 250
    assert first.files["007.mp3"].file.title == "Title 7"
    assert (first.steps[-1].found, first.steps[-1].to_read, first.steps[-1].read) == (250, 250, 250)

    write_mp3(tmp_path / "007.mp3", "Another and longer one")
    (tmp_path / "008.mp3").unlink()
    write_mp3(tmp_path / "new.mp3", "New")
    second = Told(Scanner([tmp_path], first.known).run())
    assert set(second.files) == {"007.mp3", "new.mp3"}
    assert second.gone == ["008.mp3"]
    assert second.steps[-1].to_read == 2


def test_what_was_below_a_folder_that_is_away_is_not_gone(tmp_path):
    music(tmp_path / "disk" / "sub", 3)
    music(tmp_path / "disk-of-another", 1)
    known = Told(Scanner([tmp_path / "disk", tmp_path / "disk-of-another"], {}).run()).known
    (tmp_path / "disk").rename(tmp_path / "unplugged")
    (tmp_path / "disk-of-another" / "000.mp3").unlink()
    told = Told(Scanner([tmp_path / "disk", tmp_path / "disk-of-another"], known).run())
    assert told.away == ["000.mp3", "001.mp3", "002.mp3"]
    assert told.gone == ["000.mp3"]
    assert [problem.path for problem in told.problems] == [tmp_path / "disk"]


def test_single_files_are_scanned_and_gone_when_they_are(tmp_path):
    path = write_mp3(tmp_path / "a.mp3", "One")
    known = Told(Scanner([], {}, files=[path]).run()).known
    assert list(known) == [str(path)]
    path.unlink()
    told = Told(Scanner([], known, files=[path]).run())
    assert (told.gone, told.problems) == (["a.mp3"], [])


def test_the_file_that_kills_the_worker_is_named_and_the_scan_goes_on(tmp_path):
    music(tmp_path, 20)
    for name in ("004-kills.mp3", "018-kills.mp3"):
        write_mp3(tmp_path / name, "x")
    scanner = Scanner([tmp_path], {}, module=KILLING)
    told = Told(scanner.run())
    assert scanner.complete
    assert len(told.files) == 22
    bad = {name for name, scanned in told.files.items() if scanned.problem}
    assert bad == {"004-kills.mp3", "018-kills.mp3"}
    assert "crashed or hung the scan" in told.files["004-kills.mp3"].problem
    assert told.steps[-1].read == told.steps[-1].to_read == 22


def test_the_file_that_hangs_the_worker_is_named_and_the_scan_goes_on(tmp_path):
    music(tmp_path, 3)
    write_mp3(tmp_path / "001-hangs.mp3", "x")
    told = Told(Scanner([tmp_path], {}, module=KILLING, silence_s=1.0).run())
    assert {name for name, scanned in told.files.items() if scanned.problem} == {"001-hangs.mp3"}
    assert len(told.files) == 4


def test_a_worker_that_somebody_kills_is_replaced_and_nothing_is_told_twice(tmp_path):
    music(tmp_path, 600)
    scanner = Scanner([tmp_path, tmp_path / "gone"], {})
    steps, killed = [], False
    for step in scanner.run():
        steps.append(step)
        if step.files and not killed:
            killed = True
            os.kill(scanner.worker_pid, signal.SIGKILL)
    told = Told(steps)
    assert killed
    assert scanner.complete
    assert len(told.files) == 600
    assert not [scanned for scanned in told.files.values() if scanned.problem]
    assert len(told.problems) == 1


def test_a_worker_that_never_lives_is_given_up(tmp_path):
    with pytest.raises(ScanError, match="free some memory"):
        list(Scanner([tmp_path], {}, module="tests.client.scan.dying_worker").run())


def test_cancelling_ends_a_scan_that_hangs_at_once(tmp_path):
    write_mp3(tmp_path / "0-hangs.mp3", "x")
    scanner = Scanner([tmp_path], {}, module=KILLING)
    walked, told = threading.Event(), []

    def run():
        for step in scanner.run():
            told.append(step)
            walked.set()

    thread = threading.Thread(target=run)
    thread.start()
    assert walked.wait(60)
    scanner.cancel()
    thread.join(60)
    assert not thread.is_alive()
    assert not scanner.complete
    assert list(scanner.run()) == []


def test_files_that_vanish_between_walk_and_reading_are_left_out(tmp_path):
    music(tmp_path, 400)
    known = {str(tmp_path / "399.mp3"): (0, 0)}
    scanner, gone = Scanner([tmp_path], known), []
    files = 0
    for step in scanner.run():
        if step.to_read and not files:
            for number in range(390, 400):
                (tmp_path / f"{number}.mp3").unlink(missing_ok=True)
        files += len(step.files)
        gone += step.gone
    assert scanner.complete
    assert files <= 400
    assert step.read == 400
    assert [Path(path).name for path in gone] in (["399.mp3"], [])
