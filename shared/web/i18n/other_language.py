"""What stands on a page in another language than the page's: what people, units and organisations wrote.

WCAG 2.2, 3.1.2 asks that it says which, so that it is read aloud in its own sounds. Nobody notes in which language they
write, so what somebody wrote is taken to be in the installation's own language, Swedish (decision 34). Names of people
are in no language that anybody knows, and are let be.
"""

from __future__ import annotations

from typing import Any

from markupsafe import Markup, escape

from shared.web.i18n.negotiation import default, speaking

_SPAN = Markup('<span lang="{}">{}</span>')


class Written(str):
    """A text in a language of its own: marked as such where a page shows it, and the bare text everywhere else.

    ``lang``: BCP 47. Not for attributes and titles, in which nothing can be marked; a macro that writes an option gives
    the option the ``lang``.
    """

    __slots__ = ("lang",)
    lang: str

    def __new__(cls, text: str, lang: str) -> Written:
        """Raises nothing."""
        made = super().__new__(cls, text)
        made.lang = lang
        return made

    def __html__(self) -> Markup:
        """As it stands on a page."""
        return _SPAN.format(self.lang, self.text)

    @property
    def text(self) -> str:
        """Nothing but the text."""
        return str.__str__(self)


def with_lang(text: Any, lang: str | None = None) -> Any:
    """What somebody wrote, with its language where the page has another; what is empty or no text stays as it is.

    ``lang``: BCP 47, where it is known; else the installation's own language is meant.
    """
    tag = lang or default().tag
    if not isinstance(text, str) or not text or isinstance(text, Written) or tag == speaking().tag:
        return text
    return _SPAN.format(tag, text) if isinstance(text, Markup) else Written(text, tag)


def put_into(message: str, **values: Any) -> Markup:
    """A translated message with what somebody wrote in it: ``put_into(_("To %(unit)s"), unit=with_lang(name))``.

    For a page alone: the message and whatever is put into it are escaped.
    """
    return escape(message) % values


def joined(separator: str, texts: Any) -> Markup:
    """Several texts in a line, each as it is to be shown: those that say their language keep saying it."""
    return escape(separator).join(texts)
