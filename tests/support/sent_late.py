"""A form that is sent when its sender has been signed out for being idle, and sent on when they are back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import Flask, request, request_started
from flask.testing import FlaskClient

from tests.support.page_forms import form_of
from tests.support.sessions import changed, seen_earlier

TOKEN = "csrf_token"
LATE = timedelta(minutes=31)


@dataclass(frozen=True)
class Late:
    """A form that came too late.

    ``got``: what its own view was given once its sender was ``back``; ``answer``: that view's own.
    """

    back: FlaskClient
    got: Mapping[str, list[str]]
    answer: Any


def idle(client: FlaskClient) -> None:
    """Half an hour and a minute go by without a click."""
    changed(client, lambda state: seen_earlier(state, LATE))


def sent_late(
    app: Flask, client: FlaskClient, address: str, sent: Mapping[str, list[str]], again: Callable[[], FlaskClient]
) -> Late:
    """Send a filled-in form too late, sign in anew by ``again``, go where it waits, and send it from there."""
    idle(client)
    refused = client.post(address, data=sent)
    assert refused.status_code == 303, f"{address} is not kept: {refused.status_code}"
    place = refused.headers["Location"]
    assert "/held-form/" in place, place
    here = client.get(place)
    assert here.status_code == 403
    assert f'href="/directory/login?next={place}"' in here.text
    back = again()
    waiting = back.get(place)
    assert waiting.status_code == 200, waiting.text
    assert 'aria-current="page"' not in waiting.text, "where it waits is no page of a list's"
    form = form_of(waiting.text, place)
    got: list[dict[str, list[str]]] = []

    def note(*_: object, **__: object) -> None:
        if request.path == address:
            got.append({name: request.form.getlist(name) for name in request.form if name != TOKEN})

    with request_started.connected_to(note, app):
        answer = back.post(place, data=form.typed(do="send"))
    assert len(got) == 1, f"{address} was asked {len(got)} times"
    if answer.status_code < 400:
        # of two clicks the second one's answer is the one that a browser shows
        twice = back.post(place, data=form.typed(do="send"))
        assert twice.status_code == answer.status_code, f"{address}: a second click is answered {twice.status_code}"
        assert (twice.mimetype, twice.location) == (answer.mimetype, answer.location), address
    return Late(back, got[0], answer)


def said_afterwards(back: FlaskClient, answer: Any) -> list[str]:
    """What the page that a form's answer leads to says at its top of what has become of it."""
    shown = back.get(answer.headers["Location"].partition("#")[0], follow_redirects=True)
    assert shown.status_code == 200, shown.status_code
    return re.findall(r'role="status"><p class="ds-paragraph">(.+?)</p>', shown.text)


def typed_in(sent: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What is to come through: everything but the token."""
    return {name: values for name, values in sent.items() if name != TOKEN and values}
