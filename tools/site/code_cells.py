"""Code cells on the page: what is not the lesson is folded, and stubs show no output.

In the notebook nothing changes. Both go by the tags of the cells.
"""

import ast
import re

from docutils import nodes


def drop_output_of_stubs(app, doctree):
    """Drop what the cells of exercises print: nothing can be attempted on a page.

    nbval and the build compare it all the same.
    """
    for cell in doctree.findall(nodes.container):
        if cell.get("nb_element") != "cell_code":
            continue
        if "exercise" in cell["cell_metadata"].get("tags", []):
            for part in [part for part in cell if part["nb_element"] == "cell_code_output"]:
                cell.remove(part)


def fold_code(soup):
    """Let the code of a cell tagged `hide-input` fold under words that say what it is."""
    for details in soup.select("article div.cell.tag_hide-input > details"):
        summary = soup.new_tag("summary")
        summary.string = name_of_code(details.parent)
        details["class"] = "folded-code"
        details.summary.replace_with(summary)


def name_of_code(cell):
    """Return what the code of a cell is, in a few words."""
    code = cell.find("pre").get_text()
    if only_imports(code):
        return "Imports"
    if re.search(r"^glue\(", code, re.M):
        return "Code of the table"
    captions = " ".join(number.get_text() for number in cell.select("figure .caption-number"))
    if numbers := re.findall(r"\d[\d.]*\d|\d", captions):
        return f"Code of Figure{'s' * (len(numbers) > 1)} {' and '.join(numbers)}"
    return "Code that draws this figure" if cell.find(["img", "svg"]) else "Code"


def only_imports(code):
    """Tell whether code only imports, gives short names to parts of what it has imported, and
    perhaps calls functions that set something up.
    """
    try:
        statements = ast.parse(code).body
    except SyntaxError:  # a line for IPython
        return False
    imports = [isinstance(each, (ast.Import, ast.ImportFrom)) for each in statements]
    others = [each for each, imported in zip(statements, imports) if not imported]
    return bool(imports) and imports[0] and all(map(sets_up, others))


def sets_up(statement):
    """Tell whether a statement calls a function for what it does, or gives names to attributes."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Call)
    if not isinstance(statement, ast.Assign):
        return False
    value = statement.value
    values = value.elts if isinstance(value, ast.Tuple) else [value]
    return all(isinstance(each, ast.Attribute) for each in values)
