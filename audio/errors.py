"""What can go wrong with the sound."""

from typing import ClassVar


class AudioError(Exception):
    """The base of every error of this package; its text says what happened and what to do, `code` is for programs."""

    code: ClassVar[str] = "sound"


class TrackError(AudioError):
    """A track can't be played here; `track` names it for people, `reason` says why."""

    def __init__(self, track: str, reason: str) -> None:
        super().__init__(f"{track} can't be played: {reason}")
        self.track = track
        self.reason = reason


class NoTrackError(AudioError):
    """None of the tracks can be played here; each was told with its reason."""

    code = "no_track"


class EngineError(AudioError):
    """The audio process can't be started or kept alive."""
