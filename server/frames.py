"""Read a participant's frame: what it says, and whether this participant may say it."""

from pydantic_core import from_json

from protocol.events import Event, Leave, Ping, Pong, Position, Ready, Role, Transport, parse_event
from protocol.wire import ProtocolError

_ALLOWED: dict[Role, tuple[type[Event], ...]] = {
    Role.LEADER: (Transport, Position, Ping, Leave, Ready, Pong),
    Role.FOLLOWER: (Ping, Leave, Ready, Pong),
}
_SPOKEN = {Role.LEADER: "transport, position, ping and leave", Role.FOLLOWER: "ping, ready and leave"}


def read_frame(text: str, role: Role) -> Event | None:
    """Return the event in a text frame; None when its type is unknown.

    Errors: `ProtocolError` names the field when the frame breaks the contract, or `type` when it is not for this role.
    """
    event = parse_event(text)
    if isinstance(event, Transport | Position):
        _require_strict_json(text)
    if event is not None and not isinstance(event, _ALLOWED[role]):
        raise ProtocolError("type", f"a {role.value} may send {_SPOKEN[role]}, not {event.type}")
    return event


def _require_strict_json(text: str) -> None:
    """Refuse NaN and Infinity even in fields that nobody knows: the peer's parser may choke on what is relayed."""
    try:
        from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise ProtocolError("", f"not JSON: {error}") from None
