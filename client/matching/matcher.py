"""From a playlist's rows and a folder's files to matches, each with its reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from client.matching.artists import split_artists
from client.matching.assign import Claim, assign, recordings
from client.matching.candidates import CandidateFinder
from client.matching.index import FileIndex, Reading, Source, normalized_isrc, path_key
from client.matching.model import Candidate, Confidence, MatchReason, TrackMatch
from client.matching.score import (
    CHECK_SCORE,
    FULL_DURATION_S,
    MIN_TITLE,
    SURE_SCORE,
    Evidence,
    Wanted,
    compare,
    contradicts,
)
from client.matching.titles import split_title
from client.playlist.model import PlaylistTrack
from client.scan.local_file import LocalFile

MAX_ALTERNATIVES: Final = 5
#: An ISRC is believed when the lengths differ by less: tags are copied from one recording to another.
ISRC_DURATION_S: Final = 10.0
#: A fuzzy match is sure only when the next best song is further behind.
SURE_MARGIN: Final = 5.0
_CHUNK_TRACKS: Final = 100
_MIN_ALTERNATIVE: Final = 45.0
_ISRC_SCORE: Final = 97.0
_ISRC_DOUBT_SCORE: Final = 80.0
_ISRC_WRONG_SCORE: Final = 60.0
_HINT_SCORE: Final = 95.0
_NAME_DOUBT_CAP: Final = 85.0

#: Told after each part of the work: how many tracks of how many are done. What it raises ends the matching.
OnProgress = Callable[[int, int], None]

_NOTHING_REMEMBERED: Final[Mapping[str, Path | None]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Scored:
    """A candidate with what only the choice between candidates needs."""

    candidate: Candidate
    claim: Claim
    core: str
    order: tuple[float, ...]


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
        self._wanted = [_wanted(track, index) for track in tracks]

    def run(self) -> list[TrackMatch]:
        scored: list[list[_Scored]] = [[] for _ in self._tracks]
        rows = [row for row, track in enumerate(self._tracks) if track.is_pairable]
        for start in range(0, len(rows), _CHUNK_TRACKS):
            chunk = rows[start : start + _CHUNK_TRACKS]
            self._score(chunk, scored)
            self._on_progress(start + len(chunk), len(rows))
        manual = self._manual()
        recording_of = recordings([track.track_id for track in self._tracks], self._wanted)
        claims = [
            []
            if row in manual
            else [one.claim for one in scored[row] if one.claim.is_sure or one.claim.score >= CHECK_SCORE]
            for row in range(len(self._tracks))
        ]
        taken = {number: recording_of[row] for row, number in manual.items() if number is not None}
        chosen = assign(claims, recording_of, taken)
        return [self._match(row, scored[row], manual, chosen[row]) for row in range(len(self._tracks))]

    def _score(self, rows: Sequence[int], scored: list[list[_Scored]]) -> None:
        wanted = [self._wanted[row] for row in rows]
        for row, readings in zip(rows, self._finder.by_tags(wanted), strict=True):
            found = self._compared(self._wanted[row], readings) + self._hinted(self._tracks[row], self._wanted[row])
            scored[row] = _ranked(found)
        without = [row for row in rows if not scored[row] or scored[row][0].claim.score < CHECK_SCORE]
        by_name = self._finder.by_file_name([self._wanted[row] for row in without])
        for row, readings in zip(without, by_name, strict=True):
            scored[row] = _ranked(scored[row] + self._compared(self._wanted[row], readings))

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

    def _compared(self, wanted: Wanted, readings: Sequence[Reading]) -> list[_Scored]:
        return [self._scored(wanted, reading) for reading in readings]

    def _scored(self, wanted: Wanted, reading: Reading) -> _Scored:
        file = self._index.files[reading.file]
        evidence = compare(wanted, reading, self._index.album(file.album), file.duration_ms)
        score, is_sure, reason = evidence.score, evidence.is_sure, MatchReason.FUZZY
        explanation = evidence.explanation
        if reading.source is Source.FILE_NAME:
            reason = MatchReason.FILE_NAME
            # A name alone is sure only if the length agrees, and no tag tells another title.
            if evidence.delta_s is None or self._tags_differ(reading):
                is_sure, score = False, min(score, _NAME_DOUBT_CAP)
        elif evidence.is_exact and is_sure:
            reason = MatchReason.EXACT
        elif reading.source is Source.MENDED_TAGS and evidence.delta_s is None:
            is_sure = False
        if wanted.isrc and wanted.isrc in file.isrcs:
            reason = MatchReason.ISRC
            score, is_sure = _by_isrc(evidence, contradicts(evidence, wanted, reading))
            explanation = f"ISRC, {explanation}"
        return self._as_candidate(reading.file, reason, score, explanation, evidence, reading, wanted, is_sure=is_sure)

    def _hinted(self, track: PlaylistTrack, wanted: Wanted) -> list[_Scored]:
        """Return the file that the playlist itself names, here or, by its name, on another machine."""
        if track.file_hint is None:
            return []
        number = self._index.by_path.get(path_key(track.file_hint))
        is_same_path = number is not None
        if number is None:
            namesakes = self._index.by_name.get(path_key(Path(track.file_hint.name)).casefold(), [])
            if len(namesakes) != 1:
                return []
            number = namesakes[0]
        found = []
        readings = [self._index.readings[place] for place in self._index.by_file.get(number, [])]
        for reading in readings or self._index.name_readings(number):
            file = self._index.files[number]
            evidence = compare(wanted, reading, self._index.album(file.album), file.duration_ms)
            away_s = 0.0 if evidence.delta_s is None else abs(evidence.delta_s)
            agrees = away_s <= ISRC_DURATION_S and not contradicts(evidence, wanted, reading)
            is_sure = agrees and (is_same_path or evidence.score >= SURE_SCORE)
            score = max(evidence.score, _HINT_SCORE if is_sure else CHECK_SCORE)
            explanation = f"named by the playlist, {evidence.explanation}"
            found.append(
                self._as_candidate(
                    number, MatchReason.HINT, score, explanation, evidence, reading, wanted, is_sure=is_sure
                )
            )
        return found

    def _tags_differ(self, reading: Reading) -> bool:
        """Return whether the file's tags tell another title than its name does."""
        tagged = [self._index.readings[place] for place in self._index.by_file.get(reading.file, [])]
        return any(other.source is Source.TAGS and other.title.core != reading.title.core for other in tagged)

    def _as_candidate(
        self,
        number: int,
        reason: MatchReason,
        score: float,
        explanation: str,
        evidence: Evidence,
        reading: Reading,
        wanted: Wanted,
        *,
        is_sure: bool,
    ) -> _Scored:
        file = self._index.files[number]
        other_notes = len(wanted.title.versions.neutral ^ reading.title.versions.neutral)
        away_s = 60.0 if evidence.delta_s is None else abs(evidence.delta_s)
        empty_tags = sum(not tag for tag in (file.title, file.artist, file.album, file.isrcs, file.has_cover))
        order = (
            not is_sure,
            -round(score, 1),
            reason is not MatchReason.ISRC,
            other_notes,
            round(away_s, 1),
            empty_tags,
            number,
        )
        return _Scored(
            Candidate(file, reason, round(score, 1), explanation),
            Claim(number, score, is_sure),
            reading.title.core,
            order,
        )

    def _match(
        self, row: int, scored: Sequence[_Scored], manual: Mapping[int, int | None], chosen: int | None
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
            candidates = [one for one in scored if one.claim.is_sure or one.claim.score >= CHECK_SCORE]
            best = candidates[chosen].candidate
            confidence = Confidence.SURE if candidates[chosen].claim.is_sure else Confidence.CHECK
        alternatives = [
            one.candidate
            for one in scored
            if one.candidate.score >= _MIN_ALTERNATIVE and (best is None or one.candidate.file.path != best.file.path)
        ]
        return TrackMatch(track, confidence, best, tuple(alternatives[:MAX_ALTERNATIVES]))


def _wanted(track: PlaylistTrack, index: FileIndex) -> Wanted:
    title = split_title(track.title)
    artist = split_artists(*track.artists)
    isrc = normalized_isrc(track.isrc or "")
    return Wanted(title, artist, index.album(track.album), track.duration_ms, isrc)


def _by_isrc(evidence: Evidence, is_contradicted: bool) -> tuple[float, bool]:
    """Return score and whether it is sure, of a file whose ISRC is the track's."""
    away_s = None if evidence.delta_s is None else abs(evidence.delta_s)
    if is_contradicted:
        return (_ISRC_DOUBT_SCORE if away_s is not None and away_s <= FULL_DURATION_S else _ISRC_WRONG_SCORE), False
    if evidence.against.startswith("other") or (away_s is not None and away_s > ISRC_DURATION_S):
        return max(min(evidence.score, SURE_SCORE - 1), _ISRC_DOUBT_SCORE), False
    if evidence.title < MIN_TITLE and (away_s is None or away_s > FULL_DURATION_S):
        return _ISRC_DOUBT_SCORE, False
    return max(evidence.score, _ISRC_SCORE), True


def _ranked(scored: Sequence[_Scored]) -> list[_Scored]:
    """Return the best reading of each file, best file first; a fuzzy one that has a near rival is not sure."""
    best: dict[int, _Scored] = {}
    for one in sorted(scored, key=lambda one: one.order):
        best.setdefault(one.claim.file, one)
    ranked = list(best.values())
    if ranked and ranked[0].candidate.reason is MatchReason.FUZZY and ranked[0].claim.is_sure:
        first = ranked[0]
        near = [
            one for one in ranked[1:] if one.core != first.core and one.claim.score > first.claim.score - SURE_MARGIN
        ]
        if near:
            doubtful = Claim(first.claim.file, first.claim.score, is_sure=False)
            ranked[0] = _Scored(first.candidate, doubtful, first.core, first.order)
    return ranked
