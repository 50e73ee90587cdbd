"""What PlaybackService tells its listeners."""

from dataclasses import dataclass

from audio.queue import QueueItem


@dataclass(frozen=True, slots=True)
class TrackStarted:
    """Another track is, or is about to be, at the DAC."""

    item: QueueItem


@dataclass(frozen=True, slots=True)
class PlayingChanged:
    """The music starts or stops."""

    playing: bool


@dataclass(frozen=True, slots=True)
class TrackRefused:
    """A track can't be played and is passed over; `message` is a sentence for people."""

    item: QueueItem
    message: str


@dataclass(frozen=True, slots=True)
class TrackAccepted:
    """A track that was refused can be played after all, and is passed over no more."""

    item: QueueItem


@dataclass(frozen=True, slots=True)
class TrackPreparing:
    """A track that is waited for takes its time; `fraction` of it is decoded, None where its length is not known."""

    item: QueueItem
    fraction: float | None


@dataclass(frozen=True, slots=True)
class TrackDamaged:
    """A track is played though it is damaged; `message` is a sentence for people."""

    item: QueueItem
    message: str


@dataclass(frozen=True, slots=True)
class QueueFinished:
    """The last track has ended."""


@dataclass(frozen=True, slots=True)
class SoundChanged:
    """The output was opened, or opened again; `reason` says why it is silent, or another device than was asked for.

    `device` is its stable name, `label` the one for people.
    """

    device: str
    silent: bool
    reason: str | None
    restarted: bool
    label: str = ""


PlaybackEvent = (
    TrackStarted
    | PlayingChanged
    | TrackRefused
    | TrackAccepted
    | TrackPreparing
    | TrackDamaged
    | QueueFinished
    | SoundChanged
)
