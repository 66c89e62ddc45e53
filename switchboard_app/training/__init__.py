"""Training mode: simulated platforms that speak the real interfaces, and invented citizens who write and call.

Nothing here can leave the process: the real connectors reach these platforms through httpx's ASGI transport.
"""
