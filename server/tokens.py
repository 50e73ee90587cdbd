"""Secrets: made at random, kept only as SHA-256, compared in constant time."""

import hashlib
import hmac
import secrets

from protocol import limits


def new_token() -> str:
    """Return a token of 256 random bits, safe in URLs and headers."""
    return secrets.token_urlsafe(32)


def new_join_code() -> str:
    """Return a join code that survives being read aloud."""
    return "".join(secrets.choice(limits.JOIN_CODE_ALPHABET) for _ in range(limits.JOIN_CODE_LENGTH))


def hash_token(token: str) -> str:
    """Return the hexadecimal SHA-256 of a token; the only form that is stored."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def same_hash(one: str, other: str) -> bool:
    """Return whether two hashes are equal, in a time that does not tell where they differ."""
    return hmac.compare_digest(one, other)
