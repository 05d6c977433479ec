"""Runs the reference network and keeps the tensors between its parts, and the phase as the pair (r, i) before atan2."""
import hashlib
import os
import sys

import numpy as np
import torch
import yaml

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import causal  # noqa: E402
import mambattention  # noqa: E402
import relatives  # noqa: E402


def load(config, checkpoint, dtype=torch.float32):
    """A model in eval mode and its configuration, which names the family if it is not MambAttention."""
    with open(config, encoding="utf-8") as f:
        cfg = yaml.safe_load(f)
    family = cfg.get("family")
    if family == "causal":
        model = causal.CausalMambAttention(cfg).eval()
    else:
        model = relatives.build(cfg) if family is not None else mambattention.MambAttention(cfg).eval()
    model.load_state_dict(torch.load(checkpoint, map_location="cpu")["generator"])
    return model.to(dtype), cfg


def run(model, cfg, pcm):
    """pcm: int16 samples. Returns {"encoder", "block0" .., "mask", "phase", "output"} in the order of computation:
    [T][F'][C], [T][F], pairs [T][F][2], samples."""
    pair = {}

    def keep(name):
        return lambda module, args, out: pair.__setitem__(name, out[0, 0].numpy())      # [T][F]

    hooks = [model.phase_decoder.phase_conv_r.register_forward_hook(keep("r")),
             model.phase_decoder.phase_conv_i.register_forward_hook(keep("i"))]
    dtype = next(model.parameters()).dtype
    stages = {}
    with torch.no_grad():
        of = (causal if isinstance(model, causal.CausalMambAttention) else
              relatives if isinstance(model, relatives.Network) else mambattention)
        out = of.enhance(model, cfg, torch.from_numpy(pcm.astype(np.float64) / 32768).to(dtype), stages)
    for hook in hooks:
        hook.remove()
    stages["phase"] = np.stack((pair["r"], pair["i"]), -1)
    stages["output"] = out.numpy()
    return stages


def snr(reference, test):
    """Power of the reference over power of the difference, in dB."""
    reference, test = np.asarray(reference, np.float64), np.asarray(test, np.float64)
    noise = np.sum((reference - test) ** 2)
    return float("inf") if noise == 0 else 10 * np.log10(np.sum(reference ** 2) / noise)


def relative_rms(reference, test):
    """RMS of the difference over RMS of the reference."""
    return 10 ** (-snr(reference, test) / 20)


def phase_error(reference, test):
    """Largest |wrapped phase error| * sqrt(r^2 + i^2): atan2 is ill-conditioned where the pair is small."""
    a, b = (np.asarray(x, np.float64).reshape(-1, 2) for x in (reference, test))
    d = np.arctan2(a[:, 1], a[:, 0]) - np.arctan2(b[:, 1], b[:, 0])
    d -= 2 * np.pi * np.round(d / (2 * np.pi))
    return float(np.max(np.abs(d) * np.hypot(a[:, 0], a[:, 1])))


def sha256(path):
    with open(path, "rb") as f:
        return hashlib.sha256(f.read()).hexdigest()
