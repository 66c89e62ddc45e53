"""The Graph API as pages speak it, for the connectors that reach people through a page: Facebook and Instagram.

Both read conversations and send messages with the same calls (contract dossier, sections 2 and 4); what differs is the
connector's. Refuses to be a connector. Called by `sync.facebook` and `sync.instagram`.
"""
