"""Translators: installs the chosen language's texts, at start and while running.

Texts are English in the source; `resources/i18n/gridwall_<language>.qm` holds the others.
Threads: GUI thread only.
"""

from __future__ import annotations

import logging
from importlib import resources

from PySide6.QtCore import QCoreApplication, QTranslator

from config.site import Language

_log = logging.getLogger(__name__)


class Translators:
    """The translator of the language in use; `use` sends LanguageChange to every window."""

    def __init__(self, application: QCoreApplication) -> None:
        self._application = application
        self._translator: QTranslator | None = None
        self.language = Language.ENGLISH

    def use(self, language: Language) -> None:
        """Switches every text; English needs no file."""
        former = self._translator
        self._translator = None
        self.language = language
        if language is not Language.ENGLISH:
            fresh = QTranslator()
            file = resources.files("resources").joinpath(f"i18n/gridwall_{language.value}.qm")
            if fresh.load(str(file)):
                self._translator = fresh
                self._application.installTranslator(fresh)
            else:
                _log.error(
                    "the texts of %s are missing (%s): showing English", language.value, file
                )
        if former is not None:
            self._application.removeTranslator(former)

    def toggle(self) -> Language:
        """The other of the two languages; returns it."""
        chinese = self.language is Language.CHINESE
        self.use(Language.ENGLISH if chinese else Language.CHINESE)
        return self.language
