"""Keep outputs on exactly the cells whose output CI compares; strip everything else.

python tools/clean_notebooks.py                # strip what should not be stored
python tools/clean_notebooks.py --run          # run what is out of date, store what is compared
python tools/clean_notebooks.py --run 03 08    # only these chapters
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import busy
import command
import nbformat
from run_chapters import COMPARED, ROOT, Runs, run_stale

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def clean(notebook):
    """Remove in place every output, count and bit of metadata that an editor left behind."""
    notebook.metadata = nbformat.from_dict(METADATA)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for count, cell in enumerate(code, start=1):
        cell.metadata.pop("execution", None)
        compared = COMPARED in cell.metadata.get("tags", []) and cell.outputs
        cell.execution_count = count if compared else None
        if not compared:
            cell.outputs = []
        for output in cell.outputs:
            if "execution_count" in output:
                output.execution_count = count


def main(arguments=None):
    """Clean the chapters named on the command line, or all; return an exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", action="store_true", help="run first what is out of date")
    parser.add_argument("numbers", nargs="*", help="of chapters, such as 03; default: all")
    options = parser.parse_args(arguments)

    with busy.site(ROOT, "running chapters" if options.run else "cleaning chapters"):
        runs = Runs()
        paths = runs.chapters(options.numbers)
        command.try_to_write(ROOT / "chapters")
        failed = run_stale(runs, paths) if options.run else []
        for path in paths:
            notebook = nbformat.read(path, as_version=4)
            if options.run and path not in failed:
                notebook = runs.results(path)
            clean(notebook)
            command.write_notebook(notebook, path)
        return 1 if failed else 0


if __name__ == "__main__":
    command.run(main)
