"""What HTTP over TLS needs, loaded once and, where there is an event loop to keep free, in a thread beside it."""

import contextlib
import functools
import importlib
import ssl
from typing import Final

import httpx

#: httpx imports these at its first request: half of the time that this one takes.
_LATE_MODULES: Final = ("httpcore", "httpcore._backends.anyio", "anyio._backends._asyncio")


def tls_context(base_url: str) -> ssl.SSLContext:
    """Return what verifies this server; over plain http nothing is, and no certificates are loaded."""
    return _verifying() if base_url.startswith("https:") else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def load_tls(base_url: str) -> None:
    """Load what the first request to this server would load: 100 ms of modules and certificates, once."""
    for module in _LATE_MODULES:
        # Another version of httpx may have other ones; it then loads them itself.
        with contextlib.suppress(ImportError):
            importlib.import_module(module)
    tls_context(base_url)


@functools.cache
def _verifying() -> ssl.SSLContext:
    return httpx.create_ssl_context()
