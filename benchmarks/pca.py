"""Speed and memory of `lib.pca.PCA` beside scikit-learn's default solver.

    python benchmarks/pca.py

Both fit and transform the training images of Fashion-MNIST, 55 000 × 784 in float32, in turns in
one process, so that other work on the machine slows both alike.
"""

import statistics
import time
import tracemalloc
from functools import partial

import sklearn.decomposition

from lib.datasets import load_fashion_mnist
from lib.pca import PCA

ROUNDS = 7


def seconds(work):
    """Return how long `work()` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def peak(work):
    """Return the most memory that `work()` holds at a time, in MiB."""
    tracemalloc.start()
    work()
    highest = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return highest / 2**20


def compare(name, ours, theirs):
    """Print the median of the ratios of the times, and the memory, of two ways to one result."""
    pairs = [(seconds(ours), seconds(theirs)) for _ in range(ROUNDS)]
    ratios = sorted(a / b for a, b in pairs)
    a, b = (statistics.median(times) for times in zip(*pairs))
    print(
        f"{name:30}{a:8.2f} s{b:8.2f} s   ratio {statistics.median(ratios):.2f} "
        f"({ratios[0]:.2f} to {ratios[-1]:.2f})   {peak(ours):6.0f} MiB{peak(theirs):6.0f} MiB"
    )


def main():
    """Print one line a task: ours, scikit-learn's, ratio of times, memory of both."""
    start = time.perf_counter()
    X = load_fashion_mnist().X_train.reshape(55_000, -1)
    print(f"loading Fashion-MNIST took {time.perf_counter() - start:.2f} s\n")
    print(f"{'task':30}{'ours':>10}{'theirs':>10}   of the times{'memory':>34}")
    for k in (None, 30):
        pair = PCA(n_components=k), sklearn.decomposition.PCA(n_components=k)
        compare(f"fit, n_components={k}", *(partial(pca.fit, X) for pca in pair))
        compare(f"transform, n_components={k}", *(partial(pca.transform, X) for pca in pair))


if __name__ == "__main__":
    main()
