"""What does each choice in training a dense autoencoder buy, at equal time?

784-width-30-width-784 on all training images. The number of epochs is set so that every run takes
about the same time on one core, `cpu_seconds`: a small batch costs more time an epoch. First the
way of training: each optimiser, batch size and schedule with three rates, so that each is judged at
its best rate. Then one choice at a time, added to the lecture's layers and taken away from the best
network; both with three times the time, too. PCA and the mean image stand beside them. A run that
diverges has no error.
"""

import time

from lib.datasets import load_fashion_mnist
from lib.metrics import reconstruction_mse
from lib.models import dense_autoencoder
from lib.pca import PCA
from lib.training import evaluate, train

# Epochs that take about the same time, for a batch size and a width.
EPOCHS = {(32, 100): 5, (64, 100): 8, (256, 100): 10, (64, 256): 4, (64, 512): 2, (256, 256): 6}
LECTURE = {
    "name": "lecture's layers", "optimizer": "adam", "batch": 64, "rate": 0.004,
    "schedule": "cosine", "initializer": "lecun_normal", "bias": "mean image",
    "activation": "selu", "code": "selu", "loss": "binary_crossentropy", "width": 100, "epochs": 8,
}  # fmt: skip
CHANGES = {
    "Glorot's weights": {"initializer": "glorot_uniform"},
    "bias zero": {"bias": "zero"},
    "GELU": {"activation": "gelu", "initializer": "glorot_uniform"},
    "linear code": {"code": "linear"},
    "squared error": {"loss": "mse"},
    "width 256": {"width": 256, "epochs": EPOCHS[64, 256]},
}
BEST = LECTURE | {"name": "best"}
for change in ("GELU", "linear code", "squared error", "width 256"):
    BEST |= CHANGES[change]
BACK = {
    "bias zero": {"bias": "zero"},
    "SELU": {"activation": "selu", "initializer": "lecun_normal"},
    "GELU code": {"code": "gelu"},
    "cross-entropy": {"loss": "binary_crossentropy"},
    "width 100": {"width": 100, "epochs": EPOCHS[64, 100]},
    "width 512": {"width": 512, "epochs": EPOCHS[64, 512]},
    "batch 256": {"batch": 256, "rate": 0.01, "epochs": EPOCHS[256, 256]},
    "constant rate": {"schedule": "constant"},
}
RATES = {
    ("sgd", 32): (0.5, 1.5, 4.0), ("sgd", 64): (1.0, 3.0, 8.0), ("sgd", 256): (1.5, 4.0, 10.0),
    ("adam", 32): (0.001, 0.003, 0.01), ("adam", 64): (0.0015, 0.004, 0.012),
    ("adam", 256): (0.003, 0.01, 0.03),
}  # fmt: skip
GRID = [
    LECTURE | {
        "name": "training", "optimizer": optimizer, "batch": batch, "rate": rate,
        "schedule": schedule, "epochs": EPOCHS[batch, 100],
    }
    for (optimizer, batch), rates in RATES.items()
    for schedule in ("cosine", "constant")
    for rate in rates
]  # fmt: skip
GRID += [LECTURE, BEST]
GRID += [LECTURE | {"name": f"lecture's, {name}"} | change for name, change in CHANGES.items()]
GRID += [BEST | {"name": f"best, {name}"} | change for name, change in BACK.items()]
GRID += [s | {"name": f"{s['name']}, 3×", "epochs": 3 * s["epochs"]} for s in (LECTURE, BEST)]
GRID += [LECTURE | {"name": name, "epochs": 0} for name in ("mean image", "PCA")]
SEEDS = range(5)
TOLERANCE = {"mse": 0.0006, "bce_excess": 0.003, "cpu_seconds": float("inf")}
CHEAP = (LECTURE, 0)


def run(setting, seed):
    """Train; return the errors on the validation images and the seconds of one core."""
    data = load_fashion_mnist()
    X, X_valid = data.X_train, data.X_valid
    start, nothing = time.process_time(), float("nan")
    if not setting["epochs"]:
        mse = reconstruction_mse(X_valid, linear(setting["name"], X, X_valid))
        return {
            "mse": mse, "bce_excess": nothing, "cpu_seconds": time.process_time() - start,
        }  # fmt: skip
    model = dense_autoencoder(
        (setting["width"], 30), activation=setting["activation"], code_activation=setting["code"],
        initializer=setting["initializer"],
        mean=X.mean(axis=0) if setting["bias"] == "mean image" else None, seed=seed,
    )  # fmt: skip
    try:
        train(
            model, X, epochs=setting["epochs"], batch_size=setting["batch"],
            optimizer=setting["optimizer"], learning_rate=setting["rate"],
            schedule=setting["schedule"], loss=setting["loss"], seed=seed, verbose=False,
        )  # fmt: skip
    except FloatingPointError:
        return {"mse": nothing, "bce_excess": nothing, "cpu_seconds": nothing}
    seconds = time.process_time() - start
    result = evaluate(model, X_valid)
    return {"mse": result.mse, "bce_excess": result.bce_excess, "cpu_seconds": seconds}


def linear(name, X, X_valid):
    """Return the validation images, rebuilt by PCA or by the mean image."""
    if name == "mean image":
        return 0 * X_valid + X.mean(axis=0)
    pca = PCA(30).fit(X.reshape(-1, 784))
    X_hat = pca.inverse_transform(pca.transform(X_valid.reshape(-1, 784)))
    return X_hat.reshape(X_valid.shape)
