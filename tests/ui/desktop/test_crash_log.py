"""What a crash leaves behind, with a process that really crashes."""

import faulthandler
import os
import subprocess
import sys
import textwrap

import pytest

from ui.desktop.crash_log import FILE_NAME, crashes_written

CRASH = textwrap.dedent(
    """
    import faulthandler
    import sys
    from pathlib import Path
    from ui.desktop.crash_log import crashes_written

    def a_library():
        faulthandler._sigsegv()

    with crashes_written(Path(sys.argv[1])):
        a_library()
    """
)


@pytest.fixture(autouse=True)
def _pytests_own():
    yield
    faulthandler.enable(sys.__stderr__)


def crash(folder):
    ended = subprocess.run([sys.executable, "-c", CRASH, str(folder)], check=False, capture_output=True, text=True)
    assert ended.returncode != 0
    return ended


@pytest.mark.skipif(os.name == "nt", reason="crashes as POSIX does")
def test_the_stacks_are_there_and_the_next_crash_comes_after_them(tmp_path):
    assert crash(tmp_path).stderr == ""
    left = (tmp_path / FILE_NAME).read_text()
    assert "Segmentation fault" in left
    assert "in a_library" in left
    crash(tmp_path)
    both = (tmp_path / FILE_NAME).read_text()
    assert both.startswith(left)
    assert both.count("Segmentation fault") == 2


def test_without_a_crash_there_is_no_file(tmp_path):
    with crashes_written(tmp_path):
        assert (tmp_path / FILE_NAME).exists()
    assert not (tmp_path / FILE_NAME).exists()


def test_an_earlier_crash_stays_for_whoever_reports_it_but_not_without_end(tmp_path):
    (tmp_path / FILE_NAME).write_text("earlier")
    with crashes_written(tmp_path):
        pass
    assert (tmp_path / FILE_NAME).read_text() == "earlier"
    (tmp_path / FILE_NAME).write_text("x" * 2_000_000)
    with crashes_written(tmp_path):
        assert (tmp_path / FILE_NAME).stat().st_size == 0


def test_a_folder_that_refuses_costs_the_trace_alone(tmp_path, caplog):
    with crashes_written(tmp_path / "missing"):
        pass
    assert "no trace" in caplog.text
