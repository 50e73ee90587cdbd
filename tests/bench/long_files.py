"""Long MP3s made of the demo music, for what takes time to decode."""

import shutil
import subprocess
from pathlib import Path

from tests.bench.players import BenchError

SONG_S = 180
MIX_SONGS = 40


def require_ffmpeg() -> None:
    """Raise BenchError when there is nothing to make the files with."""
    if shutil.which("ffmpeg") is None:
        raise BenchError("ffmpeg, which makes the long files, is not found here")


def song(files: list[Path], path: Path) -> Path:
    """Write a piece of three minutes, 128 kbit/s, without a header that tells its length; return its path."""
    require_ffmpeg()
    inputs = [argument for file in files for argument in ("-i", str(file))]
    joined = "".join(f"[{index}:a]" for index in range(len(files))) + f"concat=n={len(files)}:v=0:a=1"
    command = ["ffmpeg", "-v", "error", "-y", *inputs, "-filter_complex", joined, "-t", str(SONG_S)]
    command += ["-ar", "44100", "-ac", "2", "-c:a", "libmp3lame", "-b:a", "128k", "-write_xing", "0"]
    command += ["-map_metadata", "-1", "-id3v2_version", "0", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"ffmpeg could not make a long file: {done.stderr.strip().splitlines()[-1:]}")
    return path


def tagged_copies(piece: Path, room: Path, count: int) -> list[Path]:
    """Write files of the same sound that are nevertheless not the same: each has a tag of its own at its end."""
    sound = piece.read_bytes()
    copies = [room / f"song-{number}.mp3" for number in range(count)]
    for number, copy in enumerate(copies):
        copy.write_bytes(sound + b"TAG" + f"song {number}".encode().ljust(125, b"\0"))
    return copies


def mix(piece: Path, path: Path) -> Path:
    """Write two hours: the piece over and over (MP3 frames follow each other wherever they come from)."""
    sound = piece.read_bytes()
    with path.open("wb") as file:
        for _ in range(MIX_SONGS):
            file.write(sound)
    return path
