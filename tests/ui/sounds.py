"""Voices and films for tests, made with the library that the decoder reads them with; hummed, nobody speaks."""

from __future__ import annotations

import array
import io
import math
from functools import lru_cache

import av

RATES = {"aac": 24_000, "libopus": 48_000, "libmp3lame": 24_000, "pcm_s16le": 16_000}


@lru_cache(maxsize=32)
def voice(container: str = "mp4", codec: str = "aac", seconds: float = 2.0) -> bytes:
    """A hum of so many seconds."""
    rate = RATES[codec]
    target = io.BytesIO()
    with av.open(target, "w", format=container) as output:
        stream = output.add_stream(codec, rate=rate)
        assert isinstance(stream, av.AudioStream)
        stream.codec_context.layout = "mono"
        count = int(seconds * rate)
        hum = array.array("h", (int(9000 * math.sin(2 * math.pi * 180 * n / rate)) for n in range(count)))
        frame = av.AudioFrame(format="s16", layout="mono", samples=count)
        frame.sample_rate = rate
        frame.planes[0].update(hum.tobytes().ljust(frame.planes[0].buffer_size, b"\0"))
        form = stream.codec_context.format
        assert form is not None
        resampler = av.AudioResampler(
            format=form.name, layout="mono", rate=rate, frame_size=stream.codec_context.frame_size or 1024
        )
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            output.mux(stream.encode(piece))
        output.mux(stream.encode(None))
    return target.getvalue()


@lru_cache(maxsize=2)
def film(width: int = 320, height: int = 180) -> bytes:
    """Half a second of grey in a film."""
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as output:
        stream = output.add_stream("mpeg4", rate=10)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for shade in range(5):
            frame = av.VideoFrame(width, height, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([90 + shade]) * plane.buffer_size)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return target.getvalue()
