"""The reader behind `opening_hours`: from words to a week of periods.

A recursive reader over a few kinds of word (day, time, dash, separator, brackets). Grammar:

    text      = rule { [";" | separator] rule }
    rule      = [days [":" | ","]] hours [ "(" exception { separator exception } ")" ]
    hours     = "geschlossen" | "24 h" | "nach Vereinbarung" | span { separator span } ["durchgehend"]
    span      = time "–" time
    exception = days ( hours | ["–"] time )          (a lone time: closes then)
    days      = day ["–" day] { [separator] day ["–" day] }
    separator = "," | "/" | "+" | "&" | "und"

Refuses to read half a text. Called by `opening_hours` only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from switchboard_app.model.errors import WrongUse
from switchboard_app.model.language import tr

DAY_MINUTES = 24 * 60
DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")

_LATEST_CLOSING = 6 * 60
"""A period may run over midnight until here ("20–2"); a later closing before the opening is a slip ("13.30–12")."""

_DAY_NAMES = {
    "montag": 0, "dienstag": 1, "mittwoch": 2, "donnerstag": 3, "freitag": 4, "samstag": 5, "sonntag": 6,
    "monday": 0, "tuesday": 1, "wednesday": 2, "thursday": 3, "friday": 4, "saturday": 5, "sunday": 6,
    "mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6,
    "mo": 0, "di": 1, "mi": 2, "do": 3, "fr": 4, "sa": 5, "so": 6,
}  # fmt: skip


class OpeningHoursInvalid(WrongUse):
    """The text is not opening hours that the program can read."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason, tr("Write for example: {example}").format(example="Mo–Fr 8–12 / 13.30–17 (Fr 16)"))


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Open from `start` to `end`: minutes after local midnight; `end` exceeds 1440 when it lies on the next day."""

    start: int
    end: int


Week = tuple[tuple[Period, ...], ...]


class _Kind(StrEnum):
    ALL_DAY = "all_day"
    CLOSED = "closed"
    APPOINTMENT = "appointment"
    DAILY = "daily"
    DAY = "day"
    TIME = "time"
    DASH = "dash"
    NEXT = "next"
    SEPARATOR = "separator"
    OPENING = "opening"
    CLOSING = "closing"
    END = "end"


@dataclass(frozen=True, slots=True)
class _Word:
    kind: _Kind
    text: str
    value: int = 0


_WORD = re.compile(
    r"""\s*(?:(?:von|from)\s+)?(?:
    (?P<all_day>24\s?/\s?7|24\s*(?:h\b|std\b\.?|stunden\b)|rund\s+um\s+die\s+uhr|durchgehend(?:\s+offen)?|jederzeit)
    |(?P<closed>geschlossen|closed)
    |(?P<appointment>(?:nur\s+)?(?:nach|auf)\s+(?:telefonischer?\s+)?(?:voran|an|ver)(?:meldung|einbarung|abredung)
        |by\s+appointment)
    |(?P<daily>täglich|daily)
    |(?P<day>(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag
        |(?:mon|tues|wednes|thurs|fri|satur|sun)day|mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so)(?![^\W\d_])\.?:?)
    |(?P<time>(?P<hour>[0-9]{1,2})(?:[:.h](?P<minute>[0-9]{2}))?(?!\d)(?:\s*(?:uhr|h)(?!\w))?)
    |(?P<dash>[-\u2010-\u2015\u2212]|bis\b|to\b)
    |(?P<next>;)
    |(?P<separator>,|/|\+|&|und\b|and\b|sowie\b)
    |(?P<opening>\()
    |(?P<closing>\))
    )""",
    re.VERBOSE | re.IGNORECASE,
)


def clock(minutes: int) -> str:
    """08:00; 24:00 for midnight at the end of the day, 02:00 for a closing on the next day."""
    if minutes > DAY_MINUTES:
        minutes -= DAY_MINUTES
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def read_week(text: str) -> tuple[Week, bool]:
    """The periods of Monday to Sunday, and whether the text says "by appointment".

    Raises `OpeningHoursInvalid`.
    """
    return _Reader(_words(text)).read()


def _words(text: str) -> list[_Word]:
    words: list[_Word] = []
    position = 0
    end = len(text.rstrip())
    while position < end:
        found = _WORD.match(text, position)
        if found is None:
            rest = text[position:end].strip()
            raise OpeningHoursInvalid(tr("«{text}» is not understood.").format(text=rest[:40]))
        words.append(_word(found, after_dash=bool(words) and words[-1].kind is _Kind.DASH))
        position = found.end()
    words.append(_Word(_Kind.END, ""))
    return words


def _word(found: re.Match[str], *, after_dash: bool) -> _Word:
    kind = next(kind for kind in _Kind if kind is not _Kind.END and found[kind.value] is not None)
    text = found[0].strip()
    if kind is _Kind.ALL_DAY and after_dash:  # "0–24 h" is a time, "24 h" alone is the whole day
        return _Word(_Kind.TIME, text, DAY_MINUTES)
    if kind is _Kind.DAY:
        return _Word(kind, text, _DAY_NAMES[text.rstrip(".:").lower()])
    if kind is _Kind.TIME:
        hour, minute = int(found["hour"]), int(found["minute"] or 0)
        if minute > 59 or hour * 60 + minute > DAY_MINUTES:
            raise OpeningHoursInvalid(tr("«{text}» is not a time of day.").format(text=text))
        return _Word(kind, text, hour * 60 + minute)
    return _Word(kind, text)


def _means_no_break(word: _Word) -> bool:
    """«durchgehend» beside times ("8–17 durchgehend") only says that there is no lunch break."""
    return word.text.lower().startswith("durchgehend")


class _Reader:
    """Reads the words one by one and fills the week."""

    def __init__(self, words: list[_Word]) -> None:
        self._words = words
        self._at = 0
        self._week: list[list[Period]] = [[] for _ in DAYS]
        self._by_appointment = False

    def read(self) -> tuple[Week, bool]:
        self._rule()
        while not self._sees(_Kind.END):
            if self._sees(_Kind.NEXT, _Kind.SEPARATOR):
                self._take()
            if not self._sees(_Kind.END):
                self._rule()
        return tuple(tuple(sorted(day)) for day in self._week), self._by_appointment

    def _rule(self) -> None:
        days = self._days()
        if self._sees(_Kind.APPOINTMENT):
            self._take()
            self._by_appointment = True
        elif self._sees(_Kind.CLOSED):
            self._take()
            for day in days:
                self._week[day] = []
        else:
            all_day = self._sees(_Kind.ALL_DAY)
            periods = self._hours()
            # Without a day, office hours mean the working week; "24 h" means every day.
            for day in days or (range(7) if all_day else range(5)):
                self._add(day, periods)
        if self._sees(_Kind.OPENING):
            self._exceptions()

    def _exceptions(self) -> None:
        self._take()
        while True:
            days = self._days()
            if not days:
                raise self._misread(tr("a day"))
            self._exception(days)
            if not self._sees(_Kind.SEPARATOR, _Kind.NEXT):
                break
            self._take()
        if not self._sees(_Kind.CLOSING):
            raise self._misread(")")
        self._take()

    def _exception(self, days: list[int]) -> None:
        if self._sees(_Kind.CLOSED):
            self._take()
            for day in days:
                self._week[day] = []
            return
        if self._sees(_Kind.DASH):
            self._take()
        elif self._sees(_Kind.ALL_DAY) or self._words[self._at + 1].kind is _Kind.DASH:
            periods = self._hours()
            for day in days:
                self._week[day] = []
                self._add(day, periods)
            return
        closing = self._time()
        for day in days:
            self._close_earlier(day, closing)

    def _close_earlier(self, day: int, closing: int) -> None:
        if not self._week[day] or closing <= self._week[day][-1].start:
            raise OpeningHoursInvalid(
                tr("{day} cannot close at {time}: it is not open before.").format(day=DAYS[day], time=clock(closing))
            )
        self._week[day][-1] = Period(self._week[day][-1].start, closing)

    def _days(self) -> list[int]:
        if self._sees(_Kind.DAILY):
            self._take()
            return list(range(7))
        days: list[int] = []
        while self._sees(_Kind.DAY):
            first = last = self._take().value
            if self._sees(_Kind.DASH) and self._words[self._at + 1].kind is _Kind.DAY:
                self._take()
                last = self._take().value
            days.extend((first + step) % 7 for step in range((last - first) % 7 + 1))
            if self._sees(_Kind.SEPARATOR) and self._words[self._at + 1].kind is _Kind.DAY:
                self._take()
        if days and self._sees(_Kind.SEPARATOR) and self._words[self._at + 1].kind is _Kind.TIME:
            self._take()
        if len(set(days)) != len(days):
            raise OpeningHoursInvalid(tr("One day is named twice."))
        return days

    def _hours(self) -> list[Period]:
        if self._sees(_Kind.ALL_DAY):
            word = self._take()
            if not (self._sees(_Kind.TIME) and _means_no_break(word)):
                return [Period(0, DAY_MINUTES)]
        periods = [self._span()]
        while self._sees(_Kind.SEPARATOR) and self._words[self._at + 1].kind is _Kind.TIME:
            self._take()
            periods.append(self._span())
        if self._sees(_Kind.ALL_DAY) and _means_no_break(self._words[self._at]):
            self._take()
        return periods

    def _span(self) -> Period:
        start = self._time()
        if not self._sees(_Kind.DASH):
            raise self._misread("–")
        self._take()
        end = self._time()
        if end <= start:
            if end in {start, start - DAY_MINUTES} or end > _LATEST_CLOSING:
                raise OpeningHoursInvalid(
                    tr("{end} lies before {start}.").format(end=clock(end), start=clock(start)),
                )
            end += DAY_MINUTES
        return Period(start, end)

    def _add(self, day: int, periods: list[Period]) -> None:
        for period in periods:
            if any(period.start < other.end and other.start < period.end for other in self._week[day]):
                raise OpeningHoursInvalid(
                    tr("{day} is given twice, with hours that overlap; exceptions go in brackets.").format(
                        day=DAYS[day]
                    ),
                )
            self._week[day].append(period)

    def _time(self) -> int:
        if not self._sees(_Kind.TIME):
            raise self._misread(tr("a time"))
        return self._take().value

    def _sees(self, *kinds: _Kind) -> bool:
        return self._words[self._at].kind in kinds

    def _take(self) -> _Word:
        word = self._words[self._at]
        self._at += 1
        return word

    def _misread(self, expected: str) -> OpeningHoursInvalid:
        found = self._words[self._at].text
        if not found:
            return OpeningHoursInvalid(tr("The text ends where {expected} should follow.").format(expected=expected))
        return OpeningHoursInvalid(
            tr("«{found}» stands where {expected} should be.").format(found=found, expected=expected)
        )
