"""The person's own music: which files there are, and what their tags say."""
