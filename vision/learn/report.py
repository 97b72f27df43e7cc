"""The HTML report of an evaluation: one file that needs nothing else, pictures embedded.

Decides how figures are shown, never what they are. Opened from a disk or a mail, printed in light
or read in dark. All text from outside (file names, class names) is escaped.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from vision.learn.clip_outcomes import ClipOutcome, Verdict
from vision.learn.evaluate import ClassScore
from vision.learn.evaluate_clips import KindScore
from vision.learn.evaluate_quiet import BurnScore
from vision.learn.mistakes import NOTHING, Example, Mistakes, PictureScore

_STYLE = """
:root { color-scheme: light dark; --line: #8885; --soft: #8882; --dim: #888; --bar: #3b82c4; }
body { font: 15px/1.5 "Noto Sans CJK SC", "Microsoft YaHei", system-ui, sans-serif; margin: 2rem auto;
  max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .4rem; }
p { margin: .3rem 0; } .dim { color: var(--dim); } .scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .6rem 0; }
th, td { padding: .25rem .8rem; text-align: right; border-bottom: 1px solid var(--line);
  font-variant-numeric: tabular-nums; white-space: nowrap; }
th { font-weight: 600; vertical-align: bottom; } th:first-child, td:first-child { text-align: left; }
td.on { background: var(--soft); font-weight: 600; }
.bar { display: inline-block; height: .6em; background: var(--bar); margin-right: .5em; }
.shots { display: grid; grid-template-columns: repeat(6, 1fr); gap: .8rem; min-width: 50rem; margin: .5rem 0 1rem; }
figure { margin: 0; } figure img { width: 100%; display: block; }
figcaption { font-size: .8rem; overflow-wrap: anywhere; color: var(--dim); }
h3 { font-size: 1rem; margin: 1rem 0 0; font-weight: 600; }
"""


@dataclass(frozen=True, slots=True)
class Heading:
    """What was measured: model stamp, material, and anything else worth a line."""

    title: str
    model: str
    material: str
    note: str = ""


def images_report(heading: Heading, scores: Mapping[str, ClassScore], mistakes: Mistakes) -> str:
    """The report of `gridwall eval images`."""
    parts = [
        _section("Boxes", "A box counts when it covers its label with IoU 0.5 or more. Precision and "
                 "recall at the operating point.", _box_table(scores)),
        _section("Pictures", "Was the picture reported at all? Located: a box has its centre in a "
                 "label, however loose the label is. Classes this set does not label are left out; "
                 "smoke and fire always count.", _picture_table(mistakes.scores())),
        _section("Who is taken for whom", "Rows: what is labelled. Columns: what was found at the "
                 f"operating point. {NOTHING}: nothing.", _confusion_table(mistakes)),
        _section("Worst mistakes", "Green: the label. Red: what was found. The surest false boxes and "
                 "the largest missed labels first.", _example_groups(mistakes)),
    ]  # fmt: skip
    return _page(heading, parts)


def clips_report(
    heading: Heading, scores: Mapping[str, KindScore], outcomes: Sequence[ClipOutcome]
) -> str:
    """The report of `gridwall eval clips`."""
    parts = [
        _section("Events", "False alarms per camera-hour with the interval that the count is "
                 "compatible with at 95 %: no false alarm in little time proves little.",
                 _kind_table(scores)),
        _section("Each event", "", _event_table(outcomes)),
        _section("False alarms", "The picture at the moment the alert was raised.",
                 _outcome_shots(outcomes, Verdict.FALSE)),
        _section("Missed events", "The picture in the middle of the event.",
                 _outcome_shots(outcomes, Verdict.MISS)),
    ]  # fmt: skip
    return _page(heading, parts)


def quiet_report(
    heading: Heading,
    tables: Mapping[str, Mapping[str, BurnScore]],
    outcomes: Sequence[ClipOutcome],
) -> str:
    """The report of `gridwall eval quiet`: one table per grouping, then the mistakes."""
    parts = [
        _section(title[:1].upper() + title[1:], "", _burn_table(rows))
        for title, rows in tables.items()
    ]
    parts += [
        _section("False alarms", "The picture at the moment the alert was raised.",
                 _outcome_shots(outcomes, Verdict.FALSE)),
        _section("Missed events", "The picture in the middle of the event.",
                 _outcome_shots(outcomes, Verdict.MISS)),
    ]  # fmt: skip
    return _page(heading, parts)


def _burn_table(scores: Mapping[str, BurnScore]) -> str:
    head = ("Kind", "Events", "Found", "Recall", "95 % interval", "False", "Hours",
            "False per camera-hour", "95 % interval", "Repeated")  # fmt: skip
    rows = [
        (html.escape(name), str(row.events), str(row.found), _number(row.recall),
         f"{_number(row.recall_low)} to {_number(row.recall_high)}", str(row.false), f"{row.hours:.3f}",
         _number(row.false_per_camera_hour),
         f"{row.false_per_camera_hour_low:.2f} to {row.false_per_camera_hour_high:.2f}",
         str(row.repeated))
        for name, row in scores.items()
    ]  # fmt: skip
    return _table(head, rows)


def _page(heading: Heading, parts: Iterable[str]) -> str:
    lines = [
        "<!doctype html>", '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{html.escape(heading.title)}</title>", f"<style>{_STYLE}</style></head><body>",
        f"<h1>{html.escape(heading.title)}</h1>",
        f'<p class="dim">{html.escape(heading.model)} · {html.escape(heading.material)}</p>',
        f"<p>{html.escape(heading.note)}</p>" if heading.note else "",
        *parts, "</body></html>", "",
    ]  # fmt: skip
    return "\n".join(lines)


def _section(title: str, text: str, body: str) -> str:
    dim = f'<p class="dim">{html.escape(text)}</p>' if text else ""
    return f'<h2>{html.escape(title)}</h2>{dim}<div class="scroll">{body}</div>'


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Cells come as HTML (already escaped)."""
    top = "".join(f"<th>{html.escape(cell)}</th>" for cell in head)
    body = "".join(f"<tr>{''.join(_cell(cell) for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{top}</tr>{body}</table>" if body else "<p>None.</p>"


def _cell(content: str) -> str:
    return content if content.startswith("<td") else f"<td>{content}</td>"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _bar(value: float | None) -> str:
    if value is None:
        return "–"
    return f'<span class="bar" style="width:{value * 5:.2f}em"></span>{value:.3f}'


def _box_table(scores: Mapping[str, ClassScore]) -> str:
    head = ("Class", "Labels", "AP50", "Precision", "Recall", "Operating point")
    labelled = {name: row for name, row in scores.items() if row.boxes}
    rows = [
        (html.escape(name), str(row.boxes), _bar(row.ap50), _number(row.precision),
         _number(row.recall), _number(row.operating_point))
        for name, row in labelled.items()
    ]  # fmt: skip
    return _table(head, rows)


def _picture_table(scores: Mapping[str, PictureScore]) -> str:
    head = ("Class", "Pictures with it", "Reported", "Located", "Recall", "Pictures without",
            "Falsely reported", "Precision")  # fmt: skip
    rows = [
        (html.escape(name), str(row.with_it), str(row.reported), str(row.located),
         _number(row.recall), str(row.quiet), str(row.disturbed), _number(row.precision))
        for name, row in scores.items()
    ]  # fmt: skip
    return _table(head, rows)


def _confusion_table(mistakes: Mistakes) -> str:
    counts = mistakes.confused()
    names = sorted({name for pair in counts for name in pair} - {NOTHING})
    columns = [*names, NOTHING]
    rows = []
    for label in columns:
        cells = [html.escape(label)]
        for name in columns:
            count = counts.get((label, name), 0)
            mark = ' class="on"' if label == name else ""
            cells.append(f"<td{mark}>{count or ''}</td>")
        rows.append(cells)
    return _table(("Labelled", *columns), rows) if names else "<p>Nothing labelled or found.</p>"


def _example_groups(mistakes: Mistakes) -> str:
    groups = []
    for (label, name), examples in mistakes.examples().items():
        count = mistakes.confusion[label, name]
        if label == NOTHING:
            title = f"{name} without a matching label: {count}"
        elif name == NOTHING:
            title = f"{label} not found: {count}"
        else:
            title = f"{label} taken for {name}: {count}"
        shots = "".join(_shot(each) for each in examples)
        groups.append(f'<h3>{html.escape(title)}</h3><div class="shots">{shots}</div>')
    return "".join(groups) or "<p>None.</p>"


def _shot(example: Example) -> str:
    code = base64.b64encode(example.jpeg).decode("ascii")
    text = html.escape(f"{example.file_name} · {example.text}")
    return (
        f'<figure><img alt="{text}" src="data:image/jpeg;base64,{code}">'
        f"<figcaption>{text}</figcaption></figure>"
    )


def _kind_table(scores: Mapping[str, KindScore]) -> str:
    head = ("Kind", "Found", "Missed", "Event recall", "False", "Hours", "False per camera-hour",
            "95 % interval", "Delay, median s", "Delay, p95 s", "Repeated")  # fmt: skip
    rows = []
    for name, row in scores.items():
        events = row.hits + row.misses
        rows.append(
            (html.escape(name), str(row.hits), str(row.misses),
             _number(row.hits / events if events else None), str(row.false), f"{row.hours:.3f}",
             _number(row.false_per_camera_hour),
             f"{row.false_per_camera_hour_low:.2f} to {row.false_per_camera_hour_high:.2f}",
             _number(row.delay_s), _number(row.delay_p95_s), str(row.duplicates))
        )  # fmt: skip
    return _table(head, rows)


def _event_table(outcomes: Sequence[ClipOutcome]) -> str:
    head = ("Clip", "Kind", "Outcome", "At s", "Event s")
    rows = [
        (html.escape(each.clip), each.kind.value, each.verdict.value,
         "–" if each.at_s is None else f"{each.at_s:.1f}",
         "–" if each.event is None else f"{each.event.start_s:.1f} to {each.event.end_s:.1f}")
        for each in outcomes
    ]  # fmt: skip
    return _table(head, rows)


def _outcome_shots(outcomes: Sequence[ClipOutcome], verdict: Verdict) -> str:
    shots = [
        _shot(Example(each.clip, f"{each.kind.value}, {each.shown_at_s:.1f} s", each.jpeg))
        for each in outcomes
        if each.verdict is verdict and each.jpeg
    ]
    return f'<div class="shots">{"".join(shots)}</div>' if shots else "<p>None.</p>"
