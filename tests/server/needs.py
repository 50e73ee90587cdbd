"""Programs that tests need: skipped without them, or failed where LOCKSTEP_REQUIRE_SERVERS=1 says so."""

import os
from typing import NoReturn

import pytest

REQUIRED = "LOCKSTEP_REQUIRE_SERVERS"


def do_without(program: str) -> NoReturn:
    """Skip the test that needs this program, which is not there."""
    if os.environ.get(REQUIRED) == "1":
        pytest.fail(f"{REQUIRED}=1, but {program} is not installed (scripts/setup --tests)", pytrace=False)
    pytest.skip(f"{program} is not installed (scripts/setup --tests)")
