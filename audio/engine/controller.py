"""What to do about drift: nothing, glide, or jump (pure).

The plan's rule is a seek beyond 30 ms. Here a jump is exact, so the rule stands; below it the music glides back by
resampling, at most 0.5 % off, and is played bit-exact once it is in place.

An error that comes out of nowhere is doubted before it is followed: a bad DAC time, a bad heartbeat and a clock that is
corrected twice all look like a change of place, and pass. Until it has lasted the music goes on as if nothing were.
"""

import math
from dataclasses import dataclass
from typing import Final

from protocol.correction import Correction
from protocol.limits import JUMP_THRESHOLD_MS

#: The fastest glide: 8.6 cents, inaudible in passing.
MAX_GLIDE: Final = 0.005
#: Beyond the threshold a jump has to be asked for as long as this: longer than any burst that was simulated and let
#: through by the DAC's clock, and short enough that a real change is over within half a second.
JUMP_SUSTAIN_MS: Final = 400.0
#: After a jump that was decided here the next one waits: something that oscillates is not chased by jumps.
JUMP_COOL_DOWN_MS: Final = 1_500.0
#: After an underrun an error is taken for what it is, for as long as the DAC's clock may need to notice; the music was
#: broken anyway, so that a jump from here on is less than seconds of glide.
MOVE_EXPECTED_MS: Final = 2_000.0
MOVED_MS: Final = 5.0
#: An error that differs from the expected one by more than this is glided after when it has lasted a few blocks. (At
#: 2 ms two bursts of 1 ms and four blocks each put the music half a millisecond out of place.)
SURPRISE_MS: Final = 0.5
GLIDE_SUSTAIN_MS: Final = 100.0
#: Out of place: the averaged error that starts a glide, and the single error that does so without waiting.
UNLOCK_AVERAGE_MS: Final = 0.06
UNLOCK_SINGLE_MS: Final = 0.25
#: In place: about one sample at 44.1 kHz.
LOCK_MS: Final = 0.012
#: A glide takes away the error with this time constant.
GLIDE_TIME_CONSTANT_MS: Final = 150.0
_AVERAGE_TIME_CONSTANT_MS: Final = 700.0
#: How fast two sound cards drift apart is mostly known beforehand; what keeps coming back within this error in spite of
#: it is learned: in place from how long it took to get out of place, gliding from a glide that doesn't end ...
_LEARN_WITHIN_MS: Final = 0.1
_LEARN_IN_PLACE_AFTER_MS: Final = 300.0
_LEARN_AT_ONCE: Final = 10e-6
_LEARN_GLIDING_AFTER_MS: Final = 1_000.0
_LEARN_TIME_CONSTANT_MS: Final = 1_000.0
_KNOWN_RATE_TIME_CONSTANT_MS: Final = 2_000.0
_MAX_RATE: Final = 500e-6
#: ... and from here on the rate is glided along with for good: to play bit-exact would be to be pulled back every
#: second, which is warble. It ends at a lower rate than it begins, so that it doesn't come and go either.
STEADY_RATE: Final = 20e-6
_STEADY_RATE_END: Final = 12e-6


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
        self._averaged_for_ms = 0.0
        self._known_rate: float | None = None
        self._learned_rate = 0.0
        self._steady = False
        self._gliding = False
        self._unchanged_for_ms = 0.0
        self._surprise_ms: float | None = None
        self._surprised_for_ms = 0.0
        self._cooling_ms = 0.0
        self._move_expected_ms = 0.0

    @property
    def average_ms(self) -> float:
        """Return the error averaged over the better part of a second."""
        return self._average_ms

    def reset(self) -> None:
        """Start anew: the player was just put in place. What was learned of the sound cards stays true."""
        self._average_ms = self._averaged_for_ms = self._unchanged_for_ms = 0.0
        self._gliding = self._steady
        self._surprise_ms, self._surprised_for_ms = None, 0.0
        self._move_expected_ms = 0.0

    def expect_move(self) -> None:
        """Jump over the next error at once: the stream is known to have stood still."""
        self._move_expected_ms = MOVE_EXPECTED_MS

    def decide(self, error_ms: float, block_ms: float, rate: float = 0.0) -> Decision:
        """Return what to do in a block of `block_ms` at whose start the error is `error_ms`.

        `rate` is by how much the music is known to have to be faster than this DAC, from the timeline's, the clock's
        and the DAC's own rate.
        """
        rate = self._rate(rate, block_ms)
        self._cooling_ms = max(0.0, self._cooling_ms - block_ms)
        self._move_expected_ms = max(0.0, self._move_expected_ms - block_ms)
        is_moved = self._move_expected_ms > 0 and abs(error_ms) > MOVED_MS
        if not is_moved and not self._is_believed(error_ms, block_ms):
            return self._go_on(rate, block_ms)
        if is_moved or abs(error_ms) > JUMP_THRESHOLD_MS:
            self.reset()
            self._cooling_ms = JUMP_COOL_DOWN_MS
            return Decision(Correction.JUMP)
        return self._glide(error_ms, block_ms, rate)

    def _rate(self, known: float, block_ms: float) -> float:
        if self._known_rate is None:
            self._known_rate = known
        change = min(1.0, block_ms / _KNOWN_RATE_TIME_CONSTANT_MS) * (known - self._known_rate)
        self._known_rate += change
        if change * self._learned_rate > 0:
            # What is known by now need not be learned any more.
            self._learned_rate -= math.copysign(min(abs(change), abs(self._learned_rate)), change)
        rate = max(-_MAX_RATE, min(_MAX_RATE, self._known_rate + self._learned_rate))
        self._steady = abs(rate) > (_STEADY_RATE_END if self._steady else STEADY_RATE)
        return rate

    def _is_believed(self, error_ms: float, block_ms: float) -> bool:
        """Return whether an error is where it was expected, or has been elsewhere for long enough."""
        is_wide = abs(error_ms) > JUMP_THRESHOLD_MS
        if not is_wide and abs(error_ms - self._average_ms) <= SURPRISE_MS:
            self._surprise_ms = None
            return True
        if self._surprise_ms is None or abs(error_ms - self._surprise_ms) > SURPRISE_MS:
            self._surprised_for_ms = 0.0
        self._surprise_ms = error_ms
        self._surprised_for_ms += block_ms
        lasted = self._surprised_for_ms > (JUMP_SUSTAIN_MS if is_wide else GLIDE_SUSTAIN_MS)
        if not lasted or (is_wide and self._cooling_ms > 0):
            return False
        self._surprise_ms = None
        self._average_ms = error_ms
        return True

    def _go_on(self, rate: float, block_ms: float) -> Decision:
        if not self._gliding and not self._steady:
            self._average_ms += rate * block_ms
            return Decision(Correction.NONE)
        return Decision(Correction.GLIDE, 1.0 + rate)

    def _glide(self, error_ms: float, block_ms: float, rate: float) -> Decision:
        # The first readings after a start count as a mean, so that they are not waited out.
        self._averaged_for_ms = min(_AVERAGE_TIME_CONSTANT_MS, self._averaged_for_ms + block_ms)
        self._average_ms += min(1.0, block_ms / self._averaged_for_ms) * (error_ms - self._average_ms)
        self._unchanged_for_ms += block_ms
        if not self._gliding:
            out_of_place = abs(error_ms) > UNLOCK_SINGLE_MS or abs(self._average_ms) > UNLOCK_AVERAGE_MS
            if not out_of_place and not self._steady:
                self._average_ms += rate * block_ms
                return Decision(Correction.NONE)
            if self._unchanged_for_ms > _LEARN_IN_PLACE_AFTER_MS and abs(error_ms) <= _LEARN_WITHIN_MS:
                missing = (self._average_ms / self._unchanged_for_ms - rate) / 2
                self._learn(max(-_LEARN_AT_ONCE, min(_LEARN_AT_ONCE, missing)))
            self._gliding, self._unchanged_for_ms = True, 0.0
        # A wide error is chased as it is; near the goal single readings are noise and their average is the truth, which
        # then has to start from where the chase ended.
        if abs(error_ms) > UNLOCK_SINGLE_MS:
            self._average_ms = error_ms
        chased_ms = self._average_ms
        if self._unchanged_for_ms > _LEARN_GLIDING_AFTER_MS and abs(chased_ms) <= _LEARN_WITHIN_MS:
            self._learn(chased_ms * block_ms / _LEARN_TIME_CONSTANT_MS**2)
        wanted = chased_ms / max(GLIDE_TIME_CONSTANT_MS, block_ms)
        glide = max(-MAX_GLIDE, min(MAX_GLIDE, wanted + rate))
        self._average_ms -= (glide - rate) * block_ms
        if abs(chased_ms) <= LOCK_MS and not self._steady:
            self._gliding, self._unchanged_for_ms = False, 0.0
            return Decision(Correction.GLIDE, 1.0, land=True)
        return Decision(Correction.GLIDE, 1.0 + glide)

    def _learn(self, change: float) -> None:
        self._learned_rate = max(-_MAX_RATE, min(_MAX_RATE, self._learned_rate + change))
