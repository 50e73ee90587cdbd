"""What `lockstep pair` shows: progress, a row a track, and how it went; for people or as JSON lines."""

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from client.errors import one_line
from client.fingerprint.model import Fingerprint
from client.library.model import FingerprintProgress, PlaylistSummary, ScanProgress, ScanStage, ScanSummary
from client.matching.model import Candidate, Confidence, MatchReason, TrackMatch
from client.scan.outcome import ScanProblem
from ui.cli.output import JsonOutput

_MAX_PROBLEMS: Final = 12
_STAGES: Final = {
    ScanStage.WALKING: "Looking through your folders",
    ScanStage.READING: "Reading tags",
    ScanStage.MATCHING: "Matching",
}
_STYLES: Final = {Confidence.SURE: "green", Confidence.CHECK: "yellow", Confidence.MISSING: "red"}


class Steps(Protocol):
    """Hears how far the work is."""

    def spotify(self, done: int, total: int) -> None:
        """Hear how many rows Spotify has given."""

    def scan(self, progress: ScanProgress) -> None:
        """Hear how far the scan is."""

    def fingerprints(self, progress: FingerprintProgress) -> None:
        """Hear how much music is read."""


class JsonSteps:
    """One line a step."""

    def __init__(self) -> None:
        self._output = JsonOutput()

    def spotify(self, done: int, total: int) -> None:
        """Print it."""
        self._output.line("progress", {"stage": "spotify", "done": done, "total": total})

    def scan(self, progress: ScanProgress) -> None:
        """Print it."""
        fields = {"found": progress.found, "done": progress.read, "total": progress.to_read}
        self._output.line("progress", {"stage": progress.stage.value, **fields})

    def fingerprints(self, progress: FingerprintProgress) -> None:
        """Print it."""
        self._output.line("progress", {"stage": "fingerprints", "done": progress.done, "total": progress.total})


