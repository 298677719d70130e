"""Draw data on which wrong programs show: where luck could hide a mistake, draw until it does not.

An answer that is a small whole number, or the order in which `eig` happens to return eigenvalues,
is right by chance on many data. `told_apart` adds cases until each wrong program has failed once.
"""

import numpy as np

TRIES = 300


def told_apart(draw, right, wrongs):
    """Return cases such that each of some wrong programs differs from the right one on some.

    Parameters
    ----------
    draw : callable
        Returns the arguments of a new case, a tuple, or None if they do not suit.
    right : callable
        What is asked for, or what decides it: whole numbers, as one or as a list.
    wrongs : iterable of callable

    Returns
    -------
    cases : list of tuple
    """
    cases, left = [], list(wrongs)
    for _ in range(TRIES):
        if not left:
            break
        args = draw()
        if args is None:
            continue
        hidden = [wrong for wrong in left if np.array_equal(wrong(*args), right(*args))]
        if len(hidden) < len(left):
            cases.append(args)
        left = hidden
    return cases


def not_sorted_by_eig(draw, matrix, count):
    """Return cases on which the first eigenvectors that `eig` returns are not the largest, sorted.

    Parameters
    ----------
    draw : callable
        As for `told_apart`.
    matrix : callable
        Returns the symmetric matrix that a student would diagonalise, for the arguments of a case.
    count : callable
        Returns how many eigenvectors are kept.
    """
    return told_apart(
        draw,
        lambda *args: np.arange(count(*args)),
        [
            lambda *args: as_eig_returns(matrix(*args))[: count(*args)],
            lambda *args: as_eig_returns(matrix(*args))[::-1][: count(*args)],
            lambda *args: np.sort(as_eig_returns(matrix(*args))[: count(*args)]),
        ],
    )


def as_eig_returns(C):
    """Return the places of the eigenvalues of a symmetric matrix, by size, as `eig` orders them."""
    values = np.linalg.eig(C)[0].real
    return np.argsort(np.argsort(-values))
