"""The cells of one line of a directory file: what each column may hold.

Splits, checks and keeps; what is free text (address, note) is kept to the last blank, what is a name or an address for
machines is trimmed. Refuses what could do harm further on: an e-mail address that would break a mail's header, a web
address that is not http, control characters in a name. Called by `office_csv` only.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from switchboard_app.model.errors import WrongUse
from switchboard_app.model.ids import OfficeId
from switchboard_app.model.language import ntr, tr
from switchboard_app.model.office import Office, Topic
from switchboard_app.model.opening_hours import OpeningHoursInvalid, parse_opening_hours
from switchboard_app.model.spelling import tokens

_PROBLEMS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Column:
    """A documented column. `longest` is the number of characters a cell may hold."""

    id: str
    aliases: tuple[str, ...]
    longest: int = 200
    free_text: bool = False
    """Kept exactly as it stands; may hold line breaks."""
    required: bool = False


COLUMNS = (
    Column("id", ("Kennung", "Schlüssel"), 64),
    Column("department", ("Departement",), required=True),
    Column("office", ("Amt", "Dienststelle"), required=True),
    Column("unit", ("Abteilung", "Einheit")),
    Column("topics", ("Themen", "topic", "Thema", "Zuständigkeit"), 20_000, required=True),
    Column("phone", ("Telefon", "Telefonnummer", "Tel"), 60),
    Column("email", ("E-Mail", "E-Mail-Adresse", "Mail"), 254, required=True),
    Column("opening_hours", ("Öffnungszeiten", "hours"), 300),
    Column("address", ("Adresse",), 500, free_text=True),
    Column("website", ("Webseite", "Website", "Internet"), 500),
    Column("deputy", ("Stellvertretung", "Vertretung")),
    Column("outside_canton", ("Nicht Kanton", "Ausserhalb Kanton", "outside"), 60),
    Column("note", ("Hinweis", "Bemerkung"), 2_000, free_text=True),
    Column("checked", ("Geprüft", "Geprüft am"), 10),
    Column("sample", ("Beispiel", "Musterdaten"), 10),
)
REQUIRED_COLUMNS = tuple(column for column in COLUMNS if column.required)

_LONGEST_TOPIC = 150
_LONGEST_WORDS = 100
_COLUMN = {column.id: column for column in COLUMNS}
_YES = frozenset({"yes", "ja", "true", "wahr", "x", "1"})
_NO = frozenset({"", "no", "nein", "false", "falsch", "0", "-"})
_ID = re.compile(r"[a-z0-9-]{2,64}")
_EMAIL_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_EMAIL_DOMAIN = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]")
_WEBSITE = re.compile(r"(https?://)?[^\s/?#@:]+\.[^\s/?#@:.]{2,}([/?#]\S*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in a directory file: where it stands, and what it is."""

    line: int
    """Counted from 1, the header included."""
    column: str
    """The column as the header of the file calls it; empty when the whole line or file is meant."""
    text: str

    def __str__(self) -> str:
        if self.column:
            return tr("line {line}, column {column}: {text}").format(line=self.line, column=self.column, text=self.text)
        return tr("line {line}: {text}").format(line=self.line, text=self.text)


