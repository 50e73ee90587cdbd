"""Playlists and their tracks as the screens show them (pure)."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from PySide6.QtGui import QImage

from client.library.model import PlaylistSummary, ScanProgress, ScanStage
from client.matching.model import Candidate, Confidence, MatchReason, TrackMatch
from ui.screens.library import PlaylistCard, Progress
from ui.screens.playlist_rows import FileChoice, PairMark, TrackLine
from ui.widgets.durations import clock_time
from ui.widgets.plain import isolated

#: A file of another length than the track is another recording, or was cut short.
_OTHER_LENGTH_S: Final = 3
_REASONS: Final = {
    MatchReason.MANUAL: "Chosen by you",
    MatchReason.HINT: "Named by the playlist",
    MatchReason.ISRC: "Same ISRC",
    MatchReason.EXACT: "Same title and artist",
    MatchReason.FUZZY: "Similar title and artist",
    MatchReason.FILE_NAME: "By its file name",
    MatchReason.NONE: "",
}


def cards(
    summaries: Sequence[PlaylistSummary], cover: Callable[[str], QImage | None] = lambda _playlist_id: None
) -> tuple[PlaylistCard, ...]:
    """Return the playlists of the library page, each with its cover."""
    return tuple(
        PlaylistCard(each.playlist_id, each.name, each.paired, each.pairable, cover(each.playlist_id))
        for each in summaries
    )


def files_words(count: int) -> str:
    """Return how many files there are."""
    if not count:
        return "No music files"
    return "1 file" if count == 1 else f"{count:,} files"


def folder_words(folders: Sequence[Path], count: int) -> str:
    """Return what is in the music folder, in a line under the page's title."""
    if not folders:
        return ""
    files = "1 music file" if count == 1 else f"{count:,} music files" if count else "No music files"
    return f"{files} in {isolated(folders[0].name or str(folders[0]))}"


def track_lines(matches: Sequence[TrackMatch]) -> tuple[TrackLine, ...]:
    """Return a playlist's tracks, each with its file and why."""
    return tuple(_line(match) for match in matches)


def scan_progress(told: ScanProgress) -> Progress:
    """Return how far a scan is."""
    match told.stage:
        case ScanStage.WALKING:
            return Progress("Looking through your music", f"{told.found:,} files so far", 0.0)
        case ScanStage.READING:
            total = told.to_read or 0
            share = told.read / total if total else 1.0
            return Progress("Reading your music", f"{told.read:,} of {total:,} files", share)
        case ScanStage.MATCHING:
            return Progress("Matching your playlists", f"{told.found:,} files", 1.0)


def lead_lock(
    summary: PlaylistSummary | None, *, enabled: bool, in_session: bool, sound_is_open: bool = True
) -> str | None:
    """Return why this playlist can't be led, None when it can: every track that can have a file has to have one."""
    if not enabled:
        return "RunBuddy is switched off in the settings"
    if in_session:
        return "A session is running already"
    if summary is None or not sound_is_open:
        return "One moment"
    if summary.pairable == 0:
        return "This playlist has no track that a file could play"
    missing, to_check = summary.pairable - summary.paired - summary.to_check, summary.to_check
    parts = []
    if missing > 0:
        parts.append("1 track has no file yet" if missing == 1 else f"{missing:,} tracks have no file yet")
    if to_check > 0:
        parts.append("1 proposal waits for your yes" if to_check == 1 else f"{to_check:,} proposals wait for your yes")
    return "; ".join(parts) or None


def play_lock(summary: PlaylistSummary | None, locked: str | None, *, sound_is_open: bool = True) -> str | None:
    """Return why this playlist can't be played here; `locked` when somebody else decides."""
    if locked is not None:
        return locked
    if summary is None or not sound_is_open:
        return "One moment"
    return None if summary.paired else "No track has a file yet"


def source_words(summary: PlaylistSummary) -> str:
    """Return whose playlist it is, and how long."""
    tracks = "1 track" if summary.tracks == 1 else f"{summary.tracks:,} tracks"
    return f"{summary.owner} · {tracks}" if summary.owner else tracks


def _line(match: TrackMatch) -> TrackLine:
    track, best = match.track, match.best
    return TrackLine(
        playlist_position=track.playlist_position,
        title=track.title,
        artist=track.artist,
        duration_ms=track.duration_ms,
        mark=_mark(match),
        reason="" if best is None else _REASONS[best.reason],
        score=None if best is None or best.reason is MatchReason.MANUAL else round(best.score),
        file=None if best is None else _chosen(best, track.duration_ms),
        others=tuple(_choice(candidate) for candidate in match.alternatives),
    )


def _mark(match: TrackMatch) -> PairMark:
    if not match.track.is_pairable:
        return PairMark.UNSUPPORTED
    if match.confidence is Confidence.CHECK and match.best is not None:
        return PairMark.CHECK
    if match.confidence is Confidence.SURE and match.best is not None:
        return PairMark.CHOSEN if match.best.reason is MatchReason.MANUAL else PairMark.PAIRED
    return PairMark.MISSING


def _chosen(best: Candidate, duration_ms: int | None) -> FileChoice:
    """Return the file of a row; of one chosen by hand nobody has said yet how its length is."""
    file = _choice(best)
    if best.reason is not MatchReason.MANUAL or duration_ms is None or best.file.duration_ms is None:
        return file
    longer_s = round((best.file.duration_ms - duration_ms) / 1000)
    if abs(longer_s) < _OTHER_LENGTH_S:
        return file
    words = f"{abs(longer_s):,} s {'longer' if longer_s > 0 else 'shorter'} than the track"
    return replace(file, why=f"{clock_time(best.file.duration_ms)}, {words}")


def _choice(candidate: Candidate) -> FileChoice:
    path = candidate.file.path
    return FileChoice(str(path), Path(path).name, candidate.explanation)
