"""Both ends of the conversation with a child process."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from audio.child import ChildProcess
from tests.audio.waiting import children_of, is_alive, until

ECHO = """
import os, sys
from audio.parent_pipe import ParentPipe

pipe = ParentPipe()
print("a library chats on standard output")
os.write(1, b"and below it")
for message in pipe.messages():
    match message["do"]:
        case "echo":
            pipe.send(message)
        case "exit":
            sys.exit(message["code"])
        case "half":
            os.write(pipe._output.fileno(), b'{"do": "ha')
            os._exit(7)
"""

PARENT = """
import asyncio, sys, time
from pathlib import Path
from audio.child import ChildProcess

async def main():
    child = ChildProcess(
        sys.argv[1], sys.argv[2:], log_file=Path("log"), on_message=lambda _: None, on_exit=lambda _: None
    )
    print(child.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


class Talk:
    """A child and all that was heard of it."""

    def __init__(self, folder: Path) -> None:
        self.heard: list[object] = []
        self.log = folder / "logs" / "child.log"
        self.child = ChildProcess(
            "echo_child", [], log_file=self.log, on_message=self.heard.append, on_exit=self.heard.append
        )

    async def until_gone(self) -> None:
        await until(lambda: self.heard and isinstance(self.heard[-1], int), "it has ended")


@pytest.fixture
async def talk(tmp_path, monkeypatch):
    (tmp_path / "echo_child.py").write_text(ECHO)
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}{os.pathsep}{Path.cwd()}")
    found = Talk(tmp_path)
    yield found
    found.child.close()


async def test_messages_arrive_in_order_and_the_exit_comes_last_and_once(talk):
    for number in range(200):
        assert talk.child.send({"do": "echo", "number": number, "text": "späße 🏃 \udce9\n"})
    talk.child.send({"do": "exit", "code": 3})
    await talk.until_gone()
    assert [message["number"] for message in talk.heard[:-1]] == list(range(200))
    assert talk.heard[0]["text"] == "späße 🏃 \udce9\n"
    assert talk.heard[-1] == 3
    await asyncio.sleep(0)
    talk.child.close()
    talk.child.kill()
    assert talk.heard.count(3) == 1


async def test_what_a_library_prints_lands_in_the_log(talk):
    talk.child.send({"do": "echo"})
    await until(lambda: talk.heard, "it answers")
    talk.child.close()
    assert talk.heard == [{"do": "echo"}]
    assert "and below it" in talk.log.read_text()


async def test_a_killed_child_is_reported_and_hears_nothing_more(talk):
    os.kill(talk.child.pid, signal.SIGKILL)
    await talk.until_gone()
    assert talk.heard == [-9]
    assert talk.child.send({"do": "echo"}) is False


async def test_a_child_that_dies_in_the_middle_of_a_line_is_reported_all_the_same(talk):
    talk.child.send({"do": "half"})
    await talk.until_gone()
    assert talk.heard == [7]


async def test_a_child_that_does_not_want_to_end_is_ended(talk):
    talk.child.send({"do": "echo"})
    await until(lambda: talk.heard, "it runs")
    os.kill(talk.child.pid, signal.SIGSTOP)
    talk.child.close(timeout_s=0.05)
    assert not is_alive(talk.child.pid)


@pytest.mark.parametrize(
    ("module", "arguments"), [("audio.engine.process", ["none"]), ("audio.decode.worker", ["cache"])]
)
def test_a_child_whose_parent_is_killed_goes_away_too(tmp_path, module, arguments):
    environment = os.environ | {"PYTHONPATH": str(Path.cwd())}
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, module, *arguments], cwd=tmp_path, env=environment, stdout=subprocess.PIPE
    )
    with parent:
        child = int(parent.stdout.readline())
        assert is_alive(child)
        assert children_of(parent.pid, module) == [child]
        parent.kill()
    asyncio.run(until(lambda: not is_alive(child), "the child is gone"))
