"""The first schema: a frozen text, deliberately independent of `tables`, which goes on changing.

Types are PostgreSQL's; SQLite takes them by affinity. BLOB is the one name that differs.
"""

from __future__ import annotations

from typing import Any

from peewee import Database, PostgresqlDatabase

SCHEMA = """
CREATE TABLE "setting" ("key" TEXT NOT NULL PRIMARY KEY, "value" TEXT NOT NULL);
CREATE TABLE "person" ("id" TEXT NOT NULL PRIMARY KEY, "place" BIGINT NOT NULL, "name" TEXT NOT NULL, "language"
    TEXT NOT NULL, "note" TEXT NOT NULL, "created_at" BIGINT NOT NULL);
CREATE UNIQUE INDEX "person_place" ON "person" ("place");
CREATE TABLE "identity" ("kind" TEXT NOT NULL, "scope" TEXT NOT NULL, "value" TEXT NOT NULL, "label" TEXT NOT NULL,
    "person_id" TEXT NOT NULL, PRIMARY KEY ("kind", "scope", "value"));
CREATE INDEX "identity_person_id" ON "identity" ("person_id");
CREATE TABLE "account" ("id" TEXT NOT NULL PRIMARY KEY, "kind" TEXT NOT NULL, "name" TEXT NOT NULL, "api_base" TEXT
    NOT NULL, "options" TEXT NOT NULL, "platform_user" TEXT NOT NULL, "health" TEXT NOT NULL, "health_detail" TEXT
    NOT NULL, "health_since" BIGINT NOT NULL, "last_ok_at" BIGINT, "next_poll_at" BIGINT, "cursor" TEXT NOT NULL,
    "budgets" TEXT NOT NULL, "created_at" BIGINT NOT NULL, "removed" SMALLINT NOT NULL);
CREATE TABLE "thread" ("id" TEXT NOT NULL PRIMARY KEY, "account_id" TEXT NOT NULL, "platform_id" TEXT NOT NULL,
    "person_id" TEXT NOT NULL, "recipient" TEXT NOT NULL, "link" TEXT NOT NULL);
CREATE INDEX "thread_person_id" ON "thread" ("person_id");
CREATE UNIQUE INDEX "thread_account_id_platform_id" ON "thread" ("account_id", "platform_id");
CREATE TABLE "enquiry" ("id" TEXT NOT NULL PRIMARY KEY, "number" BIGINT NOT NULL, "state" TEXT NOT NULL, "owner"
    TEXT, "channel" TEXT NOT NULL, "account_id" TEXT, "thread_id" TEXT, "person_id" TEXT, "person_name" TEXT NOT
    NULL, "subject" TEXT NOT NULL, "excerpt" TEXT NOT NULL, "language" TEXT NOT NULL, "priority" SMALLINT NOT NULL,
    "tags" TEXT NOT NULL, "office_id" TEXT, "office_name" TEXT NOT NULL, "forwarded_at" BIGINT, "opened_at" BIGINT
    NOT NULL, "last_at" BIGINT NOT NULL, "closed_at" BIGINT, "outcome" TEXT, "snoozed_until" BIGINT, "waiting_since"
    BIGINT, "answered_at" BIGINT, "answer_due_at" BIGINT, "callback_at" BIGINT, "office_due_at" BIGINT,
    "last_inbound_at" BIGINT, "window_until" BIGINT, "extended_until" BIGINT, "due_at" BIGINT, "due_reason" TEXT,
    "sort_at" BIGINT NOT NULL, "unread" BIGINT NOT NULL, "delivery" TEXT NOT NULL, "merged_into" TEXT, "version"
    BIGINT NOT NULL);
CREATE UNIQUE INDEX "enquiry_number" ON "enquiry" ("number");
CREATE TABLE "entry" ("id" TEXT NOT NULL PRIMARY KEY, "place" BIGINT NOT NULL, "enquiry_id" TEXT NOT NULL,
    "thread_id" TEXT, "account_id" TEXT, "platform_id" TEXT, "kind" TEXT NOT NULL, "direction" TEXT NOT NULL,
    "author" TEXT NOT NULL, "text" TEXT NOT NULL, "at" BIGINT NOT NULL, "received_at" BIGINT NOT NULL, "event" TEXT,
    "detail" TEXT NOT NULL, "elsewhere" SMALLINT NOT NULL, "deleted" SMALLINT NOT NULL, "edited" SMALLINT NOT NULL,
    "late" SMALLINT NOT NULL, "raw" TEXT NOT NULL);
CREATE UNIQUE INDEX "entry_place" ON "entry" ("place");
CREATE INDEX "entry_enquiry_id_place" ON "entry" ("enquiry_id", "place");
CREATE TABLE "attachment" ("id" TEXT NOT NULL PRIMARY KEY, "entry_id" TEXT NOT NULL, "position" SMALLINT NOT NULL,
    "platform_id" TEXT NOT NULL, "name" TEXT NOT NULL, "mime" TEXT NOT NULL, "size" BIGINT NOT NULL, "state" TEXT
    NOT NULL, "reason" TEXT NOT NULL, "sha256" TEXT NOT NULL, "tries" SMALLINT NOT NULL);
CREATE INDEX "attachment_entry_id" ON "attachment" ("entry_id");
CREATE TABLE "blob" ("sha256" TEXT NOT NULL PRIMARY KEY, "content" BLOB NOT NULL);
CREATE TABLE "outbox" ("id" TEXT NOT NULL PRIMARY KEY, "kind" TEXT NOT NULL, "entry_id" TEXT NOT NULL, "enquiry_id"
    TEXT NOT NULL, "account_id" TEXT, "thread_id" TEXT, "forwarding_id" TEXT, "recipient" TEXT NOT NULL, "payload"
    TEXT NOT NULL, "state" TEXT NOT NULL, "not_before" BIGINT NOT NULL, "created_at" BIGINT NOT NULL, "attempts"
    SMALLINT NOT NULL, "epoch" BIGINT NOT NULL, "holder" TEXT, "permit_until" BIGINT, "attempt_at" BIGINT, "sent_at"
    BIGINT, "platform_ids" TEXT NOT NULL, "reads" SMALLINT NOT NULL, "next_read_at" BIGINT, "failure_kind" TEXT,
    "failure_certain" SMALLINT, "failure_text" TEXT NOT NULL);
CREATE INDEX "outbox_entry_id" ON "outbox" ("entry_id");
CREATE INDEX "outbox_enquiry_id" ON "outbox" ("enquiry_id");
CREATE TABLE "echo" ("account_id" TEXT NOT NULL, "platform_id" TEXT NOT NULL, "outbox_id" TEXT NOT NULL, PRIMARY KEY
    ("account_id", "platform_id"));
CREATE INDEX "echo_outbox_id" ON "echo" ("outbox_id");
CREATE TABLE "outbox_attempt" ("id" TEXT NOT NULL PRIMARY KEY, "outbox_id" TEXT NOT NULL, "epoch" BIGINT NOT NULL,
    "holder" TEXT NOT NULL, "started_at" BIGINT NOT NULL, "ended_at" BIGINT, "result" TEXT NOT NULL);
CREATE INDEX "outbox_attempt_outbox_id" ON "outbox_attempt" ("outbox_id");
CREATE TABLE "forwarding" ("id" TEXT NOT NULL PRIMARY KEY, "enquiry_id" TEXT NOT NULL, "office_id" TEXT NOT NULL,
    "office_name" TEXT NOT NULL, "state" TEXT NOT NULL, "reference" TEXT NOT NULL, "summary" TEXT NOT NULL,
    "sent_at" BIGINT NOT NULL, "due_at" BIGINT, "answered_at" BIGINT, "reminded" SMALLINT NOT NULL, "by" TEXT NOT
    NULL);
CREATE INDEX "forwarding_enquiry_id" ON "forwarding" ("enquiry_id");
CREATE INDEX "forwarding_office_id" ON "forwarding" ("office_id");
CREATE TABLE "office" ("id" TEXT NOT NULL PRIMARY KEY, "position" BIGINT NOT NULL, "department" TEXT NOT NULL,
    "name" TEXT NOT NULL, "unit" TEXT NOT NULL, "topics" TEXT NOT NULL, "phone" TEXT NOT NULL, "email" TEXT NOT
    NULL, "hours" TEXT NOT NULL, "address" TEXT NOT NULL, "website" TEXT NOT NULL, "deputy" TEXT, "outside" SMALLINT
    NOT NULL, "outside_kind" TEXT NOT NULL, "note" TEXT NOT NULL, "checked" TEXT NOT NULL, "sample" SMALLINT NOT
    NULL, "active" SMALLINT NOT NULL);
CREATE TABLE "lesson" ("id" TEXT NOT NULL PRIMARY KEY, "office_id" TEXT NOT NULL, "words" TEXT NOT NULL, "weight"
    BIGINT NOT NULL, "at" BIGINT NOT NULL);
CREATE INDEX "lesson_office_id" ON "lesson" ("office_id");
CREATE TABLE "draft" ("operator" TEXT NOT NULL, "place" TEXT NOT NULL, "text" TEXT NOT NULL, "saved_at" BIGINT NOT
    NULL, PRIMARY KEY ("operator", "place"));
CREATE TABLE "lease" ("name" TEXT NOT NULL PRIMARY KEY, "holder" TEXT NOT NULL, "epoch" BIGINT NOT NULL, "until"
    BIGINT NOT NULL);
CREATE TABLE "journal" ("id" TEXT NOT NULL PRIMARY KEY, "at" BIGINT NOT NULL, "who" TEXT NOT NULL, "action" TEXT NOT
    NULL, "enquiry_id" TEXT, "object_id" TEXT NOT NULL, "detail" TEXT NOT NULL);
CREATE INDEX "journal_enquiry_id" ON "journal" ("enquiry_id");
CREATE TABLE "quarantine" ("account_id" TEXT NOT NULL, "platform_id" TEXT NOT NULL, "reason" TEXT NOT NULL, "raw"
    TEXT NOT NULL, "at" BIGINT NOT NULL, PRIMARY KEY ("account_id", "platform_id"));
CREATE TABLE "gap" ("id" TEXT NOT NULL PRIMARY KEY, "account_id" TEXT NOT NULL, "from_at" BIGINT NOT NULL, "to_at"
    BIGINT NOT NULL, "noticed_at" BIGINT NOT NULL);
CREATE INDEX "gap_account_id" ON "gap" ("account_id");
CREATE INDEX "enquiry_queue" ON "enquiry" ("sort_at", "id") WHERE "state" <> 'done';
CREATE INDEX "enquiry_inbox" ON "enquiry" ("sort_at", "id", "owner") WHERE "state" NOT IN ('done',
    'waiting_citizen', 'waiting_office', 'snoozed');
CREATE INDEX "enquiry_counts" ON "enquiry" ("state", "owner", "account_id") WHERE "state" <> 'done';
CREATE INDEX "enquiry_by_state" ON "enquiry" ("state", "sort_at", "id");
CREATE INDEX "enquiry_by_owner" ON "enquiry" ("owner", "sort_at", "id") WHERE "owner" IS NOT NULL AND "state" <>
    'done';
CREATE UNIQUE INDEX "entry_account_id_platform_id" ON "entry" ("account_id", "platform_id") WHERE "platform_id" IS
    NOT NULL;
CREATE INDEX "enquiry_by_account" ON "enquiry" ("channel", "account_id", "sort_at", "id") WHERE "state" <> 'done';
CREATE INDEX "enquiry_all" ON "enquiry" ("sort_at", "id");
CREATE INDEX "enquiry_by_thread" ON "enquiry" ("thread_id", "opened_at");
CREATE INDEX "enquiry_by_person" ON "enquiry" ("person_id", "opened_at");
CREATE INDEX "enquiry_snoozed" ON "enquiry" ("snoozed_until") WHERE "state" = 'snoozed';
CREATE UNIQUE INDEX "enquiry_one_open" ON "enquiry" ("thread_id") WHERE "state" <> 'done';
CREATE INDEX "outbox_by_state" ON "outbox" ("state", "not_before");
CREATE INDEX "outbox_by_thread" ON "outbox" ("thread_id");
CREATE UNIQUE INDEX "outbox_one_unsettled" ON "outbox" ("thread_id") WHERE "state" IN ('sending', 'uncertain') AND
    "thread_id" IS NOT NULL;
CREATE INDEX "attachment_pending" ON "attachment" ("entry_id") WHERE "state" = 'pending';
CREATE UNIQUE INDEX "account_name" ON "account" ("name") WHERE "removed" = 0
"""

