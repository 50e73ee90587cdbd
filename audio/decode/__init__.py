"""From a music file to PCM on disk: libVLC in a process of its own, so that no file can hurt the sound."""
