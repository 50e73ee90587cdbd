"""The scan's own process: it walks, reads what is new, and tells rows; started by client/scan/scanner.py.

It is told `known` (what was read before, a row of path, mtime_ns and size each) and then, once, `begin` with the
`folders` and single `files`. It answers `walking`, `walked`, and, as often as there is something, `files`, `problems`,
`gone` and `away`; `done` comes last. Asked to be `careful` it says what it is `reading` before it does, so that its
death has a name.
"""

import itertools
import os
import time
from collections.abc import Iterable, Iterator
from typing import Any, Final

from client.scan.outcome import ScannedFile, ScanProblem
from client.scan.records import file_record, problem_record
from client.scan.tags import read_file
from client.scan.walk import FoundFile, UnreadableFolder, Walk
from client.worker_pipe import ROWS_A_MESSAGE, Message, ParentPipe

Known = dict[str, tuple[int, int]]

_TELL_EVERY_S: Final = 0.1


def main() -> None:
    """Serve one order."""
    pipe, known = ParentPipe(), Known()
    for message in pipe.messages():
        known.update((path, (mtime_ns, size)) for path, mtime_ns, size in message.get("known", ()))
        if "begin" in message:
            order = message["begin"]
            for answer in scan(order["folders"], order["files"], known, careful=order["careful"]):
                pipe.send(answer)
            return


def scan(folders: list[str], files: list[str], known: Known, *, careful: bool) -> Iterator[Message]:
    """Walk, then read; yield what there is to tell."""
    found: dict[str, FoundFile] = {}
    unreadable: list[str] = []
    told_s = time.monotonic()
    for item in Walk(folders, files):
        match item:
            case FoundFile():
                found[item.path] = item
            case UnreadableFolder():
                unreadable.append(item.path)
                yield {"problems": [problem_record(item.problem)]}
            case ScanProblem():
                yield {"problems": [problem_record(item)]}
        if time.monotonic() - told_s > _TELL_EVERY_S:
            told_s = time.monotonic()
            yield {"walking": len(found)}
    to_read = [path for path, file in found.items() if known.get(path) != (file.mtime_ns, file.size)]
    yield {"walked": len(found), "toRead": len(to_read)}
    missing = [path for path in known if path not in found]
    away = {path for path in missing if _is_below(path, unreadable)}
    yield from _in_messages("away", sorted(away))
    yield from _in_messages("gone", [path for path in missing if path not in away])
    yield from _read(to_read, known, careful=careful)
    yield {"done": True}


def _read(paths: list[str], known: Known, *, careful: bool) -> Iterator[Message]:
    waiting, told_s = _Waiting(), time.monotonic()
    for path in paths:
        if careful:
            if message := waiting.take():
                yield message
            yield {"reading": path}
        outcome = read_file(path)
        match outcome:
            case ScannedFile():
                waiting.files.append(file_record(outcome))
            case ScanProblem():
                waiting.problems.append(problem_record(outcome))
        if path in known and not isinstance(outcome, ScannedFile):
            waiting.gone.append(path)
        waiting.handled += 1
        if waiting.handled == ROWS_A_MESSAGE or time.monotonic() - told_s > _TELL_EVERY_S:
            told_s = time.monotonic()
            yield waiting.take()
    if message := waiting.take():
        yield message


class _Waiting:
    """What was read and not told yet."""

    def __init__(self) -> None:
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.files: list[Any] = []
        self.problems: list[Any] = []
        self.gone: list[str] = []
        self.handled = 0

    def take(self) -> Message:
        """Return it as a message, an empty one when there is nothing."""
        if not self.handled:
            return {}
        message = {"files": self.files, "problems": self.problems, "gone": self.gone, "handled": self.handled}
        self._begin_anew()
        return message


def _is_below(path: str, folders: list[str]) -> bool:
    return any(path == folder or path.startswith(folder.rstrip(os.sep) + os.sep) for folder in folders)


def _in_messages(name: str, rows: Iterable[str]) -> Iterator[Message]:
    remaining = iter(rows)
    while chunk := list(itertools.islice(remaining, ROWS_A_MESSAGE)):
        yield {name: chunk}


if __name__ == "__main__":
    main()
