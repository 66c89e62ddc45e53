"""Indexes that peewee's own declarations cannot say: partial, unique where it counts, ordered as the queue is."""

from __future__ import annotations

INDEXES = (
    'CREATE INDEX "enquiry_queue" ON "enquiry" ("sort_at", "id") WHERE "state" <> \'done\'',
    (
        'CREATE INDEX "enquiry_inbox" ON "enquiry" ("sort_at", "id", "owner")'
        " WHERE \"state\" NOT IN ('done', 'waiting_citizen', 'waiting_office', 'snoozed')"
    ),
    'CREATE INDEX "enquiry_counts" ON "enquiry" ("state", "owner", "account_id") WHERE "state" <> \'done\'',
    'CREATE INDEX "enquiry_by_state" ON "enquiry" ("state", "sort_at", "id")',
    (
        'CREATE INDEX "enquiry_by_owner" ON "enquiry" ("owner", "sort_at", "id")'
        ' WHERE "owner" IS NOT NULL AND "state" <> \'done\''
    ),
    (
        'CREATE UNIQUE INDEX "entry_account_id_platform_id" ON "entry" ("account_id", "platform_id")'
        ' WHERE "platform_id" IS NOT NULL'
    ),
    'CREATE INDEX "entry_account_id_place" ON "entry" ("account_id", "place") WHERE "account_id" IS NOT NULL',
    (
        'CREATE INDEX "enquiry_by_account" ON "enquiry" ("channel", "account_id", "sort_at", "id")'
        " WHERE \"state\" <> 'done'"
    ),
    'CREATE INDEX "enquiry_all" ON "enquiry" ("sort_at", "id")',
    'CREATE INDEX "enquiry_by_thread" ON "enquiry" ("thread_id", "opened_at")',
    'CREATE INDEX "enquiry_by_person" ON "enquiry" ("person_id", "opened_at")',
    'CREATE INDEX "enquiry_snoozed" ON "enquiry" ("snoozed_until") WHERE "state" = \'snoozed\'',
    'CREATE UNIQUE INDEX "enquiry_one_open" ON "enquiry" ("thread_id") WHERE "state" <> \'done\'',
    'CREATE INDEX "outbox_by_state" ON "outbox" ("state", "not_before")',
    'CREATE INDEX "outbox_by_thread" ON "outbox" ("thread_id")',
    (
        'CREATE UNIQUE INDEX "outbox_one_unsettled" ON "outbox" ("thread_id")'
        " WHERE \"state\" IN ('sending', 'uncertain') AND \"thread_id\" IS NOT NULL"
    ),
    'CREATE INDEX "attachment_pending" ON "attachment" ("entry_id") WHERE "state" = \'pending\'',
    'CREATE UNIQUE INDEX "account_name" ON "account" ("name") WHERE "removed" = 0',
)
