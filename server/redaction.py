"""No token gets into a log: what libraries say of requests is cleaned before anybody writes it down."""

import logging
from typing import Final

from server.log import without_secrets

#: uvicorn and websockets write whole addresses and headers when an operator asks for details.
_LOUD: Final = ("uvicorn.error", "uvicorn.access", "uvicorn.asgi")


class Redaction(logging.Filter):
    """Replace tokens in what is logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without its tokens."""
        message = record.getMessage()
        clean = without_secrets(message)
        if clean != message:
            record.msg, record.args = clean, ()
        return True


def redact_logs() -> None:
    """Clean what uvicorn and websockets log, from now on; again changes nothing."""
    for name in _LOUD:
        logger = logging.getLogger(name)
        if not any(isinstance(known, Redaction) for known in logger.filters):
            logger.addFilter(Redaction())
