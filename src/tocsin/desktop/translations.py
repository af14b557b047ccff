"""Qt's own words, on the buttons of its dialogs, in the language of ours."""

from PySide6.QtCore import QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

_NAME = "tocsin-qtbase"


def speak(application: QApplication, language: str) -> None:
    """Load ``qtbase_<language>.qm`` in place of the one before. Qt is English by itself, and where it has none."""
    for old in application.findChildren(QTranslator, _NAME):
        application.removeTranslator(old)
        old.deleteLater()
    translator = QTranslator(application)
    translator.setObjectName(_NAME)
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(QLocale(language), "qtbase", "_", folder):
        application.installTranslator(translator)
    else:
        translator.deleteLater()
