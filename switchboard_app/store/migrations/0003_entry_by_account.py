"""An account's messages in the order of time: reading a page again, an account's last message and its usual pauses must
not cost more the longer it has existed.
"""

from __future__ import annotations

from typing import Any

from peewee import Database


def up(_migrator: Any, db: Database) -> None:
    """Add the index. Notes and calls belong to no account."""
    db.execute_sql(
        'CREATE INDEX "entry_account_id_place" ON "entry" ("account_id", "place") WHERE "account_id" IS NOT NULL'
    )
