"""Which Spotify is spoken to: the real one, or a stand-in by one address (pure)."""

from urllib.parse import urlsplit

from client.errors import AddressError
from client.spotify.models import Endpoints


def stand_in_endpoints(url: str) -> Endpoints:
    """Return the endpoints of a stand-in, which has sign-in and Web API under one address. Errors: AddressError."""
    text = url.strip().rstrip("/")
    try:
        parts = urlsplit(text)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 80) > 0
    except ValueError:
        usable = False
    if not usable or parts.username or parts.query or parts.fragment or not text.isprintable() or " " in text:
        raise AddressError("the address of a stand-in for Spotify must look like http://HOST:PORT")
    return Endpoints(text, text)


def is_plain_http(endpoints: Endpoints) -> bool:
    """Return whether nothing is to be verified by certificates."""
    return endpoints.accounts_url.startswith("http:") and endpoints.api_url.startswith("http:")
