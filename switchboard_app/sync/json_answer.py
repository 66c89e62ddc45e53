"""Platform answers as values: a strict reader of JSON, and a patient reader of what stands in it.

What it is for: `read_json` refuses what is no honest JSON (bytes that are not UTF-8, NaN, a name given twice, nesting
without end), and keeps whole numbers exact whatever their size. The small readers (`text_of`, `id_of`, `rows_of`, …)
then take fields as they come, because platforms write a number where text is usual and leave members out; they never
raise. `raw_of` gives back a record as JSON text without addresses that expire and hold secrets.

It refuses to know any platform. Called by the connectors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final, Never

from switchboard_app.model.times import DAY, Millis, parse_iso

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]
Record = dict[str, Json]

DEPTH_LIMIT: Final = 100
_LONGEST_NUMBER: Final = 4000  # Python reads no longer whole numbers by default
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_ADDRESS: Final = re.compile(r"https?://", re.IGNORECASE)
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)", re.IGNORECASE)
_TEXT_MEMBERS: Final = frozenset({"message", "text", "name", "title", "subtitle", "description", "snippet"})
_LINK_MEMBERS: Final = frozenset({"expanded_url", "display_url", "unwound_url", "link"})
"""What a citizen linked to: of these the part after the question mark means something."""
_STORES: Final = r"fbcdn\.net|fbsbx\.com|cdninstagram\.com|akamaihd\.net|twimg\.com"
_SHOWN_KEY: Final = r".*[?&#](?:access_)?token="
_STORE: Final = re.compile(rf"https?://[^/?#]*(?:{_STORES})[:/?#]|{_SHOWN_KEY}", re.IGNORECASE)
_SIGNED: Final = re.compile(rf"https?://[^/?#]*(?:{_STORES}|facebook\.com)[:/?#]|{_SHOWN_KEY}", re.IGNORECASE)
_SECRET_MEMBERS: Final = frozenset({"paging", "access_token"})
_MAY_HOLD_SECRETS: Final = re.compile(rf'://|"(?:{"|".join(sorted(_SECRET_MEMBERS))})"')
_COMPACT: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True).encode


class NotJson(ValueError):
    """The bytes are not JSON that this program accepts. The text never shows what they hold."""


def read_json(body: bytes) -> Json:
    """The value; raises NotJson. Names given twice, NaN, Infinity and nesting beyond 100 are refused."""
    try:
        value: Json = json.loads(
            body.decode("utf-8-sig"),
            object_pairs_hook=_members,
            parse_int=_whole_number,
            parse_float=_real_number,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError) as error:
        raise NotJson(type(error).__name__) from None
    if _deeper_than(value, DEPTH_LIMIT):
        raise NotJson("nested too deeply")
    return value


def _members(pairs: list[tuple[str, Json]]) -> Record:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotJson("a name given twice")
    return members


def _whole_number(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else digits


def _real_number(digits: str) -> float | str:
    number = float(digits)
    return digits if number in (float("inf"), float("-inf")) else number


def _refuse_constant(name: str) -> Never:
    raise NotJson(f"the constant {name}")


def _deeper_than(value: Json, limit: int) -> bool:
    level: list[Json] = [value]
    for _ in range(limit):
        level = [child for parent in level for child in _children(parent)]
        if not level:
            return False
    return True


def _children(value: Json) -> Iterator[Json]:
    nested = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return (child for child in nested if isinstance(child, (dict, list)))


# --- patient reading ----------------------------------------------------------------------------------------------


def record_of(value: Json) -> Record:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def rows_of(value: Json) -> list[Json]:
    """The list, or the list under ``data`` (Graph's way), or an empty one."""
    if isinstance(value, dict):
        value = value.get("data")
    return value if isinstance(value, list) else []


def text_of(value: Json) -> str:
    """The text byte-exact; a number as its digits; nothing as "".

    Half a surrogate pair, which JSON can escape but UTF-8 cannot hold, becomes U+FFFD; `raw_of` keeps its escape.
    """
    if isinstance(value, str):
        return value if value.isascii() else _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", value)
    if value is None or isinstance(value, (bool, dict, list)):
        return ""
    return str(value)


def id_of(value: Json) -> str:
    """An id, opaque: the text as it stands, or the digits of a whole number; "" for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return text_of(value) if isinstance(value, str) else ""


def whole_of(value: Json) -> int:
    """A whole number, also one written as text; 0 for anything else."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 20:
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def time_of(value: Json, now: Millis) -> Millis | None:
    """A moment in Graph's writing (``+0000``), X's (``Z``), seconds or milliseconds; None when it is none.

    A text without a zone is no moment, nor is anything before 1970 or more than a day ahead of `now`.
    """
    moment: int | None = None
    if isinstance(value, str) and _TIME.fullmatch(value):
        try:
            moment = parse_iso(value)
        except (ValueError, OverflowError):
            return None
    elif isinstance(value, (int, str)) and not isinstance(value, bool):
        number = whole_of(value)
        moment = number if number >= 10**11 else number * 1000 if number > 0 else None
    if moment is None or not 0 <= moment <= now + DAY:
        return None
    return Millis(moment)


def raw_of(record: Json) -> str:
    """The record as ASCII JSON text, without paging, tokens and the signed part of addresses."""
    text = _COMPACT(record)
    return _COMPACT(_without_secrets(record, "")) if _MAY_HOLD_SECRETS.search(text) else text


def kept_record(raw: str) -> Json:
    """The record that `raw_of` wrote; null for anything else."""
    try:
        return read_json(raw.encode())
    except (NotJson, UnicodeEncodeError):
        return None


def is_signed(address: str) -> bool:
    """Whether an address leads into a platform's own stores: it holds a signature or a token, and expires."""
    return _STORE.match(address) is not None


def _without_secrets(value: Json, member: str) -> Json:
    if isinstance(value, dict):
        return {name: _without_secrets(inner, name) for name, inner in value.items() if name not in _SECRET_MEMBERS}
    if isinstance(value, list):
        return [_without_secrets(inner, member) for inner in value]
    if isinstance(value, str) and member not in _TEXT_MEMBERS and _ADDRESS.match(value):
        if member in _LINK_MEMBERS and not _SIGNED.match(value):
            return value
        return re.split(r"[?#]", value, maxsplit=1)[0]
    return value
