"""The part of libpulse that a stream with exact timing and its devices need, by ctypes (thin shell; no binding has it).

PulseAudio and PipeWire both answer this API. Through ALSA's plugin, which is how PortAudio reaches them, DAC times come
out of an interpolation that wanders by up to 1 ms; here they are the server's own readings (docs/architecture.md).
Source: PulseAudio client API, `pulse/stream.h`, `pulse/introspect.h`, `pulse/def.h`.
"""

import ctypes
from ctypes import CFUNCTYPE, POINTER, c_char_p, c_int, c_int64, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p
from typing import Any, Final

CONTEXT_READY: Final = 4
CONTEXT_FAILED: Final = 5
CONTEXT_TERMINATED: Final = 6
CONTEXT_NOAUTOSPAWN: Final = 1
STREAM_READY: Final = 2
STREAM_FAILED: Final = 3
STREAM_TERMINATED: Final = 4
STREAM_ADJUST_LATENCY: Final = 0x2000
OPERATION_RUNNING: Final = 0
SUBSCRIBE_SINK: Final = 0x0001
SUBSCRIBE_SERVER: Final = 0x0080
SAMPLE_S16LE: Final = 3
SEEK_RELATIVE: Final = 0
UNSET: Final = 0xFFFFFFFF


class SampleSpec(ctypes.Structure):
    """`pa_sample_spec`."""

    _fields_ = (("format", c_int), ("rate", c_uint32), ("channels", c_uint8))


class BufferAttr(ctypes.Structure):
    """`pa_buffer_attr`, in bytes."""

    _fields_ = (
        ("maxlength", c_uint32),
        ("tlength", c_uint32),
        ("prebuf", c_uint32),
        ("minreq", c_uint32),
        ("fragsize", c_uint32),
    )


class Timeval(ctypes.Structure):
    """`struct timeval`."""

    _fields_ = (("sec", ctypes.c_long), ("usec", ctypes.c_long))


class TimingInfo(ctypes.Structure):
    """`pa_timing_info`: times in us, indices in bytes since the stream's start."""

    _fields_ = (
        ("timestamp", Timeval),
        ("synchronized_clocks", c_int),
        ("sink_usec", c_uint64),
        ("source_usec", c_uint64),
        ("transport_usec", c_uint64),
        ("playing", c_int),
        ("write_index_corrupt", c_int),
        ("write_index", c_int64),
        ("read_index_corrupt", c_int),
        ("read_index", c_int64),
        ("configured_sink_usec", c_uint64),
        ("configured_source_usec", c_uint64),
        ("since_underrun", c_int64),
    )


class SinkInfo(ctypes.Structure):
    """The beginning of `pa_sink_info`; it is only ever read through a pointer."""

    _fields_ = (("name", c_char_p), ("index", c_uint32), ("description", c_char_p))


class ServerInfo(ctypes.Structure):
    """The beginning of `pa_server_info`; it is only ever read through a pointer."""

    _fields_ = (
        ("user_name", c_char_p),
        ("host_name", c_char_p),
        ("server_version", c_char_p),
        ("server_name", c_char_p),
        ("sample_spec", SampleSpec),
        ("default_sink_name", c_char_p),
    )


RequestCallback = CFUNCTYPE(None, c_void_p, c_size_t, c_void_p)
NotifyCallback = CFUNCTYPE(None, c_void_p, c_void_p)
SuccessCallback = CFUNCTYPE(None, c_void_p, c_int, c_void_p)
SinkCallback = CFUNCTYPE(None, c_void_p, POINTER(SinkInfo), c_int, c_void_p)
ServerCallback = CFUNCTYPE(None, c_void_p, POINTER(ServerInfo), c_void_p)
EventCallback = CFUNCTYPE(None, c_void_p, c_int, c_uint32, c_void_p)

_SIGNATURES: Final[dict[str, tuple[Any, ...]]] = {
    "pa_mainloop_new": (c_void_p,),
    "pa_mainloop_free": (None, c_void_p),
    "pa_mainloop_get_api": (c_void_p, c_void_p),
    "pa_mainloop_prepare": (c_int, c_void_p, c_int),
    "pa_mainloop_poll": (c_int, c_void_p),
    "pa_mainloop_dispatch": (c_int, c_void_p),
    "pa_context_new": (c_void_p, c_void_p, c_char_p),
    "pa_context_connect": (c_int, c_void_p, c_char_p, c_int, c_void_p),
    "pa_context_get_state": (c_int, c_void_p),
    "pa_context_errno": (c_int, c_void_p),
    "pa_context_disconnect": (None, c_void_p),
    "pa_context_unref": (None, c_void_p),
    "pa_context_get_sink_info_list": (c_void_p, c_void_p, SinkCallback, c_void_p),
    "pa_context_get_server_info": (c_void_p, c_void_p, ServerCallback, c_void_p),
    "pa_context_set_subscribe_callback": (None, c_void_p, EventCallback, c_void_p),
    "pa_context_subscribe": (c_void_p, c_void_p, c_int, SuccessCallback, c_void_p),
    "pa_strerror": (c_char_p, c_int),
    "pa_stream_new": (c_void_p, c_void_p, c_char_p, POINTER(SampleSpec), c_void_p),
    "pa_stream_connect_playback": (c_int, c_void_p, c_char_p, POINTER(BufferAttr), c_int, c_void_p, c_void_p),
    "pa_stream_disconnect": (c_int, c_void_p),
    "pa_stream_unref": (None, c_void_p),
    "pa_stream_get_state": (c_int, c_void_p),
    "pa_stream_get_device_name": (c_char_p, c_void_p),
    "pa_stream_set_write_callback": (None, c_void_p, RequestCallback, c_void_p),
    "pa_stream_set_underflow_callback": (None, c_void_p, NotifyCallback, c_void_p),
    "pa_stream_set_moved_callback": (None, c_void_p, NotifyCallback, c_void_p),
    "pa_stream_set_suspended_callback": (None, c_void_p, NotifyCallback, c_void_p),
    "pa_stream_is_suspended": (c_int, c_void_p),
    "pa_stream_write": (c_int, c_void_p, c_void_p, c_size_t, c_void_p, c_int64, c_int),
    "pa_stream_update_timing_info": (c_void_p, c_void_p, SuccessCallback, c_void_p),
    "pa_stream_get_timing_info": (POINTER(TimingInfo), c_void_p),
    "pa_operation_get_state": (c_int, c_void_p),
    "pa_operation_unref": (None, c_void_p),
}


def load() -> Any:
    """Return libpulse with its functions typed. Errors: OSError when it is not installed."""
    library = ctypes.CDLL("libpulse.so.0")
    for name, (result, *arguments) in _SIGNATURES.items():
        function = getattr(library, name)
        function.restype, function.argtypes = result, arguments
    return library