class BarSteps:
    """One bar on a terminal."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._task = bar.add_task("Getting ready", total=None)

    def spotify(self, done: int, total: int) -> None:
        """Move the bar."""
        self._move("Reading from Spotify", done, total)

    def scan(self, progress: ScanProgress) -> None:
        """Move the bar, or count while there is no end in sight."""
        text = _STAGES[progress.stage]
        if progress.stage is ScanStage.READING:
            self._move(text, progress.read, progress.to_read)
        else:
            self._move(f"{text}: {progress.found} music files", 0, None)

    def fingerprints(self, progress: FingerprintProgress) -> None:
        """Move the bar."""
        self._move("Reading the music", progress.done, progress.total)

    def _move(self, text: str, done: int, total: int | None) -> None:
        self._bar.update(self._task, description=text, completed=done, total=total)


@contextlib.contextmanager
def steps(*, as_json: bool) -> Iterator[Steps]:
    """Show steps while the context is open: lines, or a bar where stderr is a terminal."""
    if as_json:
        yield JsonSteps()
        return
    console = Console(stderr=True, markup=False, emoji=False, highlight=False)
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
        yield BarSteps(bar)


def show_matches(matches: Sequence[TrackMatch], folders: Sequence[Path], console: Console) -> None:
    """Print which file each row has, and why; below it what is missing."""
    table = Table(box=None, pad_edge=False)
    for heading in ("", "track", "", "file", "why"):
        table.add_column(Text(heading, style="dim"), overflow="fold")
    for match in matches:
        track, best = match.track, match.best
        table.add_row(
            Text(str(track.playlist_position + 1), style="dim", justify="right"),
            Text(one_line(" - ".join(filter(None, (track.artist, track.title))) or track.track_id, 80)),
            Text(_verdict(match), style=_STYLES[match.confidence] if track.is_pairable else "dim"),
            Text("" if best is None else one_line(_short(best.file.path, folders), 80)),
            Text(_nearest(match, folders) if best is None else why(best), style="dim"),
        )
    console.print(table)


def why(candidate: Candidate) -> str:
    """Return the reason, the score and its parts."""
    if candidate.reason is MatchReason.MANUAL:
        return one_line(candidate.explanation, 100)
    return f"{candidate.reason.value.replace('_', ' ')} {candidate.score:.0f}: {one_line(candidate.explanation, 120)}"


def show_problems(problems: Sequence[ScanProblem], console: Console) -> None:
    """Print what stood in the way."""
    for problem in problems[:_MAX_PROBLEMS]:
        console.print(Text(f"{one_line(str(problem.path), 200)}: {one_line(problem.message, 300)}", style="yellow"))
    if len(problems) > _MAX_PROBLEMS:
        console.print(Text(f"and {len(problems) - _MAX_PROBLEMS} more like these (--json lists all)", style="yellow"))


def summary_sentence(summary: PlaylistSummary, scan: ScanSummary) -> str:
    """Return how it went."""
    missing = summary.pairable - summary.paired - summary.to_check
    parts = [f"{summary.paired} of {summary.pairable} tracks are paired"]
    parts += [f"{summary.to_check} to check"] if summary.to_check else []
    parts += [f"{missing} missing"] if missing else []
    others = summary.tracks - summary.pairable
    parts += [f"{others} that no file can play"] if others else []
    new = f", {scan.new + scan.changed} of them new or changed" if scan.new + scan.changed else ""
    return f"{one_line(summary.name, 80)}: {', '.join(parts)}. {scan.found} music files{new}."


def match_as_json(match: TrackMatch, fingerprint: Fingerprint | None) -> dict[str, Any]:
    """Return the fields of a `match` line."""
    track, best = match.track, match.best
    return {
        "playlistPosition": track.playlist_position,
        "trackId": track.track_id,
        "title": track.title,
        "artist": track.artist,
        "pairable": track.is_pairable,
        "confidence": match.confidence.value,
        "file": None if best is None else str(best.file.path),
        "reason": MatchReason.NONE.value if best is None else best.reason.value,
        "score": None if best is None else best.score,
        "explanation": None if best is None else best.explanation,
        "alternatives": [
            {"file": str(it.file.path), "reason": it.reason.value, "score": it.score} for it in match.alternatives
        ],
        "fingerprint": None if fingerprint is None else _fingerprint_as_json(fingerprint),
    }


def show_json(
    matches: Sequence[TrackMatch],
    prints: Mapping[str, Fingerprint],
    problems: Sequence[ScanProblem],
    summary: PlaylistSummary,
    output: Path | None,
) -> None:
    """Print a line a row, a line a problem, and how it went."""
    lines = JsonOutput()
    for match in matches:
        sure = match.confidence is Confidence.SURE
        lines.line("match", match_as_json(match, prints.get(match.track.track_id) if sure else None))
    for problem in problems:
        lines.line("problem", {"path": str(problem.path), "message": problem.message})
    lines.line(
        "pairing",
        {
            "playlistId": summary.playlist_id,
            "playlistName": summary.name,
            "tracks": summary.tracks,
            "pairable": summary.pairable,
            "paired": summary.paired,
            "toCheck": summary.to_check,
            "fullyPaired": summary.fully_paired,
            "fingerprints": len(prints),
            "output": None if output is None else str(output),
        },
    )


def _nearest(match: TrackMatch, folders: Sequence[Path]) -> str:
    """Return what comes nearest to a missing track, so that a person sees what keeps it from being the one."""
    if not match.alternatives:
        return ""
    nearest = match.alternatives[0]
    return f"nearest is {one_line(_short(nearest.file.path, folders), 60)}: {one_line(nearest.explanation, 100)}"


def _verdict(match: TrackMatch) -> str:
    if not match.track.is_pairable:
        return "can't be paired"
    return "paired" if match.confidence is Confidence.SURE else match.confidence.value


def _short(path: Path, folders: Sequence[Path]) -> str:
    """Return a file as a person finds it: from its music folder on."""
    for folder in folders:
        if path.is_relative_to(folder):
            return str(path.relative_to(folder))
    return str(path)


def _fingerprint_as_json(fingerprint: Fingerprint) -> dict[str, Any]:
    return {
        "audioHash": fingerprint.audio_hash,
        "samples": fingerprint.samples,
        "sampleRate": fingerprint.sample_rate,
        "encoder": fingerprint.encoder,
        "rateMode": fingerprint.rate_mode.value,
    }
