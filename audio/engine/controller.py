"""What to do about drift: nothing, glide, or jump (pure).

The plan's rule is a seek beyond 30 ms. Here a jump is exact, so the rule stands; below it the music glides back by
resampling, at most 0.5 % off, and is played bit-exact once it is in place.
"""

from dataclasses import dataclass
from typing import Final

from protocol.correction import Correction
from protocol.limits import JUMP_THRESHOLD_MS

#: The fastest glide: 8.6 cents, inaudible in passing.
MAX_GLIDE: Final = 0.005
#: Out of place: the averaged error that starts a glide, and the single error that does so without waiting.
UNLOCK_AVERAGE_MS: Final = 0.06
UNLOCK_SINGLE_MS: Final = 0.25
#: In place: about one sample at 44.1 kHz.
LOCK_MS: Final = 0.012
#: A glide takes away the error with this time constant.
GLIDE_TIME_CONSTANT_MS: Final = 150.0
_AVERAGE_TIME_CONSTANT_MS: Final = 700.0
#: Two sound cards differ by a steady rate: what keeps coming back within this error is slowly learned as theirs ...
_LEARN_WITHIN_MS: Final = 0.1
_LEARN_TIME_CONSTANT_MS: Final = 1_000.0
_MAX_RATE: Final = 500e-6
#: ... and from here on it is glided along with for good: to play bit-exact would be to be pulled back every second.
_STEADY_RATE: Final = 30e-6


@dataclass(frozen=True, slots=True)
class Decision:
    """`step` is the number of source frames per output frame; `land` asks to end the block on a whole frame."""

    correction: Correction
    step: float = 1.0
    land: bool = False


class DriftController:
    """Decide once per block from the error in ms (positive: the player is behind)."""

    def __init__(self) -> None:
        self._average_ms = 0.0
        self._rate = 0.0
        self._gliding = False

    @property
    def average_ms(self) -> float:
        """Return the error averaged over the better part of a second."""
        return self._average_ms

    def reset(self) -> None:
        """Start anew: the player was just put in place. What was learned of the sound cards stays true."""
        self._average_ms = 0.0
        self._gliding = abs(self._rate) > _STEADY_RATE

    def decide(self, error_ms: float, block_ms: float) -> Decision:
        """Return what to do in a block of `block_ms` at whose start the error is `error_ms`."""
        if abs(error_ms) > JUMP_THRESHOLD_MS:
            self.reset()
            return Decision(Correction.JUMP)
        gain = min(1.0, block_ms / _AVERAGE_TIME_CONSTANT_MS)
        self._average_ms += gain * (error_ms - self._average_ms)
        if not self._gliding:
            self._gliding = abs(error_ms) > UNLOCK_SINGLE_MS or abs(self._average_ms) > UNLOCK_AVERAGE_MS
            if not self._gliding:
                return Decision(Correction.NONE)
        # A wide error is chased as it is; near the goal single readings are noise and their average is the truth, which
        # then has to start from where the chase ended.
        if abs(error_ms) > UNLOCK_SINGLE_MS:
            self._average_ms = error_ms
        chased_ms = self._average_ms
        if abs(chased_ms) <= _LEARN_WITHIN_MS:
            learned = self._rate + chased_ms * block_ms / _LEARN_TIME_CONSTANT_MS**2
            self._rate = max(-_MAX_RATE, min(_MAX_RATE, learned))
        wanted = chased_ms / max(GLIDE_TIME_CONSTANT_MS, block_ms)
        glide = max(-MAX_GLIDE, min(MAX_GLIDE, wanted + self._rate))
        self._average_ms -= (glide - self._rate) * block_ms
        if abs(chased_ms) <= LOCK_MS and abs(self._rate) <= _STEADY_RATE:
            self._gliding = False
            return Decision(Correction.GLIDE, 1.0, land=True)
        return Decision(Correction.GLIDE, 1.0 + glide)
