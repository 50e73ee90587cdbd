"""What can be wrong with a file, or with the folder for decoded music."""


class DecodeError(Exception):
    """A file holds no music that can be played; the text is the reason, without the file's name."""
