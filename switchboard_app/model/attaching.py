"""What may be attached to an answer: one judgement for the window, the command line and the desk.

Whether a file fits is told by its bytes' type and size against the channel's `Capabilities`, before anything is queued.
It refuses to look at names and at contents. Called by `store.desk.replies` (which enforces it) and by the composer
(which says it at once).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from switchboard_app.model.channel import Capabilities
from switchboard_app.model.language import tr

SCALABLE = ("image/png", "image/jpeg", "image/webp")
"""Still pictures, of which a smaller copy says the same."""
_WORDS = {
    "image/png": "PNG",
    "image/jpeg": "JPEG",
    "image/gif": "GIF",
    "image/webp": "WebP",
    "application/pdf": "PDF",
    "video/mp4": "MP4",
    "audio/mpeg": "MP3",
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that somebody wants to attach. `mime` is what its bytes show, `size` in bytes."""

    name: str
    mime: str
    size: int


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a channel does not take a file, and what can be done. `smaller` says that a smaller copy would do."""

    words: str
    next_step: str
    smaller: bool = False


def types_of(abilities: Capabilities) -> tuple[str, ...]:
    """All types the channel takes, pictures first."""
    return (*abilities.image_types, *abilities.file_types)


def types_in_words(abilities: Capabilities) -> str:
    """«PNG, JPEG, GIF, PDF»."""
    return ", ".join(_WORDS.get(one, one.rpartition("/")[2].upper()) for one in types_of(abilities))


def limit_for(abilities: Capabilities, mime: str) -> int:
    """The most bytes of a file of this type."""
    if mime == "image/gif" and abilities.gif_limit:
        return abilities.gif_limit
    return abilities.image_limit if mime in abilities.image_types else abilities.file_limit


def megabytes(size: int) -> str:
    """«8», «4.9»: sizes as limits name them."""
    return f"{size / 1_048_576:.1f}".removesuffix(".0")


def objection(abilities: Capabilities, file: Candidate, already: int = 0) -> Objection | None:
    """Why the channel does not take one more file beside `already` others; None when it does."""
    if not types_of(abilities):
        return Objection(tr("This channel takes no files."), tr("Send the text alone, or use another channel."))
    if abilities.files_per_message and already >= abilities.files_per_message:
        if abilities.files_per_message == 1:
            return Objection(tr("This channel takes one file a message."), tr("Send the others one by one."))
        words = tr("This channel takes {n} files a message.").format(n=abilities.files_per_message)
        return Objection(words, tr("Send the others with a second answer."))
    if file.mime not in types_of(abilities):
        return Objection(
            tr("This channel does not take «{name}».").format(name=file.name),
            tr("It takes {types}.").format(types=types_in_words(abilities)),
        )
    limit = limit_for(abilities, file.mime)
    if limit and file.size > limit:
        words = tr("«{name}» has {size} MB; this channel takes {limit} MB.")
        picture = file.mime in SCALABLE and file.mime in abilities.image_types
        return Objection(
            words.format(name=file.name, size=megabytes(file.size), limit=megabytes(limit)),
            tr("Attach a smaller picture.") if picture else tr("Attach a smaller file, or send it by another way."),
            smaller=picture,
        )
    return None


def first_objection(abilities: Capabilities, files: Sequence[Candidate]) -> Objection | None:
    """Why the channel does not take these files together; None when it does."""
    found = (objection(abilities, file, already) for already, file in enumerate(files))
    return next((one for one in found if one is not None), None)
