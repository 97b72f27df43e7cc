"""The loop filter switched off in the bitstream is what a decoder makes of being told to skip it."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.cameras.h264_slices import (
    BitReader,
    NotUnderstood,
    escaped,
    is_idr,
    read_pps,
    read_sps,
    unescaped,
    unit_spans,
)
from ingest.cameras.slice_editor import SliceEditor
from tests.ingest.cameras.h264_clips import decoded, encoded

START = b"\x00\x00\x00\x01"

KINDS = {
    "main": ("", "main"),
    "baseline": ("", "baseline"),
    "high, 8x8": ("8x8dct=1", "high"),
    "scaling matrices": ("cqm=jvt", "high"),
    "offsets": ("deblock=2,-1", "main"),
    "negative offsets": ("deblock=-3,-3", "high"),
    "slices": ("slices=3", "main"),
    "references and weights": ("ref=4:weightp=2", "main"),
    "no cabac, slices": ("cabac=0:slices=2", "main"),
    "short start codes and delimiters": ("aud=1", "main"),
}


def without_filter(packets: list[tuple[bytes, bool]]) -> list[bytes]:
    editor = SliceEditor(b"")
    return [editor.without_filter(data)[0] for data, _ in packets]


@pytest.mark.parametrize("kind", KINDS)
def test_the_rewritten_stream_decodes_as_the_whole_one_with_the_filter_skipped(kind: str) -> None:
    rules, profile = KINDS[kind]
    packets = encoded(rules, profile=profile)
    whole = [data for data, _ in packets]
    changed = without_filter(packets)
    expected = decoded(whole, without_filter=True)
    assert len(expected) == len(packets)
    assert decoded(changed) == expected
    assert decoded(whole) != expected  # the filter does something here


@pytest.mark.parametrize("kind", KINDS)
def test_a_header_like_the_last_one_is_changed_as_one_that_is_read_in_full(kind: str) -> None:
    rules, profile = KINDS[kind]
    packets = encoded(rules, profile=profile, count=24)
    sets = packets[0][0]
    quick = without_filter(packets)
    for (data, _), changed in zip(packets, quick, strict=True):
        editor = SliceEditor(sets)
        assert editor.without_filter(data)[0] == changed
        assert SliceEditor(sets).qp(data) == editor.qp(data)


def test_the_quantiser_of_each_picture_is_read() -> None:
    packets = encoded(qp=31, rules="ipratio=1.0")
    editor = SliceEditor(b"")
    assert {editor.qp(data) for data, _ in packets} == {31}


def test_pictures_that_have_no_filter_come_back_as_they_were() -> None:
    packets = encoded("no-deblock=1")
    assert without_filter(packets) == [data for data, _ in packets]


@pytest.mark.parametrize(
    ("rules", "profile"),
    [
        ("bframes=2:b-adapt=0", "main"),  # pictures out of order
        ("cabac=0:deblock=2,-1", "main"),  # every bit of the picture would move
        ("tff=1", "main"),  # interlaced
    ],
)
def test_what_is_not_understood_is_refused(rules: str, profile: str) -> None:
    packets = encoded(rules, profile=profile)
    with pytest.raises(NotUnderstood):
        without_filter(packets)


def test_a_slice_of_a_set_nobody_told_is_refused() -> None:
    packets = encoded()
    with pytest.raises(NotUnderstood):
        SliceEditor(b"").without_filter(packets[1][0])


def test_a_new_set_in_the_stream_counts_from_there_on() -> None:
    editor = SliceEditor(b"")
    for rules, profile in (("", "main"), ("", "baseline"), ("deblock=1,1", "high")):
        packets = encoded(rules, profile=profile, count=12)
        whole = [data for data, _ in packets]
        try:
            changed = [editor.without_filter(data)[0] for data in whole]
        except NotUnderstood:
            pytest.fail(f"{profile} {rules}")
        assert decoded(changed) == decoded(whole, without_filter=True)


def test_key_frames_are_told_from_the_others() -> None:
    packets = encoded(group=10)
    assert [is_idr(data) for data, _ in packets] == [is_key for _, is_key in packets]


# -- bytes


def escaped_slowly(data: bytes) -> bytes:
    out = bytearray()
    zeros = 0
    for byte in data:
        if zeros >= 2 and byte <= 3:
            out.append(3)
            zeros = 0
        out.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(out)


@settings(deadline=None)
@given(st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 4, 255]), max_size=60).map(bytes))
def test_escapes_are_the_standards_and_go_away_again(data: bytes) -> None:
    assert escaped(data) == escaped_slowly(data)
    assert unescaped(escaped(data)) == data


class BitWriter:
    """Builds sets and headers bit by bit."""

    def __init__(self) -> None:
        self.text = ""

    def bits(self, value: int, count: int) -> BitWriter:
        self.text += f"{value:0{count}b}"
        return self

    def unsigned(self, *values: int) -> BitWriter:
        for value in values:
            code = f"{value + 1:b}"
            self.text += "0" * (len(code) - 1) + code
        return self

    def data(self, fill: str = "1") -> bytes:
        text = self.text + fill * (-len(self.text) % 8)
        return int(text, 2).to_bytes(len(text) // 8, "big")


def set_bytes(*, is_cabac: bool = True) -> bytes:
    """Sets whose pictures have numbers of 16 bits."""
    sps = BitWriter().bits(77, 8).bits(0x0028, 16).unsigned(0, 12, 0, 12, 1).bits(0, 1)
    sps.unsigned(21, 17).bits(1, 1).bits(0, 3)
    pps = BitWriter().unsigned(0, 0).bits(int(is_cabac), 1).bits(0, 1).unsigned(0, 0, 0)
    pps.bits(0, 3).unsigned(0, 0, 0).bits(1, 1).bits(0, 2)
    return START + b"\x67" + escaped(sps.data("0")) + START + b"\x68" + escaped(pps.data("0"))


def header_bits(number: int, order: int, offsets: tuple[int, int]) -> str:
    """A P slice's header up to its filter, and the filter with its offsets (as se codes)."""
    writer = BitWriter().unsigned(0, 5, 0).bits(number, 16).bits(order, 16).bits(0, 1).bits(0, 1)
    writer.bits(0, 1)  # no marking
    writer.unsigned(0).unsigned(3)  # cabac_init_idc, slice_qp_delta +2
    return writer.text + "|" + BitWriter().unsigned(0, *offsets).text


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([0, 0, 1, 3, 256, 0x0300, 65535]),
    st.sampled_from([0, 0, 2, 0x0003, 0x0101, 65534]),
    st.tuples(st.integers(0, 12), st.integers(0, 12)),
    st.lists(st.sampled_from([0, 0, 1, 3, 77, 255]), max_size=90).map(bytes),
)
def test_all_but_the_filter_stays_whatever_has_to_be_escaped(
    number: int, order: int, offsets: tuple[int, int], payload: bytes
) -> None:
    payload += b"\x80"
    before, switch = header_bits(number, order, offsets).split("|")
    old, new = BitWriter(), BitWriter()
    old.text, new.text = before + switch, before + "010"
    unit = START + b"\x41" + escaped(old.data() + payload)
    expected = START + b"\x41" + escaped(new.data() + payload)
    changed, qp = SliceEditor(set_bytes()).without_filter(unit)
    assert changed == expected
    assert qp == 28


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_damaged_pictures_are_refused_or_changed_but_never_break_anything(
    data: st.DataObject,
) -> None:
    packets = PACKETS
    unit = bytearray(packets[data.draw(st.sampled_from([0, 1, 2, 7]))][0])
    for _ in range(data.draw(st.integers(1, 6))):
        unit[data.draw(st.integers(0, min(len(unit), 90) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(unit[: data.draw(st.integers(0, len(unit)))])
    editor = SliceEditor(packets[0][0])
    with contextlib.suppress(NotUnderstood):
        changed, qp = editor.without_filter(cut)
        assert abs(len(changed) - len(cut)) <= 40
        assert 0 <= qp <= 51
    with contextlib.suppress(NotUnderstood):
        editor.qp(cut)


@settings(deadline=None)
@given(st.binary(max_size=40))
def test_hostile_sets_are_refused_or_read(data: bytes) -> None:
    for read in (read_sps, read_pps):
        with contextlib.suppress(NotUnderstood):
            read(b"\x67" + data)
    editor = SliceEditor(START + b"\x67" + data + START + b"\x68" + data)
    with contextlib.suppress(NotUnderstood):
        editor.qp(PACKETS[1][0])


@settings(deadline=None)
@given(st.lists(st.sampled_from([0, 0, 1, 9, 0x65]), max_size=50).map(bytes))
def test_units_lie_within_the_data_and_hold_no_start_code(data: bytes) -> None:
    end_before = 0
    for start, end in unit_spans(data):
        assert end_before < start < end <= len(data)
        assert b"\x00\x00\x01" not in data[start:end]
        end_before = end


def test_a_reader_at_its_end_says_so() -> None:
    with pytest.raises(NotUnderstood):
        BitReader(b"\x01").bits(9)
    with pytest.raises(NotUnderstood):
        BitReader(b"\x00\x00").unsigned()
    with pytest.raises(NotUnderstood):
        BitReader(b"\x01").unsigned()


PACKETS = encoded(count=10)
