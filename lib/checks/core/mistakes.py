"""The mistakes that students make: their names, the words about them, and how to make them.

`TEXTS` holds one text for each hint id; exercises add texts of their own. The functions below turn
a right program into a wrong one, so that a check can recognise a mistake by making it:
``mistakes={"rows-and-columns": on_transposed(right), "one-mean": on_one_mean(right)}``.
"""

import numpy as np

TEXTS = {
    # the call
    "none": (
        "The result is None. Did you print it instead of returning it? A function gives back "
        "only what stands after `return`."
    ),
    "changed-input": (
        "The function changes the array that it is given, so the caller's data are spoilt. "
        "Look for `-=`, `*=`, `.sort()` or an assignment to a slice, and work on a new array."
    ),
    "borrowed": (
        "This calls the very function that the exercise asks you to write. Use NumPy's matrix "
        "products, sums and means instead."
    ),
    "loop": (
        "The numbers may be right, but a Python loop makes them. Which single matrix product does "
        "the work of the loop?"
    ),
    "not-a-function": (
        "The check needs the function itself, not what it returns: pass its name, without "
        "parentheses."
    ),
    "not-a-value": (
        "The check needs a value, and this is a function. Call it, and pass what it returns."
    ),
    # the form of the result
    "not-numbers": (
        "The result is not made of numbers. Return a number, or an array or a list of them."
    ),
    "not-one-number": "One number is asked for, and the result is an array.",
    "not-whole": "A whole number is asked for. Where does a fraction come in?",
    "not-truth": "True or False is asked for.",
    "not-by-letter": "The answer is a dictionary with one entry for each letter of the question.",
    "unknown-word": "This is not one of the words to choose from.",
    "parts": "The function must return several things, separated by commas.",
    "parts-order": (
        "All that is asked for is there, in another order. Compare what stands after `return` with "
        "the docstring."
    ),
    "complex": (
        "The result is complex, and the right one is real. For a symmetric matrix there are "
        "functions that know it: their names end in h."
    ),
    "nan": (
        "The result contains NaN or infinity. Look for 0/0, for the root of a negative number, "
        "and for a logarithm of zero."
    ),
    "shape": "The result has the wrong shape. Write the shape of each array beside its line.",
    "transposed": (
        "The result is transposed: its rows should be columns. Write the shape of each array "
        "beside its line."
    ),
    "too-large": (
        "The result has more than a million entries. Nothing of that size is asked for: look for "
        "a product or a broadcast of two arrays that should be added up."
    ),
    "value": (
        "The result has the right form, but its numbers are not right. Try a case that you can "
        "work out with pencil and paper."
    ),
    # means and covariances
    "ddof-0": "Every entry is a little too small. Did you divide by n, where n − 1 is asked for?",
    "ddof-1": "Every entry is a little too large. Did you divide by n − 1, where n is asked for?",
    "not-divided": "This is a sum. Where is the division by the number of samples?",
    "rows-and-columns": (
        "Rows and columns are swapped. Rows are samples and columns are features: which of the "
        "two does your program take for a variable?"
    ),
    "not-centred": (
        "The data are not centred. What happens to your result if 100 is added to every entry of "
        "one column?"
    ),
    "one-mean": (
        "One mean of all entries is subtracted, but each column has its own. What does `axis` do "
        "in `np.mean`?"
    ),
    "mean-of-rows": (
        "The mean of each row is subtracted, and it should be the mean of each column. What does "
        "`axis` do in `np.mean`?"
    ),
    "scaled": "The columns are divided by their standard deviations, and nobody asked for that.",
    "not-scaled": "The columns still have their own scales. What has to become one in each column?",
    "std-ddof-1": (
        "The deviation is the one with n − 1, and a `StandardScaler` divides by n. Does your "
        "`std` belong to pandas or to NumPy?"
    ),
    "variance-for-deviation": (
        "It is divided by variances, where standard deviations are wanted. Which units does the "
        "result have?"
    ),
    # components
    "ascending": (
        "The order is from small to large. `eigh` and `eigvalsh` sort that way; the largest "
        "variance should come first."
    ),
    "not-sorted": (
        "The components are taken in the order in which `eig` returns them, and `eig` does not "
        "sort. Sometimes they come out in order by luck."
    ),
    "rows-for-columns": (
        "Rows of the matrix of eigenvectors were taken, but NumPy's eigenvectors are its columns."
    ),
    "v-for-vt": (
        "NumPy's `svd` returns Vᵀ as its third array, not V. Are the vectors that you want its "
        "rows or its columns?"
    ),
    "transposed-components": (
        "The components are transposed: one component should be one row."
    ),
    "uncentred-projection": (
        "The data are projected without subtracting their mean, although the components belong to "
        "the centred data."
    ),
    "mean-not-added": (
        "The reconstruction lies around the origin. The mean that was subtracted has to come back."
    ),
    "singular-for-eigen": (
        "Singular values are not variances. How are the two related, and where does n come in?"
    ),
    # training and test data
    "test-data-used": (
        "Data that are to judge took part in what is learned. Nothing may be learned from them: "
        "fit on the training data alone."
    ),
    "own-scale": (
        "The new data are scaled by their own mean and deviation. What would that do to a set of "
        "one sample?"
    ),
    "own-mean": (
        "The new data are centred by their own mean. Which mean belongs to the components?"
    ),
    "learned-from-test": "What is learned comes from the new data, not from the training data.",
    # networks: `lib.checks.core.networks`
    "not-a-model": (
        "A Keras model is asked for: the model itself, and not a layer, an output, a list of its "
        "parts or what `fit` returns."
    ),
    "model-input": "The model does not take samples of this shape.",
    "model-output": "The model's output has not the shape of its input.",
    "no-part": "The model lacks a part with the name that is asked for.",
    "bottleneck-wide": (
        "More numbers get through the model than the code may have. Is the code too wide, or does "
        "a connection lead around it?"
    ),
    "bottleneck-narrow": (
        "Fewer numbers get through the model than the code should have. Which layer is the "
        "narrowest?"
    ),
    "output-activation": (
        "The output can leave its range. What does the last layer do to a very large number?"
    ),
    "not-linear": "The model bends: half-way between two inputs, the output is not half-way.",
    "same-for-all": "The output is the same whatever goes in. Does the code carry anything?",
    "untrained": (
        "The reconstructions are hardly better than the mean of the data. Was this very model "
        "trained, and for long enough?"
    ),
    "trained-on-noisy": (
        "The output is nearer to the noisy samples than to the clean ones. What was the target in "
        "training?"
    ),
    # errors
    "sum-for-mean": "This is a sum, and a mean is asked for.",
    "root": "This is the root of the mean squared error. The mean squared error is asked for.",
}  # fmt: skip


class Wrong(Exception):
    """An answer is not right: the hint's id, and the words for it.

    Parameters
    ----------
    hint : str
    text : str, optional
        Default: those of the exercise, or of `TEXTS`.
    """

    def __init__(self, hint, text=None):
        super().__init__(hint)
        self.hint, self.text = hint, text


def on_transposed(right):
    """Take samples for features: apply `right` to the transposed data."""
    return lambda X, *rest: right(np.asarray(X).T, *rest)


def on_one_mean(right_of_centred):
    """Centre by one mean of all entries."""
    return lambda X, *rest: right_of_centred(X - np.mean(X), *rest)


def on_means_of_rows(right_of_centred):
    """Centre each row instead of each column."""
    return lambda X, *rest: right_of_centred(X - np.mean(X, axis=1, keepdims=True), *rest)
