"""The stack holds: faults of libraries that the project met once, or knows of, and would not survive.

Called with every check, so that a changed lock file shows at once what it brings.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap

from sqlcipher3 import dbapi2

MANY_CALLS = textwrap.dedent(
    """
    from PySide6.QtCore import QCoreApplication, QObject, Signal

    class Bell(QObject):
        rang = Signal(bool)

    application = QCoreApplication([])
    bell = Bell()
    bell.rang.connect(lambda loud: None)
    for number in range(100_000):
        bell.rang.emit(number % 2 == 0)
        bell.setObjectName("x")
    print("alive")
    """
)


def test_qt_calls_do_not_use_up_none_and_true() -> None:
    # PySide6 6.12.0 on Python 3.11 drops a reference with every such call, and the process aborts after some thousands.
    done = subprocess.run([sys.executable, "-c", MANY_CALLS], capture_output=True, text=True, timeout=100, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, "alive"), done.stderr[-2000:]


def test_sqlite_of_the_embedded_store_is_young_enough() -> None:
    # Older ones can lose committed pages when two connections reset the write-ahead log at the same moment.
    assert tuple(dbapi2.sqlite_version_info) >= (3, 51, 3), dbapi2.sqlite_version


def test_sqlite_of_the_embedded_store_encrypts_and_searches() -> None:
    with dbapi2.connect(":memory:") as connection:
        assert connection.execute("PRAGMA cipher_version").fetchone()[0]
        connection.execute('CREATE VIRTUAL TABLE words USING fts5(text, tokenize="unicode61 remove_diacritics 2")')
        connection.execute("INSERT INTO words VALUES ('Grüezi mitenand')")
        assert connection.execute("SELECT count(*) FROM words WHERE words MATCH 'gruezi'").fetchone() == (1,)
    connection.close()
