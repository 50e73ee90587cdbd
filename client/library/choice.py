"""What a person chose for a track, known again by the music itself when the file is moved, renamed or retagged."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from client.matching.model import Candidate, Confidence, MatchReason, TrackMatch
from client.scan.local_file import LocalFile

CHOSEN: Final = "chosen by you"
#: Whole files are read to know them again: as many as are read in a few seconds.
MAX_READ_FOR_ONE: Final = 20

_SAME_LENGTH_MS: Final = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """The file that a person chose for a track; `path` None: none of those there are.

    `size` (bytes), `duration_ms` and `audio_hash` are what the file was when it was chosen; None where not known.
    """

    track_id: str
    path: Path | None
    size: int | None = None
    duration_ms: int | None = None
    audio_hash: str | None = None


def whereabouts(choice: Choice, files: Mapping[str, LocalFile], known_hashes: Mapping[str, str]) -> Sequence[LocalFile]:
    """Return the files that may be the chosen one, which is not where it was, the likeliest first.

    Those whose hash is known (path to audio hash) are among them only when it is the right one. A moved file has its
    size, a retagged one its length; others are not worth reading.
    """
    if choice.audio_hash is None:
        return ()
    sure = [file for path, file in files.items() if known_hashes.get(path) == choice.audio_hash]
    if sure:
        return sorted(sure, key=lambda file: str(file.path))[:1]
    unread = [file for path, file in files.items() if path not in known_hashes]
    same_size = [file for file in unread if file.size == choice.size]
    same_length = [file for file in unread if file.size != choice.size and _is_as_long(file, choice)]
    return (same_size + same_length)[:MAX_READ_FOR_ONE]


def settled(
    choice: Choice,
    files: Mapping[str, LocalFile],
    known_hashes: Mapping[str, str],
    hash_of: Callable[[Path], str | None],
) -> Choice:
    """Return a choice as it is with the files that there are now; `hash_of` reads a file, None when it can't.

    The music that was chosen is looked for first. Where it is nowhere, but another file has its path, that one is
    meant: somebody put a better copy there. Where there is neither, the choice waits until the music comes back.
    """
    if choice.path is None:
        return choice
    here = files.get(str(choice.path))
    if here is not None:
        found_hash = known_hashes.get(str(here.path)) or hash_of(here.path)
        if choice.audio_hash is None or found_hash in {None, choice.audio_hash}:
            return chosen(choice.track_id, here, found_hash or choice.audio_hash)
    for file in whereabouts(choice, files, known_hashes):
        if (known_hashes.get(str(file.path)) or hash_of(file.path)) == choice.audio_hash:
            return chosen(choice.track_id, file, choice.audio_hash)
    return choice if here is None else chosen(choice.track_id, here, found_hash)


def is_unsettled(choice: Choice, known_hashes: Mapping[str, str]) -> bool:
    """Return whether matching has to wait for `settled`: the music may be elsewhere."""
    return choice.audio_hash is not None and known_hashes.get(str(choice.path)) != choice.audio_hash


def with_choice(match: TrackMatch, file: LocalFile | None) -> TrackMatch:
    """Return a row as it is after a person chose a file for it, or none; what it had before stays at hand."""
    others = [it for it in (match.best, *match.alternatives) if it is not None and it.reason is not MatchReason.MANUAL]
    if file is None:
        return TrackMatch(match.track, Confidence.MISSING, None, tuple(others))
    chosen = Candidate(file, MatchReason.MANUAL, 100.0, CHOSEN)
    rest = tuple(it for it in others if it.file.path != file.path)
    return TrackMatch(match.track, Confidence.SURE, chosen, rest)


def chosen(track_id: str, file: LocalFile, audio_hash: str | None) -> Choice:
    """Return the choice of a file as it is now."""
    return Choice(track_id, file.path, file.size, file.duration_ms, audio_hash)


def _is_as_long(file: LocalFile, choice: Choice) -> bool:
    if file.duration_ms is None or choice.duration_ms is None:
        return False
    return abs(file.duration_ms - choice.duration_ms) <= _SAME_LENGTH_MS
