"""The only importer of PySide6: bridge, tray, window."""
