"""The directory file: read whole, or refused with line and column of every mistake."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchboard_app.model.errors import ExitCode
from switchboard_app.model.office import Office, Topic
from switchboard_app.model.office_cells import COLUMNS, read_topics
from switchboard_app.model.office_csv import LONGEST_FILE, DirectoryInvalid, read_directory
from switchboard_app.model.opening_hours import parse_opening_hours

SAMPLE = Path(__file__).parents[2] / "resources" / "directory" / "basel-stadt-sample.csv"

HEADER = "id;department;office;unit;topics;phone;email;opening_hours;deputy"
TBA = "bvd-tba;BVD;Tiefbauamt;Strassenunterhalt;Schlagloch melden: Schlagloch;061 555 02 10;tba@example.org;Mo–Fr 8–12;"
IWB = "iwb;;IWB;;Strassenlampen: Lampe, Laterne;061 555 02 11;iwb@example.org;24 h;bvd-tba"


def file_of(*lines: str) -> bytes:
    return "\n".join(lines).encode() + b"\n"


def problems_of(raw: bytes) -> list[str]:
    with pytest.raises(DirectoryInvalid) as refusal:
        read_directory(raw)
    assert refusal.value.exit_code is ExitCode.WRONG_USE
    assert refusal.value.next_step
    assert str(refusal.value.problems[0]) in refusal.value.message
    return [str(problem) for problem in refusal.value.problems]


def test_a_file_becomes_offices_in_its_order() -> None:
    offices = read_directory(file_of(HEADER, TBA, IWB))
    assert [office.id for office in offices] == ["bvd-tba", "iwb"]
    road, lamps = offices
    assert road.title == "Tiefbauamt, Strassenunterhalt"
    assert lamps.title == "IWB"
    assert road.topics == (Topic("Schlagloch melden", ("Schlagloch",)),)
    assert lamps.topics == (Topic("Strassenlampen", ("Lampe", "Laterne")),)
    assert (road.department, road.phone, road.email) == ("BVD", "061 555 02 10", "tba@example.org")
    assert road.hours == "Mo–Fr 8–12"
    assert lamps.deputy == "bvd-tba"
    assert road.deputy is None
    assert not road.sample
    assert not road.outside


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("separator", [";", ","])
def test_line_ends_byte_order_mark_and_separator_do_not_matter(end: str, mark: bytes, separator: str) -> None:
    text = f"{HEADER}\n{TBA}".replace(";", separator).replace("\n", end)
    (office,) = read_directory(mark + text.encode())
    assert office == read_directory(file_of(HEADER, TBA))[0]


def test_the_header_alone_tells_the_separator() -> None:
    line = ";Amt;A: b, c, d, e, f, g, h, i, j | K: l, m, n, o, p, q;a@b.ch"
    for end in ("\n", "\r\n", "\r"):
        (office,) = read_directory(f"department;office;topics;email{end}{line}{end}".encode())
        assert len(office.topics) == 2


def test_what_spreadsheets_add_is_tolerated() -> None:
    raw = file_of("sep=;", HEADER + ";;", TBA + ";;", ";;;;;;;;;;", "", TBA.replace("bvd-tba", "b2") + ";")
    assert [office.id for office in read_directory(raw)] == ["bvd-tba", "b2"]


def test_german_column_names() -> None:
    header = (
        "Kennung;Departement;Amt;Abteilung;Themen;Telefon;E-Mail;Öffnungszeiten;Adresse;Webseite;Stellvertretung;"
        "Nicht Kanton;Hinweis;Geprüft am;Musterdaten"
    )
    line = "iwb;;IWB;Beleuchtung;Lampen;117;a@b.ch;24 h;Strasse 1;www.iwb.ch;;Energieversorgung;Wo genau?;21.11.2026;ja"
    (office,) = read_directory(file_of(header, line))
    assert office == Office(
        id=office.id,
        department="",
        name="IWB",
        unit="Beleuchtung",
        topics=(Topic("Lampen"),),
        phone="117",
        email="a@b.ch",
        hours="24 h",
        address="Strasse 1",
        website="www.iwb.ch",
        deputy=None,
        outside=True,
        outside_kind="Energieversorgung",
        note="Wo genau?",
        checked="2026-11-21",
        sample=True,
    )
    umlauts_written_out = header.replace("Ö", "Oe").replace("ü", "ue").upper()
    assert read_directory(file_of(umlauts_written_out, line)) == (office,)


def test_without_the_column_ids_are_made_from_the_names_and_stay_the_same() -> None:
    raw = file_of(
        "department;office;unit;topics;email;deputy",
        "Bau- und Verkehrsdepartement;Tiefbauamt;Öffentliche Plätze;;a@b.ch;",
        f"{'Sehr lang ' * 8};Amt;;;a@b.ch;Tiefbauamt, Öffentliche Plätze",
    )
    first, second = read_directory(raw)
    assert first.id == "bau-und-verkehrsdepartement-tiefbauamt-offentliche-platze"
    assert 2 <= len(second.id) <= 64
    assert second.deputy == first.id
    assert read_directory(raw) == (first, second)


@pytest.mark.parametrize(
    ("cell", "outside", "kind"),
    [("", False, ""), ("no", False, ""), ("Nein", False, ""), ("yes", True, ""), ("ja", True, ""), ("BL", True, "BL")],
)
def test_outside_the_canton(cell: str, outside: bool, kind: str) -> None:
    (office,) = read_directory(file_of("department;office;topics;email;outside_canton", f";Amt;;;{cell}"))
    assert (office.outside, office.outside_kind) == (outside, kind)


@pytest.mark.parametrize(
    ("cell", "topics"),
    [
        ("", ()),
        ("Schlagloch", (Topic("Schlagloch"),)),
        ("A: x, y | B: z", (Topic("A", ("x", "y")), Topic("B", ("z",)))),
        ("A: x,, x ,y | | B:", (Topic("A", ("x", "y")), Topic("B"))),
        ("A: x; B: y", (Topic("A", ("x",)), Topic("B", ("y",)))),
        ("A: x\nB: y", (Topic("A", ("x",)), Topic("B", ("y",)))),
        ("Schnee, Eis", (Topic("Schnee"), Topic("Eis"))),
        ("Zeit: 12:30", (Topic("Zeit", ("12:30",)),)),
    ],
)
def test_topics(cell: str, topics: tuple[Topic, ...]) -> None:
    assert read_topics(cell) == topics


def with_cell(column: str, cell: str) -> bytes:
    """A file whose third line holds `cell`, quoted, in a column."""
    names = [*HEADER.split(";"), "address", "website", "note", "checked", "sample", "outside_canton"]
    cells = dict(zip(names, [*IWB.split(";"), *[""] * 6], strict=True)) | {column: cell}
    text = io.StringIO()
    writer = csv.DictWriter(text, names, delimiter=";", lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    writer.writerow(dict(zip(names, [*TBA.split(";"), *[""] * 6], strict=True)))
    writer.writerow(cells)
    return text.getvalue().encode()


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("id", "", "must not be empty"),
        ("id", "x", "not an id"),
        ("id", "IWB", "not an id"),
        ("id", "iwb_1", "not an id"),
        ("id", "../etc", "not an id"),
        ("id", "a" * 65, "65 characters, 64 are allowed"),
        ("id", "bvd-tba", "already used on line 2"),
        ("office", " ", "must not be empty"),
        ("office", "Amt\nzwei", "control character (U+000A)"),
        ("office", "Amt\x1b[2J", "control character (U+001B)"),
        ("unit", "u" * 201, "201 characters, 200 are allowed"),
        ("email", "iwb", "not an e-mail address"),
        ("email", "iwb@", "not an e-mail address"),
        ("email", "@example.org", "not an e-mail address"),
        ("email", "iwb@localhost", "not an e-mail address"),
        ("email", "a b@example.org", "not an e-mail address"),
        ("email", "a@example.org, b@example.org", "not an e-mail address"),
        ("email", "IWB <iwb@example.org>", "not an e-mail address"),
        ("email", "mailto:iwb@example.org", "not an e-mail address"),
        ("email", "a..b@example.org", "not an e-mail address"),
        ("email", "a@example..org", "not an e-mail address"),
        ("email", "a@-example.org", "not an e-mail address"),
        ("email", "iwb@example.org\r\nBcc: all@example.org", "control character (U+000D)"),
        ("email", "iwb@example.org\nBcc: all@example.org", "control character (U+000A)"),
        ("email", "iwb@exämple.org", "not an e-mail address"),
        ("email", f"{'a' * 65}@example.org", "not an e-mail address"),
        ("email", "=cmd|' /C calc'!A0", "not an e-mail address"),
        ("opening_hours", "wenn es passt", "«wenn es passt» is not understood"),
        ("opening_hours", "Mo–Fr 8–25", "«25» is not a time of day"),
        ("deputy", "nobody", "No office «nobody» is in the file"),
        ("deputy", "iwb", "cannot be its own deputy"),
        ("deputy", "IWB", "cannot be its own deputy"),
        ("website", "javascript:alert(1)", "not a web address"),
        ("website", "file:///etc/passwd", "not a web address"),
        ("website", "https://user@example.org", "not a web address"),
        ("checked", "gestern", "not a date"),
        ("checked", "2026-02-30", "not a date"),
        ("sample", "vielleicht", "neither yes nor no"),
        ("topics", ": Schlagloch", "no name before the colon"),
        ("topics", "A: x | A: y", "«A» is there twice"),
        ("topics", f"A: {'w' * 101}", "longer than 100 characters"),
        ("topics", f"{'t' * 151}: x", "longer than 150 characters"),
        ("topics", "A: x\ty", "control character (U+0009)"),
        ("topics", "t" * 20_001, "20001 characters, 20000 are allowed"),
        ("address", "a" * 501, "501 characters, 500 are allowed"),
    ],
)
def test_a_wrong_cell_is_named_by_line_and_column(column: str, cell: str, reason: str) -> None:
    (problem,) = problems_of(with_cell(column, cell))
    assert problem.startswith(f"line 3, column {column}: ")
    assert reason in problem


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "line 1: The file is empty."),
        (b"\xef\xbb\xbf", "line 1: The file is empty."),
        (b" \n\n", "line 1: The file is empty."),
        (b"sep=;\n", "line 1, column department: This column is missing."),
        (file_of(HEADER), "line 1: The file holds no office, only the header."),
        (file_of(HEADER, ";;;", ""), "line 1: The file holds no office, only the header."),
        (file_of(HEADER, TBA).decode().encode("utf-16"), "line 1: The file is UTF-16, not UTF-8."),
        (file_of(HEADER) + b"\x00" + file_of(TBA), "line 2: Byte 66 of the file is NUL"),
        (file_of(HEADER, "ä") + "büro".encode("latin-1"), "line 3: Byte 70 of the file (0xFC) is not UTF-8."),
        (b"\xef\xbb\xbf" + file_of(HEADER) + b"\r\n\xff", "line 3: Byte 71 of the file (0xFF) is not UTF-8."),
        (file_of(HEADER, '"' + TBA, IWB), "line 2: A quotation mark is opened and never closed."),
        (file_of(HEADER, TBA, 'x;"Amt" nicht;y'), "line 3: After a closing quotation mark only «;» may follow"),
        (file_of(HEADER, '"' + "x" * 200_000), "line 2: A cell is far too long"),
        (file_of(HEADER.replace("email", "emial"), TBA), "line 1, column emial: This column is not known."),
        (file_of(HEADER + ";E-Mail", TBA), "line 1, column E-Mail: This column is there twice."),
        (file_of(HEADER.replace(";email", ""), TBA), "line 1, column email: This column is missing."),
        (file_of(HEADER.replace(";", "\t"), TBA), "column department: This column is missing."),
        (file_of("name,age", "Anna,7"), "line 1, column name: This column is not known."),
        (file_of(HEADER.replace("unit", ""), TBA), "line 1: Column 4 has no name."),
        (file_of(HEADER, TBA + ";zu viel"), "line 2: The line has 10 cells, the header 9."),
        (b'"' + b"a" * 20_000_001, "line 1: The file is larger than 20 MB."),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3", "line 2: Byte 10 of the file (0xE2) is not UTF-8."),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "line 3: Byte 8 of the file is NUL"),
    ],
)
def test_a_file_of_the_wrong_kind(raw: bytes, expected: str) -> None:
    assert any(expected in problem for problem in problems_of(raw)), problems_of(raw)


def test_the_longest_file() -> None:
    lines = [f"o{number};;Amt {number};;;;;;" for number in range(LONGEST_FILE)]
    assert len(read_directory(file_of(HEADER, *lines[:-1]))) == LONGEST_FILE - 1
    (problem,) = problems_of(file_of(HEADER, *lines))
    assert problem == f"line {LONGEST_FILE + 1}: The file has more than {LONGEST_FILE} lines."


def test_every_problem_is_told_at_once_and_in_order() -> None:
    raw = file_of(HEADER, TBA.replace("@", " at "), "", IWB.replace("24 h", "immer").replace("iwb;", "IWB;"), TBA, TBA)
    problems = problems_of(raw)
    assert [problem.partition(":")[0] for problem in problems] == [
        "line 2, column email",
        "line 4, column id",
        "line 4, column opening_hours",
        "line 6, column id",
    ]


def test_a_line_number_counts_line_breaks_inside_cells() -> None:
    header = "department;office;topics;email;note"
    raw = file_of(header, ';A;;;"eins\nzwei\ndrei"', ";B;;falsch;")
    (problem,) = problems_of(raw)
    assert problem.startswith("line 5, column email")


def test_the_header_s_own_word_names_the_column() -> None:
    (problem,) = problems_of(file_of("Departement;Amt;Themen;E-Mail", ";A;;falsch"))
    assert problem.startswith("line 2, column E-Mail: ")


def test_a_long_list_of_problems_is_cut_in_the_message_only() -> None:
    with pytest.raises(DirectoryInvalid) as refusal:
        read_directory(file_of(HEADER, *[TBA.replace("@", "") for _ in range(30)]))
    assert len(refusal.value.problems) == 30
    assert "and 10 more problems" in refusal.value.message
    assert refusal.value.message.count("\n") == 21


FORMULAS = ["=1+1", "+41 61 000 00 00", "-5", "@SUM(A1)", '=HYPERLINK("http://127.0.0.1:9/?"&A1,"x")', "'=1+1", "＝1"]


@pytest.mark.parametrize("cell", FORMULAS)
@pytest.mark.parametrize("column", ["office", "unit", "department", "phone", "address", "note"])
def test_formulas_are_texts(column: str, cell: str) -> None:
    office = read_directory(with_cell(column, cell))[1]
    assert cell in {office.name, office.unit, office.department, office.phone, office.address, office.note}


def test_the_corpus_of_cells_comes_back_as_it_was(shared: Path) -> None:
    cases = json.loads((shared / "corpora" / "own" / "csv_cells.json").read_text())["cases"]
    assert cases
    for case in cases:
        assert read_directory(with_cell("note", case["value"]))[1].note == case["value"], case["id"]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=60))
def test_free_text_is_kept_to_the_last_blank(text: str) -> None:
    assert read_directory(with_cell("note", text))[1].note == text


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    for start in (b"", HEADER.encode() + b"\n"):
        try:
            assert read_directory(start + raw)
        except DirectoryInvalid as refusal:
            assert refusal.problems  # noqa: PT017


def test_the_sample_directory_is_whole_and_marked_as_sample() -> None:
    raw = SAMPLE.read_bytes()
    offices = read_directory(raw)
    assert len(offices) >= 70
    assert "ß" not in raw.decode()
    assert all(office.sample and not office.checked for office in offices)
    assert all(office.phone.startswith("061 555 ") and len(office.phone) == 13 for office in offices)
    assert all(office.email.endswith("@example.org") for office in offices)
    assert all(len(values) == len(offices) for values in ({o.phone for o in offices}, {o.email for o in offices}))
    assert all(office.topics and all(topic.words for topic in office.topics) for office in offices)
    assert sum(office.outside for office in offices) >= 10
    header = raw.decode().splitlines()[0].split(";")
    assert header == [column.id for column in COLUMNS]


def test_the_sample_directory_writes_hours_in_normal_form() -> None:
    for office in read_directory(SAMPLE.read_bytes()):
        hours = parse_opening_hours(office.hours)
        assert hours is None or hours.normal == office.hours, office.id


def test_the_office_of_the_pictures() -> None:
    office = next(o for o in read_directory(SAMPLE.read_bytes()) if o.id == "bvd-tiefbauamt-strassenunterhalt")
    assert (office.title, office.phone, office.email) == (
        "Tiefbauamt, Strassenunterhalt",
        "061 555 02 10",
        "strassen@example.org",
    )
