"""The directory of offices as a CSV file: what it may hold, and every mistake in it named by line and column.

`read_directory` turns the bytes of a file into offices, or refuses all of it: a directory is imported whole or not at
all. The columns are documented in ``resources/directory/README.md``. Cells are data: a formula stays the text that it
is. Nothing is fetched, no e-mail address is tried. Called by the store's directory, which keeps what this returns.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace

from switchboard_app.model.ids import OfficeId
from switchboard_app.model.language import tr
from switchboard_app.model.office import Office
from switchboard_app.model.office_cells import (
    COLUMNS,
    REQUIRED_COLUMNS,
    CellsInvalid,
    Column,
    DirectoryInvalid,
    Problem,
    read_office,
)
from switchboard_app.model.spelling import tokens

__all__ = ["LARGEST_FILE", "LONGEST_FILE", "DirectoryInvalid", "Problem", "read_directory"]

LARGEST_FILE = 20_000_000
"""Bytes. Far above any directory of people; below what would make a workstation stall."""

LONGEST_FILE = 20_000
"""Lines, the header included."""


def read_directory(raw: bytes) -> tuple[Office, ...]:
    """The offices of a directory file, in its order.

    Raises `DirectoryInvalid` with every problem found; then nothing of the file may be used.
    """
    text = _decoded(raw)
    separator, skipped = _separator(text)
    rows = _rows(text, separator, skipped)
    header_line, header = next(rows, (1, []))
    columns = _columns(header_line, header)
    names = {column.id: name.strip() for column, name in zip(columns, header, strict=False)}
    lines: list[tuple[int, Office]] = []
    problems: list[Problem] = []
    for line, cells in rows:
        if any(cell.strip() for cell in cells):
            try:
                lines.append((line, _office(cells, columns)))
            except CellsInvalid as error:
                problems += (Problem(line, names.get(column, column), reason) for column, reason in error.reasons)
    if not lines and not problems:
        problems.append(Problem(header_line, "", tr("The file holds no office, only the header.")))
    problems += _ids_given_twice(lines, names.get("id", ""))
    if not problems:  # with lines missing, a deputy may be one of them
        problems += _deputies_missing(lines, names.get("deputy", ""))
    if problems:
        raise DirectoryInvalid(sorted(problems, key=lambda problem: problem.line))
    return _with_deputies(tuple(office for _, office in lines))


def _decoded(raw: bytes) -> str:
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _refused(1, tr("The file is UTF-16, not UTF-8. Save it as «CSV UTF-8»."))
    if len(raw) > LARGEST_FILE:
        raise _refused(1, tr("The file is larger than {n} MB.").format(n=LARGEST_FILE // 1_000_000))
    nul = raw.find(b"\0")
    if nul >= 0:
        raise _refused(_line_of(raw, nul), tr("Byte {offset} of the file is NUL: not a text.").format(offset=nul))
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        offset = error.start + (len(codecs.BOM_UTF8) if raw.startswith(codecs.BOM_UTF8) else 0)
        raise _refused(
            _line_of(raw, offset),
            tr("Byte {offset} of the file (0x{byte:02X}) is not UTF-8. Save it as «CSV UTF-8».").format(
                offset=offset, byte=raw[offset]
            ),
        ) from None
    if not text.strip():
        raise _refused(1, tr("The file is empty."))
    return text


def _line_of(raw: bytes, offset: int) -> int:
    before = raw[:offset].replace(b"\r\n", b"\n")
    return 1 + before.count(b"\n") + before.count(b"\r")


def _separator(text: str) -> tuple[str, int]:
    """What separates the cells, and how many lines stand before the header (Excel's ``sep=;``)."""
    first = re.split(r"[\r\n]", text.lstrip(), maxsplit=1)[0]
    if first.strip().lower() in {"sep=;", "sep=,"}:
        return first.strip()[-1], 1
    header = first.split('"')[::2]  # what stands outside quotes
    semicolons, commas = (sum(part.count(mark) for part in header) for mark in ";,")
    return (";" if semicolons >= commas else ","), 0


def _rows(text: str, separator: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not blank, each with the line on which it begins."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _refused(line, _quoting_problem(str(error), separator)) from None
        if reader.line_num > LONGEST_FILE:
            raise _refused(line, tr("The file has more than {n} lines.").format(n=LONGEST_FILE))
        if cells and line > skipped:
            yield line, cells


def _quoting_problem(error: str, separator: str) -> str:
    if "unexpected end" in error:
        return tr("A quotation mark is opened and never closed.")
    if "field limit" in error:
        return tr("A cell is far too long; probably a quotation mark is not closed.")
    return tr("After a closing quotation mark only «{separator}» may follow; double the marks inside a cell.").format(
        separator=separator
    )


def _columns(line: int, header: list[str]) -> list[Column]:
    """The column of each cell of the header; blank names at the end are left out."""
    names = [name.strip() for name in header]
    while names and not names[-1]:
        names.pop()
    known = {"".join(tokens(alias)): column for column in COLUMNS for alias in (column.id, *column.aliases)}
    columns: list[Column] = []
    problems: list[Problem] = []
    for place, name in enumerate(names, start=1):
        column = known.get("".join(tokens(name)))
        if not name:
            problems.append(Problem(line, "", tr("Column {n} has no name.").format(n=place)))
        elif column is None:
            allowed = ", ".join(column.id for column in COLUMNS)
            problems.append(
                Problem(line, name, tr("This column is not known. Known are: {columns}.").format(columns=allowed))
            )
        elif column in columns:
            problems.append(Problem(line, name, tr("This column is there twice.")))
        else:
            columns.append(column)
    problems += (
        Problem(line, column.id, tr("This column is missing.")) for column in REQUIRED_COLUMNS if column not in columns
    )
    if problems:
        raise DirectoryInvalid(problems)
    return columns


def _office(cells: list[str], columns: list[Column]) -> Office:
    if any(cell.strip() for cell in cells[len(columns) :]):
        reason = tr("The line has {found} cells, the header {expected}.")
        raise CellsInvalid([("", reason.format(found=len(cells), expected=len(columns)))])
    return read_office({column.id: cell for column, cell in zip(columns, cells, strict=False)})


def _ids_given_twice(lines: list[tuple[int, Office]], column: str) -> Iterator[Problem]:
    first_line: dict[OfficeId, int] = {}
    for line, office in lines:
        if office.id in first_line:
            reason = tr("«{id}» is already used on line {line}.")
            yield Problem(line, column, reason.format(id=office.id, line=first_line[office.id]))
        first_line.setdefault(office.id, line)


def _deputies_missing(lines: list[tuple[int, Office]], column: str) -> Iterator[Problem]:
    named = {office.id for _, office in lines} | {office.title for _, office in lines}
    for line, office in lines:
        if office.deputy is not None and office.deputy not in named:
            yield Problem(line, column, tr("No office «{name}» is in the file.").format(name=office.deputy))
        elif office.deputy is not None and office.deputy in {office.id, office.title}:
            yield Problem(line, column, tr("An office cannot be its own deputy."))


def _with_deputies(offices: tuple[Office, ...]) -> tuple[Office, ...]:
    """A deputy may be named by id or by title («Tiefbauamt, Strassenunterhalt»); an office keeps the id."""
    by_title = {office.title: office.id for office in reversed(offices)}
    ids = {office.id for office in offices}
    return tuple(
        office if office.deputy is None or office.deputy in ids else replace(office, deputy=by_title[office.deputy])
        for office in offices
    )


def _refused(line: int, text: str) -> DirectoryInvalid:
    return DirectoryInvalid([Problem(line, "", text)])
