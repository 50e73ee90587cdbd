"""Qt and asyncio in one loop."""

import asyncio
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time

import pytest
from PySide6.QtCore import QObject, QTimer, Signal

from client.errors import PairingError
from ui.desktop.event_loop import errors_reported, interrupts_heard


class Button(QObject):
    pressed = Signal()


def test_coroutines_run_while_qt_delivers_its_own_events(in_loop):
    async def scenario():
        ticked = asyncio.Event()
        QTimer.singleShot(0, ticked.set)
        await ticked.wait()
        return await asyncio.to_thread(lambda: 7)

    assert in_loop(scenario) == 7


def test_a_child_process_can_be_awaited(in_loop):
    async def scenario():
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-c", "print('here')", stdout=asyncio.subprocess.PIPE
        )
        answer, _ = await child.communicate()
        return answer.strip(), child.returncode

    assert in_loop(scenario) == (b"here", 0)


@pytest.mark.logs_errors
@pytest.mark.qt_no_exception_capture
@pytest.mark.parametrize("where", ["task", "callback", "slot", "thread"])
def test_an_error_that_nobody_caught_is_logged_and_told(in_loop, caplog, where):
    async def fail():
        raise ValueError("nobody")

    def raise_now():
        raise ValueError("nobody")

    async def scenario():
        told: asyncio.Queue[BaseException] = asyncio.Queue()
        with errors_reported(told.put_nowait):
            match where:
                case "task":
                    task = asyncio.create_task(fail())
                    await asyncio.wait([task])
                    del task
                case "callback":
                    asyncio.get_running_loop().call_soon(raise_now)
                case "slot":
                    button = Button()
                    button.pressed.connect(raise_now)
                    button.pressed.emit()
                case "thread":
                    threading.Thread(target=raise_now).start()
            return await told.get()

    error = in_loop(scenario)
    assert isinstance(error, ValueError)
    assert "Traceback" in caplog.text
    assert "nobody" in caplog.text


def test_an_expected_error_is_told_and_is_no_error_in_the_log(in_loop):
    async def scenario():
        told: list[BaseException] = []
        with errors_reported(told.append):
            asyncio.get_running_loop().call_exception_handler({"exception": PairingError("pair it"), "message": "m"})
        return told

    assert [str(error) for error in in_loop(scenario)] == ["pair it"]


@pytest.mark.skipif(os.name == "nt", reason="a process can't signal itself there")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_is_heard_though_qt_waits(in_loop, number):
    async def scenario():
        heard = asyncio.Event()
        with interrupts_heard(heard.set):
            # From a thread, while the loop sleeps in Qt.
            threading.Timer(0.05, os.kill, (os.getpid(), number)).start()
            await heard.wait()
        return signal.getsignal(number)

    before = signal.getsignal(number)
    in_loop(scenario)
    assert signal.getsignal(number) is before


def test_what_still_runs_at_the_end_is_cancelled_and_the_process_ends(tmp_path):
    script = textwrap.dedent(
        """
        import asyncio, sys
        from PySide6.QtWidgets import QApplication
        from ui.desktop.event_loop import run

        async def for_ever():
            try:
                await asyncio.Event().wait()
            finally:
                print("cancelled")

        async def main():
            task = asyncio.create_task(for_ever())
            await asyncio.sleep(0)
            return 3

        sys.exit(run(QApplication([]), main))
        """
    )
    began_s = time.monotonic()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (3, "cancelled", ""), time.monotonic() - began_s
