"""Every screen in every state as a picture: `scripts/screenshots`."""
