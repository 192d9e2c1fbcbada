"""What is said of a mistake, in the reader's language: each sentence is a key of the catalogue, or a ``Filled`` one.

They are translated one by one, at the door, and only then put together: two sentences in one are in no catalogue.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask_babel import gettext as _

from shared.web.schema.words import MISSING, Filled


def sentence(message: str) -> str:
    """One validation message in the reader's language."""
    return str(_(message.key, **message.values) if isinstance(message, Filled) else _(message))


def sentences(said: object) -> tuple[str, ...]:
    """What is said of one field, message by message in the reader's language, each once.

    ``said`` is one message or several. Where something is missing, what else was found wrong with the nothing that is
    there is left out: it would tell of rules to somebody who has not begun.
    """
    each = dict.fromkeys(map(sentence, _texts(said)))
    missing = str(_(MISSING))
    return (missing,) if missing in each else tuple(each)


def messages(errors: object) -> dict[str, str]:
    """Marshmallow's ``ValidationError.messages`` (or a Refusal's ``fields``) as field name → sentences, for the macros.

    Nested fields get dotted names: ``{"carer": {"name": [...]}}`` and ``{"/carer/name": ...}`` become ``carer.name``.
    What is wrong with one value of a list is said of the list, which is what a page has a field for. A field of which
    several things are true has them one after the other, each translated by itself and said once.
    """
    found: dict[str, list[str]] = {}
    for where, said in _flat(errors, ""):
        steps = [step for step in where.split("/") if step and not step.isdecimal()]
        found.setdefault(".".join(steps), []).extend(_texts(said))
    return {name: " ".join(sentences(said)) for name, said in found.items()}


def _flat(errors: object, prefix: str) -> Iterator[tuple[str, object]]:
    if isinstance(errors, Mapping):
        for name, inner in errors.items():
            yield from _flat(inner, prefix if name == "_schema" else f"{prefix}/{str(name).lstrip('/')}")
    else:
        yield prefix, errors


def _texts(said: object) -> list[str]:
    # as they are: made into another text, one would lose its values
    each = said if isinstance(said, list | tuple) else [said]
    return [text if isinstance(text, str) else str(text) for text in each]