SEARCH_SQLITE = """
CREATE VIRTUAL TABLE entry_words USING fts5(words, content='', contentless_delete=1, tokenize='ascii', prefix='2 3');
CREATE VIRTUAL TABLE person_words USING fts5(words, content='', contentless_delete=1, tokenize='ascii', prefix='2 3');
INSERT INTO entry_words (entry_words, rank) VALUES ('automerge', 16);
INSERT INTO entry_words (entry_words, rank) VALUES ('crisismerge', 64)
"""
# The words come folded and apart, so the tokenizer need only split at blanks (ascii takes all else as letters).
# Fewer, larger merges halve what indexing costs (docs/performance.md); the second number must stay well above the
# first, or one commit in thousands merges a whole level at once and takes seconds.

SEARCH_POSTGRES = """
CREATE TABLE entry_words (rowid BIGINT PRIMARY KEY, words TSVECTOR NOT NULL);
CREATE INDEX entry_words_gin ON entry_words USING gin (words);
CREATE TABLE person_words (rowid BIGINT PRIMARY KEY, words TSVECTOR NOT NULL);
CREATE INDEX person_words_gin ON person_words USING gin (words)
"""


def up(_migrator: Any, db: Database) -> None:
    """Create everything."""
    postgres = isinstance(db, PostgresqlDatabase)
    schema = SCHEMA.replace(" BLOB ", " BYTEA ") if postgres else SCHEMA
    for script in (schema, SEARCH_POSTGRES if postgres else SEARCH_SQLITE):
        for statement in script.split(";\n"):
            db.execute_sql(statement)
