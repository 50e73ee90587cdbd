"""The sound: PlaybackService, and behind it a decoder process and an audio process that renders by the DAC's clock."""
