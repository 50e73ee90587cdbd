"""What a scan says of a file or folder: what it is, or what stood in the way."""

from dataclasses import dataclass
from pathlib import Path

from client.scan.local_file import LocalFile


@dataclass(frozen=True, slots=True)
class ScanProblem:
    """A folder or file that could not be read as it should; `message` says what happened and what to do."""

    path: Path
    message: str


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """A file as it was read; `problem` says why its tags are not known, and what to do. None when all is well."""

    file: LocalFile
    problem: str | None = None
