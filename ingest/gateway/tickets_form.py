"""The body of a service request: a form, a form with a picture (multipart), or a JSON object."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import msgspec
from aiohttp import BodyPartReader, web

#: A picture with a request, and one text field of a form with a picture.
MEDIA_MOST = 8 << 20
TEXT_MOST = 16 << 10
FIELDS_MOST = 100


class FormInvalid(ValueError):
    """A body that cannot be taken; the text says why."""


async def form_of(request: web.Request) -> tuple[dict[str, str], bytes | None]:
    """Fields and the picture named `media`, if any. Raises FormInvalid, ValueError."""
    if request.content_type == "multipart/form-data":
        return await _parts_of(request)
    body = await request.read()
    if body.lstrip()[:1] != b"{":
        return dict(parse_qsl(body.decode(), max_num_fields=FIELDS_MOST)), None
    decoded: dict[str, Any] = msgspec.json.decode(body, type=dict[str, Any])
    return {key: str(value) for key, value in decoded.items() if value is not None}, None


async def _parts_of(request: web.Request) -> tuple[dict[str, str], bytes | None]:
    fields: dict[str, str] = {}
    media: bytes | None = None
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader) or part.name is None:
            raise FormInvalid("a part without a name")
        if len(fields) >= FIELDS_MOST:
            raise FormInvalid(f"more than {FIELDS_MOST} fields")
        if part.name == "media":
            media = await _bounded(part, MEDIA_MOST)
            if not media.startswith((b"\xff\xd8\xff", b"\x89PNG")):
                raise FormInvalid("media must be a JPEG or PNG picture")
        else:
            fields[part.name] = (await _bounded(part, TEXT_MOST)).decode()
    return fields, media


async def _bounded(part: BodyPartReader, most: int) -> bytes:
    found = bytearray()
    while chunk := await part.read_chunk(64 << 10):
        found += chunk
        if len(found) > most:
            raise FormInvalid(f"{part.name} is longer than {most >> 10} KiB")
    return bytes(found)
