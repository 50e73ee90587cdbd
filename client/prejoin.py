"""Before anything is joined: whether this machine can play what the session's leader plays (plan, section 3). Pure.

Both sides are here: what a leader tells of its music, and what a follower makes of it, step by step.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from pydantic import ValidationError

from client.errors import PairingError, one_line
from client.fingerprint.compare import Comparison, Heard, compare
from client.pairing import PairedTrack, Pairing
from protocol import limits
from protocol.rest import QueueTrack, SessionDetail, TrackFingerprint

MAX_NAMED: Final = 3


class JoinStep(StrEnum):
    """What is looked at, in this order."""

    SIGNED_IN = "signed_in"
    SAME_PLAYLIST = "same_playlist"
    ENOUGH_PAIRED = "enough_paired"
    TRACKS_PAIRED = "tracks_paired"
    SAME_MUSIC = "same_music"


class Outcome(StrEnum):
    """What came of a step; only a failed one keeps from joining."""

    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    #: There is nothing to look at, or a step before it failed.
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step; `sentence` is for people, `tracks` are all that it is about, of which the sentence names a few."""

    step: JoinStep
    outcome: Outcome
    sentence: str
    tracks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class JoinCheck:
    """All steps in order; `compared` of the `comparable` tracks, those whose fingerprint the leader sent, are known."""

    steps: tuple[StepResult, ...]
    compared: int
    comparable: int

    def result(self, step: JoinStep) -> StepResult:
        """Return what came of one step."""
        return next(result for result in self.steps if result.step is step)

    @property
    def may_join(self) -> bool:
        """Return whether nothing speaks against joining; a warning does not."""
        return all(result.outcome is not Outcome.FAILED for result in self.steps)

    @property
    def different(self) -> tuple[str, ...]:
        """Return the tracks of which the two sides have different masters: ask before joining."""
        return self.result(JoinStep.SAME_MUSIC).tracks

    def require(self) -> None:
        """Raise PairingError with the first sentence that speaks against joining."""
        for result in self.steps:
            if result.outcome is Outcome.FAILED:
                raise PairingError(result.sentence)


def check_join(
    pairing: Pairing, detail: SessionDetail, fingerprints: Mapping[str, Heard] | None = None, *, signed_in: bool = True
) -> JoinCheck:
    """Return whether this session can be followed with this pairing, and why not.

    `fingerprints` are of local files, by path; those that are missing are not compared.
    """
    results = [_signed_in(signed_in), _same_playlist(pairing, detail)]
    if results[-1].outcome is Outcome.FAILED:
        other = "not looked at: it is another playlist"
        later = (JoinStep.ENOUGH_PAIRED, JoinStep.TRACKS_PAIRED, JoinStep.SAME_MUSIC)
        skipped = [StepResult(step, Outcome.SKIPPED, other) for step in later]
        return JoinCheck((*results, *skipped), 0, 0)
    missing = _missing(pairing, detail)
    found = _compared(pairing, detail, fingerprints or {})
    comparable = sum(entry.fingerprint is not None for entry in detail.queue or ())
    results += [
        _enough_paired(pairing, detail, missing),
        _tracks_paired(detail, missing),
        _same_music(found, comparable),
    ]
    return JoinCheck(tuple(results), len(found), comparable)


def tracks_to_compare(pairing: Pairing, detail: SessionDetail) -> tuple[PairedTrack, ...]:
    """Return the local tracks whose music can be compared: the leader's own first, then those that come after it."""
    wanted = [entry for entry in detail.queue or () if entry.fingerprint is not None]
    at = detail.snapshot.playlist_position
    wanted.sort(key=lambda entry: (entry.playlist_position < at, entry.playlist_position))
    local = _Local(pairing)
    return tuple(track for entry in wanted if (track := local.find(entry)) is not None)


