"""How steadily followed music was played (pure)."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RateRecord:
    """Sums over the frames followed: those at another rate than 1, and by how much (`step` - 1, and its square).

    Records are added over restarts of the audio process and taken from one another: what is between two of them.
    """

    followed_frames: int = 0
    glided_frames: int = 0
    rate_sum: float = 0.0
    rate_square_sum: float = 0.0

    def __add__(self, other: "RateRecord") -> "RateRecord":
        return RateRecord(
            self.followed_frames + other.followed_frames,
            self.glided_frames + other.glided_frames,
            self.rate_sum + other.rate_sum,
            self.rate_square_sum + other.rate_square_sum,
        )

    def __sub__(self, other: "RateRecord") -> "RateRecord":
        return self + RateRecord(-other.followed_frames, -other.glided_frames, -other.rate_sum, -other.rate_square_sum)

    @property
    def glide_share(self) -> float:
        """Return the share of the time followed that was played at another rate than 1."""
        return self.glided_frames / max(1, self.followed_frames)

    @property
    def rate_std_ppm(self) -> float:
        """Return the standard deviation in ppm of the rate over the time followed: what would be heard as warble."""
        frames = max(1, self.followed_frames)
        mean = self.rate_sum / frames
        return math.sqrt(max(0.0, self.rate_square_sum / frames - mean * mean)) * 1e6
