"""Playlists, wherever they come from: Spotify, a CSV, an M3U, a PAIRING.json."""
