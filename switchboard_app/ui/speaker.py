"""The sound device: plays samples that were decoded elsewhere, and says how far it is.

Refuses files of any kind; only raw samples come here. The library speaks to the system's sound by itself (WASAPI,
PulseAudio, ALSA, CoreAudio) and is loaded with the first voice that is played. Opening a device may take a moment and
is done on another thread than the window's. Called by `player`.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from switchboard_app.model.errors import Unreachable
from switchboard_app.model.language import tr

SYSTEM = ("WASAPI", "COREAUDIO", "PULSEAUDIO", "ALSA")
"""The ways to a real device; the library's silent one is not among them, for nobody would hear anything."""
_LATENCY_MILLIS = 100


class Speaker:
    """One playing of one voice: `play`, then `stop`, and `heard` in between."""

    def __init__(self, backends: Sequence[str] = SYSTEM) -> None:
        self._backends = backends
        self._device: Any = None
        self._at = 0
        self._end = 0

    def play(self, samples: bytes, rate: int, start: int) -> None:
        """Play 16-bit samples from the sample `start` on. Raises Unreachable when there is no sound device."""
        import miniaudio

        self.stop()
        self._at, self._end = start, len(samples) // 2
        try:
            device = miniaudio.PlaybackDevice(
                output_format=miniaudio.SampleFormat.SIGNED16,
                nchannels=1,
                sample_rate=rate,
                buffersize_msec=_LATENCY_MILLIS,
                backends=[miniaudio.Backend[name] for name in self._backends],
                app_name="Switchboard",
            )
            source = self._source(memoryview(samples))
            next(source)
            device.start(source)
        except miniaudio.MiniaudioError as error:
            raise Unreachable(
                tr("There is no sound device that could play this."),
                tr("Connect a headset or loudspeakers, or save the file and play it elsewhere."),
            ) from error
        self._device = device

    def _source(self, samples: memoryview) -> Generator[bytes, int, None]:
        """Called on the device's own thread: hands out the next piece, then silence."""
        wanted = yield b""
        while True:
            piece = bytes(samples[self._at * 2 : (self._at + wanted) * 2])
            self._at = min(self._end, self._at + wanted)
            wanted = yield piece.ljust(wanted * 2, b"\0")

    def heard(self) -> int:
        """The sample that is about to be heard."""
        return self._at

    def ended(self) -> bool:
        """Whether everything was handed out."""
        return self._at >= self._end

    def stop(self) -> int:
        """Be silent and let go of the device; where it stopped."""
        device, self._device = self._device, None
        if device is not None:
            device.close()
        return self._at
