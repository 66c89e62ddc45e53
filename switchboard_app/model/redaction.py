"""Taking out of a text what must not stand in a log: secrets, and numbers that belong to a person.

`redact` is for logs, reports and bundles; what citizens write is stored as it is. `sensitive` only tells, before an
answer leaves. A number is taken out when it is one (check digits of AHV, IBAN and card are computed), so that ids and
amounts stay readable. Refuses to guess names. Every pattern is bounded: a hostile text costs as much as any other.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import StrEnum

OUT = "•••"

_SEPARATOR = r"[ \u00a0\u2009\u202f./\-]"

_VALUE = r"""(?:"[^"\n]{0,4000}"|'[^'\n]{0,4000}'|[^\s"'&;,]{1,4000})"""
_KEY = r"(?:token|secret|passwor[dt]|passwd|kennwort|api[_-]?key|credential|_proof|_verifier|_assertion|signature)"

_STEMS = (
    "token",
    "secret",
    "passwor",
    "passwd",
    "kennwort",
    "key",
    "credential",
    "proof",
    "verifier",
    "assertion",
    "signature",
)

_PATTERNS: tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...] = (
    # (one of these stands in the text, in small letters; the pattern; what takes its place). A pattern costs a hundred
    # times what looking for a word does. Headers hold secrets to the end of the line.
    (
        ("authorization", "cookie"),
        re.compile(r"(?i)((?:authorization|cookie)[\"']?\s{0,5}[:=]\s{0,5})[^\n]{1,8000}"),
        rf"\1{OUT}",
    ),
    (_STEMS, re.compile(rf"(?i)({_KEY}[\"']?\s{{0,5}}[:=]\s{{0,5}}){_VALUE}"), rf"\1{OUT}"),
    (
        ("code=", "state=", "sid=", "session="),
        re.compile(
            r"(?i)\b(code|state|sid|session)=(?=[\w.~+/%-]{0,200}[a-z])(?=[\w.~+/%-]{0,200}\d)[\w.~+/%-]{6,4000}"
        ),
        rf"\1={OUT}",
    ),
    (("bearer", "basic"), re.compile(r"(?i)\b(bearer|basic)\s{1,3}[A-Za-z0-9._~+/=-]{6,4000}"), rf"\1 {OUT}"),
    (("eaa",), re.compile(r"\bEAA[A-Za-z0-9]{12,1000}"), OUT),
    (("",), re.compile(r"\b[0-9a-fA-F]{64,1000}\b"), OUT),
    (("://",), re.compile(r"(://)[^\s/@:\"']{1,500}:[^\s/@\"']{0,500}@"), rf"\1{OUT}@"),
    (("@",), re.compile(r"(?<![\w.%+-])[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"), OUT),
    (
        ("geb", "born", "né", "nat", "of birth", "dob"),
        re.compile(
            r"(?i)\b(geb(?:oren|\.)?(?: am)?|geburtsdatum|born(?: on)?|née? le|nat[oa] il|date of birth|dob)"
            r"(\s{0,3}:?\s{0,3})\d{1,2}[./-] ?\d{1,2}[./-] ?\d{2,4}"
        ),
        rf"\1\2{OUT}",
    ),
)
_ADDRESS = re.compile(r"https?://[^\s\"']+")

_AHV = re.compile(rf"(?<!\d)756{_SEPARATOR}?\d{{4}}{_SEPARATOR}?\d{{4}}{_SEPARATOR}?\d{{2}}(?!\d)")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?![A-Za-z0-9])")
_CARD = re.compile(r"(?<![\d-])(?:4|5[1-5]|2[2-7]|3[04-8]|6)(?:[ -]?\d){11,18}(?![\d-])")
_ABROAD = re.compile(rf"(?<![\w+-])(?:\+|00)[1-9]\d{{0,2}}(?:{_SEPARATOR}{{0,2}}\(?\d\)?){{6,12}}(?!\d)")
_NATIONAL = re.compile(
    rf"(?<![\w-])(?<!\d[.,])\(?0[1-9]\d\)?{_SEPARATOR}{{0,3}}\d{{3}}{_SEPARATOR}{{0,3}}\d{{2}}{_SEPARATOR}{{0,3}}\d{{2}}(?!\w)"
)


def _digits(text: str) -> list[int]:
    return [int(sign) for sign in text if sign.isdecimal()]


def _is_ahv(text: str) -> bool:
    """EAN-13: the thirteenth digit checks the others."""
    *body, check = _digits(text)
    return (10 - sum(n * (3 if place % 2 else 1) for place, n in enumerate(body)) % 10) % 10 == check


def _is_card(text: str) -> bool:
    """Luhn: every second digit from the right counts twice."""
    doubled = [sum(divmod(n * 2, 10)) if place % 2 else n for place, n in enumerate(reversed(_digits(text)))]
    return sum(doubled) % 10 == 0


def _is_iban(text: str) -> bool:
    """ISO 13616: the number that letters and digits make, country and check digits last, leaves 1 by 97."""
    plain = text.replace(" ", "")
    return int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1


def _without_iban(found: re.Match[str]) -> str:
    """The longest beginning that is an account number: words in capitals may follow it."""
    text = found[0]
    for end in range(len(text), 14, -1):
        if text[end - 1] != " " and len(text[:end].replace(" ", "")) >= 15 and _is_iban(text[:end]):
            return OUT + text[end:]
    return text


def _if(check: Callable[[str], bool]) -> Callable[[re.Match[str]], str]:
    return lambda found: OUT if check(found[0]) else found[0]


def _without_query(found: re.Match[str]) -> str:
    address, asked, _ = found[0].partition("?")
    return f"{address}?{OUT}" if asked else address


def redact(text: str) -> str:
    """The text without what looks like a secret or a personal number."""
    small = text.casefold()
    for signs, pattern, replacement in _PATTERNS:
        if any(sign in small for sign in signs):
            text = pattern.sub(replacement, text)
    text = _ADDRESS.sub(_without_query, text)
    if "756" in text:
        text = _AHV.sub(_if(_is_ahv), text)
    text = _IBAN.sub(_without_iban, text)
    text = _CARD.sub(_if(_is_card), text)
    if "+" in text or "00" in text:
        text = _ABROAD.sub(OUT, text)
    return _NATIONAL.sub(OUT, text)


class Sensitive(StrEnum):
    """A number that should not leave by a platform without a thought (product.md, rule 8)."""

    AHV = "ahv"
    CARD = "card"


def sensitive(text: str) -> tuple[Sensitive, ...]:
    """Which such numbers a text holds; only real ones, by their check digits."""
    found = []
    if any(_is_ahv(one[0]) for one in _AHV.finditer(text)):
        found.append(Sensitive.AHV)
    if any(_is_card(one[0]) for one in _CARD.finditer(text)):
        found.append(Sensitive.CARD)
    return tuple(found)
