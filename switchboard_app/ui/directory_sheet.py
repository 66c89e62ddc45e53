"""The directory of offices: browse and search it, import it from a CSV file or take the sample for Basel-Stadt.

A file with mistakes is refused whole, each mistake with its line and column; nothing is imported then. Sample offices
are marked as such. Refuses to edit single offices: the file is the directory. Used by the main window and the first
start.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from switchboard_app.model.errors import Unreachable, UserError
from switchboard_app.model.language import ntr, tr
from switchboard_app.model.office import Office, OfficeMatch
from switchboard_app.model.office_csv import LARGEST_FILE, DirectoryInvalid, read_directory
from switchboard_app.store import directory
from switchboard_app.store.finder import Finder
from switchboard_app.ui import look, words
from switchboard_app.ui.bridge import Bridge
from switchboard_app.ui.office_hits import OfficeHits
from switchboard_app.ui.reread import Reread

_IN_SIGHT = 6
_ROOMY = 640
"""Width of the window at 100 % from which the foot holds all buttons."""


def read_file(path: Path) -> tuple[Office, ...]:
    """The offices of a file. Raises DirectoryInvalid with every mistake, Unreachable when it cannot be read."""
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except OSError as problem:
        raise Unreachable(
            tr("The file {path} cannot be read: {problem}.").format(path=path, problem=problem.strerror),
            tr("Check the name and the rights of the file."),
        ) from problem
    return read_directory(raw)


class DirectorySheet(look.Sheet):
    """`DirectorySheet(window, bridge, resources).open()`."""

    imported = Signal(int)
    """How many offices the directory has now."""

    def __init__(self, window: QWidget, bridge: Bridge, resources: Path) -> None:
        super().__init__(window, tr("Directory of offices"), width=760)
        self._bridge = bridge
        self._sample = resources / "directory" / "basel-stadt-sample.csv"
        self._offices: tuple[Office, ...] = ()
        self._finder: Finder | None = None
        self.dialog: QFileDialog | None = None
        self._build()
        self.search.textChanged.connect(self._show)
        self.hits.follow_keys(self.search)
        self.choose.clicked.connect(self.choose_file)
        self.sample.clicked.connect(self.import_sample)
        self.done.clicked.connect(self.close)
        self._reread = Reread(self, bridge, "directory", self._read, "directory")
        words.follow(self.retranslate)
        self._reread.now()

    def _build(self) -> None:
        self.notice = look.Banner("", look.Kind.BAD, dismissable=True)
        self.notice.hide()
        self.search = look.LineField("")
        self.sample_chip = look.ChipLabel("", look.Tone.LATE)
        self.hits = OfficeHits(self._bridge.clock, in_sight=_IN_SIGHT, browsing=True)
        line = QHBoxLayout()
        line.addWidget(self.search, 1)
        line.addWidget(self.sample_chip)
        self.body.addWidget(self.notice)
        self.body.addLayout(line)
        self.body.addWidget(self.hits)
        self.choose = look.KeyButton("", icon_name="file", parent=self.card)
        self.sample = look.KeyButton("", parent=self.card)
        self.done = look.KeyButton("", "Esc", self.card)
        self._ways = QWidget()
        ways = QHBoxLayout(self._ways)
        ways.setContentsMargins(0, 0, 0, 0)
        ways.addWidget(self.choose)
        ways.addWidget(self.sample)
        ways.addStretch(1)
        self.body.addWidget(self._ways)
        self.foot.addStretch(1)
        self.foot.addWidget(self.done)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_ways()

    def retheme(self) -> None:
        super().retheme()
        if hasattr(self, "_ways"):
            self._place_ways()

    def _place_ways(self) -> None:
        """The ways to import stand beside «Close» where there is room, else below the list."""
        beside = self.width() >= look.px(_ROOMY)
        if beside and self.body.indexOf(self._ways) >= 0:
            self.body.removeWidget(self._ways)
            self.foot.insertWidget(0, self._ways, 100)
        elif not beside and self.foot.indexOf(self._ways) >= 0:
            self.foot.removeWidget(self._ways)
            self.body.addWidget(self._ways)

    # -- what there is ---------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        self._finder = await self._bridge.finder()
        self._offices = self._finder.offices
        self._show()

    def _show(self) -> None:
        typed = self.search.text().strip()
        if typed and self._finder is not None:
            found = self._finder.search(typed, 50)
        else:
            found = tuple(OfficeMatch(office, "", (), 100.0) for office in self._offices)
        empty = tr("No office found.") if typed else tr("There are no offices yet. Import a file, or take the sample.")
        self.hits.show_matches(found, empty if self._finder is not None else tr("Reading the directory …"))
        count = len(self._offices)
        self.aside.setText(ntr("{n} office", "{n} offices", count).format(n=count) if count else "")
        samples = sum(office.sample for office in self._offices)
        self.sample_chip.set_chip(tr("Sample data") if samples else "", look.Tone.LATE)

    # -- importing -------------------------------------------------------------------------------------------------

    def choose_file(self) -> None:
        """Ask for a file."""
        dialog = QFileDialog(self.window(), tr("Import the directory"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters([tr("Directory as CSV (*.csv)"), tr("All files (*)")])
        dialog.fileSelected.connect(self.import_file)
        dialog.finished.connect(dialog.deleteLater)
        self.dialog = dialog
        dialog.open()

    def import_sample(self) -> None:
        """Take the sample directory for Basel-Stadt."""
        self.import_file(str(self._sample))

    def import_file(self, path: str) -> None:
        """Import this file, whole or not at all."""
        self._set_busy(True)
        self._bridge.start("import the directory", self._import(Path(path)))

    async def _import(self, path: Path) -> None:
        try:
            offices = await asyncio.to_thread(read_file, path)
            active, retired = await self._bridge.run(directory.replace, offices, self._bridge.me)
        except DirectoryInvalid as refusal:
            self._say(f"{refusal.message}\n{refusal.next_step}", look.Kind.BAD)
            return
        except UserError as refusal:
            self._say(str(refusal), look.Kind.BAD)
            return
        finally:
            self._set_busy(False)
        sentence = ntr("{n} office imported.", "{n} offices imported.", active).format(n=active)
        if retired:
            sentence += " " + ntr("{n} is no longer listed.", "{n} are no longer listed.", retired).format(n=retired)
        self._say(sentence, look.Kind.GOOD)
        self.imported.emit(active)

    def _set_busy(self, busy: bool) -> None:
        self.choose.setEnabled(not busy)
        self.sample.setEnabled(not busy)
        if busy:
            self._say(tr("The file is being read …"), look.Kind.NOTICE)

    def _say(self, sentence: str, kind: look.Kind) -> None:
        self.notice.say(sentence, kind)
        self.notice.show()

    def open(self, focus: QWidget | None = None) -> None:
        """Show it, ready to be searched."""
        self.notice.hide()
        super().open(focus or self.search)
        self.search.selectAll()

    def retranslate(self) -> None:
        """Say everything in the language in use."""
        self.title.setText(tr("Directory of offices"))
        self.setAccessibleName(tr("Directory of offices"))
        self.search.setPlaceholderText(tr("Office, topic, word of a citizen, phone number"))
        self.search.setAccessibleName(tr("Search the directory"))
        self.choose.set_words(tr("Import a file …"))
        self.sample.set_words(tr("Take the sample for Basel-Stadt"))
        self.done.set_words(tr("Close"))
        self._show()
