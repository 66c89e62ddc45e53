"""What sync remembers: versions of messages, reactions, how accounts were, their budgets of requests,
what was read back. Only adds.

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
CREATE TABLE "budget" ("account_id" TEXT NOT NULL, "bucket" TEXT NOT NULL, "allowed" BIGINT NOT NULL, "remaining"
    BIGINT NOT NULL, "reset_at" BIGINT NOT NULL, "refill" BIGINT NOT NULL, "guessed" SMALLINT NOT NULL,
    PRIMARY KEY ("account_id", "bucket"));
CREATE TABLE "draft_file" ("id" TEXT NOT NULL PRIMARY KEY, "operator" TEXT NOT NULL, "place" TEXT NOT NULL,
    "position" SMALLINT NOT NULL, "name" TEXT NOT NULL, "mime" TEXT NOT NULL, "size" BIGINT NOT NULL,
    "sha256" TEXT NOT NULL);
CREATE INDEX "draft_file_operator_place" ON "draft_file" ("operator", "place");
ALTER TABLE "attachment" ADD COLUMN "next_try" BIGINT NOT NULL DEFAULT 0;
ALTER TABLE "account" ADD COLUMN "failures" SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE "account" ADD COLUMN "failing_since" BIGINT;
ALTER TABLE "account" ADD COLUMN "proof" TEXT NOT NULL DEFAULT '';
ALTER TABLE "outbox" ADD COLUMN "read_at" BIGINT;
ALTER TABLE "outbox" ADD COLUMN "seen" TEXT NOT NULL DEFAULT '';
ALTER TABLE "outbox" ADD COLUMN "read_from" BIGINT;
ALTER TABLE "outbox" ADD COLUMN "asked_at" BIGINT;
ALTER TABLE "outbox" ADD COLUMN "repeats" SMALLINT NOT NULL DEFAULT 0;
ALTER TABLE "quarantine" ADD COLUMN "tries" SMALLINT NOT NULL DEFAULT 1;
ALTER TABLE "quarantine" ADD COLUMN "version" TEXT NOT NULL DEFAULT '';
ALTER TABLE "quarantine" ADD COLUMN "thread" TEXT NOT NULL DEFAULT '';
ALTER TABLE "gap" ADD COLUMN "thread_id" TEXT NOT NULL DEFAULT '';
ALTER TABLE "gap" ADD COLUMN "missing" BIGINT NOT NULL DEFAULT 0
"""


def up(_migrator: Any, db: Database) -> None:
    """Add tables and columns."""
    for statement in SCHEMA.strip().split(";\n"):
        db.execute_sql(statement)
