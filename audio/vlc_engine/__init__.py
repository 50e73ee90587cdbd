"""The second engine: plain libVLC players behind the messages of the audio process."""
