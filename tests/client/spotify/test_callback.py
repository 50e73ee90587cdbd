import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from client.spotify.callback import Outcome, judge, page

STATE = "s" * 64


def request(target, method="GET"):
    return f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


def test_the_code_counts_with_the_right_state_alone():
    verdict = judge(request(f"/callback?code=abc&state={STATE}"), STATE)
    assert verdict.status == 200
    assert verdict.callback.outcome is Outcome.CODE
    assert verdict.callback.code == "abc"
    assert "abc" not in repr(verdict)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/favicon.ico", 404),
        ("/", 404),
        ("/callback/", 404),
        ("/callback/../callback?code=a", 404),
        ("//127.0.0.1/callback", 404),
        (f"http://evil.example/callback?code=a&state={STATE}", 404),
        ("/callback", 400),
        ("/callback?code=a", 400),
        ("/callback?code=a&state=wrong", 400),
        (f"/callback?code=a&state={STATE}&state={STATE}", 400),
        (f"/callback?code=a&code=b&state={STATE}", 400),
        (f"/callback?state={STATE}", 400),
        (f"/callback?code={'a' * 3000}&state={STATE}", 400),
        ("/callback?" + "&".join(f"a{n}=1" for n in range(99)), 400),
    ],
)
def test_nothing_else_ends_the_sign_in(target, status):
    verdict = judge(request(target), STATE)
    assert (verdict.status, verdict.callback) == (status, None)


@pytest.mark.parametrize("method", ["POST", "HEAD", "OPTIONS"])
def test_only_get_is_answered(method):
    assert judge(request(f"/callback?code=a&state={STATE}", method), STATE).status == 405


@pytest.mark.parametrize("state", [None, ""])
def test_without_a_sign_in_that_waits_nothing_counts(state):
    for given_state in ("", "%00", "None"):
        verdict = judge(request(f"/callback?code=a&state={given_state}"), state)
        assert verdict.callback is None or state == given_state == ""


def test_a_no_and_other_reasons_are_told_apart():
    denied = judge(request(f"/callback?error=access_denied&state={STATE}"), STATE)
    assert denied.callback.outcome is Outcome.DENIED
    failed = judge(request(f"/callback?error=server_error&state={STATE}"), STATE)
    assert (failed.callback.outcome, failed.callback.reason) == (Outcome.FAILED, "server_error")
    # A no from somewhere else is none.
    assert judge(request("/callback?error=access_denied&state=x"), STATE).callback is None


def test_the_page_holds_foreign_text_as_text():
    verdict = judge(request(f"/callback?error=%3Cscript%3Ealert(1)%3C/script%3E&state={STATE}"), STATE)
    shown = page(verdict)
    assert b"<script>" not in shown
    assert b"&lt;script&gt;" in shown
    assert b"default-src 'none'" in shown
    assert b"no-store" in shown


@given(st.binary(max_size=300) | st.text(max_size=100).map(lambda text: f"GET {text} HTTP/1.1\r\n\r\n".encode()))
@example(b"GET http://[ HTTP/1.1\r\n\r\n")
@example(b"GET /callback?state=%ff&code=%00 HTTP/1.1\r\n\r\n")
@example(b"")
def test_any_request_gets_a_whole_answer_and_ends_nothing(head):
    verdict = judge(head, STATE)
    assert verdict.callback is None
    top, _, body = page(verdict).partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in top
