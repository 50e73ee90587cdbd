"""What can go wrong when a playlist is read from a file."""

from client.errors import ClientError


class PlaylistFileError(ClientError):
    """A file can't be imported as a playlist; the text says why and what to do."""

    code = "playlist_file"
