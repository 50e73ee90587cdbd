"""Look now and then whether PortAudio would find a better device, in a process of its own (thin shell).

The list inside this process is frozen as long as a stream is open, and there is no notification.
"""

import threading
from collections.abc import Collection
from typing import Final

from audio.engine.device_choice import is_better_elsewhere
from audio.errors import EngineError

#: Listing takes some 0.3 s of a core.
_INTERVAL_S: Final = 15.0


class DeviceWatch:
    """A thread that lists the devices every 15 s, until a better one comes up than those that were `tried`."""

    def __init__(self, tried: Collection[str], api: str, wanted: str | None, interval_s: float = _INTERVAL_S) -> None:
        self.outdated = False
        self._tried, self._api, self._wanted = tried, api, wanted
        self._interval_s = interval_s
        self._closed = threading.Event()
        threading.Thread(target=self._run, name="device-watch", daemon=True).start()

    def close(self) -> None:
        """Look no more."""
        self._closed.set()

    def _run(self) -> None:
        # Hardly ever needed, and long to load.
        import asyncio  # noqa: PLC0415

        from audio.engine.devices import output_devices  # noqa: PLC0415

        while not self.outdated and not self._closed.wait(self._interval_s):
            try:
                devices = asyncio.run(output_devices())
            except EngineError:
                continue
            of_api = [device for device in devices if device.api == self._api]
            self.outdated = is_better_elsewhere(of_api, self._tried, self._wanted)
