"""How long a test waits for what comes at once: so long that only what never comes takes it, on a busy machine too.

A limit costs nothing where the thing happens. It is below the time that pytest gives a whole test (pyproject.toml), so
that whoever waits in vain can say for what.
"""

from typing import Final

WAIT_S: Final = 60.0
WAIT_MS: Final = 60_000
