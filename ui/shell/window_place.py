"""Where the window was and how large, kept in a file of the data directory."""

import json
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSaveFile

_log: Final = logging.getLogger(__name__)
_LARGEST_FILE: Final = 10_000


@dataclass(frozen=True, slots=True)
class WindowPlace:
    """`geometry` is Qt's own, which knows screens, base64; `section` is what was looked at."""

    geometry: str
    section: str


def load_place(file: Path) -> WindowPlace | None:
    """Return what was kept; None where nothing was, or nothing that can be read: the window then opens as at first."""
    try:
        text = file.read_bytes()[:_LARGEST_FILE].decode()
        kept = json.loads(text)
        return WindowPlace(str(kept["geometry"]), str(kept["section"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        _log.info("the window's place can't be read: %s", error)
        return None


def save_place(file: Path, place: WindowPlace) -> None:
    """Keep the place; a disk that is full or read-only costs nothing but that."""
    kept = QSaveFile(str(file))
    data = json.dumps({"geometry": place.geometry, "section": place.section}).encode()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        _log.info("the window's place can't be kept: %s", error)
        return
    if not (kept.open(QSaveFile.OpenModeFlag.WriteOnly) and kept.write(data) == len(data) and kept.commit()):
        _log.info("the window's place can't be kept: %s", kept.errorString())
