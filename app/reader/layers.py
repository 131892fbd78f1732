"""The layers of a PDF that its pages show or hide: without them what was hidden would be seen in a copy."""

from __future__ import annotations

import pikepdf
from pikepdf import Array, Dictionary, Name


def keep_layers(result: pikepdf.Pdf, source: pikepdf.Pdf) -> None:
    """Let each layer of `source` be as visible in `result` as it is there."""
    said = source.Root.get("/OCProperties")
    if not isinstance(said, Dictionary) or not isinstance(said.get("/OCGs"), Array):
        return
    hidden = {layer.objgen for layer in _hidden(said)}
    if "/OCProperties" not in result.Root:
        result.Root.OCProperties = Dictionary(OCGs=Array(), D=Dictionary(OFF=Array()))
    ours = result.Root.OCProperties
    for layer in said.OCGs:
        if isinstance(layer, Dictionary) and layer.is_indirect:
            copy = result.copy_foreign(layer)
            ours.OCGs.append(copy)
            if layer.objgen in hidden:
                ours.D.OFF.append(copy)


def _hidden(said: Dictionary) -> list[pikepdf.Object]:
    """The layers that are not shown when the file is opened."""
    usual = said.get("/D", Dictionary())
    if usual.get("/BaseState") == Name.OFF:
        shown = {layer.objgen for layer in usual.get("/ON", Array())}
        return [layer for layer in said.OCGs if layer.objgen not in shown]
    return list(usual.get("/OFF", Array()))
