"""All network: platforms and mail servers. Writes into the store, is called by `app` and `cli`, knows no window."""
