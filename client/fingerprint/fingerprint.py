"""Read a file once, in blocks, and say what music is in it."""

import hashlib
import os
import stat
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final

import mutagen
from mutagen.aiff import AIFF
from mutagen.flac import FLAC
from mutagen.mp4 import MP4
from mutagen.wave import WAVE

from client.bounded_stream import BoundedStream
from client.errors import one_line, shown_path
from client.fingerprint.chunks import flac_audio_start, mp4_atoms, riff_chunks
from client.fingerprint.errors import FingerprintError
from client.fingerprint.flac_frames import last_sample
from client.fingerprint.model import Fingerprint, RateMode
from client.fingerprint.mpeg_stream import MpegStream
from client.fingerprint.ogg_stream import OggStream
from client.fingerprint.tag_span import audio_span

#: A file that is shorter than its own header says by more than this is cut; players refuse it by the same measure.
CUT_TOLERANCE_S: Final = 1.0

_MAX_LENGTH_S: Final = 7 * 24 * 3600
_BLOCK_BYTES: Final = 1 << 18
_HASH_BYTES: Final = 16
#: The largest frame of a FLAC file for people is below 256 KiB.
_FLAC_TAIL_BYTES: Final = 1 << 19
#: How formats begin that only mutagen knows: Windows Media, Monkey's Audio, WavPack, Musepack, True Audio, AAC.
_OTHERS: Final = (b"\x30\x26\xb2\x75", b"MAC ", b"wvPk", b"MPCK", b"MP+", b"TTA", b"ADIF", b"\xff\xf1", b"\xff\xf9")
#: A WAV that was streamed says no length.
_NO_SIZE: Final = 0xFFFFFFFF
#: What mutagen, whose parsers meet foreign bytes, is known to raise.
_TAG_ERRORS: Final = (
    mutagen.MutagenError,
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    struct.error,
    MemoryError,
    RecursionError,
)


