"""Tocsin: the alarm bell for an internet connection, in the system tray."""

__version__ = "0.1.0"
APP_ID = "app.tocsin.Tocsin"
