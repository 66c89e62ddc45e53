"""E-mail as a channel: a mailbox of the office, read by IMAP and answered by SMTP."""

from switchboard_app.sync.email.connector import EmailConnector

__all__ = ["EmailConnector"]
