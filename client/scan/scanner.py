"""One scan of folders, in a process of its own: what kills that process is named, and the scan goes on."""

import itertools
import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from client.scan.errors import ScanError
from client.scan.local_file import LocalFile
from client.scan.outcome import ScannedFile, ScanProblem
from client.scan.records import scan_problem, scanned_file
from client.worker_pipe import ROWS_A_MESSAGE, Message
from client.worker_process import SILENCE_S, WorkerProcess

_MAX_DEATHS_IN_A_ROW: Final = 3
_KILLER: Final = "reading it crashed or hung the scan: it is known by its file name only; copy it again, or remove it"


@dataclass(frozen=True, slots=True)
class ScanStep:
    """What has come in since the last step, and how far the scan is.

    `found` counts the music files seen so far, `to_read` those of them that are new or changed (None while the folders
    are still walked), `read` those that are read. `gone` are known files that are not there any more; `away` those
    below a folder that can't be read now: its disk may come back.
    """

    found: int
    to_read: int | None
    read: int
    files: tuple[ScannedFile, ...] = ()
    problems: tuple[ScanProblem, ...] = ()
    gone: tuple[str, ...] = ()
    away: tuple[str, ...] = ()


class Scanner:
    """A scan that is run once. `known` says of each file read before its mtime_ns and size: it is not read again.

    `folders` and single `files` are absolute. `run` blocks and is meant for a thread; `cancel` may come from any.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        known: Mapping[str, tuple[int, int]],
        *,
        files: Sequence[Path] = (),
        module: str = "client.scan.worker",
        silence_s: float = SILENCE_S,
    ) -> None:
        self._roots = {"folders": [str(folder) for folder in folders], "files": [str(file) for file in files]}
        self._known = dict(known)
        self._module = module
        self._silence_s = silence_s
        self._lock = threading.Lock()
        self._worker: WorkerProcess | None = None
        self._cancelled = False
        self._done = False
        self._careful = False
        self._deaths_in_a_row = 0
        self._found = 0
        self._to_read: int | None = None
        self._read = 0
        self._told: set[ScanProblem] = set()

    @property
    def complete(self) -> bool:
        """Return whether the scan came to its end: it was not cancelled."""
        return self._done

    @property
    def worker_pid(self) -> int | None:
        """Return the process id of the worker, None while there is none."""
        worker = self._worker
        return None if worker is None else worker.pid

    def cancel(self) -> None:
        """End the scan at once; what was told stays true."""
        with self._lock:
            self._cancelled = True
            if self._worker is not None:
                self._worker.kill()

    def run(self) -> Iterator[ScanStep]:
        """Yield what comes in, until all is read or the scan is cancelled. Errors: ScanError."""
        while not self._done:
            try:
                with self._lock:
                    if self._cancelled:
                        return
                    self._worker = worker = WorkerProcess(self._module, silence_s=self._silence_s)
            except OSError as error:
                raise ScanError(f"the scan's process can't be started ({error}); free some memory") from None
            reading: str | None = None
            try:
                for message in worker.answers(self._orders()):
                    reading = message.get("reading")
                    if reading is None:
                        yield self._step(message)
            finally:
                worker.close()
            if not (self._done or self._cancelled):
                yield from self._bury(reading)

    def _orders(self) -> Iterator[Message]:
        rows = iter(self._known.items())
        while chunk := [(path, *changed) for path, changed in itertools.islice(rows, ROWS_A_MESSAGE)]:
            yield {"known": chunk}
        yield {"begin": {**self._roots, "careful": self._careful}}

    def _step(self, message: Message) -> ScanStep:
        self._done = message.get("done", False)
        files = tuple(scanned_file(record) for record in message.get("files", ()))
        problems = tuple(map(scan_problem, message.get("problems", ())))
        gone, away = tuple(message.get("gone", ())), tuple(message.get("away", ()))
        for path in itertools.chain(gone, away):
            self._known.pop(path, None)
        for scanned in files:
            self._note(scanned)
        if handled := message.get("handled", 0):
            self._read += handled
            self._deaths_in_a_row = 0
        self._found = max(self._found, message.get("walking", 0))
        if "walked" in message:
            self._found = message["walked"]
            self._to_read = self._read + message["toRead"]
        # A worker that begins anew finds the same problems again.
        new = tuple(problem for problem in problems if problem not in self._told)
        self._told.update(new)
        return ScanStep(self._found, self._to_read, self._read, files, new, gone, away)

    def _note(self, scanned: ScannedFile) -> None:
        self._known[str(scanned.file.path)] = (scanned.file.mtime_ns, scanned.file.size)

    def _bury(self, reading: str | None) -> Iterator[ScanStep]:
        """Tell the file that the worker died of; where it has not said which, the next one will."""
        if reading is None:
            self._deaths_in_a_row += 1
            if self._deaths_in_a_row >= _MAX_DEATHS_IN_A_ROW:
                raise ScanError(
                    "the scan's process ended several times before it had read anything; "
                    "free some memory, then scan again"
                )
            self._careful = True
            return
        self._deaths_in_a_row = 0
        try:
            status = os.stat(reading)  # noqa: PTH116 - a string, as in the walk
        except OSError:
            return
        scanned = ScannedFile(LocalFile(Path(reading), status.st_mtime_ns, status.st_size), _KILLER)
        self._note(scanned)
        self._read += 1
        yield ScanStep(self._found, self._to_read, self._read, (scanned,))
