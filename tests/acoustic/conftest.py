import os
from collections.abc import Iterator

import pytest

from audio.measure.rig import PulseRig, RigUnavailableError

REQUIRED = "LOCKSTEP_REQUIRE_ACOUSTIC"


@pytest.fixture(scope="session")
def rig() -> Iterator[PulseRig]:
    """Return the running rig; without PulseAudio the test is skipped, or fails where it is required."""
    running = PulseRig()
    try:
        running.__enter__()
    except RigUnavailableError as error:
        if os.environ.get(REQUIRED) == "1":
            pytest.fail(f"{REQUIRED}=1, but: {error}")
        pytest.skip(str(error))
    try:
        running.wake()
        yield running
    finally:
        running.close()
