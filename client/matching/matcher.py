"""From a playlist's rows and a folder's files to matches, each with its reason."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Final

from client.matching.artists import split_artists
from client.matching.assign import assign, recordings
from client.matching.candidates import CandidateFinder
from client.matching.index import FileIndex, normalized_isrc, path_key
from client.matching.judge import Judge, Judged, ranked
from client.matching.model import Candidate, Confidence, MatchReason, TrackMatch
from client.matching.score import Wanted
from client.matching.titles import split_title
from client.playlist.model import PlaylistTrack
from client.scan.local_file import LocalFile

MAX_ALTERNATIVES: Final = 5
_CHUNK_TRACKS: Final = 100
_MIN_ALTERNATIVE: Final = 45.0

#: Told after each part of the work: how many tracks of how many are done. What it raises ends the matching.
OnProgress = Callable[[int, int], None]

_NOTHING_REMEMBERED: Final[Mapping[str, Path | None]] = MappingProxyType({})


def match_playlist(
    tracks: Sequence[PlaylistTrack],
    files: Sequence[LocalFile] | FileIndex,
    remembered: Mapping[str, Path | None] = _NOTHING_REMEMBERED,
    *,
    on_progress: OnProgress | None = None,
) -> list[TrackMatch]:
    """Return a match for every row, in the rows' order.

    `remembered` are a person's own choices by track id: a file, or None for "none of these". `files` may be an index
    that is kept for several playlists. The result depends neither on the files' order nor on earlier calls.
    """
    index = files if isinstance(files, FileIndex) else FileIndex(files)
    return _Matching(tracks, index, remembered, on_progress or (lambda _done, _total: None)).run()


class _Matching:
    """One run over a playlist."""

    def __init__(
        self,
        tracks: Sequence[PlaylistTrack],
        index: FileIndex,
        remembered: Mapping[str, Path | None],
        on_progress: OnProgress,
    ) -> None:
        self._tracks = tracks
        self._index = index
        self._remembered = remembered
        self._on_progress = on_progress
        self._finder = CandidateFinder(index)
        self._judge = Judge(index)
        self._wanted = [_wanted(track, index) for track in tracks]

    def run(self) -> list[TrackMatch]:
        judged: list[list[Judged]] = [[] for _ in self._tracks]
        rows = [row for row, track in enumerate(self._tracks) if track.is_pairable]
        for start in range(0, len(rows), _CHUNK_TRACKS):
            chunk = rows[start : start + _CHUNK_TRACKS]
            self._score(chunk, judged)
            self._on_progress(start + len(chunk), len(rows))
        manual = self._manual()
        recording_of = recordings([track.track_id for track in self._tracks], self._wanted)
        claims = [
            [] if row in manual else [one.claim for one in judged[row] if one.is_proposed]
            for row in range(len(self._tracks))
        ]
        taken = {number: recording_of[row] for row, number in manual.items() if number is not None}
        chosen = assign(claims, recording_of, taken)
        return [self._match(row, judged[row], manual, chosen[row]) for row in range(len(self._tracks))]

    def _score(self, rows: Sequence[int], judged: list[list[Judged]]) -> None:
        wanted = [self._wanted[row] for row in rows]
        for row, readings in zip(rows, self._finder.by_tags(wanted), strict=True):
            one = self._wanted[row]
            hinted = self._judge.hinted(one, self._tracks[row].file_hint)
            judged[row] = ranked(self._judge.judge(one, readings) + hinted)
        without = [row for row in rows if not any(one.is_proposed for one in judged[row])]
        by_name = self._finder.by_file_name([self._wanted[row] for row in without])
        for row, readings in zip(without, by_name, strict=True):
            judged[row] = ranked(judged[row] + self._judge.judge(self._wanted[row], readings))

    def _manual(self) -> dict[int, int | None]:
        """Return the rows that a person has decided; a file that is gone decides nothing."""
        decided: dict[int, int | None] = {}
        for row, track in enumerate(self._tracks):
            if track.track_id not in self._remembered or not track.is_pairable:
                continue
            path = self._remembered[track.track_id]
            number = None if path is None else self._index.by_path.get(path_key(path))
            if path is None or number is not None:
                decided[row] = number
        return decided

    def _match(
        self, row: int, judged: Sequence[Judged], manual: Mapping[int, int | None], chosen: int | None
    ) -> TrackMatch:
        track = self._tracks[row]
        best: Candidate | None = None
        confidence = Confidence.MISSING
        if row in manual:
            number = manual[row]
            if number is not None:
                best = Candidate(self._index.files[number], MatchReason.MANUAL, 100.0, "chosen by you")
                confidence = Confidence.SURE
        elif chosen is not None:
            candidates = [one for one in judged if one.is_proposed]
            best = candidates[chosen].candidate
            confidence = Confidence.SURE if candidates[chosen].claim.is_sure else Confidence.CHECK
        alternatives = [
            one.candidate
            for one in judged
            if one.candidate.score >= _MIN_ALTERNATIVE and (best is None or one.candidate.file.path != best.file.path)
        ]
        return TrackMatch(track, confidence, best, tuple(alternatives[:MAX_ALTERNATIVES]))


def _wanted(track: PlaylistTrack, index: FileIndex) -> Wanted:
    title = split_title(track.title)
    artist = split_artists(*track.artists)
    isrc = normalized_isrc(track.isrc or "")
    return Wanted(title, artist, index.album(track.album), track.duration_ms, isrc)
