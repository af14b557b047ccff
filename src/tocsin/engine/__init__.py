"""The asyncio side: polls, decides, persists, delivers. One thread, one writer, no Qt."""
