"""The grades as one HTML page: for a person to read, to print, in light and in dark."""

from html import escape

MARKS = {
    "ok": ("✓", "right"),
    "todo": ("○", "not attempted"),
    "wrong": ("✗", "wrong"),
    "error": ("!", "raised an error"),
    "timeout": ("∞", "took too long"),
    "crashed": ("☠", "crashed"),
    "missing": ("∅", "missing"),
    "read": ("✎", "to be read"),
    "unreadable": ("⚠", "unreadable"),
    "broken": ("?", "the grader failed"),
}
STYLE = """
:root { color-scheme: light dark; --line: #8886; --soft: #8882; --right: #1d6b41; --not: #a84300 }
@media (prefers-color-scheme: dark) { :root { --right: #6fcf97; --not: #f0a060 } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 75rem; margin: 2rem auto; padding: 0 1rem }
table { border-collapse: collapse; margin: 1rem 0 } .wide { overflow-x: auto }
th, td { border: 1px solid var(--line); padding: .3rem .6rem; text-align: left }
th { background: var(--soft) } td.number { text-align: right } td.mark { text-align: center }
.ok { color: var(--right) } .wrong, .error, .timeout, .crashed, .missing { color: var(--not) }
img { max-width: 100% }
pre { background: var(--soft); padding: .6rem; overflow-x: auto; white-space: pre-wrap }
.warning { border-left: .3rem solid var(--not); padding: .3rem .8rem; white-space: pre-line }
summary { cursor: pointer; padding: .2rem 0 } details > div { margin: 0 0 1rem 1.2rem }
@media print { body { margin: 0; max-width: none; font-size: 11px } details { break-inside: avoid }
  details::details-content { content-visibility: visible; display: block } }
"""


def page(rows, tallies, seed, warning):
    """Return the report.

    Parameters
    ----------
    rows : list of lib.grading.table.Row
    tallies : list of lib.grading.table.Tally
    seed : int
    warning : str
        What the machine was not protected from; empty if nothing.
    """
    names = list(dict.fromkeys(row.submission for row in rows))
    body = [f"<h1>Grades</h1><p>{len(names)} submissions, data from seed {seed}.</p>"]
    if warning:
        body.append(f'<p class="warning">{escape(warning)}</p>')
    body.append("<p>" + " · ".join(f"{mark} {words}" for mark, words in MARKS.values()) + "</p>")
    body.append("<h2>Exercises, the most missed first</h2>" + summary_table(tallies))
    body.append("<h2>Submissions</h2>")
    for chapter in dict.fromkeys(row.chapter for row in rows):
        body.append(grades_table(chapter, [row for row in rows if row.chapter == chapter]))
    body.append("<h2>What was said, and what you have to read</h2>")
    body += [details(name, [row for row in rows if row.submission == name]) for name in names]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Grades</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style></head><body>\n" + "\n".join(body) + "\n</body></html>\n"
    )


def summary_table(tallies):
    """Return how each exercise went."""
    head = "<tr><th>exercise</th><th>title</th><th>right</th><th>else</th><th>mistake</th></tr>"
    body = []
    for exercise, title, number, right, status, hint in tallies:
        other = ", ".join(
            f"{count} {MARKS[name][1]}" for name, count in status.most_common() if name != "ok"
        )
        cells = [exercise, title, f"{right} of {number}", other, hint]
        body.append("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in cells) + "</tr>")
    return f'<div class="wide"><table>{head}{"".join(body)}</table></div>'


def grades_table(chapter, rows):
    """Return who got what in one chapter."""
    asked = list(dict.fromkeys(row.exercise for row in rows if row.exercise))
    head = "".join(f"<th>{escape(exercise)}</th>" for exercise in asked)
    body = []
    for name in dict.fromkeys(row.submission for row in rows):
        own = {row.exercise: row for row in rows if row.submission == name}
        total = sum(row.points or 0 for row in own.values())
        cells = "".join(mark(own.get(exercise) or own.get("")) for exercise in asked)
        body.append(f"<tr><th>{escape(name)}</th>{cells}<td class='number'>{total:g}</td></tr>")
    title = escape(chapter or "no chapter")
    return (
        f'<h3>{title}</h3><div class="wide"><table><tr><th>submission</th>{head}<th>points</th>'
        f"</tr>{''.join(body)}</table></div>"
    )


def mark(row):
    """Return one cell of the table."""
    if row is None:
        return "<td></td>"
    symbol, words = MARKS[row.status]
    return (
        f'<td class="mark {row.status}" title="{escape(words)}">{symbol}'
        f"<br><small>{escape(row.hint or words)}</small></td>"
    )


def details(name, rows):
    """Return everything about one submission, folded."""
    points = sum(row.points or 0 for row in rows)
    parts = []
    for row in rows:
        symbol, words = MARKS[row.status]
        hint = f" ({escape(row.hint)})" if row.hint else ""
        parts.append(
            f'<p><strong class="{row.status}">{symbol} {escape(row.exercise)}</strong> '
            f"{escape(row.title)}: {words}{hint}. {escape(row.message)}</p>"
        )
        if row.answer:
            parts.append(f"<pre>{escape(row.answer)}</pre>")
        parts += [f'<img alt="pasted by the student" src="{escape(p)}">' for p in row.pictures]
    return (
        f"<details><summary>{escape(name)}: {points:g} points</summary>"
        f"<div>{''.join(parts)}</div></details>"
    )
