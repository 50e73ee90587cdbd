"""When to try again: exponential backoff with jitter."""

import random
from dataclasses import dataclass, field


@dataclass(slots=True)
class Backoff:
    """Yield the seconds to wait before each try: 0 first, then `first_s` doubling up to `limit_s`, give or take jitter.

    The defaults bring a client back within 5 s of the server's return, however long it was away. `jitter` is a
    fraction; `rng` is injected by tests.
    """

    first_s: float = 0.25
    limit_s: float = 4.0
    jitter: float = 0.2
    rng: random.Random = field(default_factory=random.Random)
    _tries: int = 0

    def next_delay_s(self) -> float:
        """Return how many seconds to wait before the next try."""
        tries, self._tries = self._tries, self._tries + 1
        if tries == 0:
            return 0.0
        # 2**60 first delays are beyond every limit, and a float holds them.
        base_s = min(self.limit_s, self.first_s * 2.0 ** min(tries - 1, 60))
        return base_s * self.rng.uniform(1 - self.jitter, 1 + self.jitter)

    def reset(self) -> None:
        """Start over: the next try is at once."""
        self._tries = 0
