"""/docs works where there is no internet."""

import re
from html.parser import HTMLParser

from tests.server.harness import RunningServer, http


class References(HTMLParser):
    """Collect what a page loads, and its own scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.scripts = ""
        self._in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]
        self._in_script = tag == "script"

    def handle_data(self, data: str) -> None:
        self.scripts += data if self._in_script else ""

    def handle_endtag(self, tag: str) -> None:
        self._in_script = False


def test_everything_that_the_page_needs_comes_from_this_server(server: RunningServer) -> None:
    page = http("GET", f"{server.base_url}/docs")
    assert page.status_code == 200
    found = References()
    found.feed(page.text)
    assert len(found.addresses) >= 3
    for address in [*found.addresses, "/openapi.json"]:
        assert re.match(r"/[^/]", address), address
        assert http("GET", server.base_url + address).status_code == 200, address
    assert "'/openapi.json'" in found.scripts
    assert "//" not in re.sub(r"^\s*//.*$", "", found.scripts, flags=re.MULTILINE)
    style = http("GET", f"{server.base_url}/docs/files/swagger-ui.css").text
    assert "@import" not in style
    assert all(address.startswith("data:") for address in re.findall(r"url\([\"']?([^\"')]*)", style))


def test_a_browser_is_told_to_load_nothing_from_elsewhere(server: RunningServer) -> None:
    policy = http("GET", f"{server.base_url}/docs").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';")
    assert not re.search(r"https?:|\*", policy)


def test_there_is_no_second_page_that_would_need_the_internet(server: RunningServer) -> None:
    assert http("GET", f"{server.base_url}/redoc").status_code == 404
