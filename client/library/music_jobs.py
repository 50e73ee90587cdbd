"""Read music files themselves, for their fingerprints and to know chosen ones again: for the worker process."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from client.errors import shown_path
from client.fingerprint.errors import FingerprintError
from client.fingerprint.fingerprint import fingerprint
from client.fingerprint.model import Fingerprint
from client.library.choice import Choice, settled
from client.library.stores import Stores
from client.scan.local_file import LocalFile
from client.scan.outcome import ScannedFile, ScanProblem
from client.scan.scanner import ScanStep
from client.scan.tags import read_file

_CHANGED: Final = "the file has changed since it was scanned: scan again"

Tell = Callable[[int, int, Sequence[ScanProblem]], None]
"""Told how many of how many are done, and what went wrong since it was told last."""


def adopt(stores: Stores, paths: Sequence[Path]) -> list[ScanProblem]:
    """Read single files into the library, wherever they are; return what can't be played of them."""
    files: list[ScannedFile] = []
    problems: list[ScanProblem] = []
    for path in paths:
        match read_file(str(path)):
            case ScannedFile() as scanned:
                files.append(scanned)
            case ScanProblem() as problem:
                problems.append(problem)
            case None:
                problems.append(ScanProblem(path, "there is no such file: look where it went"))
    stores.music.add_loose([scanned.file.path for scanned in files])
    stores.music.take(ScanStep(0, 0, 0, tuple(files)))
    return problems


def remember_music(stores: Stores) -> None:
    """Read the music of files that were chosen by hand, so that they are known again wherever they go."""
    if any(choice.path is not None and choice.audio_hash is None for choice in stores.choices.all()):
        files = {str(file.path): file for file in stores.music.files()}
        settle(stores, files, lambda choice, _hashes: choice.audio_hash is None)


def read_music(stores: Stores, paths: Sequence[str], tell: Tell) -> None:
    """Make the fingerprints of files, and keep them."""
    files = stores.music.files_at(paths)
    for done, path in enumerate(paths, 1):
        found = _fingerprint(stores, files[path]) if path in files else None
        tell(done, len(paths), [found] if isinstance(found, ScanProblem) else [])


def settle(stores: Stores, files: dict[str, LocalFile], is_wanted: Callable[[Choice, dict[str, str]], bool]) -> None:
    """Look for the files of choices: of those that `is_wanted` (it is given the known hashes by path) says."""
    hashes = {path: found.audio_hash for path, found in stores.fingerprints.all().items()}

    def hash_of(path: Path) -> str | None:
        found = _fingerprint(stores, files[str(path)])
        if isinstance(found, ScanProblem):
            return None
        hashes[str(path)] = found.audio_hash
        return found.audio_hash

    for choice in stores.choices.all():
        if choice.path is not None and is_wanted(choice, hashes):
            found = settled(choice, files, hashes, hash_of)
            if found != choice:
                stores.choices.settle(choice, found)


def _fingerprint(stores: Stores, file: LocalFile) -> Fingerprint | ScanProblem:
    try:
        found = fingerprint(file.path)
        status = file.path.stat()
    except FingerprintError as error:
        # A problem has the file's name apart.
        return ScanProblem(file.path, str(error).removeprefix(f"{shown_path(file.path)}: "))
    except OSError:
        return ScanProblem(file.path, _CHANGED)
    if (status.st_mtime_ns, status.st_size) != (file.mtime_ns, file.size):
        return ScanProblem(file.path, _CHANGED)
    stores.fingerprints.keep(file, found)
    return found
