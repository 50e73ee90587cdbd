"""Hear what two players really do: capture through PulseAudio, then measure the capture."""