def fingerprint(path: Path) -> Fingerprint:
    """Return the fingerprint of a music file; what its tags and its name say does not matter.

    Errors: FingerprintError when the file can't be read, changes meanwhile, is cut short or holds no music.
    """
    with _opened(path) as stream:
        found = _Reader(path, stream).read()
    if found.samples <= 0 or found.sample_rate <= 0:
        raise FingerprintError(f"{shown_path(path)}: it holds no sound; choose another file")
    return found


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Yield the file; every way in which it fails is said, also if it changes while it is read."""
    shown = shown_path(path)
    try:
        # Opening a pipe would wait for ever.
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise FingerprintError(f"{shown}: this is a folder; choose a music file")
        if not stat.S_ISREG(mode):
            raise FingerprintError(f"{shown}: this is not a file with music; choose another one")
        with path.open("rb") as stream:
            before = os.fstat(stream.fileno())
            if before.st_size == 0:
                raise FingerprintError(f"{shown}: the file is empty; copy it again")
            try:
                yield stream
            except FingerprintError:
                _refuse_change(before, os.fstat(stream.fileno()), shown)
                raise
            _refuse_change(before, os.fstat(stream.fileno()), shown)
    except FileNotFoundError:
        raise FingerprintError(f"{shown}: the file is gone; look where it went, and scan the folder again") from None
    except PermissionError:
        raise FingerprintError(f"{shown}: the file may not be read; check its permissions") from None
    except (OSError, ValueError) as error:
        why = one_line(str(getattr(error, "strerror", None) or error))
        raise FingerprintError(f"{shown}: the file can't be read ({why})") from None


def _refuse_change(before: os.stat_result, after: os.stat_result, shown: str) -> None:
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        raise FingerprintError(f"{shown}: the file changed while it was read; try again when it is at rest")


class _Reader:
    """One open file on its way to a fingerprint."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        self._shown = shown_path(path)
        self._stream = stream
        self._digest = hashlib.sha256()
        self._start, self._end = audio_span(stream)

    def read(self) -> Fingerprint:
        head = next(self._blocks(self._start, min(self._end, self._start + 64)), b"")
        if head.startswith(b"fLaC"):
            return self._flac()
        if head.startswith(b"OggS"):
            return self._ogg()
        if head[:4] in {b"RIFF", b"RF64"}:
            return self._chunks(riff_chunks(self._stream, self._start, self._end), {b"fmt ", b"data"}, WAVE)
        if head.startswith(b"FORM") and head[8:11] == b"AIF":
            return self._chunks(riff_chunks(self._stream, self._start, self._end), {b"COMM", b"SSND"}, AIFF)
        if head[4:8] == b"ftyp":
            return self._chunks(mp4_atoms(self._stream, self._start, self._end), {b"mdat"}, MP4)
        return (None if head.startswith(_OTHERS) else self._mpeg()) or self._anything()

    def _blocks(self, start: int, end: int) -> Iterator[bytes]:
        self._stream.seek(start)
        while start < end and (block := self._stream.read(min(_BLOCK_BYTES, end - start))):
            start += len(block)
            yield block

    def _mpeg(self) -> Fingerprint | None:
        """Return an MPEG audio file's fingerprint; None when it is something else."""
        mpeg = MpegStream(self._digest)
        for block in self._blocks(self._start, self._end):
            mpeg.feed(block)
            if mpeg.is_hopeless:
                break
        mpeg.finish()
        if mpeg.header is None:
            self._digest = hashlib.sha256()
            return None
        rate, frame_samples, xing = mpeg.header.sample_rate, mpeg.header.samples, mpeg.xing
        total, start, encoder = mpeg.frames * frame_samples, 0, ""
        mode = RateMode.CBR if mpeg.is_constant_rate else RateMode.VBR
        samples = total
        if xing is not None:
            promised = (xing.frames or 0) * frame_samples
            self._refuse_cut(total, promised, rate)
            # What is to be cut off the end of a file that lacks its last frames is partly gone already.
            end = total - xing.end_samples if total >= promised else min(total, promised - xing.end_samples)
            start, samples = xing.start_samples, max(0, end - xing.start_samples)
            mode, encoder = xing.rate_mode, xing.encoder
        return self._result(samples, rate, encoder, mode, start)

    def _flac(self) -> Fingerprint:
        info = self._info(FLAC)
        # Some encoders that write to a pipe leave both out.
        md5, promised = int(getattr(info, "md5_signature", 0) or 0), int(getattr(info, "total_samples", 0) or 0)
        rate = _whole(info, "sample_rate")
        audio_start = flac_audio_start(self._stream, self._start, self._end)
        tail = b"".join(self._blocks(max(audio_start, self._end - _FLAC_TAIL_BYTES), self._end))
        found = last_sample(tail, _whole(info, "max_blocksize"), promised) or 0
        self._refuse_cut(found, promised, rate)
        if md5:
            # Of the samples themselves, so that the same music in two compressions is the same.
            self._digest.update(
                struct.pack(">4sIBB", b"fLaC", rate, _whole(info, "channels"), _whole(info, "bits_per_sample"))
            )
            self._digest.update(md5.to_bytes(16))
        else:
            self._hash(audio_start, self._end)
        return self._result(promised or found, rate, "", RateMode.LOSSLESS)

    def _ogg(self) -> Fingerprint:
        ogg = OggStream(self._digest)
        for block in self._blocks(self._start, self._end):
            ogg.feed(block)
        if ogg.is_cut:
            raise FingerprintError(f"{self._shown}: the file is cut short: its last page is not whole; copy it again")
        info = self._info()
        mode = RateMode.LOSSLESS if type(info).__module__ == "mutagen.oggflac" else RateMode.VBR
        if ogg.sample_rate is None:
            return self._result(self._samples_by_length(info), _whole(info, "sample_rate"), "", RateMode.UNKNOWN)
        return self._result(ogg.samples, ogg.sample_rate, "", mode)

    def _chunks(
        self, chunks: Iterator[tuple[bytes, int, int]], wanted: set[bytes], parser: Callable[[Any], Any]
    ) -> Fingerprint:
        promised = missing = 0
        for name, start, size in list(chunks):
            if name in wanted:
                self._digest.update(name)
                self._hash(start, min(start + size, self._end))
            if name in wanted and size != _NO_SIZE:
                promised += size
                missing += max(0, start + size - self._end)
        info = self._info(parser)
        length = self._samples_by_length(info)
        if promised:
            self._refuse_cut(length - length * missing // promised, length, _whole(info, "sample_rate"))
        codec = str(getattr(info, "codec", "pcm"))
        mode = RateMode.LOSSLESS if codec in {"pcm", "alac"} else RateMode.UNKNOWN
        return self._result(length, _whole(info, "sample_rate"), "", mode)

    def _anything(self) -> Fingerprint:
        """Return the fingerprint of a format that only mutagen knows: all between the tags is hashed."""
        info = self._info()
        self._hash(self._start, self._end)
        return self._result(self._samples_by_length(info), _whole(info, "sample_rate"), "", RateMode.UNKNOWN)

    def _info(self, *parsers: Callable[[Any], Any]) -> Any:
        """Return what mutagen says of the stream; without a parser it chooses one, by the name only at last."""
        info = None
        unnamed, named = BoundedStream(self._stream), BoundedStream(self._stream, self._stream.name)
        tries = [(parser, unnamed) for parser in parsers] or [(mutagen.File, unnamed), (mutagen.File, named)]
        for parser, stream in tries:
            self._stream.seek(0)
            try:
                info = info or getattr(parser(stream), "info", None)
            except _TAG_ERRORS:
                continue
        if info is None:
            raise FingerprintError(f"{self._shown}: this is no music file, or it is damaged; choose another one")
        return info

    def _samples_by_length(self, info: Any) -> int:
        length_s = float(getattr(info, "length", 0.0) or 0.0)
        return round(length_s * _whole(info, "sample_rate")) if 0 < length_s < _MAX_LENGTH_S else 0

    def _hash(self, start: int, end: int) -> None:
        for block in self._blocks(start, end):
            self._digest.update(block)

    def _refuse_cut(self, found: int, promised: int, rate: int) -> None:
        if rate and promised - found > CUT_TOLERANCE_S * rate:
            there = f"{found // rate} s of {promised // rate} s are there"
            raise FingerprintError(f"{self._shown}: the file is cut short: {there}; copy it again")

    def _result(self, samples: int, rate: int, encoder: str, mode: RateMode, start: int = 0) -> Fingerprint:
        # The same frames are heard at another place when more or less is cut off them.
        self._digest.update(struct.pack(">QQ", start, max(0, samples)))
        return Fingerprint(self._digest.hexdigest()[: 2 * _HASH_BYTES], samples, rate, encoder, mode)


def _whole(info: Any, name: str) -> int:
    return max(0, int(getattr(info, name, 0) or 0))
