"""What can go wrong in a scan as a whole; what is wrong with single files is a problem, not an error."""

from client.errors import ClientError


class ScanError(ClientError):
    """The scan can't go on."""

    code = "scan"
