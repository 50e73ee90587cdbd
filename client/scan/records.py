"""How files and problems travel from the worker to the app: short rows, since there are many."""

from pathlib import Path
from typing import Any

from client.scan.local_file import LocalFile
from client.scan.outcome import ScannedFile, ScanProblem


def file_record(scanned: ScannedFile) -> list[Any]:
    """Return a file as a JSON row."""
    file = scanned.file
    return [
        str(file.path),
        *(file.mtime_ns, file.size, file.title, file.artist, file.album_artist, file.album),
        *(list(file.isrcs), file.duration_ms, file.has_cover, scanned.problem),
    ]


def scanned_file(record: list[Any]) -> ScannedFile:
    """Return the file of a row."""
    path, mtime_ns, size, title, artist, album_artist, album, isrcs, duration_ms, has_cover, problem = record
    return ScannedFile(
        LocalFile(Path(path), mtime_ns, size, title, artist, album_artist, album, tuple(isrcs), duration_ms, has_cover),
        problem,
    )


def problem_record(problem: ScanProblem) -> list[str]:
    """Return a problem as a JSON row."""
    return [str(problem.path), problem.message]


def scan_problem(record: list[str]) -> ScanProblem:
    """Return the problem of a row."""
    return ScanProblem(Path(record[0]), record[1])
