"""The server's log: for people, or JSON lines for machines; with the session where there is one, without any token."""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Final

#: What a secret stands behind in an address, a header or an answer. A second line of defence: nothing logs them.
_SECRET: Final = re.compile(
    r"(?i)((?:token|ws_?token|access_?token)[\"']?\s*[=:]\s*[\"']?|bearer\s+)[A-Za-z0-9\-._~+/]{8,}=*"
)
_SHOWN: Final = r"\1[hidden]"


def of_session(session_id: str) -> dict[str, str]:
    """Return the `extra` of a log call that is about a session."""
    return {"session_id": session_id}


def without_secrets(text: str) -> str:
    """Return a text with every token that can be recognised as one hidden."""
    return _SECRET.sub(_SHOWN, text)


class HumanFormatter(logging.Formatter):
    """One line a record: time, level, who, what, and which session."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        session_id = getattr(record, "session_id", None)
        line = without_secrets(super().format(record))
        return f"{line} [session {session_id}]" if session_id else line


class JsonFormatter(logging.Formatter):
    """One JSON object a line: `time` (RFC 3339, UTC), `level`, `logger`, `message`, `sessionId`, `exception`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": without_secrets(record.getMessage()),
        }
        if (session_id := getattr(record, "session_id", None)) is not None:
            line["sessionId"] = session_id
        if record.exc_info:
            line["exception"] = without_secrets("".join(traceback.format_exception(*record.exc_info)))
        return json.dumps(line, ensure_ascii=False)


def format_log(*, json_lines: bool, to_stderr: bool) -> None:
    """Give every handler of the root logger this format; `to_stderr` replaces them by standard error."""
    root = logging.getLogger()
    if to_stderr:
        logging.basicConfig(level=root.level, handlers=[logging.StreamHandler(sys.stderr)], force=True)
    for handler in root.handlers:
        handler.setFormatter(JsonFormatter() if json_lines else HumanFormatter())
