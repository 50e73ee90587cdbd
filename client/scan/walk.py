"""Find the music files below some folders: each once, however many ways lead to it."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from client.errors import one_line
from client.scan.outcome import ScanProblem

#: What libVLC plays and mutagen reads.
SUFFIXES: Final = frozenset(
    (
        *(".aac", ".aif", ".aifc", ".aiff", ".ape", ".flac", ".m4a", ".m4b", ".mka", ".mp2", ".mp3", ".mp4", ".mpc"),
        *(".oga", ".ogg", ".opus", ".spx", ".tta", ".wav", ".wma", ".wv"),
    )
)

_WINDOWS_HIDDEN: Final = 0x2


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A music file by its directory entry; `path` is absolute."""

    path: str
    mtime_ns: int
    size: int


@dataclass(frozen=True, slots=True)
class UnreadableFolder:
    """A folder that nothing is known of now: what was found in it before may still be there."""

    path: str
    problem: ScanProblem


class Walk:
    """One walk over folders, and then single `files`; of those, one that is gone is no trouble.

    Hidden entries, devices and pipes are left out; links are followed. A file or folder that is reached a second time
    (by a link, a hard link, or as part of another folder) is left out, too, so cycles end. In a folder what is really
    there comes before links, each by name, so that the same path is found every time.
    """

    def __init__(self, folders: Sequence[str], files: Sequence[str] = ()) -> None:
        self._folders = folders
        self._files = files
        self._seen: set[tuple[int, int]] = set()

    def __iter__(self) -> Iterator[FoundFile | UnreadableFolder | ScanProblem]:
        for folder in self._folders:
            try:
                status = os.stat(folder)  # noqa: PTH116 - strings all the way: a Path for each file costs a second
            except OSError as error:
                yield UnreadableFolder(folder, _problem(folder, error))
                continue
            if stat.S_ISDIR(status.st_mode):
                yield from self._folder(folder, status)
            else:
                problem = ScanProblem(Path(folder), "this is no folder: choose the one that holds your music")
                yield UnreadableFolder(folder, problem)
        for file in self._files:
            try:
                yield from self._file(file, os.stat(file))  # noqa: PTH116 - as above
            except FileNotFoundError:
                continue
            except OSError as error:
                yield ScanProblem(Path(file), _sentence(error))

    def _folder(self, root: str, status: os.stat_result) -> Iterator[FoundFile | UnreadableFolder | ScanProblem]:
        """Walk with a stack of its own: no depth of folders ends it."""
        stack = [root] if self._is_new(status) else []
        while stack:
            folder = stack.pop()
            folders: list[str] = []
            try:
                with os.scandir(folder) as found:
                    entries = sorted(found, key=lambda entry: (entry.is_symlink(), entry.name))
            except OSError as error:
                yield UnreadableFolder(folder, _problem(folder, error))
                continue
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                try:
                    if entry.is_dir():
                        if not _is_hidden(status := os.stat(entry.path)) and self._is_new(status):  # noqa: PTH116
                            folders.append(entry.path)
                    elif os.path.splitext(entry.name)[1].lower() in SUFFIXES:  # noqa: PTH122
                        yield from self._file(entry.path, _status(entry))
                except FileNotFoundError:
                    # Gone meanwhile, or a link to nowhere: there is no music, and nothing to mend.
                    continue
                except OSError as error:
                    yield ScanProblem(Path(entry.path), _sentence(error))
            stack.extend(reversed(folders))

    def _file(self, path: str, status: os.stat_result) -> Iterator[FoundFile | ScanProblem]:
        if not stat.S_ISREG(status.st_mode) or _is_hidden(status) or not self._is_new(status):
            return
        try:
            path.encode()
        except UnicodeEncodeError:
            readable = Path(os.fsencode(path).decode(errors="replace"))
            yield ScanProblem(readable, "its name is in no encoding of this system: rename the file or its folder")
            return
        yield FoundFile(path, status.st_mtime_ns, status.st_size)

    def _is_new(self, status: os.stat_result) -> bool:
        identity = (status.st_dev, status.st_ino)
        if identity in self._seen:
            return False
        # A file system without inode numbers says 0 for all.
        if status.st_ino:
            self._seen.add(identity)
        return True


def _status(entry: os.DirEntry[str]) -> os.stat_result:
    # On Windows a directory entry knows no inode.
    return os.stat(entry.path) if os.name == "nt" else entry.stat()  # noqa: PTH116


def _is_hidden(status: os.stat_result) -> bool:
    return bool(getattr(status, "st_file_attributes", 0) & _WINDOWS_HIDDEN)


def _problem(path: str, error: OSError) -> ScanProblem:
    if isinstance(error, FileNotFoundError):
        return ScanProblem(Path(path), "there is no such folder: connect the disk that it is on, or remove the folder")
    return ScanProblem(Path(path), _sentence(error))


def _sentence(error: OSError) -> str:
    if isinstance(error, PermissionError):
        return "it may not be read: check its permissions"
    return f"it can't be read ({one_line(error.strerror or str(error))}): check the disk and the link"
