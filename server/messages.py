"""What server processes say to each other about rooms: JSON by pydantic, one message a frame, all of them small.

A session's room is in one process, its owner. A participant whose socket is at another process, its host, is carried
between the two. `sender` is the process that speaks, `connection` the host's number for the socket.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from protocol.events import EndReason, Role


class Message(BaseModel):
    """Say something from one process to another."""

    model_config = ConfigDict(frozen=True)

    sender: str


class Connect(Message):
    """Host to owner: this participant's socket is open here."""

    op: Literal["connect"] = "connect"
    connection: int
    session_id: str
    role: Role
    account_id: str
    token_hash: str


class Received(Message):
    """Host to owner: the participant said this; None stands for a binary frame."""

    op: Literal["received"] = "received"
    connection: int
    text: str | None


class Disconnected(Message):
    """Host to owner: the socket is gone."""

    op: Literal["disconnected"] = "disconnected"
    connection: int


class SendText(Message):
    """Owner to host: say this to the participant."""

    op: Literal["send"] = "send"
    connection: int
    text: str
    newest_only: bool


class CloseSocket(Message):
    """Owner to host: close the participant's socket after what was sent before."""

    op: Literal["close"] = "close"
    connection: int
    code: int
    reason: str


class Seat(Message):
    """Any process to the owner: storage gave the follower's seat to this account."""

    op: Literal["seat"] = "seat"
    question: int
    session_id: str
    account_id: str
    display_name: str


class Unseat(Message):
    """Any process to the owner: free the follower's seat."""

    op: Literal["unseat"] = "unseat"
    question: int
    session_id: str


class EndSession(Message):
    """Any process to the owner: end the session."""

    op: Literal["end"] = "end"
    question: int
    session_id: str
    reason: EndReason


class Settle(Message):
    """Any process to the owner: store what was decided until now."""

    op: Literal["settle"] = "settle"
    question: int
    session_id: str


class Done(Message):
    """The owner's answer to a question: it is done and stored."""

    op: Literal["done"] = "done"
    question: int


class Reset(Message):
    """To all: what the sender had open with you is over; it was out of reach, or it stops."""

    op: Literal["reset"] = "reset"


Question = Seat | Unseat | EndSession | Settle
AnyMessage = Connect | Received | Disconnected | SendText | CloseSocket | Question | Done | Reset

_ADAPTER: TypeAdapter[AnyMessage] = TypeAdapter(Annotated[AnyMessage, Field(discriminator="op")])


def parse_message(text: str) -> AnyMessage:
    """Return a message; pydantic's `ValidationError` (a `ValueError`) when another version says something unknown."""
    return _ADAPTER.validate_json(text)
