"""What is known of each output device by its name, kept in one file that several processes may share."""

import contextlib
import json
import logging
import math
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from audio.engine.messages import DeviceProfile
from audio.errors import AudioError

_log = logging.getLogger(__name__)

FILE_NAME: Final = "devices.json"
#: Nothing that is heard later than this is played along with; a little earlier than the driver says happens.
MIN_DELAY_MS: Final = -2_000.0
MAX_DELAY_MS: Final = 5_000.0
#: Crystals are ten times better; what is beyond was no measurement.
MAX_PPM: Final = 500.0

_MAX_BYTES: Final = 1_000_000
_MAX_NAME_LENGTH: Final = 500
#: A write takes milliseconds; who holds the lock for longer hangs.
_LOCK_TIMEOUT_S: Final = 3.0


class ProfileError(AudioError):
    """A device's profile is out of bounds or can't be kept."""


class _DamagedError(Exception):
    """The file is not what this program wrote."""


def check_output_delay(delay_ms: float) -> float:
    """Return the delay, rounded to a microsecond. Errors: ProfileError when it is no delay."""
    if not (math.isfinite(delay_ms) and MIN_DELAY_MS <= delay_ms <= MAX_DELAY_MS):
        raise ProfileError(f"an output delay is a number of ms from {MIN_DELAY_MS:.0f} to {MAX_DELAY_MS:.0f}")
    return round(delay_ms, 3) + 0.0


class DeviceProfiles:
    """The file DATA_DIR/devices.json: `{"devices": {NAME: {"outputDelayMs": ..., "ppm": ...}}}`.

    Fields of later versions stay as they are. Every change is read, made and written under a lock.
    """

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE_NAME

    def read(self) -> dict[str, DeviceProfile]:
        """Return what is known, by device; nothing when the file can't be read, which is logged."""
        if not self._path.exists():
            return {}
        try:
            with self._locked():
                devices = self._document().get("devices", {})
        except (OSError, Timeout) as error:
            _log.warning("%s can't be read (%s): output delays are not known", self._path, error)
            return {}
        return {name: _profile(name, fields) for name, fields in devices.items()}

    def keep(self, device: str, *, output_delay_ms: float | None = None, ppm: float | None = None) -> DeviceProfile:
        """Keep what is given for a device, leave the rest as it is, and return all of it. Errors: ProfileError."""
        if not 0 < len(device) <= _MAX_NAME_LENGTH:
            raise ProfileError(f"a device's name has 1 to {_MAX_NAME_LENGTH} characters")
        changes: dict[str, float] = {}
        if output_delay_ms is not None:
            changes["outputDelayMs"] = check_output_delay(output_delay_ms)
        if ppm is not None:
            if not _is_ppm(ppm):
                raise ProfileError(f"a rate error of {ppm} ppm is none that a device has")
            changes["ppm"] = round(ppm, 3) + 0.0
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._locked():
                document = self._document()
                fields = document.setdefault("devices", {}).get(device)
                fields = {**(fields if isinstance(fields, dict) else {}), **changes}
                document["devices"][device] = fields
                self._write(document)
        except (OSError, Timeout) as error:
            reason = "another program holds it" if isinstance(error, Timeout) else error.strerror or str(error)
            raise ProfileError(f"what is known of {device} can't be kept in {self._path} ({reason})") from None
        return _profile(device, fields)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with FileLock(f"{self._path}.lock", timeout=_LOCK_TIMEOUT_S):
            yield

    def _document(self) -> dict[str, Any]:
        """Return the file's object; an empty one when there is none, or when it had to be set aside."""
        try:
            with self._path.open("rb") as file:
                data = file.read(_MAX_BYTES + 1)
        except FileNotFoundError:
            return {}
        try:
            return _parsed(data)
        except _DamagedError as error:
            aside = self._set_aside()
            _log.warning("%s is damaged (%s); it is kept as %s and begun anew", self._path, error, aside)
            return {}

    def _set_aside(self) -> Path:
        number = 1
        while (aside := self._path.with_name(f"devices.damaged-{number}.json")).exists():
            number += 1
        self._path.replace(aside)
        return aside

    def _write(self, document: dict[str, Any]) -> None:
        # A lone surrogate, which JSON allows and UTF-8 does not, goes back to the escape that it came from.
        data = json.dumps(document, ensure_ascii=False, indent=2).encode("utf-8", "backslashreplace")
        handle, name = tempfile.mkstemp(prefix=".devices-", suffix=".json", dir=self._path.parent)
        written = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data + b"\n")
                file.flush()
                os.fsync(file.fileno())
            written.replace(self._path)
        except BaseException:
            written.unlink(missing_ok=True)
            raise


def _parsed(data: bytes) -> dict[str, Any]:
    if len(data) > _MAX_BYTES:
        raise _DamagedError("it is larger than 1 MB")
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise _DamagedError(f"no JSON: {error}") from None
    if not isinstance(document, dict) or not isinstance(document.get("devices", {}), dict):
        raise _DamagedError("no object of devices")
    return document


def _profile(device: str, fields: object) -> DeviceProfile:
    """Return what can be believed of one entry; the rest is logged and counts as not known."""
    if not isinstance(fields, dict):
        _log.warning("what is kept of %s is no object and is ignored", ascii(device))
        return DeviceProfile(device)
    delay_ms, ppm = _number(fields.get("outputDelayMs", 0.0)), _number(fields.get("ppm", 0.0))
    if delay_ms is None or not MIN_DELAY_MS <= delay_ms <= MAX_DELAY_MS:
        _log.warning("the output delay kept of %s is none and is ignored", ascii(device))
        delay_ms = 0.0
    if ppm is None or not _is_ppm(ppm):
        _log.warning("the rate error kept of %s is none and is ignored", ascii(device))
        ppm = 0.0
    return DeviceProfile(device, delay_ms, ppm)


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # An integer beyond every float is refused by its digits rather than by an exception.
    return float(value) if -(10**9) < value < 10**9 else None


def _is_ppm(ppm: float) -> bool:
    return math.isfinite(ppm) and abs(ppm) <= MAX_PPM
