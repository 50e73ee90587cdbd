"""Where the NTP server is: HOST[:PORT] as a person types it."""

from dataclasses import dataclass
from ipaddress import IPv6Address
from urllib.parse import urlsplit

from client.errors import AddressError

NTP_PORT = 123

#: Where nobody has chosen one.
PUBLIC_NTP = "pool.ntp.org"


@dataclass(frozen=True, slots=True)
class NtpAddress:
    """A host name or address and a UDP port."""

    host: str
    port: int = NTP_PORT

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == NTP_PORT else f"{host}:{self.port}"


def parse_address(text: str) -> NtpAddress:
    """Return the address in `HOST`, `HOST:PORT`, `IPv6`, `[IPv6]` or `[IPv6]:PORT`; raise AddressError otherwise."""
    stripped = text.strip()
    if stripped.startswith("["):
        host, bracket, rest = stripped[1:].partition("]")
        if not bracket or (rest and not rest.startswith(":")) or not _is_ipv6(host):
            raise _malformed(text)
        return NtpAddress(host, _port(rest[1:], text) if rest else NTP_PORT)
    if _is_ipv6(stripped):
        return NtpAddress(stripped)
    host, colon, port = stripped.partition(":")
    if not host or any(character.isspace() or character in "/@?#[]" for character in host) or not host.isprintable():
        raise _malformed(text)
    return NtpAddress(host, _port(port, text) if colon else NTP_PORT)


def time_server(chosen: str | None, server_url: str, ntp_port: int | None) -> str:
    """Return whom to ask for the time: `chosen`, else the session server if it tells it at `ntp_port`, else the public.

    Two public servers differ by milliseconds, and a pool is many: buddies of one session server are nearest together by
    that one. `server_url` is the session server's address.
    """
    if chosen is not None:
        return chosen
    host = urlsplit(server_url).hostname
    return PUBLIC_NTP if ntp_port is None or not host else str(NtpAddress(host, ntp_port))


def _is_ipv6(host: str) -> bool:
    try:
        IPv6Address(host)
    except ValueError:
        return False
    return True


def _port(port: str, text: str) -> int:
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 1 <= int(port) <= 65535):
        raise _malformed(text)
    return int(port)


def _malformed(text: str) -> AddressError:
    return AddressError(f"{text!r} is not an NTP server; write HOST or HOST:PORT, for example pool.ntp.org")
