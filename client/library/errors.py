"""What can go wrong in the library."""

from client.errors import ClientError


class LibraryError(ClientError):
    """The library can't do what was asked; the text says why and what to do."""

    code = "library"
