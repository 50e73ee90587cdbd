"""Listen on a TCP port so that small answers leave at once."""

import socket


def listening_socket(host: str, port: int) -> socket.socket:
    """Return a listening socket whose connections don't wait to fill a packet. Errors: OSError.

    asyncio switches Nagle's algorithm off (TCP_NODELAY) only where it is told that a socket is TCP, which
    `socket.create_server` leaves out; with it a frame that follows another waits for the reader's delayed
    acknowledgement, 40 ms on Linux (RFC 1122, section 4.2.3.4).
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    unnamed = socket.create_server(address, family=family)
    return socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP, fileno=unnamed.detach())
