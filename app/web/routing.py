"""The rules of addresses: how one is put together is compiled when the first one is asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from werkzeug.routing import Rule


class LaterRule(Rule):
    """With hundreds of rules, compiling all of them beforehand is most of what an application needs to start."""

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled = cache(super()._compile_builder)
        return lambda rule, /, **values: compiled(append_unknown)(rule, **values)
