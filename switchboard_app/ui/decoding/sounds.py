"""In the decoder: voice messages become samples, and a film its first picture, by FFmpeg's libraries.

Only the containers and codecs listed here, chosen by the first bytes and never guessed; at most `MOST_SECONDS` of one
voice at `RATE`. Faster playing keeps the pitch. Refuses everything that a file may point to outside of itself. Called
by `serve` alone; the window never loads these libraries.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import av
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.filter import Graph

RATE = 24_000
"""Samples a second, 16 bits, one channel: more than a telephone, plenty for a voice."""
MOST_SECONDS = 600
_CODECS = ("aac", "opus", "mp3", "mp3float", "vorbis", "pcm_s16le", "pcm_u8", "amrnb", "libopencore_amrnb", "alac")
_FILMS = ("h264", "hevc", "vp8", "vp9", "mpeg4")
_MOST_FILM_PIXELS = 1920 * 1920
_FRAMES_LOOKED_AT = 30


def container_of(content: bytes) -> str:
    """FFmpeg's name of the container that the first bytes show; "" for what is not opened."""
    if content[4:8] == b"ftyp":
        return "mov"
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "wav"
    for start, name in ((b"OggS", "ogg"), (b"ID3", "mp3"), (b"#!AMR", "amr"), (b"\x1a\x45\xdf\xa3", "matroska")):
        if content.startswith(start):
            return name
    if len(content) > 2 and content[0] == 0xFF:
        if content[1] & 0xF6 == 0xF0:
            return "aac"
        if content[1] & 0xE6 == 0xE2:
            return "mp3"
    return ""


def _opened(content: bytes) -> Any:
    name = container_of(content)
    if not name:
        return None
    options = {
        "format_whitelist": {"matroska": "matroska,webm"}.get(name, "mov,mp4,m4a" if name == "mov" else name),
        "codec_whitelist": ",".join((*_CODECS, *_FILMS)),
        "protocol_whitelist": "none",  # a file that names another one gets nothing
        "probesize": str(1024 * 1024),
    }
    return av.open(io.BytesIO(content), mode="r", format=name, options=options)


DAMAGED = (av.FFmpegError, EOFError, ValueError, OSError, ArithmeticError, LookupError, RuntimeError)
"""What FFmpeg's binding raises for damaged files: its own kinds, most of which are Python's as well."""


class NoSound(Exception):
    """There is nothing to be heard in it."""


def _first(streams: Iterable[Any], codecs: Sequence[str]) -> Any:
    """The first stream of a codec that is decoded here; a stream of an unknown one has no codec at all."""
    known = ((one, one.codec_context) for one in streams)
    return next((one for one, context in known if context is not None and context.name in codecs), None)


def samples(content: bytes, tempo: float, most_seconds: int) -> tuple[bytes, int, bool]:
    """16-bit samples at `RATE`, how long the voice is in milliseconds as far as known, and whether it was cut.

    Raises NoSound, and one of `DAMAGED`.
    """
    container = _opened(content)
    if container is None:
        raise NoSound
    with container:
        stream = _first(container.streams.audio, _CODECS)
        if stream is None:
            raise NoSound
        stream.codec_context.thread_count = 1
        most = round(min(most_seconds, MOST_SECONDS) / tempo) * RATE * 2
        made = bytearray()
        for piece in _pieces(container, stream, tempo):
            made += piece
            if len(made) >= most:
                return bytes(made[:most]), round(most / 2 / RATE * 1000), True
    if not made:
        raise NoSound
    return bytes(made), round(len(made) / 2 / RATE * 1000), False


def _pieces(container: Any, stream: Any, tempo: float) -> Iterator[bytes]:
    """The voice, resampled; a damaged packet is left out, as a telephone does."""
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
    graph = _faster(tempo) if tempo != 1 else None
    for frame in _frames(container, stream):
        for mono in resampler.resample(frame):
            yield from _bytes_of(mono) if graph is None else _through(graph, mono)
    for mono in resampler.resample(None):
        yield from _bytes_of(mono) if graph is None else _through(graph, mono)
    if graph is not None:
        yield from _through(graph, None)


def _frames(container: Any, stream: Any) -> Iterator[AudioFrame]:
    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except av.FFmpegError:
            continue


def _faster(tempo: float) -> Graph:
    graph = Graph()
    source = graph.add_abuffer(sample_rate=RATE, format="s16", layout="mono", time_base=None)
    stretch = graph.add("atempo", str(tempo))
    sink = graph.add("abuffersink")
    source.link_to(stretch)
    stretch.link_to(sink)
    graph.configure()
    return graph


def _through(graph: Graph, frame: AudioFrame | None) -> Iterator[bytes]:
    graph.push(frame)
    while True:
        try:
            made = graph.pull()
        except (av.BlockingIOError, av.EOFError):
            return
        assert isinstance(made, AudioFrame)
        yield from _bytes_of(made)


def _bytes_of(frame: AudioFrame) -> Iterator[bytes]:
    yield bytes(memoryview(frame.planes[0])[: frame.samples * 2])


def first_picture(content: bytes, width: int, height: int) -> tuple[int, int, bytes] | None:
    """The first picture of a film within `width` x `height` as BGRA, or None when it is only heard.

    Raises one of `DAMAGED`.
    """
    container = _opened(content)
    if container is None:
        return None
    with container:
        stream = _first(container.streams.video, _FILMS)
        if stream is None:
            return None
        context = stream.codec_context
        if not 0 < context.width * context.height <= _MOST_FILM_PIXELS:
            return None
        context.thread_count = 1
        for number, packet in enumerate(container.demux(stream)):
            for frame in packet.decode():
                scale = min(width / frame.width, height / frame.height, 1.0)
                wide, tall = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
                plane = frame.reformat(width=wide, height=tall, format="bgra").planes[0]
                rows = memoryview(plane)
                return wide, tall, b"".join(rows[y * plane.line_size :][: wide * 4] for y in range(tall))
            if number > _FRAMES_LOOKED_AT:
                break
    return None
