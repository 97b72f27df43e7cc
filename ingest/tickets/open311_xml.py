"""GeoReport v2 answers as XML: lists of flat records under the element names the standard gives. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring


def xml_of(root: str, item: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    """`<root><item><key>value</key>…</item>…</root>`; None is an empty element."""
    top = Element(root)
    for row in rows:
        _fill(SubElement(top, item), row)
    found: bytes = tostring(top, encoding="utf-8", xml_declaration=True)
    return found


def xml_record(root: str, row: Mapping[str, Any]) -> bytes:
    """One record as the document itself."""
    top = Element(root)
    _fill(top, row)
    found: bytes = tostring(top, encoding="utf-8", xml_declaration=True)
    return found


def _fill(element: Element, row: Mapping[str, Any]) -> None:
    for key, value in row.items():
        child = SubElement(element, key)
        if isinstance(value, list):
            for each in value:
                part = SubElement(child, key.removesuffix("s"))
                if isinstance(each, Mapping):
                    _fill(part, each)
                else:
                    part.text = _clean(str(each))
        elif isinstance(value, bool):
            child.text = "true" if value else "false"
        elif value is not None:
            child.text = _clean(str(value))


def _clean(text: str) -> str:
    """Without the characters XML 1.0 cannot hold (§2.2)."""
    return "".join(c for c in text if c in "\t\n\r" or " " <= c <= "\ud7ff" or c >= "\ue000")