class DirectoryInvalid(WrongUse):
    """A directory file cannot be imported; `problems` names every mistake, the message the first twenty."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(problems)
        shown = [str(problem) for problem in self.problems[:_PROBLEMS_SHOWN]]
        more = len(self.problems) - len(shown)
        if more:
            shown.append(ntr("and {n} more problem", "and {n} more problems", more).format(n=more))
        super().__init__(
            "\n".join([tr("The directory was not imported."), *shown]),
            tr("Correct the file and import it again."),
        )


class CellsInvalid(ValueError):
    """What is wrong in one line: pairs of column id (empty: the whole line) and reason."""

    def __init__(self, reasons: list[tuple[str, str]]) -> None:
        super().__init__(reasons)
        self.reasons = tuple(reasons)


class _CellInvalid(ValueError):
    """What is wrong in one cell, in words."""


def read_office(cells: Mapping[str, str]) -> Office:
    """The office of one line, from its cells by column id. Raises `CellsInvalid` with everything that is wrong."""
    row = _Row(cells)
    department, name, unit = row.text("department"), row.text("office", needed=True), row.text("unit")
    outside_kind = row.text("outside_canton")
    email = row.text("email", check=_email)
    sample = row.text("sample", check=_flag)
    office = Office(
        id=OfficeId(row.text("id", needed=True, check=_id) if "id" in cells else _id_from(department, name, unit)),
        department=department,
        name=name,
        unit=unit,
        topics=row.topics(),
        phone=row.text("phone"),
        email=email,
        hours=row.text("opening_hours", check=_hours),
        address=row.text("address"),
        website=row.text("website", check=_website),
        deputy=OfficeId(row.text("deputy")) or None,
        outside=outside_kind.lower() not in _NO,
        outside_kind="" if outside_kind.lower() in _YES | _NO else outside_kind,
        note=row.text("note"),
        checked=row.text("checked", check=_day),
        sample=bool(sample),
    )
    if row.reasons:
        raise CellsInvalid(row.reasons)
    return office


def read_topics(cell: str) -> tuple[Topic, ...]:
    """``Schlagloch melden: Schlagloch, Loch in der Strasse | Winterdienst: Schnee`` as topics with words.

    Topics may also be separated by semicolons or line breaks; a part without colon but with commas is a list of topics
    without words. Raises ValueError with the reason in words.
    """
    topics: list[Topic] = []
    for part in re.split(r"[|;\n]", cell):
        name, colon, words = (piece.strip() for piece in part.partition(":"))
        if colon and not name:
            raise _CellInvalid(tr("A topic has no name before the colon."))
        topics += [Topic(name, _words(words))] if colon else [Topic(single) for single in _words(name)]
    names = [topic.name for topic in topics]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise _CellInvalid(tr("The topic «{name}» is there twice.").format(name=twice))
    for text, longest in [(topic.name, _LONGEST_TOPIC) for topic in topics] + [
        (word, _LONGEST_WORDS) for topic in topics for word in topic.words
    ]:
        if len(text) > longest:
            raise _CellInvalid(tr("«{text}…» is longer than {n} characters.").format(text=text[:40], n=longest))
        _refuse_control_characters(text)
    return tuple(topics)


def _words(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for word in (piece.strip() for piece in text.split(",")) if word))


class _Row:
    """The cells of a line; collects what is wrong instead of stopping at the first mistake."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self._cells = cells
        self.reasons: list[tuple[str, str]] = []

    def text(self, column_id: str, *, needed: bool = False, check: Callable[[str], str] | None = None) -> str:
        """The cell after its checks; "" where it is empty or wrong."""
        column = _COLUMN[column_id]
        cell = self._cells.get(column_id, "")
        try:
            text = _within(column, cell if column.free_text else cell.strip())
            if needed and not text:
                raise _CellInvalid(tr("This cell must not be empty."))
            return check(text) if check and text else text
        except _CellInvalid as error:
            self.reasons.append((column_id, str(error)))
            return ""

    def topics(self) -> tuple[Topic, ...]:
        """The topics; none where the cell is wrong."""
        try:
            return read_topics(_within(_COLUMN["topics"], self._cells.get("topics", "")))
        except _CellInvalid as error:
            self.reasons.append(("topics", str(error)))
            return ()


def _within(column: Column, cell: str) -> str:
    if len(cell) > column.longest:
        raise _CellInvalid(
            tr("The cell holds {found} characters, {longest} are allowed.").format(
                found=len(cell), longest=column.longest
            )
        )
    if not column.free_text and column.id != "topics":
        _refuse_control_characters(cell)
    return cell


def _refuse_control_characters(text: str) -> None:
    for char in text:
        if unicodedata.category(char) in {"Cc", "Zl", "Zp"}:
            raise _CellInvalid(tr("The cell holds a control character (U+{code:04X}).").format(code=ord(char)))


def _id(text: str) -> str:
    if not _ID.fullmatch(text):
        raise _CellInvalid(tr("«{id}» is not an id: 2 to 64 of the characters a–z, 0–9 and -.").format(id=text))
    return text


def _id_from(*names: str) -> str:
    """A stable id for files without the column: the names as a slug, cut and told apart by a digest where too long."""
    slug = re.sub(r"[^a-z0-9]+", "-", "-".join(word for name in names for word in tokens(name))).strip("-")
    if 2 <= len(slug) <= 64:
        return slug
    return f"{slug[:50].strip('-')}-{hashlib.sha256(repr(names).encode()).hexdigest()[:12]}".strip("-")


def _email(text: str) -> str:
    name, at, domain = text.rpartition("@")
    if not (at and len(name) <= 64 and _EMAIL_NAME.fullmatch(name) and _EMAIL_DOMAIN.fullmatch(domain)):
        raise _CellInvalid(tr("«{address}» is not an e-mail address.").format(address=text))
    return text


def _hours(text: str) -> str:
    try:
        parse_opening_hours(text)
    except OpeningHoursInvalid as error:
        raise _CellInvalid(str(error)) from None
    return text


def _website(text: str) -> str:
    if not _WEBSITE.fullmatch(text):
        raise _CellInvalid(tr("«{address}» is not a web address (https://…).").format(address=text))
    return text


def _day(text: str) -> str:
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007  # a day has no zone
        except ValueError:
            continue
    raise _CellInvalid(tr("«{text}» is not a date such as 2026-11-21.").format(text=text))


def _flag(text: str) -> str:
    if text.lower() in _YES:
        return text
    if text.lower() in _NO:
        return ""
    raise _CellInvalid(tr("«{text}» is neither yes nor no.").format(text=text))
