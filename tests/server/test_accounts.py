"""Bearer headers, and accounts that the server gives out itself."""

import pytest

from protocol.rest import ErrorBody, LocalAccountResponse
from server.accounts import bearer_of
from server.settings import AccountsMode
from tests.server.harness import Person, RunningServer, Start, http


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc.DEF-1_2~3+/==", "abc.DEF-1_2~3+/=="),
        ("bearer abc", "abc"),
        ("Bearer   abc  ", "abc"),
        ("Basic abc", None),
        ("Bearer", None),
        ("Bearer a b", None),
        ("Bearer a\nb", None),
        ("Bearer ü", None),
        ("Bearer " + "a" * 5000, None),
        (None, None),
    ],
)
def test_a_bearer_is_read_as_rfc_6750_has_it(header: str | None, token: str | None) -> None:
    assert bearer_of(header) == token


def test_each_request_makes_an_account_of_its_own(server: RunningServer) -> None:
    answers = [http("POST", f"{server.base_url}/local/accounts", json={"displayName": "Ann"}) for _ in range(2)]
    one, two = (LocalAccountResponse.model_validate(answer.json()) for answer in answers)
    assert [answer.status_code for answer in answers] == [201, 201]
    assert one.account_id != two.account_id
    assert one.access_token != two.access_token


def test_a_former_token_gets_the_same_account_under_its_new_name(server: RunningServer) -> None:
    def sign_in(name: str, token: str | None) -> LocalAccountResponse:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        answer = http("POST", f"{server.base_url}/local/accounts", json={"displayName": name}, headers=headers)
        assert answer.status_code == 201
        return LocalAccountResponse.model_validate(answer.json())

    first = sign_in("Ann", None)
    again = sign_in("Ann of Green Gables", first.access_token)
    assert again == first
    created = Person(server.base_url, again.access_token).create()
    detail = server.person().request("GET", f"/runbuddy/sessions/{created.session_id}").json()
    assert detail["hostDisplayName"] == "Ann of Green Gables"
    stranger = sign_in("Ann", "a-token-of-another-server")
    assert stranger.account_id != first.account_id
    assert stranger.access_token not in {first.access_token, "a-token-of-another-server"}


@pytest.mark.parametrize("body", [{}, {"displayName": ""}, {"displayName": 5}, {"displayName": "n" * 301}])
def test_a_wrong_name_is_refused(server: RunningServer, body: dict[str, object]) -> None:
    answer = http("POST", f"{server.base_url}/local/accounts", json=body)
    assert answer.status_code == 422
    assert ErrorBody.model_validate(answer.json()).message.startswith("displayName: ")


def test_a_name_is_shown_as_it_was_given(server: RunningServer) -> None:
    name = '<b>Ann</b> "&" 🎵\u202e'
    ann = server.person(name)
    session_id = ann.create().session_id
    assert ann.request("GET", f"/runbuddy/sessions/{session_id}").json()["hostDisplayName"] == name


def test_a_server_for_spotify_accounts_gives_out_none(start: Start) -> None:
    server = start(accounts=AccountsMode.SPOTIFY)
    assert http("POST", f"{server.base_url}/local/accounts", json={"displayName": "Ann"}).status_code == 404
    assert "/local/accounts" not in http("GET", f"{server.base_url}/openapi.json").text