def leader_queue(pairing: Pairing, fingerprints: Mapping[str, Heard]) -> list[QueueTrack]:
    """Return what a leader tells of its paired tracks, as many as the contract takes; `fingerprints` are by path."""
    queue: list[QueueTrack] = []
    room_bytes = limits.MAX_QUEUE_TRACKS * limits.MAX_QUEUE_TRACK_BYTES
    for track in pairing.paired[: limits.MAX_QUEUE_TRACKS]:
        entry = QueueTrack(
            playlist_position=track.playlist_position,
            track_id=track.track_id,
            fingerprint=_for_the_wire(fingerprints.get(str(track.file))),
        )
        room_bytes -= len(entry.to_json().encode()) + 1
        if room_bytes < 0:
            break
        queue.append(entry)
    return queue


class _Local:
    """The paired tracks of this machine as a leader names them: by position where the id agrees, else by id alone."""

    def __init__(self, pairing: Pairing) -> None:
        self._by_position = {track.playlist_position: track for track in pairing.paired}
        self._by_id = {track.track_id: track for track in reversed(pairing.paired)}

    def find(self, entry: QueueTrack) -> PairedTrack | None:
        here = self._by_position.get(entry.playlist_position)
        return here if here is not None and here.track_id == entry.track_id else self._by_id.get(entry.track_id)


def _signed_in(signed_in: bool) -> StepResult:
    if signed_in:
        return StepResult(JoinStep.SIGNED_IN, Outcome.PASSED, "you are signed in")
    return StepResult(JoinStep.SIGNED_IN, Outcome.FAILED, "you are not signed in; sign in, then join again")


def _same_playlist(pairing: Pairing, detail: SessionDetail) -> StepResult:
    theirs, mine = one_line(detail.playlist_name), one_line(pairing.playlist_name)
    if pairing.playlist_id == detail.playlist_id:
        return StepResult(JoinStep.SAME_PLAYLIST, Outcome.PASSED, f'both have the playlist "{theirs}"')
    queue = detail.queue or []
    here = {track.playlist_position: track.track_id for track in pairing.tracks}
    in_place = sum(here.get(entry.playlist_position) == entry.track_id for entry in queue)
    if in_place == len(queue) >= min(detail.paired_track_count, limits.MAX_QUEUE_TRACKS):
        # A file that Spotify's playlist was exported to knows nothing of its id.
        alike = f'the session\'s playlist "{theirs}" and your "{mine}" have the same tracks in the same places'
        return StepResult(JoinStep.SAME_PLAYLIST, Outcome.PASSED, alike)
    sentence = (
        f'the session plays the playlist "{theirs}" ({one_line(detail.playlist_id)}), '
        f'your pairing is for "{mine}" ({one_line(pairing.playlist_id)}); '
    )
    if 2 * in_place > len(queue):
        sentence += (
            f"{in_place} of {len(queue)} tracks are in the same places, so one may be out of date: read both anew"
        )
    else:
        sentence += "pair the session's playlist, or choose another session"
    return StepResult(JoinStep.SAME_PLAYLIST, Outcome.FAILED, sentence)


def _enough_paired(pairing: Pairing, detail: SessionDetail, missing: Sequence[str]) -> StepResult:
    theirs, mine = detail.paired_track_count, pairing.count_paired
    if mine >= theirs:
        sentence = f"you have {mine} paired tracks, the leader has {theirs}"
        return StepResult(JoinStep.ENOUGH_PAIRED, Outcome.PASSED, sentence)
    # What the leader names is what is missing; without that it is among what has no file here.
    names = tuple(missing if detail.queue else (str(track) for track in pairing.tracks if track.file is None))
    listed = f" (without a file: {_listed(names)})" if names else ""
    return StepResult(
        JoinStep.ENOUGH_PAIRED,
        Outcome.FAILED,
        f"the leader has {theirs} paired tracks, you have {mine}{listed}; pair the missing tracks with your own files",
        names,
    )


