"""The hints of `lib.checks.core.networks`, each of which `test_networks.py` reaches."""

NETWORK_HINTS = {
    "not-a-model", "model-input", "model-output", "no-part", "bottleneck-wide",
    "bottleneck-narrow", "output-activation", "not-linear", "same-for-all", "untrained",
    "trained-on-noisy",
}  # fmt: skip
