"""Voices and films in the decoder: the formats that citizens' telephones make, damage, length, speed."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from switchboard_app.store import attachments
from switchboard_app.ui.decoding.decoder import SOUND_SECONDS, picture_of, sound_of
from switchboard_app.ui.decoding.frames import Head
from switchboard_app.ui.decoding.process import DecoderProcess
from switchboard_app.ui.player import played_here
from switchboard_app.ui.thumbnails import shown_as_film
from tests import tiers
from tests.ui.sounds import film, voice

HEAR: Head = {"do": "sound", "tempo": 100, "seconds": 600}
SEE: Head = {"do": "poster", "width": 500, "height": 300}
FORMATS = [("mp4", "aac"), ("ogg", "libopus"), ("mp3", "libmp3lame"), ("wav", "pcm_s16le"), ("adts", "aac")]


@pytest.fixture(scope="module")
def process() -> Iterator[DecoderProcess]:
    made = DecoderProcess("sounds")
    yield made
    made.close()


@pytest.mark.parametrize(("container", "codec"), FORMATS)
def test_voices_are_heard(process: DecoderProcess, container: str, codec: str) -> None:
    content = voice(container, codec)
    sound = sound_of(process.ask(HEAR, content, SOUND_SECONDS), 1.0)
    assert sound is not None
    assert abs(sound.millis - 2000) < 150
    assert abs(len(sound.samples) / 2 / sound.rate - sound.millis / 1000) < 0.01
    assert not sound.cut
    assert max(sound.samples[1::2]) > 10  # not silence
    mime = attachments.kind_of(content)
    assert played_here(mime) or shown_as_film(mime), mime


def test_faster_is_shorter_and_says_the_length_of_the_voice(process: DecoderProcess) -> None:
    sound = sound_of(process.ask({**HEAR, "tempo": 150}, voice(), SOUND_SECONDS), 1.5)
    assert sound is not None
    assert abs(len(sound.samples) / 2 / sound.rate - 2 / 1.5) < 0.1
    assert abs(sound.millis - 2000) < 150


def test_a_long_voice_is_cut_and_says_so(process: DecoderProcess) -> None:
    sound = sound_of(process.ask({**HEAR, "seconds": 1}, voice(), SOUND_SECONDS), 1.0)
    assert sound is not None
    assert sound.cut
    assert sound.millis == 1000


def test_a_film_is_seen_and_a_voice_in_the_same_container_is_not(process: DecoderProcess) -> None:
    seen = picture_of(process.ask(SEE, film(), SOUND_SECONDS), 500, 300)
    assert seen is not None
    assert (seen.image.width(), seen.image.height()) == (320, 180)
    assert process.ask(SEE, voice(), SOUND_SECONDS).why == "kind"
    assert process.ask(HEAR, film(), SOUND_SECONDS).why == "kind"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"RIFF",
        b"OggS" + b"\0" * 200,
        b"\0\0\0\x20ftypisom" + b"\0" * 64,
        b"#EXTM3U\nfile:///etc/passwd\n",
        b"ID3" * 90,
    ],
)
def test_what_is_no_sound_is_refused(process: DecoderProcess, content: bytes) -> None:
    assert process.ask(HEAR, content, SOUND_SECONDS).kind == "none"


def test_random_damage_is_survived(process: DecoderProcess) -> None:
    chance = random.Random(tiers.seed("random_sound_damage"))
    whole = [voice(container, codec) for container, codec in FORMATS] + [film()]
    trials = tiers.count(60, 2000)
    deaths = 0
    for _ in range(trials):
        spoilt = bytearray(chance.choice(whole))
        for _ in range(chance.randint(1, 12)):
            spoilt[chance.randrange(12, len(spoilt))] = chance.randrange(256)
        if chance.random() < 0.2:
            del spoilt[chance.randrange(20, len(spoilt)) :]
        for head in (HEAR, SEE):
            answer = process.ask(head, bytes(spoilt), SOUND_SECONDS)
            assert answer.kind in ("sound", "picture", "none")
            deaths += answer.why == "died"
    assert deaths <= trials // 50, "damage is told, not died of; a death costs a process"
