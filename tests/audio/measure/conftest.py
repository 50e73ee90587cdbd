import numpy as np
import pytest

from audio.measure.correlation import Samples
from tests.audio.measure.sounds import RATE_HZ, made_music


@pytest.fixture(scope="session")
def music() -> Samples:
    return made_music(12.0, seed=3)


@pytest.fixture(scope="session")
def other_music() -> Samples:
    return made_music(12.0, seed=4)


@pytest.fixture(scope="session")
def tone() -> Samples:
    return (np.sin(2 * np.pi * 441.3 * np.arange(3 * RATE_HZ) / RATE_HZ) * 0.5).astype(np.float32)
