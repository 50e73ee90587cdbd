"""What a session shows: JSON lines for programs, plain lines for a log, a live table for people."""

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, Protocol

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from client.errors import one_line
from client.reports import SyncReport
from protocol.correction import Correction
from ui.cli.failures import CommandError, tell_on_stderr


class Output(Protocol):
    """Where a session tells what happens."""

    def session(self, **fields: object) -> None:
        """Tell that a session has begun."""

    def state(self, message: str, **fields: object) -> None:
        """Tell that something changed; `message` is for people."""

    def sync(self, report: SyncReport) -> None:
        """Tell how the lockstep stands."""

    def summary(self, **fields: object) -> None:
        """Tell how it went."""

    def error(self, code: str, message: str) -> None:
        """Tell why it can't go on."""

    def close(self) -> None:
        """Show nothing more."""


class JsonOutput:
    """One object a line on stdout; `type` says what it is."""

    def session(self, **fields: object) -> None:
        """Print the session."""
        self.line("session", fields)

    def state(self, message: str, **fields: object) -> None:
        """Print a change."""
        self.line("state", {**fields, "message": message})

    def sync(self, report: SyncReport) -> None:
        """Print how the lockstep stands."""
        self.line("sync", report.to_json())

    def summary(self, **fields: object) -> None:
        """Print how it went."""
        self.line("summary", fields)

    def error(self, code: str, message: str) -> None:
        """Print an error for programs, and for people on stderr."""
        self.line("error", {"code": code, "message": message})
        _tell(message)

    def close(self) -> None:
        """Nothing is held."""

    def line(self, kind: str, fields: dict[str, Any]) -> None:
        """Print one object."""
        _print(json.dumps({"type": kind, **fields}, ensure_ascii=False, allow_nan=False))


class PlainOutput:
    """Lines on a stdout that is no terminal."""

    def session(self, **fields: object) -> None:
        """Print the session's code."""
        if fields.get("joinCode"):
            self._line(f"Join code: {fields['joinCode']}")

    def state(self, message: str, **_fields: object) -> None:
        """Print a change."""
        self._line(message)

    def sync(self, report: SyncReport) -> None:
        """Print how the lockstep stands, on one line."""
        self._line(", ".join(f"{name} {value}" for name, value in _rows(report)))

    def summary(self, **fields: object) -> None:
        """Print how it went."""
        self._line(_summary_line(fields))

    def error(self, code: str, message: str) -> None:  # noqa: ARG002 - codes are for programs
        """Print an error on stderr."""
        _tell(message)

    def close(self) -> None:
        """Nothing is held."""

    def _line(self, text: str) -> None:
        _print(one_line(text, limit=1000))


class LiveOutput:
    """A table that stays in place on a terminal, with what happens above it."""

    def __init__(self) -> None:
        self._console = Console(markup=False, emoji=False, highlight=False)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._live.start()

    def session(self, **fields: object) -> None:
        """Show the code that a buddy needs."""
        if fields.get("joinCode"):
            self._console.print(Text.assemble("Join code: ", (one_line(str(fields["joinCode"])), "bold")))

    def state(self, message: str, **_fields: object) -> None:
        """Show a change."""
        self._console.print(Text(one_line(message, limit=1000)))

    def sync(self, report: SyncReport) -> None:
        """Refresh the table."""
        table = Table(show_header=False, box=None)
        for name, value in _rows(report):
            table.add_row(Text(name, style="dim"), Text(value))
        self._live.update(table, refresh=True)

    def summary(self, **fields: object) -> None:
        """Show how it went."""
        self.close()
        self._console.print(Text(one_line(_summary_line(fields), limit=1000)))

    def error(self, code: str, message: str) -> None:  # noqa: ARG002 - codes are for programs
        """Show an error on stderr."""
        self.close()
        _tell(message)

    def close(self) -> None:
        """Take the table away."""
        self._live.stop()


def choose_output(*, as_json: bool) -> Output:
    """Return the output that fits stdout."""
    if as_json:
        return JsonOutput()
    return LiveOutput() if sys.stdout.isatty() else PlainOutput()


def teller(*, as_json: bool) -> Callable[[str, str], None]:
    """Return what tells an error's code and sentence where nothing else is shown."""
    if as_json:
        return JsonOutput().error
    return lambda _code, message: _tell(message)


def refuse(error: CommandError, *, as_json: bool) -> None:
    """Tell why a command does not even begin."""
    teller(as_json=as_json)(error.code, str(error))


def _print(line: str) -> None:
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read this has gone away (`| head`): end as if asked to, and say nothing more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        signal.raise_signal(signal.SIGTERM)


def _tell(message: str) -> None:
    tell_on_stderr(one_line(message, limit=1000))


def _rows(report: SyncReport) -> list[tuple[str, str]]:
    track = "nothing" if report.playlist_position is None else f"{report.playlist_position + 1}"
    seconds = (report.position_ms or 0.0) / 1000
    rows = [
        ("track", track),
        ("position", f"{int(seconds // 60)}:{seconds % 60:06.3f}" + ("" if report.is_playing else " (paused)")),
        ("connection", report.socket.value),
        ("clock", f"{report.clock_offset_ms:+.2f} ms ± {_ms(report.clock_uncertainty_ms)}"),
        ("underruns", str(report.underruns)),
    ]
    if report.drift_ms is not None:
        doing = "in place" if report.correction is Correction.NONE else report.correction.value
        rows.insert(2, ("drift", f"{report.drift_ms:+.3f} ms ({doing})"))
    if report.silent:
        rows.append(("sound", "silent"))
    if report.error:
        rows.append(("trouble", one_line(report.error)))
    return rows


def _summary_line(fields: dict[str, Any]) -> str:
    drift = fields.get("driftMs")
    parts = [str(fields["message"])]
    if drift:
        parts.append(f"|drift| median {drift['median']:.3f} ms, p99 {drift['p99']:.3f} ms, max {drift['max']:.3f} ms.")
    parts.append(f"Underruns: {fields['underruns']}.")
    if fields.get("trace"):
        parts.append(f"Trace: {fields['trace']}")
    return " ".join(parts)


def _ms(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2f} ms"
