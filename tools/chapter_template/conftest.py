"""Tells pytest that these files are no modules: tools/new_chapter.py fills in what they lack."""

collect_ignore_glob = ["*.py"]
