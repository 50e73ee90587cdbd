"""An observed app as a process of its own."""

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tests.patience import WAIT_S


class ObservedProcess:
    """`lockstep app` in `folder`; `began_s` is when it was started, `said` in its log what went wrong."""

    def __init__(self, folder: Path, environment: Mapping[str, str], *arguments: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._painted: queue.Queue[float] = queue.Queue()
        self._log = (folder / "stderr.txt").open("w")
        self.began_s = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.ui.observed_app", "--data-dir", str(folder), *arguments],
            cwd=Path(__file__).parents[2],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env=dict(environment),
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def painted_after_s(self) -> float:
        """Wait for the window's first picture; return how long after the start it was there."""
        return self._painted.get(timeout=WAIT_S) - self.began_s

    def ask(self, **request: Any) -> dict[str, Any]:
        """Return the answer to a request."""
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self._answers.get(timeout=WAIT_S)

    def state(self) -> dict[str, Any]:
        """Return how the app stands."""
        return self.ask(state=True)

    def until(self, wanted: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """Ask until it stands as wanted; return the state."""
        until_s = time.monotonic() + WAIT_S
        while not wanted(state := self.state()):
            assert time.monotonic() < until_s, (state, self.said())
            time.sleep(0.05)
        return state

    def said(self) -> str:
        """Return what it has said on standard error."""
        return (self.folder / "stderr.txt").read_text()

    def end(self) -> int:
        """End it politely; return its exit code."""
        self.process.terminate()
        try:
            return self.process.wait(WAIT_S)
        finally:
            self.process.kill()
            self.process.wait()
            self._reader.join(WAIT_S)
            for stream in (self.process.stdin, self.process.stdout, self._log):
                if stream is not None:
                    stream.close()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            answer = json.loads(line)
            if "painted" in answer:
                self._painted.put(time.perf_counter())
            else:
                self._answers.put(answer)
