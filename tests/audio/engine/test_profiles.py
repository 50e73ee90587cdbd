"""What is known of devices by name."""

from audio.engine.messages import DeviceProfile
from audio.engine.profiles import ProfileTable


def test_every_device_has_its_own_delay_and_rate():
    table = ProfileTable()
    table.keep(DeviceProfile("headset", 180.25, 12.0))
    table.keep(DeviceProfile("speakers", -3.0))
    assert (table.delay_ms("headset"), table.delay_ns("headset"), table.ppm("headset")) == (180.25, 180_250_000, 12.0)
    assert (table.delay_ms("speakers"), table.ppm("speakers")) == (-3.0, 0.0)
    assert (table.delay_ns("unknown"), table.ppm("unknown")) == (0, 0.0)
    table.keep(DeviceProfile("headset", 0.0))
    assert table.delay_ns("headset") == 0
