"""Everything as at the first start: what the app has kept of a person goes, the music stays."""

import logging
import shutil
from pathlib import Path
from typing import Final

_log = logging.getLogger(__name__)

#: What a data directory holds of a person; the log and the traces stay, for they may tell why somebody wants this.
_FILES: Final = (
    "settings.json",
    "session.json",
    "window.json",
    "devices.json",
    "local-accounts.json",
    "library.db",
    "fingerprints.db",
    "spotify.db",
    "spotify-token",
)
_DATABASE_ENDINGS: Final = ("-wal", "-shm")
_FOLDERS: Final = ("pcm", "covers")


def forget_everything(data_dir: Path) -> list[str]:
    """Delete what is kept, which nobody may have open, and return the names of what could not be deleted."""
    stayed = []
    for name in _FILES:
        endings = ("", *_DATABASE_ENDINGS) if name.endswith(".db") else ("",)
        for ending in endings:
            path = data_dir / f"{name}{ending}"
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                _log.warning("%s can't be deleted: %s", path, error)
                stayed.append(path.name)
    for name in _FOLDERS:
        shutil.rmtree(data_dir / name, ignore_errors=True)
    return stayed
