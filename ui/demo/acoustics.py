"""What was really heard: the offset between the two players in the captured sound."""

from dataclasses import dataclass

from audio.measure.capture import Recording
from audio.measure.offset import ChannelPair, OffsetStatistics, offset_statistics
from audio.measure.rig import SINKS


@dataclass(frozen=True, slots=True)
class HeardOffsets:
    """Offsets in ms (positive: the follower is behind) with the monotonic instants of their windows."""

    mono_ns: tuple[int, ...]
    offset_ms: tuple[float, ...]
    statistics: OffsetStatistics


def heard_offsets(recording: Recording, from_ns: int, to_ns: int) -> HeardOffsets | None:
    """Measure the capture between two instants, in windows of half a second; None when nothing was heard."""
    leader, follower = (recording.channel(sink) for sink in SINKS)
    frames = min(len(leader), len(follower))
    pair = ChannelPair(leader[:frames], follower[:frames], recording.rate_hz)
    windows = pair.sliding(max(0, recording.clock.frame_at(from_ns)), recording.clock.frame_at(to_ns))
    statistics = offset_statistics(windows)
    if statistics is None:
        return None
    known = [(window.centre_frame, window.offset_ms) for window in windows if window.offset_ms is not None]
    return HeardOffsets(
        mono_ns=tuple(recording.clock.mono_ns_at(frame) for frame, _ in known),
        offset_ms=tuple(offset_ms for _, offset_ms in known),
        statistics=statistics,
    )
