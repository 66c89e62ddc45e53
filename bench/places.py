"""Where the benches keep what is dear to make: stores and floors of a seed and a size, built once and copied.

The folder is the user's cache (``--cache`` names another one). A built file's name says what it was built from: corpus,
schema and the code of the store; another version of any of them builds anew and takes the old ones away.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from bench import corpus, floor
from bench.corpus import Conversation
from switchboard_app.model.account import Account
from switchboard_app.model.channel import Channel
from switchboard_app.model.ids import EnquiryId, Operator
from switchboard_app.model.times import Millis
from switchboard_app.store import accounts, desk, intake, migrate
from switchboard_app.store.database import Store
from switchboard_app.store.location import embedded
from switchboard_app.store.transaction import Transaction

ROOT = Path(__file__).resolve().parent.parent
ME = Operator("Marco Lüthi")
OTHERS = (Operator("Andrea Keller"), Operator("Beat Frei"))
KEY = hashlib.sha384(b"bench").hexdigest()
"""The raw key of the encrypted files: nothing in them is worth hiding."""
BATCH = 1000
_SHAPES = ("fold", "places", "search", "sorting_in", "intake")
"""The store's modules that decide what a built file holds."""


def clock() -> Millis:
    """Stands still at the end of the corpus."""
    return corpus.NOW


@dataclass(slots=True)
class Places:
    """The corpus in memory and the files made from it."""

    cache: Path
    size: int
    seed: int = corpus.SEED
    _made: list[Conversation] | None = None

    @property
    def corpus(self) -> list[Conversation]:
        """All conversations, made when first asked for."""
        if self._made is None:
            self._made = list(corpus.conversations(self.size, self.seed))
        return self._made

    def store(self, size: int = 0, *, plain: bool = False) -> Path:
        """A workspace file with `size` (else all) conversations. Copy it before changing it."""
        kind = "plain" if plain else "store"
        return self._built(f"{kind}-{size or self.size}", lambda path: self._build_store(path, size, plain))

    def floor(self, size: int = 0) -> Path:
        """A floor's file of the same corpus."""
        return self._built(f"floor-{size or self.size}", lambda path: self._build_floor(path, size))

    def scratch(self, name: str) -> Path:
        """A path for one run; nothing is there."""
        folder = self.cache / "scratch"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / name
        for end in ("", "-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)
        return path

    def copy(self, built: Path, name: str) -> Path:
        """A copy of a built file that may be changed."""
        path = self.scratch(name)
        shutil.copyfile(built, path)
        return path

    def _built(self, name: str, build: object) -> Path:
        assert callable(build)
        self.cache.mkdir(parents=True, exist_ok=True)
        stem = f"{name}-{self.seed}"
        path = self.cache / f"{stem}-{_version()}.db"
        if not path.exists():
            for old in self.cache.glob(f"{stem}-*.db"):
                old.unlink()
            draft = self.scratch("building.db")
            build(draft)
            draft.rename(path)
        return path

    def _build_store(self, path: Path, size: int, plain: bool) -> None:
        key = "" if plain else KEY
        migrate.upgrade(embedded(path), key)
        store = open_store(path, key)
        fill(store, self.corpus[-size:] if size else self.corpus)
        store.write(_work_done)
        store.close()

    def _build_floor(self, path: Path, size: int) -> None:
        made = floor.Floor(path, KEY)
        made.make()
        for conversations, messages in floor.rows(self.corpus[-size:] if size else self.corpus, BATCH):
            made.store(conversations, messages)
        made.close()


def open_store(path: Path, key: str = KEY) -> Store:
    """A station on a file, at the end of the corpus."""
    return Store(embedded(path), key, clock=clock)


def connect(store: Store) -> tuple[Account, Account]:
    """The page and the handle of the corpus."""
    return (
        store.write(accounts.add, Channel.FACEBOOK, "Rathaus", ME),
        store.write(accounts.add, Channel.X, "Kanton", ME),
    )


def fill(store: Store, made: list[Conversation], batch: int = BATCH) -> None:
    """Store the corpus as a first sweep does."""
    for number, account in enumerate(connect(store)):
        for one in corpus.batches(made, number, batch):
            store.write(intake.ingest, account, one, first_sweep=True)


def _work_done(tx: Transaction) -> None:
    """Every third open enquiry is somebody's, so that rows show owners."""
    for number, (enquiry,) in enumerate(tx.rows("SELECT id FROM enquiry WHERE state <> 'done' ORDER BY number")):
        if number % 3 == 0:
            desk.claim(tx, EnquiryId(enquiry), (ME, *OTHERS)[number // 3 % 3])


def _version() -> str:
    """What built files depend on."""
    digest = hashlib.sha256()
    store = ROOT / "switchboard_app" / "store"
    sources = [*sorted((store / "migrations").glob("*.py")), *(store / f"{name}.py" for name in _SHAPES)]
    sources += [Path(corpus.__file__), Path(floor.__file__), Path(__file__)]
    for source in sources:
        digest.update(source.read_bytes())
    return digest.hexdigest()[:12]


def default_cache() -> Path:
    """The folder that is used unless ``--cache`` names another."""
    return platformdirs.user_cache_path("switchboard-bench")
