import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client.spotify.errors import (
    BlockedError,
    ForbiddenError,
    NoSuchPlaylistError,
    NotAllowListedError,
    NotReadableError,
    OwnerNotPremiumError,
    SignedOutError,
    SpotifyAnswerError,
    SpotifyUnreachableError,
)
from client.spotify.retry import MAX_TRIES, Answer, Done, GiveUp, RenewToken, Wait, backoff_s, next_step

NOW_S = 1_000_000.0


def step(answer, tries=1, renewed=False, jitter=0.0):
    return next_step(answer, tries=tries, renewed=renewed, now_s=NOW_S, jitter=jitter)


def error(status, message, **more):
    return json.dumps({"error": {"status": status, "message": message} | more}).encode()


def test_good_answers_are_good():
    assert step(Answer(200)) == Done()


def test_a_401_renews_the_token_once():
    assert step(Answer(401)) == RenewToken()
    assert isinstance(step(Answer(401), renewed=True).error, SignedOutError)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"Check settings on developer.spotify.com/dashboard, the user may not be registered.", NotAllowListedError),
        (b"User not registered in the Developer Dashboard", NotAllowListedError),
        (error(403, "User not registered in the Developer Dashboard"), NotAllowListedError),
        (b"Active premium subscription required for the owner of the app.", OwnerNotPremiumError),
        (error(403, "Active premium subscription required for the owner of the app."), OwnerNotPremiumError),
        (error(403, "Forbidden"), NotReadableError),
        (b"", NotReadableError),
        (error(403, "Insufficient client scope"), ForbiddenError),
        (error(403, "Something new"), ForbiddenError),
    ],
)
def test_the_kinds_of_403_are_told_apart_by_their_sentence(body, kind):
    found = step(Answer(403, body))
    assert type(found.error) is kind
    assert found.blocked_until_s is None


def test_other_refusals():
    assert isinstance(step(Answer(404)).error, NoSuchPlaylistError)
    assert "Invalid limit" in str(step(Answer(400, error(400, "Invalid limit"))).error)
    assert isinstance(step(Answer(302)).error, SpotifyAnswerError)


def test_a_rate_limit_is_waited_for_up_to_thirty_seconds_and_never_less():
    assert step(Answer(429, retry_after="30")) == Wait(30.0)
    assert step(Answer(429, retry_after="30"), jitter=1.0) == Wait(37.5)
    assert step(Answer(429, retry_after="0"), jitter=1.0) == Wait(1.0)
    assert step(Answer(429)) == Wait(5.0)
    told = step(Answer(429, retry_after="31"))
    assert isinstance(told.error, BlockedError)
    assert told.blocked_until_s == NOW_S + 31
    assert isinstance(step(Answer(429, retry_after="1"), tries=MAX_TRIES), GiveUp)


@pytest.mark.parametrize(("header", "seconds"), [("48925", 48925), (None, 86400), ("soon", 86400), ("9" * 11, 604800)])
def test_a_quota_is_never_waited_for(header, seconds):
    found = step(Answer(429, error(429, "Quota exceeded", reason="QUOTA_EXCEEDED"), header))
    assert found.blocked_until_s == NOW_S + seconds
    assert found.error.is_quota
    assert "today" in str(found.error)


def test_trouble_is_waited_out_with_growing_pauses():
    assert [step(Answer(503), tries) for tries in (1, 2)] == [Wait(0.5), Wait(2.0)]
    assert step(Answer(0, trouble="no answer within 15 s"), 1) == Wait(0.5)
    given_up = step(Answer(0, trouble="no answer within 15 s"), 3)
    assert isinstance(given_up.error, SpotifyUnreachableError)
    assert "no answer within 15 s" in str(given_up.error)
    assert [backoff_s(tries, 0.0) for tries in range(1, 6)] == [0.5, 2.0, 8.0, 8.0, 8.0]
    assert backoff_s(3, 1.0) == 10.0


@given(
    status=st.integers(0, 999),
    body=st.binary(max_size=100),
    header=st.none() | st.text(max_size=20),
    tries=st.integers(1, 5),
    renewed=st.booleans(),
    jitter=st.floats(0, 1),
)
def test_whatever_comes_there_is_a_step_that_ends(status, body, header, tries, renewed, jitter):
    found = next_step(Answer(status, body, header), tries=tries, renewed=renewed, now_s=NOW_S, jitter=jitter)
    if isinstance(found, Wait):
        assert tries < MAX_TRIES
        assert 0 <= found.seconds <= 40
    if isinstance(found, GiveUp):
        assert str(found.error).isprintable()
