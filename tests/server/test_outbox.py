"""What waits for one socket."""

from hypothesis import given
from hypothesis import strategies as st

from server.outbox import MAX_WAITING_FRAMES, Outbox


def drain(outbox: Outbox) -> list[str]:
    return [frame.text for frame in iter(outbox.pop, None)]


@given(st.lists(st.booleans(), max_size=MAX_WAITING_FRAMES))
def test_of_waiting_positions_only_the_newest_stays_and_every_transport_does(kinds: list[bool]) -> None:
    outbox = Outbox()
    for number, newest_only in enumerate(kinds):
        outbox.put(str(number), newest_only)
    newest = max((number for number, newest_only in enumerate(kinds) if newest_only), default=None)
    kept = [str(number) for number, newest_only in enumerate(kinds) if not newest_only or number == newest]
    assert drain(outbox) == kept
    assert outbox.coalesced == len(kinds) - len(kept)


def test_the_close_comes_after_what_waits_and_the_first_one_counts() -> None:
    outbox = Outbox()
    outbox.put("last words")
    outbox.close(4000, "over")
    outbox.close(1000, "late")
    outbox.put("too late")
    assert outbox.closing is None
    assert drain(outbox) == ["last words"]
    assert outbox.closing == (4000, "over")


def test_a_reader_too_far_behind_is_closed_to_come_back() -> None:
    outbox = Outbox()
    for number in range(MAX_WAITING_FRAMES + 1):
        outbox.put(str(number))
    assert drain(outbox) == []
    assert outbox.dropped == MAX_WAITING_FRAMES + 1
    assert outbox.closing == (1013, "reading too slowly; come back for the snapshot")
