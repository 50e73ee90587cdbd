"""What tests of the account have in common."""

MIXED = "mixedbag0000000000000a"

HOUR_S = 3600.0


def everything_in(folder):
    """Return all bytes of a data directory."""
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())
