"""Names for the ids that travel through the program.

All ids are opaque strings. Ids of platforms are never numbers: X ids exceed 2^53 and Meta ids hold letters
(contract dossier, section 0.1). Ids of our own are UUIDv7, made on the station, so that a command can be repeated
safely.
"""

from __future__ import annotations

from typing import NewType

AccountId = NewType("AccountId", str)
AttachmentId = NewType("AttachmentId", str)
EnquiryId = NewType("EnquiryId", str)
EntryId = NewType("EntryId", str)
ForwardingId = NewType("ForwardingId", str)
OfficeId = NewType("OfficeId", str)
OutboxId = NewType("OutboxId", str)
PersonId = NewType("PersonId", str)
ThreadId = NewType("ThreadId", str)

Operator = NewType("Operator", str)
"""Who acts: the OS user of an embedded workspace, the database login of a shared one."""

PlatformId = NewType("PlatformId", str)
"""An id that a platform gave: a message, a conversation or a person there."""
