"""What the closest files are for one track, in what order, and which of them is sure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from client.matching.assign import Claim
from client.matching.index import FileIndex, Reading, Source, path_key
from client.matching.model import Candidate, MatchReason
from client.matching.score import (
    CHECK_SCORE,
    FULL_DURATION_S,
    MIN_ARTIST,
    MIN_TITLE,
    SURE_SCORE,
    Evidence,
    Wanted,
    compare,
    contradicts,
)

#: An ISRC, or a file that the playlist names, is believed when the lengths differ by less: tags are copied from one
#: recording to another.
BELIEVED_DURATION_S: Final = 10.0
#: A fuzzy match is sure only when the next best song is further behind.
SURE_MARGIN: Final = 5.0
_ISRC_SCORE: Final = 97.0
_ISRC_DOUBT_SCORE: Final = 80.0
_ISRC_WRONG_SCORE: Final = 60.0
_HINT_SCORE: Final = 100.0
_NAME_DOUBT_CAP: Final = 85.0
_UNKNOWN_LENGTH_S: Final = 60.0
#: Of equal scores, the file that was named or numbered goes first.
_RANK: Final = {reason: place for place, reason in enumerate((MatchReason.HINT, MatchReason.ISRC, MatchReason.EXACT))}


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate, the claim that goes with it, and what orders it among its rivals; `core` is the title it goes by."""

    candidate: Candidate
    claim: Claim
    core: str
    order: tuple[float, ...]

    @property
    def is_proposed(self) -> bool:
        """Return whether it is more than an alternative."""
        return self.claim.is_sure or self.claim.score >= CHECK_SCORE


@dataclass(frozen=True, slots=True)
class _Verdict:
    reason: MatchReason
    score: float
    is_sure: bool
    explanation: str


class Judge:
    """Judge readings of an index's files for a track."""

    def __init__(self, index: FileIndex) -> None:
        self._index = index

    def judge(self, wanted: Wanted, readings: Sequence[Reading]) -> list[Judged]:
        """Return each reading with its score and reason."""
        return [self._judged(wanted, reading, self._evidence(wanted, reading)) for reading in readings]

    def hinted(self, wanted: Wanted, hint: Path | None) -> list[Judged]:
        """Return the file that the playlist itself names, here or, by its name, on another machine."""
        if hint is None:
            return []
        number = self._index.by_path.get(path_key(hint))
        is_here = number is not None
        if number is None:
            namesakes = self._index.by_name.get(path_key(Path(hint.name)).casefold(), [])
            if len(namesakes) != 1:
                return []
            number = namesakes[0]
        readings = [self._index.readings[place] for place in self._index.by_file.get(number, [])]
        judged = []
        for reading in readings or self._index.name_readings(number):
            evidence = self._evidence(wanted, reading)
            judged.append(
                self._as_judged(wanted, reading, evidence, _by_hint(evidence, wanted, reading, is_here=is_here))
            )
        return judged

    def _evidence(self, wanted: Wanted, reading: Reading) -> Evidence:
        file = self._index.files[reading.file]
        return compare(wanted, reading, self._index.album(file.album), file.duration_ms)

    def _judged(self, wanted: Wanted, reading: Reading, evidence: Evidence) -> Judged:
        if wanted.isrc and wanted.isrc in self._index.files[reading.file].isrcs:
            return self._as_judged(wanted, reading, evidence, _by_isrc(evidence, wanted, reading))
        reason = MatchReason.EXACT if evidence.is_exact and evidence.is_sure else MatchReason.FUZZY
        score, is_sure = evidence.score, evidence.is_sure
        if reading.source is Source.FILE_NAME:
            reason = MatchReason.FILE_NAME
            # A name alone is sure only if the length agrees, and no tag tells another title.
            if evidence.delta_s is None or self._tags_differ(reading):
                score, is_sure = min(score, _NAME_DOUBT_CAP), False
        elif reading.source is Source.MENDED_TAGS:
            is_sure = is_sure and evidence.delta_s is not None
        return self._as_judged(wanted, reading, evidence, _Verdict(reason, score, is_sure, evidence.explanation))

    def _tags_differ(self, reading: Reading) -> bool:
        """Return whether the file's tags tell another title than its name does."""
        tagged = [self._index.readings[place] for place in self._index.by_file.get(reading.file, [])]
        return any(other.source is Source.TAGS and other.title.core != reading.title.core for other in tagged)

    def _as_judged(self, wanted: Wanted, reading: Reading, evidence: Evidence, verdict: _Verdict) -> Judged:
        file = self._index.files[reading.file]
        score = round(verdict.score, 1)
        order = (
            not verdict.is_sure,
            -score,
            _RANK.get(verdict.reason, len(_RANK)),
            len(wanted.title.versions.neutral ^ reading.title.versions.neutral),
            _UNKNOWN_LENGTH_S if evidence.delta_s is None else round(abs(evidence.delta_s), 1),
            sum(not tag for tag in (file.title, file.artist, file.album, file.isrcs, file.has_cover)),
            reading.file,
        )
        return Judged(
            Candidate(file, verdict.reason, score, verdict.explanation),
            Claim(reading.file, score, verdict.is_sure),
            reading.title.core,
            order,
        )


