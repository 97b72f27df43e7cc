"""Bytes of a site file to text: UTF-8 with or without BOM, any line ends; says what else it is.

Pure; any thread.
"""

from __future__ import annotations

import codecs

from config.problems import FileProblems

_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_text(content: bytes, problems: FileProblems) -> str | None:
    """The text with `\\n` line ends, or None with the mistake told to `problems`."""
    if content.startswith(_UTF16_MARKS):
        problems.error("UTF-16 text", "UTF-8 (save the file again as UTF-8)", line=1)
        return None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problems.error(_encoding_guess(content, error), "UTF-8 text", line=line)
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _encoding_guess(content: bytes, error: UnicodeDecodeError) -> str:
    found = f"byte 0x{content[error.start]:02x}"
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return f"{found} that is not UTF-8"
    return f"{found}: the file looks like GBK/GB18030 (save it again as UTF-8)"


def text_of(value: object) -> str:
    """A value as a cell of a CSV register: empty for None, `true`/`false` for flags."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
