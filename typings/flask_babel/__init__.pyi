"""What Lotsa uses of flask-babel 4, which says no types of its own (python-babel/flask-babel, MIT)."""

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from babel import Locale
from babel.support import NullTranslations, Translations
from flask import Flask
from flask_babel.speaklater import LazyString as LazyString

class Domain:
    def __init__(self, translation_directories: list[str] | None = None, domain: str = "messages") -> None: ...
    def get_translations(self) -> Translations | NullTranslations: ...

class Babel:
    def __init__(
        self,
        app: Flask | None = None,
        *,
        default_locale: str = "en",
        default_timezone: str = "UTC",
        default_translation_directories: str = "translations",
        default_domain: str | Domain = "messages",
        locale_selector: Callable[[], str | None] | None = None,
    ) -> None: ...

def get_locale() -> Locale | None: ...
def gettext(string: str, /, **variables: Any) -> str: ...
def ngettext(singular: str, plural: str, num: int, /, **variables: Any) -> str: ...
def lazy_gettext(string: str, /, **variables: Any) -> LazyString: ...
def format_date(date: date | None = None, format: str | None = None, rebase: bool = True) -> str: ...
def format_time(time: datetime | time | None = None, format: str | None = None, rebase: bool = True) -> str: ...
def format_datetime(datetime: datetime | None = None, format: str | None = None, rebase: bool = True) -> str: ...