def ranked(judged: Sequence[Judged]) -> list[Judged]:
    """Return the best reading of each file, best file first; fuzzy ones that are near rivals are none of them sure."""
    best: dict[int, Judged] = {}
    for one in sorted(judged, key=lambda one: one.order):
        best.setdefault(one.claim.file, one)
    rivals = list(best.values())
    if not rivals or not rivals[0].claim.is_sure or rivals[0].candidate.reason is not MatchReason.FUZZY:
        return rivals
    limit = rivals[0].claim.score - SURE_MARGIN
    if all(one.core == rivals[0].core or one.claim.score <= limit for one in rivals):
        return rivals
    doubtful = [
        replace(one, claim=replace(one.claim, is_sure=False)) if one.candidate.reason is MatchReason.FUZZY else one
        for one in rivals
    ]
    return sorted(doubtful, key=lambda one: (not one.claim.is_sure, *one.order[1:]))


def _by_hint(evidence: Evidence, wanted: Wanted, reading: Reading, *, is_here: bool) -> _Verdict:
    is_near = evidence.delta_s is None or abs(evidence.delta_s) <= BELIEVED_DURATION_S
    # The name of an untagged file says nothing against it.
    is_other = reading.source is not Source.FILE_NAME and (
        evidence.has_conflict or contradicts(evidence, wanted, reading)
    )
    is_sure = is_near and not is_other and (is_here or evidence.score >= SURE_SCORE)
    score = _HINT_SCORE if is_sure else max(min(evidence.score, SURE_SCORE - 1), CHECK_SCORE)
    return _Verdict(MatchReason.HINT, score, is_sure, f"named by the playlist, {evidence.explanation}")


def _by_isrc(evidence: Evidence, wanted: Wanted, reading: Reading) -> _Verdict:
    away_s = None if evidence.delta_s is None else abs(evidence.delta_s)
    is_far = away_s is not None and away_s > BELIEVED_DURATION_S
    is_close = away_s is not None and away_s <= FULL_DURATION_S
    score, is_sure = max(evidence.score, _ISRC_SCORE), True
    is_by_another = evidence.artist is not None and evidence.artist < MIN_ARTIST
    if contradicts(evidence, wanted, reading) or (is_far and is_by_another):
        score, is_sure = (_ISRC_DOUBT_SCORE if is_close else _ISRC_WRONG_SCORE), False
    elif evidence.has_conflict or is_far:
        doubt = max(min(evidence.score, SURE_SCORE - 1), _ISRC_DOUBT_SCORE)
        score, is_sure = (_ISRC_WRONG_SCORE if evidence.has_conflict and is_far else doubt), False
    elif evidence.title < MIN_TITLE and not is_close:
        score, is_sure = _ISRC_DOUBT_SCORE, False
    return _Verdict(MatchReason.ISRC, score, is_sure, f"ISRC, {evidence.explanation}")
