"""What can go wrong when a file's music is to be known."""

from client.errors import ClientError


class FingerprintError(ClientError):
    """A file's music can't be known: unreadable, gone, cut short, no music; the text says which and what to do."""

    code = "fingerprint"
