"""One instance a data directory, with real processes."""

import os
import signal
import subprocess
import sys
import textwrap

import pytest
from PySide6.QtNetwork import QLocalSocket

from ui.desktop.errors import AlreadyRunningError
from ui.desktop.single_instance import SingleInstance, _socket_name

FIRST = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from PySide6.QtCore import QCoreApplication
    from ui.desktop.single_instance import SingleInstance

    app = QCoreApplication([])
    instance = SingleInstance(Path(sys.argv[1]))
    assert instance.claim()
    instance.another_started.connect(lambda: print("raised", flush=True))
    print("claimed", flush=True)
    app.exec()
    """
)


@pytest.fixture
def first(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", FIRST, str(tmp_path)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "claimed\n"
    yield process
    process.kill()
    _, said = process.communicate()
    assert "Traceback" not in said


def test_a_second_start_raises_the_first_window(first, qapp, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_ACTIVATION_TOKEN", "token-of-the-compositor")
    assert SingleInstance(tmp_path).claim() is False
    assert first.stdout.readline() == "raised\n"
    # And it goes on to hold the place.
    assert SingleInstance(tmp_path).claim() is False


def test_another_data_directory_is_another_instance(first, qapp, tmp_path):
    instance = SingleInstance(tmp_path / "other")
    assert instance.claim()
    instance.release()


@pytest.mark.skipif(os.name == "nt", reason="kills as POSIX does")
def test_the_place_of_one_that_was_killed_is_taken_over(first, qapp, tmp_path):
    first.send_signal(signal.SIGKILL)
    first.wait()
    instance = SingleInstance(tmp_path)
    assert instance.claim()
    instance.release()


@pytest.mark.skipif(os.name == "nt", reason="stops as POSIX does")
def test_one_that_does_not_answer_is_said(first, qapp, tmp_path, monkeypatch):
    monkeypatch.setattr("ui.desktop.single_instance._PATIENCE_MS", 100)
    first.send_signal(signal.SIGSTOP)
    with pytest.raises(AlreadyRunningError, match="does not answer"):
        SingleInstance(tmp_path).claim()
    first.send_signal(signal.SIGCONT)


@pytest.mark.parametrize(
    "request_",
    [
        b"\n",
        b"[]\n",
        b'{"activationToken": 3}\n',
        b'{"activationToken": "\\ud800"}\n',
        b"[" * 4000 + b"\n",
        b"\xff\n",
        b"x" * 100_000,
    ],
)
def test_nonsense_on_the_socket_hurts_nobody(first, qapp, tmp_path, request_):
    socket = QLocalSocket()
    socket.connectToServer(_socket_name(tmp_path))
    assert socket.waitForConnected(5000)
    socket.write(request_)
    socket.waitForDisconnected(1000)
    assert SingleInstance(tmp_path).claim() is False


def test_released_it_can_be_claimed_again(qapp, tmp_path):
    for _ in range(2):
        instance = SingleInstance(tmp_path)
        assert instance.claim()
        instance.release()
