"""Tested helpers of the course book *From PCA to Autoencoders*.

A chapter imports what it needs from its module, for example ``from lib.pca import PCA``:

- `lib.datasets`: Fashion-MNIST from the files in this repository, and data drawn from a seed
- `lib.covariance`: covariance and correlation matrices
- `lib.pca`: principal component analysis, an estimator in scikit-learn's style
- `lib.ising`: states of the Ising model, and what is known about it exactly
- `lib.metrics`: reconstruction errors, angles between subspaces
- `lib.models`, `lib.training`: autoencoders in Keras, and how to train and evaluate them
- `lib.comparison`: the table of all models beside PCA
- `lib.evidence`: the stored results of the experiments, and comparisons pair by pair
- `lib.plots`: the figures that several chapters draw
- `lib.interactive`: figures that a reader of the website can move

Two packages stand on these, and none of these on them:

- `lib.checks`: feedback on answers to the exercises, ``check("ex-svd-2", pca_reconstruct)``
- `lib.grading`: what a teacher runs, ``python -m lib.grading submissions --out grades.csv``
"""
