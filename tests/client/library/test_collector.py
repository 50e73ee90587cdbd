import gc

import pytest

from client.library.collector import uncollected


@pytest.mark.parametrize("was_on", [True, False])
def test_the_collector_is_off_inside_and_as_it_was_afterwards(was_on):
    before = gc.isenabled()
    (gc.enable if was_on else gc.disable)()

    def fail_inside():
        with uncollected():
            assert not gc.isenabled()
            raise KeyError

    try:
        with pytest.raises(KeyError):
            fail_inside()
        assert gc.isenabled() is was_on
    finally:
        (gc.enable if before else gc.disable)()
