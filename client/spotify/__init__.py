"""Spotify, as far as Lockstep needs it: sign-in, and playlists with their rows. No sound comes from there."""
