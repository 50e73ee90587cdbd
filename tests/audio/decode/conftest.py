import pytest

from tests.audio.decode.decoding import decoder_at


@pytest.fixture
async def decoder(tmp_path):
    async with decoder_at(tmp_path / "cache") as client:
        yield client
