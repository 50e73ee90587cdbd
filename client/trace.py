"""Trace: everything a session said and heard, one JSON object a line, for QA.

A line has `kind`, `monoNs`, `correctedMs` (null before the clock is known) and what the kind brings: `in` and `out` an
`event` as it travelled, `sync` the numbers of a SyncReport. Tokens are in none of these.
"""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

from client.reports import SyncReport
from protocol.events import Event

#: An hour of a session takes about 8 MB.
LIMIT_BYTES: Final = 32 * 1024 * 1024
KEPT_TRACES: Final = 20

_log = logging.getLogger(__name__)


class Trace:
    """Append to one file; at `limit_bytes` it becomes FILE.1 (an older one is dropped) and a new one begins.

    A disk that refuses ends the trace, never the session.
    """

    def __init__(self, path: Path, *, limit_bytes: int = LIMIT_BYTES) -> None:
        self.path = path
        self._limit_bytes = limit_bytes
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8", buffering=1)
        self._written_bytes = path.stat().st_size
        self._broken = False

    def event(self, direction: Literal["in", "out"], event: Event, *, mono_ns: int, corrected_ms: float | None) -> None:
        """Record an event of the wire, as it travelled."""
        self.note(direction, mono_ns=mono_ns, corrected_ms=corrected_ms, event=event.to_wire())

    def report(self, report: SyncReport) -> None:
        """Record how the lockstep stands."""
        self._write({"kind": "sync", **report.to_json()})

    def note(self, kind: str, *, mono_ns: int, corrected_ms: float | None, **fields: object) -> None:
        """Record anything else that explains a session."""
        rounded_ms = None if corrected_ms is None else round(corrected_ms, 3)
        self._write({"kind": kind, "monoNs": mono_ns, "correctedMs": rounded_ms, **fields})

    def close(self) -> None:
        """Write no more."""
        self._broken = True
        self._file.close()

    def _write(self, line: dict[str, Any]) -> None:
        if self._broken:
            return
        text = json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n"
        size_bytes = len(text.encode())
        try:
            if self._written_bytes and self._written_bytes + size_bytes > self._limit_bytes:
                self._rotate()
            self._file.write(text)
        except OSError as error:
            self._broken = True
            _log.warning("The trace %s ends here: %s", self.path, error.strerror or error)
            return
        self._written_bytes += size_bytes

    def _rotate(self) -> None:
        self._file.close()
        self.path.replace(self.path.with_name(self.path.name + ".1"))
        self._file = self.path.open("a", encoding="utf-8", buffering=1)
        self._written_bytes = 0


def open_trace(data_dir: Path, role: str, *, now: datetime | None = None) -> Trace:
    """Begin a trace in DATA_DIR/traces, named by UTC time and role, and drop the oldest beyond `KEPT_TRACES`.

    Errors: OSError when the folder can't be written.
    """
    folder = data_dir / "traces"
    stamp = (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y%m%dT%H%M%S.%f")[:-3]
    trace = Trace(folder / f"{stamp}Z-{role}.jsonl")
    for old in sorted(folder.glob("*.jsonl"))[:-KEPT_TRACES]:
        old.unlink(missing_ok=True)
        old.with_name(old.name + ".1").unlink(missing_ok=True)
    return trace
