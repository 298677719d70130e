"""What a teacher runs: ``python -m lib.grading submissions --out grades.csv``.

- `reading`: exercises of a chapter and answers of a submission, read without running them
- `sandbox`: a process of its own, with limits, cut off from the machine
- `worker`: what runs in that process
- `report`: the grades as a page
"""
