"""One JSON object in a file: read with suspicion, written whole or not at all."""

import json
import os
import tempfile
from pathlib import Path
from typing import Any

from client.errors import one_line


class DamagedFileError(Exception):
    """A file is not what this program wrote; the text says in a few words what is wrong with it."""


def read_object(path: Path, limit_bytes: int) -> dict[str, Any] | None:
    """Return the object in a file, None when there is no file. Errors: DamagedFileError, OSError."""
    try:
        with path.open("rb") as file:
            data = file.read(limit_bytes + 1)
    except FileNotFoundError:
        return None
    if len(data) > limit_bytes:
        raise DamagedFileError(f"it is larger than {limit_bytes // 1000} kB")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise DamagedFileError(f"it is no JSON: {one_line(str(error), 80)}") from None
    if not isinstance(document, dict):
        raise DamagedFileError("it holds no JSON object")
    return document


def write_object(path: Path, document: dict[str, Any]) -> None:
    """Write the object beside its file and move it into place: whoever reads meanwhile reads something whole.

    Errors: OSError; the file is then as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    # A lone surrogate, which JSON allows and UTF-8 does not, goes back to the escape that it came from.
    data = json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace")
    handle, name = tempfile.mkstemp(prefix=f".{path.stem}-", suffix=".json", dir=path.parent)
    draft = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data + b"\n")
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def set_aside(path: Path) -> Path:
    """Rename a damaged file to NAME.damaged-N.SUFFIX and return where it is now. Errors: OSError."""
    number = 1
    while (aside := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists():
        number += 1
    return path.replace(aside)
