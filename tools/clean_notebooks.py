"""Keep outputs on exactly the cells whose output CI compares; strip everything else.

python tools/clean_notebooks.py                       # strip what should not be stored
python tools/clean_notebooks.py --run                 # run, store the compared outputs
python tools/clean_notebooks.py --run chapters/03_svd.ipynb
"""

import argparse
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

COMPARED = "nbval-check-output"
ROOT = Path(__file__).resolve().parents[1]
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
    """Clean the notebooks named on the command line, or all chapters."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", action="store_true", help="run each notebook first")
    parser.add_argument("notebooks", nargs="*", type=Path, help="default: all of chapters/")
    options = parser.parse_args(arguments)

    for path in options.notebooks or sorted((ROOT / "chapters").glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        if options.run:
            print(f"running {path} …", file=sys.stderr)
            NotebookClient(
                notebook, timeout=None, resources={"metadata": {"path": path.parent}}
            ).execute()
        clean(notebook)
        nbformat.write(notebook, path)


if __name__ == "__main__":
    main()
