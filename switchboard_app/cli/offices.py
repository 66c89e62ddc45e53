"""``office import | list | search``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from switchboard_app.cli.frame import Frame
from switchboard_app.cli.words import Line
from switchboard_app.model.errors import WrongUse
from switchboard_app.model.language import tr
from switchboard_app.model.office import Lesson, Office, OfficeMatch
from switchboard_app.model.office_csv import read_directory
from switchboard_app.model.opening_hours import parse_opening_hours
from switchboard_app.model.times import Millis, local
from switchboard_app.store import calendar, directory
from switchboard_app.store.finder import Finder, read_synonyms


def add_to(verbs: Any, everywhere: Any) -> None:
    """Add the verb."""
    top = verbs.add_parser("office", help="the directory of offices", parents=[everywhere])
    sub = top.add_subparsers(dest="what", metavar="WHAT", required=True)
    load = sub.add_parser("import", help="replace the directory by a CSV file", parents=[everywhere])
    load.add_argument("file", type=Path)
    load.set_defaults(run=_import)
    sub.add_parser("list", help="all offices", parents=[everywhere]).set_defaults(run=_list)
    search = sub.add_parser("search", help="who is responsible", parents=[everywhere])
    search.add_argument("text")
    search.add_argument("--limit", type=int, default=10)
    search.set_defaults(run=_search)


def _import(frame: Frame) -> None:
    path: Path = frame.arguments.file
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise WrongUse(
            tr("{path} cannot be read: {problem}.").format(path=path, problem=problem.strerror), tr("Check the name.")
        ) from problem
    offices = read_directory(raw)
    with frame.store() as store:
        active, retired = store.write(directory.replace, offices, frame.me)
    frame.answer(
        {"offices": active, "retired": retired},
        lambda: [tr("{n} offices imported, {m} retired.").format(n=active, m=retired)],
    )


def _office(one: Office, now: Millis) -> dict[str, Any]:
    hours = parse_opening_hours(one.hours)
    return {
        "id": one.id,
        "name": one.title,
        "department": one.department,
        "phone": one.phone,
        "email": one.email,
        "open_now": None if hours is None else hours.is_open(local(now), calendar.is_holiday),
        "outside_canton": one.outside,
        "sample": one.sample,
    }


def _list(frame: Frame) -> None:
    with frame.store() as store:
        offices = store.read(directory.listed)
        now = store.now()
    document = {"offices": [{**_office(one, now), "topics": [t.name for t in one.topics]} for one in offices]}
    frame.answer(
        document,
        lambda: (
            [(one.id, one.title, one.phone, one.email) for one in offices]
            or [tr("The directory is empty. Import one with: switchboard office import FILE.")]
        ),
    )


def _search(frame: Frame) -> None:
    synonyms = read_synonyms((frame.station.resources / "directory" / "synonyms.csv").read_bytes())
    with frame.store() as store:
        offices = store.read(directory.listed)
        learnt = store.read(directory.lessons)
        now = store.now()
    lessons = tuple(Lesson(words, office, weight) for words, office, weight in learnt)
    finder = Finder(offices, lessons=lessons, synonyms=synonyms)
    matches = finder.search(frame.arguments.text, limit=max(1, frame.arguments.limit))
    frame.answer({"offices": [_match(one, now) for one in matches]}, lambda: [_line(one) for one in matches])


def _match(one: OfficeMatch, now: Millis) -> dict[str, Any]:
    return {
        **_office(one.office, now),
        "topic": one.topic,
        "matched": list(one.matched),
        "score": round(one.score, 1),
    }


def _line(one: OfficeMatch) -> Line:
    return (one.office.id, one.office.title, one.topic, one.office.phone)
