"""What sync remembers: versions of messages, reactions, how accounts were, what was read back. Only adds.

Types are PostgreSQL's; SQLite takes them by affinity. New columns have a default, so that the version before goes on
writing beside this one.
"""

from __future__ import annotations

from typing import Any

from peewee import Database

SCHEMA = """
CREATE TABLE "entry_version" ("id" TEXT NOT NULL PRIMARY KEY, "entry_id" TEXT NOT NULL, "kind" TEXT NOT NULL, "text"
    TEXT NOT NULL, "at" BIGINT, "seen_at" BIGINT NOT NULL, "raw" TEXT NOT NULL);
CREATE INDEX "entry_version_entry_id" ON "entry_version" ("entry_id");
CREATE TABLE "reaction" ("entry_id" TEXT NOT NULL, "who" TEXT NOT NULL, "emoji" TEXT NOT NULL, "at" BIGINT,
    "seen_at" BIGINT NOT NULL, "gone_at" BIGINT, PRIMARY KEY ("entry_id", "who", "emoji"));
CREATE TABLE "health_change" ("id" TEXT NOT NULL PRIMARY KEY, "account_id" TEXT NOT NULL, "at" BIGINT NOT NULL,
    "health" TEXT NOT NULL, "detail" TEXT NOT NULL);
CREATE INDEX "health_change_account_id" ON "health_change" ("account_id");
ALTER TABLE "account" ADD COLUMN "proof" TEXT NOT NULL DEFAULT '';
ALTER TABLE "outbox" ADD COLUMN "read_at" BIGINT;
ALTER TABLE "outbox" ADD COLUMN "seen" TEXT NOT NULL DEFAULT '';
ALTER TABLE "quarantine" ADD COLUMN "tries" SMALLINT NOT NULL DEFAULT 1;
ALTER TABLE "quarantine" ADD COLUMN "version" TEXT NOT NULL DEFAULT ''
"""


def up(_migrator: Any, db: Database) -> None:
    """Add tables and columns."""
    for statement in SCHEMA.strip().split(";\n"):
        db.execute_sql(statement)
