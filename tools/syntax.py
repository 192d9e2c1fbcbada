"""Source code as a tree, for what is made of the code and for the checks that read it."""

from __future__ import annotations

import ast
import gc


def tree_of(source: str) -> ast.Module:
    """The syntax tree of some source code; ``SyntaxError`` if it is none.

    No rubbish is collected meanwhile. Before 3.11.8 and 3.12.2 Python counts how deep it is in a tree for the whole
    process (https://github.com/python/cpython/issues/106905): when the collector wakes in the middle, and something of
    it, or another thread that gets its turn, shows a traceback, that counts too, and ``ast.parse`` ends in
    ``SystemError: AST constructor recursion depth mismatch``.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(source)
    finally:
        if collects:
            gc.enable()
