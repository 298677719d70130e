"""What a teacher runs: ``python -m lib.grading submissions --out grades.csv``.

- `reading`: notebooks, the exercises of a chapter and the answers of a submission
- `syntax`: what a cell's code says without being run
- `running`: read a submission, run it and judge it, in as many processes as it takes
- `sandbox`: such a process, with limits, cut off from the machine
- `worker`: what runs in it
- `table`: the grades as rows, as CSV, and how each exercise went
- `progress`: what has been graded so far, so that a later run can go on
- `report`: the grades as a page
"""
