"""Channels without Qt: ways to tell the user that need no window."""
