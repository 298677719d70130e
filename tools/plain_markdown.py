"""MyST as plain Markdown: roles and directives become words and bold titles.

What the student version shows in a JupyterLab without extensions. A reference becomes the name or
the number of what it refers to.
"""

import re

from pybtex.database import parse_file

from lib.grading.reading import read, split

ROLE = re.compile(r"\{([\w:+.-]+)\}`([^`]+)`")
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(#?([\w/-]+)\)")
TARGET = re.compile(r"^\(([\w-]+)\)=[ \t]*$", re.M)
FENCE = re.compile(r"^([ \t]*)(`{3,}|:{3,})\{([\w:+.-]+)\}[ \t]*(.*)$")
OPTION = re.compile(r"^[ \t]*:([\w-]+):[ \t]*(.*)$")
NUMBERED = "theorem lemma proposition corollary definition example remark algorithm".split()
TABLES = ("comparison", "table", "list-table", "csv-table")
EQUATION = re.compile(r"^\$\$[ \t]*\(([\w-]+)\)[ \t]*$", re.M)


class Labels:
    """What the labels of the book stand for, in words.

    Parameters
    ----------
    chapters, pages : list of Path
        Notebooks and Markdown files.
    references : Path
        A BibTeX file.
    """

    def __init__(self, chapters, pages, references):
        self.titles, self.headings = {}, {}
        for path in chapters:
            self._read_chapter(path)
        for path in pages:
            self._read_headings(path.read_text(encoding="utf-8"), path.stem)
        self.sources = {}
        if references.exists():
            for key, entry in parse_file(str(references)).entries.items():
                self.sources[key] = (names(entry), entry.fields.get("year", "no year"))

    def _read_chapter(self, path):
        prefix = re.match(r"0*(\d+)_", path.name)
        prefix = f"{prefix[1]}." if prefix else ""
        counts = {}

        def number(kind, label, form="{} {}"):
            counts[kind] = counts.get(kind, 0) + 1
            self.titles[label] = form.format(kind, f"{prefix}{counts[kind]}")

        for piece in split(read(path)):
            figure = piece.cell["metadata"].get("mystnb", {}).get("figure")
            if figure:
                number("Figure", figure["name"])
            if piece.is_code:
                continue
            if piece.kind == "statement" and piece.exercise not in self.titles:
                number("Exercise", piece.exercise)
            self._read_headings(piece.source, f"chapters/{path.stem}")
            for label in EQUATION.findall(piece.source):
                number("Equation", label, "({1})")
            lines = piece.source.split("\n")
            for place, line in enumerate(lines):
                fence = FENCE.match(line)
                kind = fence[3].removeprefix("prf:") if fence else None
                if kind not in (*NUMBERED, *TABLES):
                    continue
                options = [OPTION.match(after) for after in lines[place + 1 : place + 5]]
                label = next((o[2] for o in options if o and o[1] in ("label", "name")), None)
                number("Table" if kind in TABLES else kind.capitalize(), label)

    def _read_headings(self, text, document):
        for label, title in re.findall(r"^\(([\w-]+)\)=\s*\n#+ +(.+)$", text, re.M):
            self.headings[label] = title.strip()
        title = re.search(r"^# +(.+)$", text, re.M)
        if title:
            self.headings.setdefault(document, title[1].strip())

    def title(self, label):
        """Return "Theorem 2.1" for its label."""
        return self.titles.get(label) or self.headings.get(label) or label

    def role(self, name, content):
        """Return what a role says, in plain Markdown."""
        given = re.fullmatch(r"(.*?)\s*<([^<>]+)>", content, re.S)
        text, target = (given[1], given[2]) if given else (None, content)
        kind = name.split(":")[-1]
        if name.startswith("cite"):
            sources = [self.sources.get(key.strip(), (key, "")) for key in target.split(",")]
            if kind in ("t", "ct"):
                return ", ".join(f"{who} ({year})" for who, year in sources)
            return "(" + "; ".join(f"{who} {year}" for who, year in sources) + ")"
        if kind in ("ref", "numref", "eq", "doc"):
            title = self.title(target.lstrip("/"))
            return text.replace("%s", title).replace("{number}", title) if text else title
        if kind == "kbd":
            return f"`{content}`"
        if kind == "math":
            return f"${content}$"
        if kind in ("term", "abbr", "download", "index"):
            return text or content
        return text or content


def names(entry):
    """Return the family names of a source's authors."""
    people = entry.persons.get("author") or entry.persons.get("editor") or []
    family = [" ".join(p.prelast_names + p.last_names).strip("{}") for p in people]
    if not family:
        return entry.fields.get("title", "no author").strip("{}")
    if len(family) > 2:
        return f"{family[0]} et al."
    return " and ".join(family)


def plain(text, labels):
    """Return MyST as Markdown that needs no extension.

    Parameters
    ----------
    text : str
    labels : Labels
    """
    lines, prose, result = text.split("\n"), [], []

    def finish(block):
        """Add a block that is ready, after the prose before it."""
        result.append(words("\n".join(prose), labels))
        result.append(block)
        prose.clear()

    while lines:
        line = lines.pop(0)
        fence = FENCE.match(line) or re.match(r"^([ \t]*)(`{3,}|~{3,})", line)
        if not fence:
            prose.append(line)
            continue
        end = re.compile(rf"^[ \t]*{fence[2][0]}{{{len(fence[2])},}}[ \t]*$")
        length = next((i for i, after in enumerate(lines) if end.match(after)), len(lines))
        body, close = lines[:length], lines[length : length + 1]
        del lines[: length + 1]
        if fence.re is FENCE:
            finish(directive(fence[3], fence[4].strip(), body, labels))
        else:
            finish("\n".join([line, *body, *close]))  # a block of code stays as it is
    result.append(words("\n".join(prose), labels))
    return "\n".join(result)


def words(text, labels):
    """Replace roles, targets and labels of equations."""
    text = TARGET.sub("", text)
    text = EQUATION.sub(lambda m: rf"\tag{{{labels.title(m[1]).strip('()')}}}" + "\n$$", text)
    text = ROLE.sub(lambda m: labels.role(m[1], m[2]), text)
    text = LINK.sub(lambda m: m[1] or labels.title(m[2]), text)  # to a label or a page
    return re.sub(r"\n{3,}", "\n\n", text)


def directive(name, argument, body, labels):
    """Return a directive as a bold title and its content."""
    options = {}
    while body and OPTION.match(body[0]):
        key, value = OPTION.match(body.pop(0)).groups()
        options[key] = value
    content = plain("\n".join(body).strip("\n"), labels).strip()
    kind = name.removeprefix("prf:")
    if kind in ("code-block", "code", "code-cell"):
        return f"```{argument}\n" + "\n".join(body) + "\n```"
    if kind == "math":
        tag = rf"\tag{{{labels.title(options['label']).strip('()')}}}" if "label" in options else ""
        return f"$$\n{content}\n{tag}$$"
    if kind == "comparison":
        title = labels.titles.get(options.get("name"), "Table")
        return f"*{title}, which collects all chapters, stands on the book's page.* {content}"
    if kind in ("figure", "image", "bibliography", "tableofcontents", "contents"):
        return content
    if kind in NUMBERED:
        title = labels.titles.get(options.get("label")) or kind.capitalize()
        title += f" ({plain(argument, labels).strip()})" if argument else ""
    elif kind == "proof":
        return f"*Proof{f' ({argument})' if argument else ''}.* {content} ∎"
    else:
        title = argument or kind.capitalize()
    return f"**{title}.** {content}"
