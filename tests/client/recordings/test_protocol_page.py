"""What docs/protocol.md says of fingerprints holds."""

from pathlib import Path

from client.fingerprint.compare import SAME_LENGTH_MS
from client.fingerprint.fingerprint import fingerprint

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "protocol.md").read_text("utf-8")


def test_the_example_has_the_fingerprint_that_the_page_gives():
    found = fingerprint(ROOT / "assets" / "demo" / "last-lap.mp3")
    assert f"`assets/demo/last-lap.mp3` has `{found.audio_hash}`, {found.samples} samples at\n" in PAGE
    assert f"{found.sample_rate} Hz" in PAGE


def test_the_page_gives_the_difference_at_which_lengths_are_the_same():
    assert f"differ by at most {SAME_LENGTH_MS} ms" in PAGE
