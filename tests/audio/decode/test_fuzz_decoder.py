"""A share of scripts/fuzz-decoder."""

from tests.audio.decode import fuzz


async def test_mutated_mp3s_do_no_harm(tmp_path):
    outcome = await fuzz.run(40, 1, tmp_path)
    assert outcome.failures == []
    assert outcome.played + sum(outcome.refused.values()) == 40
    assert outcome.played > 5, "not everything is damaged beyond use"
    assert len({fuzz.mutated(seed) for seed in range(20)}) == 20
    assert fuzz.mutated(7) == fuzz.mutated(7)