def _tracks_paired(detail: SessionDetail, missing: Sequence[str]) -> StepResult:
    if not missing:
        named = bool(detail.queue) or detail.snapshot.track_id is not None
        sentence = "you have a file for every track that the leader names" if named else "the leader names no track yet"
        return StepResult(JoinStep.TRACKS_PAIRED, Outcome.PASSED if named else Outcome.SKIPPED, sentence)
    if detail.queue:
        subject = "tracks that are" if len(missing) > 1 else "a track that is"
        what = f"the leader plays {subject} not paired here: {_listed(missing)}"
    else:
        what = f"the leader is at the track {missing[0]}, which is not paired here"
    them = "them with your own files" if len(missing) > 1 else "it with your own file"
    return StepResult(JoinStep.TRACKS_PAIRED, Outcome.FAILED, f"{what}; pair {them}", tuple(missing))


def _same_music(found: Sequence[tuple[str, Comparison]], comparable: int) -> StepResult:
    different = tuple(name for name, comparison in found if comparison is Comparison.DIFFERENT)
    if different:
        have = f"{len(different)} of your files are not" if len(different) > 1 else "one of your files is not"
        sentence = (
            f"{have} the leader's recording: {_listed(different)}; you would hear other moments of the music there; "
            "pair the leader's recording, or join all the same"
        )
        return StepResult(JoinStep.SAME_MUSIC, Outcome.WARNING, sentence, different)
    if not comparable:
        return StepResult(JoinStep.SAME_MUSIC, Outcome.SKIPPED, "the leader does not say which recordings it has")
    if not found:
        return StepResult(JoinStep.SAME_MUSIC, Outcome.SKIPPED, "the recordings are not compared yet")
    identical = sum(comparison is Comparison.IDENTICAL for _, comparison in found)
    sentence = f"{identical} of {comparable} files hold the leader's very recording"
    if alike := len(found) - identical:
        sentence += f", {alike} one that is as long"
    if rest := comparable - len(found):
        sentence += f", {rest} {'is' if rest == 1 else 'are'} not compared"
    return StepResult(JoinStep.SAME_MUSIC, Outcome.PASSED, sentence)


def _missing(pairing: Pairing, detail: SessionDetail) -> tuple[str, ...]:
    """Return the names of the tracks that the leader names and that have no file here, each once."""
    paired = {track.track_id for track in pairing.paired}
    named = [(entry.track_id, entry.playlist_position) for entry in detail.queue or ()]
    if detail.snapshot.track_id is not None:
        named.insert(0, (detail.snapshot.track_id, detail.snapshot.playlist_position))
    positions = {track_id: position for track_id, position in reversed(named) if track_id not in paired}
    known = {track.track_id: str(track) for track in reversed(pairing.tracks)}
    return tuple(
        one_line(known[track_id], 80) if track_id in known else f"{one_line(track_id, 80)} (number {position + 1})"
        for track_id, position in sorted(positions.items(), key=lambda item: item[1])
    )


def _compared(
    pairing: Pairing, detail: SessionDetail, fingerprints: Mapping[str, Heard]
) -> list[tuple[str, Comparison]]:
    """Return how each track's local file compares with the leader's, where both are known, in playlist order."""
    local = _Local(pairing)
    found: list[tuple[str, Comparison]] = []
    for entry in detail.queue or ():
        track = local.find(entry)
        mine = fingerprints.get(str(track.file)) if track is not None else None
        if track is not None and mine is not None and entry.fingerprint is not None:
            found.append((str(track), compare(mine, entry.fingerprint)))
    return found


def _for_the_wire(mine: Heard | None) -> TrackFingerprint | None:
    if mine is None:
        return None
    try:
        return TrackFingerprint(audio_hash=mine.audio_hash, samples=mine.samples, sample_rate=mine.sample_rate)
    except ValidationError:
        # Longer than the contract can say: better no fingerprint than no session.
        return None


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MAX_NAMED} more" if len(names) > MAX_NAMED else ""
    return f"{', '.join(names[:MAX_NAMED])}{more}"
