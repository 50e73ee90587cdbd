"""The trace holds what was said, and stays small."""

import json
from datetime import UTC, datetime, timedelta

from client.trace import KEPT_TRACES, Trace, open_trace
from protocol.events import Ready


def test_an_event_is_written_as_it_travelled(tmp_path):
    trace = Trace(tmp_path / "t.jsonl")
    trace.event("out", Ready(), mono_ns=5, corrected_ms=1_750_000_000_000.250)
    trace.note("state", mono_ns=6, corrected_ms=None, state="läuft")
    trace.close()
    lines = [json.loads(line) for line in (tmp_path / "t.jsonl").read_text("utf-8").splitlines()]
    assert lines == [
        {"kind": "out", "monoNs": 5, "correctedMs": 1_750_000_000_000.25, "event": {"type": "ready"}},
        {"kind": "state", "monoNs": 6, "correctedMs": None, "state": "läuft"},
    ]


def test_a_long_session_takes_two_files_of_the_limit(tmp_path):
    trace = Trace(tmp_path / "t.jsonl", limit_bytes=1000)
    for number in range(200):
        trace.note("state", mono_ns=number, corrected_ms=None)
    trace.close()
    newest, older = (tmp_path / "t.jsonl").read_text(), (tmp_path / "t.jsonl.1").read_text()
    assert len(newest) <= 1000
    assert len(older) <= 1000
    numbers = [json.loads(line)["monoNs"] for line in (older + newest).splitlines()]
    assert numbers == list(range(numbers[0], 200))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["t.jsonl", "t.jsonl.1"]


def test_only_the_newest_traces_are_kept(tmp_path):
    for day in range(KEPT_TRACES + 3):
        open_trace(tmp_path, "leader", now=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)).close()
    names = sorted(path.name for path in (tmp_path / "traces").iterdir())
    assert len(names) == KEPT_TRACES
    assert names[0] == "20260104T000000.000Z-leader.jsonl"


def test_a_full_disk_ends_the_trace_and_nothing_else(tmp_path, caplog):
    trace = Trace(tmp_path / "t.jsonl")

    class FullDisk:
        def write(self, _text: str) -> None:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            pass

    trace._file.close()
    trace._file = FullDisk()
    trace.note("state", mono_ns=1, corrected_ms=None)
    trace.note("state", mono_ns=2, corrected_ms=None)
    assert caplog.text.count("No space left on device") == 1
