"""The world: HTTP, SQLite, keyring, settings file, instance lock and socket, log."""
