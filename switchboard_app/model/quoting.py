"""Where the new part of a mail ends and what is quoted or signed begins.

What it is for: `split(text)` finds the place from which a mail repeats what was written before, in the writing of the
usual mail programs in German, French, Italian and English; the timeline folds everything from there away. What it
refuses to do: changing a character of the text, or folding a mail whose answer stands below or between the quoted
lines: then nothing is folded, because a word too many is better than an answer not seen. Called by `ui` and `store`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_LOOKED_AT: Final = 200_000
"""Characters of a mail that are looked at; what is longer is not folded beyond."""
_LONGEST_LINE: Final = 400
_LEAD_LINES: Final = 4
"""Over how many lines a program may break «On … wrote:»."""

_WROTE: Final = re.compile(r"\b(?:schrieb|geschrieben|écrit|scritto|wrote)\b", re.IGNORECASE)
_LEAD: Final = re.compile(r"^(?:(?:Am|On|Le|Il|Den)\s.{0,60}\d|\d{1,4}[./-]\d{1,2})", re.IGNORECASE)
"""«Am 21.11.2026», «On Sat, Nov 21», «Le sam. 21 nov.», «Il giorno 21», or a date at once."""

_SEPARATOR: Final = re.compile(
    r"^\s*[-_*]{2,}\s*(?:"
    r"Urspr(?:ü|ue)ngliche (?:Nachricht|Mail|E-Mail)|Originalnachricht|Original(?:-| )?Nachricht"
    r"|Weitergeleitete Nachricht"
    r"|Original Message|Original Appointment|Forwarded message|Forwarded Message"
    r"|Message d['’]origine|Message transf[ée]r[ée]|Message original|Mail original"
    r"|Messaggio originale|Messaggio inoltrato|Messaggio Originale"
    r")\s*[-_*]{2,}\s*$",
    re.IGNORECASE,
)
_RULE: Final = re.compile(r"^\s*_{20,}\s*$")
_APPLE_FORWARD: Final = re.compile(
    r"^(?:Anfang der weitergeleiteten Nachricht|Begin forwarded message|Début du message (?:réexpédié|transféré)"
    r"|Inizio messaggio inoltrato)\s*:\s*$",
    re.IGNORECASE,
)

_FROM: Final = re.compile(r"^\s*\*?(?:Von|From|De|Da|Expéditeur|Mittente|Absender)\s?:\*?\s*\S", re.IGNORECASE)
_OTHER_HEAD: Final = re.compile(
    r"^\s*\*?(?:Gesendet|Sent|Envoyé|Inviato|Datum|Date|Data|An|To|À|A|Cc|Kopie|Betreff|Subject|Objet|Oggetto"
    r"|Gesendet am|Destinataire|Pour)\s?:\*?(?:\s|$)",
    re.IGNORECASE,
)
_SIGNATURE: Final = re.compile(r"^-- ?$")
_MOBILE: Final = re.compile(
    r"^(?:(?:Von meinem|Gesendet von|Envoyé de|Envoyé depuis|Inviato da|Sent from|Get Outlook for|Télécharger Outlook"
    r"|Outlook für|Holen Sie sich Outlook|Diese Nachricht wurde von meinem)\b.{0,80})$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Split:
    """A text in two: ``text[:at]`` is new, ``text[at:]`` repeats or signs; `at` is the length when all is new."""

    at: int
    quoted: bool = False
    """Whether the folded part repeats an earlier mail; else it is a signature alone."""


def split(text: str) -> Split:
    """Where the quoted part begins. Looks at lines only, in linear time; the two parts together are the text."""
    lines = _lines(text)
    begins = _quote_begins(lines)
    if begins is not None and _answered_below(lines, begins):
        begins = None
        return Split(len(text))
    ends = len(lines) if begins is None else begins
    signed = _signature_begins(lines[:ends])
    first = begins if signed is None else signed
    if first is None:
        return Split(len(text))
    first = _above_empty(lines, first)
    if first == 0:  # nothing but a quote: there is nothing above to be read instead
        return Split(len(text))
    return Split(lines[first][0], begins is not None)


def _lines(text: str) -> list[tuple[int, str]]:
    """The lines with their places; bounded, and without their ends."""
    found, at = [], 0
    for line in text[:_LOOKED_AT].splitlines(keepends=True):
        found.append((at, line.rstrip("\r\n\u2028\u2029\x0b\x0c\x1c\x1d\x1e\x85")[:_LONGEST_LINE]))
        at += len(line)
    return found


def _quote_begins(lines: list[tuple[int, str]]) -> int | None:
    """The first line of what is quoted: a separator, a head, «… schrieb:», or the ``>`` themselves."""
    for number, (_, line) in enumerate(lines):
        if _SEPARATOR.match(line) or _APPLE_FORWARD.match(line):
            return number
        if _RULE.match(line) and _head_at(lines, number + 1):
            return number
        if _head_at(lines, number):
            return number
        if _is_quoted(line):
            return number
        lead = _lead_begins(lines, number)
        if lead is not None:
            return lead
    return None


def _is_quoted(line: str) -> bool:
    return line.startswith((">", " >"))


def _head_at(lines: list[tuple[int, str]], number: int) -> bool:
    """Whether the head of an earlier mail stands here, as Outlook writes it: a sender and two more of its lines."""
    here = [line for _, line in lines[number : number + 10] if line.strip()]
    if not here or not _FROM.match(here[0]):
        return False
    return sum(1 for line in here[1:6] if _OTHER_HEAD.match(line)) >= 2


def _lead_begins(lines: list[tuple[int, str]], number: int) -> int | None:
    """The first line of «Am … schrieb …:» that ends in this line, with quoted lines or nothing below it.

    Programs break it over several lines; a sentence of the citizen that ends in «schrieb:» has no date before it.
    """
    if not lines[number][1].rstrip().endswith(":"):
        return None
    following = next((line for _, line in lines[number + 1 : number + 6] if line.strip()), "")
    together = ""
    for first in range(number, max(-1, number - _LEAD_LINES), -1):
        if not lines[first][1].strip():
            return None
        together = f"{lines[first][1]} {together}"
        if _LEAD.match(together) and _WROTE.search(together):
            return first if not following or _is_quoted(following) else None
    return None


def _answered_below(lines: list[tuple[int, str]], begins: int) -> bool:
    """Whether something new stands below quoted lines: an answer at the end or between them.

    Only ``>`` tell where a quote ends; below a head everything is quoted.
    """
    marked = [number for number in range(begins, len(lines)) if _is_quoted(lines[number][1])]
    if not marked or _has_head(lines, begins, marked[0]):
        return False
    for number in range(marked[0], len(lines)):
        line = lines[number][1]
        if not line.strip() or _is_quoted(line):
            continue
        if _SIGNATURE.match(line) or _MOBILE.match(line.strip()):
            return False
        if not _wrapped(lines, number):
            return True
    return False


def _has_head(lines: list[tuple[int, str]], begins: int, until: int) -> bool:
    return any(_SEPARATOR.match(lines[n][1]) or _head_at(lines, n) for n in range(begins, min(until, begins + 12)))


def _wrapped(lines: list[tuple[int, str]], number: int) -> bool:
    """Whether a line is the broken end of a quoted one: short, right below it and followed by one again."""
    if len(lines[number][1]) > 30 or not _is_quoted(lines[number - 1][1]) or len(lines[number - 1][1]) < 60:
        return False
    return number + 1 < len(lines) and _is_quoted(lines[number + 1][1])


def _signature_begins(lines: list[tuple[int, str]]) -> int | None:
    """The line ``-- `` that begins a signature, or the phone's own; the last one."""
    for number in range(len(lines) - 1, max(-1, len(lines) - 30), -1):
        line = lines[number][1]
        if _SIGNATURE.match(line):
            return number
        if _MOBILE.match(line.strip()) and not any(below.strip() for _, below in lines[number + 1 :]):
            return number
    return None


def _above_empty(lines: list[tuple[int, str]], first: int) -> int:
    """The folded part takes the empty lines above it along, as long as something is above them."""
    while first > 0 and not lines[first - 1][1].strip():
        first -= 1
    return first
