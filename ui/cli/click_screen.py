"""What `lockstep click` shows: a screen with the keys for people, lines for a log and for programs."""

import math
import sys
from dataclasses import dataclass
from typing import Any, Final, Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from client.errors import one_line
from ui.cli.output import JsonOutput, PlainOutput

_HOW_TO: Final = (
    "Trim the output delay by ear: both laptops click at every whole second of the same clock.",
    "",
    "1. Run “lockstep click” on both laptops, with the same --ntp.",
    "2. One of you stands between them, as far from one as from the other (1 m is 3 ms).",
    "3. Two clicks? On the laptop that clicks LATE press + until you hear one; - takes it back.",
    "   (Every tenth click is higher, so that you can tell which two belong together.)",
    "",
)
_KEYS: Final = (
    "",
    "+ ↑ →  click 1 ms earlier    > PgUp Shift+↑  10 ms earlier",
    "- ↓ ←  click 1 ms later      < PgDn Shift+↓  10 ms later",
    "0      no delay              q  end",
    "",
    "Every change is kept at once, for this device.",
)
#: Beyond this the clocks differ by more than two ears do.
_ROUGH_CLOCK_MS: Final = 2.0


@dataclass(frozen=True, slots=True)
class ClickStatus:
    """One click: at `second` of corrected time, `mono_ns` of this machine's clock."""

    second: int
    mono_ns: int
    device: str
    label: str
    silent: bool
    output_delay_ms: float
    clock_offset_ms: float
    clock_uncertainty_ms: float
    ntp: str
    underruns: int
    error: str | None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON line's fields; what is not known is null."""
        known = math.isfinite(self.clock_uncertainty_ms)
        return {
            "second": self.second,
            "monoNs": self.mono_ns,
            "device": self.device,
            "label": self.label,
            "silent": self.silent,
            "outputDelayMs": self.output_delay_ms,
            "clockOffsetMs": round(self.clock_offset_ms, 3),
            "clockUncertaintyMs": round(self.clock_uncertainty_ms, 3) if known else None,
            "underruns": self.underruns,
            "error": self.error,
        }


class ClickOutput(Protocol):
    """Where the click tells how it stands."""

    def state(self, message: str, state: str) -> None:
        """Tell that something changed; `message` is for people."""

    def show(self, status: ClickStatus) -> None:
        """Tell how it stands, after every click and every change."""

    def trouble(self, message: str) -> None:
        """Tell what went wrong, and does not end it."""

    def error(self, code: str, message: str) -> None:
        """Tell why it can't go on."""

    def close(self) -> None:
        """Show nothing more."""


class ClickLines:
    """Lines on a stdout that is no terminal: a JSON object a click, or a sentence when something changed."""

    def __init__(self, *, as_json: bool) -> None:
        self._json = JsonOutput() if as_json else None
        self._plain = PlainOutput()
        self._said = ""

    def state(self, message: str, state: str) -> None:
        """Print a change."""
        (self._json or self._plain).state(message, state=state)

    def show(self, status: ClickStatus) -> None:
        """Print the click, for programs; for a log only what has changed."""
        if self._json is not None:
            self._json.line("click", status.to_json())
            return
        trouble = f" ({one_line(status.error)})" if status.error else ""
        where = f"Nothing is heard{trouble}" if status.silent else f"Clicking on {one_line(status.label)}{trouble}"
        said = f"{where}; output delay {delay_text(status.output_delay_ms)}."
        if said != self._said:
            self._said = said
            self._plain.state(f"{said} The clock is known to {_uncertainty(status)}.")

    def trouble(self, message: str) -> None:
        """Print it."""
        self.state(message, "trouble")

    def error(self, code: str, message: str) -> None:
        """Print an error."""
        (self._json or self._plain).error(code, message)

    def close(self) -> None:
        """Nothing is held."""


class ClickScreen:
    """What to do, how it stands, and the keys, in place on a terminal."""

    def __init__(self) -> None:
        self._console = Console(markup=False, emoji=False, highlight=False)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._trouble = ""
        self._last: ClickStatus | None = None
        for line in _HOW_TO:
            self._console.print(Text(line))
        self._live.start()

    def state(self, message: str, state: str) -> None:  # noqa: ARG002 - states are for programs
        """Show what is being done until there is more to show."""
        self._live.update(Text(one_line(message, limit=1000), style="dim"), refresh=True)

    def show(self, status: ClickStatus) -> None:
        """Refresh the table."""
        table = Table(show_header=False, box=None, pad_edge=False)
        trouble = status.error or self._trouble
        device = "none: nothing is heard" if status.silent else status.label
        table.add_row(Text("device", style="dim"), Text(one_line(device)))
        table.add_row(Text("output delay", style="dim"), Text(delay_text(status.output_delay_ms), style="bold"))
        table.add_row(Text("clock", style="dim"), Text(f"known to {_uncertainty(status)}, by {one_line(status.ntp)}"))
        if status.clock_uncertainty_ms > _ROUGH_CLOCK_MS:
            table.add_row("", Text("rough; a nearer --ntp, such as “lockstep serve --ntp-port”, does better"))
        if trouble:
            table.add_row(Text("trouble", style="bold red"), Text(one_line(trouble, limit=1000)))
        keys = [Text(line, style="dim") for line in _KEYS]
        self._live.update(Group(table, *keys), refresh=True)
        self._trouble, self._last = "", status

    def trouble(self, message: str) -> None:
        """Show it with the next status."""
        self._trouble = message

    def error(self, code: str, message: str) -> None:
        """Show an error on stderr."""
        self.close()
        PlainOutput().error(code, message)

    def close(self) -> None:
        """Take the table away, and leave the result."""
        self._live.stop()
        last, self._last = self._last, None
        if last is not None and not last.silent:
            kept = f"Output delay of {one_line(last.label)}: {delay_text(last.output_delay_ms)}."
            self._console.print(Text(kept))


def delay_text(delay_ms: float) -> str:
    """Return an output delay as it is shown."""
    return f"{delay_ms:+g} ms" if delay_ms else "0 ms"


def choose_click_output(*, as_json: bool) -> ClickOutput:
    """Return the output that fits: the screen where somebody can press keys."""
    if as_json or not (sys.stdout.isatty() and sys.stdin.isatty()):
        return ClickLines(as_json=as_json)
    return ClickScreen()


def _uncertainty(status: ClickStatus) -> str:
    known = math.isfinite(status.clock_uncertainty_ms)
    return f"± {status.clock_uncertainty_ms:.2f} ms" if known else "nobody knows what"
