#!/usr/bin/env python3
"""The relatives of MambAttention in plain PyTorch for a CPU: the reference that the C engine is held against.

SEMamba, MP-SENet (its two published networks), xLSTM-SENet, the LSTM baselines and the ablations of MambAttention
itself. Parameter names are those of the published checkpoints ({'generator': state_dict}); where no code is published
(LSTM, unshared, after) they are ours, by analogy. Slow on purpose: every step is the textbook one.

    relatives.py init   CONFIG SEED OUT.pth                 random but lively weights for a config
    relatives.py run    CONFIG CKPT.pth IN.wav OUT.npy      enhance 16 kHz mono PCM16; OUT.npy is float32, (samples,)
    relatives.py stages CONFIG CKPT.pth IN.wav OUT.npz      the tensors between the parts, for finding a difference
    relatives.py info   CONFIG                              family, parameters, multiply-adds for one second of audio

CONFIG is YAML or JSON. Its key `family` names the relative; without one the names in the checkpoint decide, then the
config's own fields (see family()).
"""
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

import mambattention as base
from mambattention import Attention, BiMamba, Encoder, LearnableSigmoid, MagDecoder, PhaseDecoder, unit


# ---- what all share: encoder, blocks that work along one axis after the other, decoders ----

class Axes(nn.Module):
    """A block: every frequency bin as a sequence in time, then every frame as a sequence in frequency."""

    def forward(self, x):
        b, c, t, f = x.shape
        x = self.along_time(x.permute(0, 3, 2, 1).reshape(b * f, t, c))
        x = self.along_freq(x.view(b, f, t, c).transpose(1, 2).reshape(b * t, f, c))
        return x.view(b, t, f, c).permute(0, 3, 1, 2)


class TwoAxes(Axes):
    """x + Linear(sequence layer(x)) on each axis. A subclass names its two sequence layers <axis>_<kind>."""

    def __init__(self, c, kind, layer):
        super().__init__()
        self.kind = kind
        for axis in ("time_", "freq_"):
            self.add_module(axis + kind, layer())
        self.tlinear, self.flinear = nn.ConvTranspose1d(2 * c, c, 1), nn.ConvTranspose1d(2 * c, c, 1)

    def axis(self, x, layer, linear):
        return x + linear(layer(x).transpose(1, 2)).transpose(1, 2)

    def along_time(self, x):
        return self.axis(x, getattr(self, "time_" + self.kind), self.tlinear)

    def along_freq(self, x):
        return self.axis(x, getattr(self, "freq_" + self.kind), self.flinear)


class Both(nn.Module):
    """[forward(x), flip(backward(flip(x)))], side by side, each direction with weights of its own."""

    def __init__(self, layer):
        super().__init__()
        self.forward_blocks, self.backward_blocks = nn.ModuleList([layer()]), nn.ModuleList([layer()])

    def forward(self, x):
        return torch.cat([self.forward_blocks[0](x), self.backward_blocks[0](x.flip(1)).flip(1)], -1)


class Network(nn.Module):
    """Encoder, the blocks under the name that the family's checkpoints give them, decoders."""

    def __init__(self, cfg, name, block, count, encoder=Encoder, mag=MagDecoder, phase=PhaseDecoder):
        super().__init__()
        m = cfg["model_cfg"]
        self.name = name
        self.dense_encoder = encoder(m)
        self.add_module(name, nn.ModuleList(block(m) for _ in range(4 if count is None else count)))
        self.mask_decoder, self.phase_decoder = mag(m, cfg["stft_cfg"]["n_fft"] // 2 + 1), phase(m)

    def polar(self, spectrum):
        return spectrum.abs(), torch.angle(spectrum)

    def forward(self, mag, pha, stages=None):
        """mag (compressed), pha: (B, F, T). Returns the enhanced compressed magnitude and the phase, (B, F, T)."""
        keep = (lambda k, v: stages.__setitem__(k, v[0].numpy())) if stages is not None else (lambda k, v: None)
        x = self.dense_encoder(torch.stack((mag, pha), 1).transpose(2, 3))
        keep("encoder", x.permute(0, 2, 3, 1))                      # [T][F'][C]
        for i, block in enumerate(getattr(self, self.name)):
            x = block(x)
            keep(f"block{i}", x.permute(0, 2, 3, 1))
        mask, phase = self.mask_decoder(x), self.phase_decoder(x)
        keep("mask", mask.transpose(1, 2)), keep("phase", phase.transpose(1, 2))    # [T][F]
        return mask * mag, phase


# ---- MambAttention's ablations ----

class MambaFirst(base.Block):
    """Mamba, then attention, on each axis: the same parameters as MambAttention."""

    def axis(self, x, mamba, linear):
        x = x + linear(mamba(x).transpose(1, 2)).transpose(1, 2)
        return x + self.attention(x)


class Unshared(TwoAxes):
    """Attention, then Mamba, each axis with an attention module of its own."""

    def __init__(self, m):
        c = m["hid_feature"]
        super().__init__(c, "mamba", lambda: BiMamba(c, m))
        self.time_attention, self.freq_attention = Attention(c), Attention(c)

    def along_time(self, x):
        return super().along_time(x + self.time_attention(x))

    def along_freq(self, x):
        return super().along_freq(x + self.freq_attention(x))


# ---- xLSTM-SENet ----

def mlstm(q, k, v, i, f):
    """The matrix-memory cell, one step at a time. q, k, v: (batch, heads, L, D); i, f: (batch, heads, L), before their
    activations (exp for i, sigmoid for f). Returns (batch, heads, L, D). The published code computes the same sums as
    one L x L matrix; its running maximum starts at minus infinity, not at 0 as in other recurrent versions of the
    cell."""
    b, n, L, d = q.shape
    k, lf = k / d ** 0.5, F.logsigmoid(f)
    C, s, m = q.new_zeros(b, n, d, d), q.new_zeros(b, n, d), q.new_full((b, n), -float("inf"))
    out = []
    for l in range(L):
        top = torch.maximum(lf[..., l] + m, i[..., l])
        keep, add = torch.exp(lf[..., l] + m - top)[..., None], torch.exp(i[..., l] - top)[..., None]
        C = keep[..., None] * C + (add * v[:, :, l])[..., None] * k[:, :, l, None, :]
        s, m = keep * s + add * k[:, :, l], top
        norm = torch.maximum((s * q[:, :, l]).sum(-1).abs(), torch.exp(-m))
        out.append((C * q[:, :, l, None, :]).sum(-1) / (norm[..., None] + 1e-6))
    return torch.stack(out, 2)


class ShiftedNorm(nn.Module):
    """Layer norm over each of `heads` equal groups of channels; the gain is 1 + weight."""

    def __init__(self, dim, heads=1, eps=1e-5):
        super().__init__()
        self.heads, self.eps = heads, eps
        self.weight, self.bias = nn.Parameter(torch.zeros(dim)), nn.Parameter(torch.zeros(dim))

    def forward(self, x):
        g = x.unflatten(-1, (self.heads, -1))
        g = (g - g.mean(-1, keepdim=True)) * torch.rsqrt(g.var(-1, unbiased=False, keepdim=True) + self.eps)
        return g.flatten(-2) * (1 + self.weight) + self.bias


class Headwise(nn.Module):
    """A linear layer whose matrix is block diagonal: weight[block][out][in]."""

    def __init__(self, dim, size):
        super().__init__()
        self.weight = nn.Parameter(0.5 * torch.randn(dim // size, size, size))
        self.bias = nn.Parameter(torch.zeros(dim))

    def forward(self, x):
        x = x.unflatten(-1, (self.weight.shape[0], -1))
        return (self.weight * x[..., None, :]).sum(-1).flatten(-2) + self.bias


class CausalConv(nn.Module):
    def __init__(self, dim, taps):
        super().__init__()
        self.conv = nn.Conv1d(dim, dim, taps, groups=dim, padding=taps - 1)

    def forward(self, x):
        return self.conv(x.transpose(1, 2))[..., :x.shape[1]].transpose(1, 2)


class Cell(nn.Module):
    def __init__(self, dim, heads):
        super().__init__()
        self.heads, self.igate, self.fgate = heads, nn.Linear(3 * dim, heads), nn.Linear(3 * dim, heads)
        self.outnorm = ShiftedNorm(dim, heads)
        with torch.no_grad():
            self.fgate.bias.copy_(torch.linspace(3, 6, heads))

    def forward(self, q, k, v):
        gates = torch.cat([q, k, v], -1)
        i, f = self.igate(gates).transpose(1, 2), self.fgate(gates).transpose(1, 2)
        q, k, v = (x.unflatten(-1, (self.heads, -1)).transpose(1, 2) for x in (q, k, v))
        return self.outnorm(mlstm(q, k, v, i, f).transpose(1, 2).flatten(2))


class ViLLayer(nn.Module):
    def __init__(self, dim, expand, blocks=4, taps=4):
        super().__init__()
        e = expand * dim
        self.proj_up = nn.Linear(dim, 2 * e)
        self.q_proj, self.k_proj, self.v_proj = Headwise(e, blocks), Headwise(e, blocks), Headwise(e, blocks)
        self.conv = CausalConv(e, taps)
        self.mlstm_cell = Cell(e, blocks)                           # as many heads as channels in a block: 4
        self.learnable_skip = nn.Parameter(torch.ones(e))
        self.proj_down = nn.Linear(e, dim)

    def forward(self, x):
        u, z = self.proj_up(x).chunk(2, -1)
        a = F.silu(self.conv(u))
        h = self.mlstm_cell(self.q_proj(a), self.k_proj(a), self.v_proj(u))
        return self.proj_down((h + self.learnable_skip * a) * F.silu(z))


class ViLBlock(nn.Module):
    def __init__(self, dim, layer):
        super().__init__()
        self.norm, self.layer = ShiftedNorm(dim), layer

    def forward(self, x):
        return x + self.layer(self.norm(x))


def xlstm_block(m):
    c, e = m["hid_feature"], m["expansion_factor"]
    if m.get("embed_dim", c) != c:
        sys.exit("embed_dim must equal hid_feature: nothing joins the two")
    return TwoAxes(c, "xlstm", lambda: Both(lambda: ViLBlock(c, ViLLayer(c, e))))


# ---- the LSTM baselines: no code is published ----

class LSTM(nn.LSTM):
    def forward(self, x):
        return super().forward(x)[0]


class LSTMLayer(nn.Module):
    """ViLLayer with the mLSTM cell and its q, k, v projections replaced by an LSTM."""

    def __init__(self, dim, expand, taps=4):
        super().__init__()
        e = expand * dim
        self.proj_up, self.conv = nn.Linear(dim, 2 * e), CausalConv(e, taps)
        self.lstm = LSTM(e, e, batch_first=True)
        self.learnable_skip, self.proj_down = nn.Parameter(torch.ones(e)), nn.Linear(e, dim)

    def forward(self, x):
        u, z = self.proj_up(x).chunk(2, -1)
        a = F.silu(self.conv(u))
        return self.proj_down((self.lstm(a) + self.learnable_skip * a) * F.silu(z))


def lstm_block(m):
    c = m["hid_feature"]
    if m.get("lstm", "block") == "layer":
        return TwoAxes(c, "lstm", lambda: Both(lambda: ViLBlock(c, LSTMLayer(c, m["expansion_factor"]))))
    return TwoAxes(c, "lstm", lambda: Both(lambda: LSTM(c, c, batch_first=True)))


# ---- MP-SENet, the short paper's network: convolution-augmented transformers ----

class ConvModule(nn.Module):
    """ccm.4 runs along the axis that the block is named for; ccm.5 normalises with the statistics of training."""

    def __init__(self, c, taps=31):
        super().__init__()
        self.ccm = nn.ModuleDict({"0": nn.LayerNorm(c), "2": nn.Conv1d(c, 4 * c, 1),
                                  "4": nn.Conv1d(2 * c, 2 * c, taps, padding=taps // 2, groups=2 * c),
                                  "5": nn.BatchNorm1d(2 * c), "7": nn.Conv1d(2 * c, c, 1)})

    def forward(self, x):
        n = self.ccm
        a, gate = n["2"](n["0"](x).transpose(1, 2)).chunk(2, 1)
        return n["7"](F.silu(n["5"](n["4"](a * torch.sigmoid(gate))))).transpose(1, 2)


class FeedForward(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.ffm = nn.ModuleDict({"0": nn.LayerNorm(c), "1": nn.Linear(c, 4 * c), "4": nn.Linear(4 * c, c)})

    def forward(self, x):
        return self.ffm["4"](F.silu(self.ffm["1"](self.ffm["0"](x))))


class CrossAttention(nn.Module):
    """Self-attention among the SEQUENCES, position by position: over dimension 0 unless batch_first."""

    def __init__(self, c, batch_first):
        super().__init__()
        self.attn, self.layernorm = nn.MultiheadAttention(c, 4, batch_first=batch_first), nn.LayerNorm(c)

    def forward(self, x):
        x = self.layernorm(x)
        return self.attn(x, x, x)[0]


class ConformerBlock(nn.Module):
    def __init__(self, c, batch_first):
        super().__init__()
        self.ffm1, self.attn = FeedForward(c), CrossAttention(c, batch_first)
        self.ccm, self.ffm2 = ConvModule(c), FeedForward(c)
        self.post_norm = nn.LayerNorm(c)

    def forward(self, x):
        x = x + 0.5 * self.ffm1(x)
        x = x + self.attn(x)
        x = x + self.ccm(x)
        return self.post_norm(x + 0.5 * self.ffm2(x))


class TSConformer(Axes):
    def __init__(self, m):
        super().__init__()
        c, first = m["hid_feature"], m.get("batch_first", False)
        self.time_conformer, self.freq_conformer = ConformerBlock(c, first), ConformerBlock(c, first)

    def along_time(self, x):
        return x + self.time_conformer(x)

    def along_freq(self, x):
        return x + self.freq_conformer(x)


# ---- MP-SENet, the long paper's network: transformers with a GRU, a causal codec ----

class FFN(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.gru, self.linear = nn.GRU(c, 2 * c, bidirectional=True), nn.Linear(4 * c, c)   # over dimension 0

    def forward(self, x):
        return self.linear(F.leaky_relu(self.gru(x)[0], 0.01))


class TransformerBlock(nn.Module):
    def __init__(self, c, batch_first):
        super().__init__()
        self.norm1, self.attention = nn.LayerNorm(c), nn.MultiheadAttention(c, 4, batch_first=batch_first)
        self.norm2, self.ffn, self.norm3 = nn.LayerNorm(c), FFN(c), nn.LayerNorm(c)

    def forward(self, x):
        y = self.norm1(x)
        x = x + self.attention(y, y, y)[0]
        return self.norm3(x + self.ffn(self.norm2(x)))


class TSTransformer(Axes):
    def __init__(self, m):
        super().__init__()
        c, first = m["hid_feature"], m.get("batch_first", False)
        self.time_transformer, self.freq_transformer = TransformerBlock(c, first), TransformerBlock(c, first)

    def along_time(self, x):
        return x + self.time_transformer(x)

    def along_freq(self, x):
        return x + self.freq_transformer(x)


class PastDenseBlock(nn.Module):
    """2 x 3 convolutions that see the frame and the one 2^i before it; the bins beside."""

    def __init__(self, c):
        super().__init__()
        self.dense_block = nn.ModuleList(
            nn.Sequential(nn.ConstantPad2d((1, 1, 2 ** i, 0), 0.),
                          nn.Conv2d(c * (i + 1), c, (2, 3), dilation=(2 ** i, 1)),
                          nn.InstanceNorm2d(c, affine=True), nn.PReLU(c)) for i in range(4))

    def forward(self, x):
        return base.DenseBlock.forward(self, x)


class PastEncoder(nn.Module):
    def __init__(self, m):
        super().__init__()
        c = m["hid_feature"]
        self.dense_conv_1 = unit(nn.Conv2d(2, c, 1), c)
        self.dense_block = PastDenseBlock(c)
        self.dense_conv_2 = unit(nn.Conv2d(c, c, (1, 3), stride=(1, 2), padding=(0, 1)), c)

    def forward(self, x):
        return self.dense_conv_2(self.dense_block(self.dense_conv_1(x)))


class SubPixel(nn.Module):
    """Twice the bins: the first half of the channels becomes the even ones, the second half the odd ones."""

    def __init__(self, c):
        super().__init__()
        self.conv = nn.Conv2d(c, 2 * c, (1, 3), padding=(0, 1))

    def forward(self, x):
        even, odd = self.conv(x).chunk(2, 1)
        return torch.stack((even, odd), -1).flatten(-2)


class PastMagDecoder(nn.Module):
    def __init__(self, m, bins):
        super().__init__()
        c = m["hid_feature"]
        self.dense_block = PastDenseBlock(c)
        self.mask_conv = nn.Sequential(*unit(SubPixel(c), c), nn.Conv2d(c, 1, (1, 2)))
        self.lsigmoid = LearnableSigmoid(bins, m["beta"])

    def forward(self, x):
        return self.lsigmoid(self.mask_conv(self.dense_block(x))[:, 0].transpose(1, 2))


class PastPhaseDecoder(nn.Module):
    def __init__(self, m):
        super().__init__()
        c = m["hid_feature"]
        self.dense_block, self.phase_conv = PastDenseBlock(c), unit(SubPixel(c), c)
        self.phase_conv_r, self.phase_conv_i = nn.Conv2d(c, 1, (1, 2)), nn.Conv2d(c, 1, (1, 2))

    def forward(self, x):
        return PhaseDecoder.forward(self, x)


class MPNet(Network):
    def __init__(self, cfg):
        super().__init__(cfg, "TSTransformer", TSTransformer, cfg["model_cfg"]["blocks"],
                         PastEncoder, PastMagDecoder, PastPhaseDecoder)

    def polar(self, X):
        return torch.sqrt(X.real ** 2 + X.imag ** 2 + 1e-9), torch.atan2(X.imag + 1e-10, X.real + 1e-5)


# ---- which one ----

def mamba_block(m):
    return TwoAxes(m["hid_feature"], "mamba", lambda: BiMamba(m["hid_feature"], m))


FAMILIES = {
    "semamba": lambda cfg: Network(cfg, "TSMamba", mamba_block, cfg["model_cfg"]["num_tfmamba"]),
    "mpsenet": MPNet,
    "mpsenet2023": lambda cfg: Network(cfg, "TSConformer", TSConformer, cfg["model_cfg"]["blocks"]),
    "xlstmsenet": lambda cfg: Network(cfg, "TSxLSTM", xlstm_block, cfg["model_cfg"]["num_tfxlstm"]),
    "lstm": lambda cfg: Network(cfg, "TSLSTM", lstm_block, cfg["model_cfg"]["num_tflstm"]),
    "mambattention": lambda cfg: Network(cfg, "TFMambAttention", base.Block, cfg["model_cfg"]["num_tfmamba"]),
    "unshared": lambda cfg: Network(cfg, "TFMambAttention", Unshared, cfg["model_cfg"]["num_tfmamba"]),
    "after": lambda cfg: Network(cfg, "TFMambAttention", MambaFirst, cfg["model_cfg"]["num_tfmamba"]),
}
CHECKPOINTS = {"TSMamba.": "semamba", "TSTransformer.": "mpsenet", "TSConformer.": "mpsenet2023",
               "TSxLSTM.": "xlstmsenet", "TSLSTM.": "lstm",
               "TFMambAttention.0.time_attention.": "unshared", "TFMambAttention.": "mambattention"}


def family(cfg, names=()):
    """The config's `family`; else the name of the blocks in the checkpoint; else the config's own fields. (The
    published configs of SEMamba and MambAttention have the same fields, and MP-SENet's two networks have one config:
    only the checkpoint tells those apart. `after` has MambAttention's names and shapes: only `family` tells it.)"""
    if "family" in cfg:
        return cfg["family"]
    for start, kind in CHECKPOINTS.items():
        if any(n.startswith(start) for n in names):
            return kind
    if "dense_channel" in cfg:
        return "mpsenet"
    if "num_tfxlstm" in cfg.get("model_cfg", {}):
        return "xlstmsenet"
    sys.exit("this config fits more than one relative: add a line `family: NAME`, one of " + ", ".join(FAMILIES))


def normal(cfg):
    """MP-SENet's flat JSON in the form of the other configs."""
    if "dense_channel" not in cfg:
        return cfg
    return {"stft_cfg": {k: cfg[k] for k in ("sampling_rate", "n_fft", "hop_size", "win_size")},
            "model_cfg": {"hid_feature": cfg["dense_channel"], "compress_factor": cfg["compress_factor"],
                          "beta": cfg["beta"], "blocks": cfg.get("num_tsconformers", 4),
                          "batch_first": cfg.get("batch_first", False),
                          "input_channel": 2, "output_channel": 1}}


def build(cfg, names=()):
    kind = family(cfg, names)
    if kind not in FAMILIES:
        sys.exit(f"no such family: {kind} (one of {', '.join(FAMILIES)})")
    return FAMILIES[kind](normal(cfg)).eval()


def enhance(model, cfg, wav, stages=None):
    """As base.enhance, with the model's own magnitude and phase. wav: (samples,). As many samples out as in."""
    s, c = cfg["stft_cfg"], cfg["model_cfg"]["compress_factor"]
    w = torch.hann_window(s["win_size"], dtype=wav.dtype)
    g = torch.sqrt(wav.numel() / (wav ** 2).sum())
    mag, pha = model.polar(base.stft(wav * g, s, w))
    mag, pha = model(mag ** c, pha, stages)
    Y = torch.polar(mag ** (1 / c), pha)
    return torch.istft(Y, s["n_fft"], s["hop_size"], s["win_size"], w, center=True, length=wav.numel())[0] / g


def init(cfg, seed):
    """Random weights with every parameter away from its neutral value, so that nothing can be left out unnoticed."""
    torch.manual_seed(seed)
    model = build(cfg)
    with torch.no_grad():
        for name, p in list(model.named_parameters()) + list(model.named_buffers()):
            if name.endswith("dt_proj.bias"):
                p.uniform_(-6, -2)
            elif name.endswith("running_var"):
                p.uniform_(0.5, 1.5)
            elif name.endswith("A_log") or p.dim() == 1 or name.endswith("slope"):
                p.add_(0.1 * torch.randn_like(p))
    return model


def macs(model, cfg):
    """Multiply-adds for one second of audio by operation, and those of attention over time for each second that the
    recording lasts; norms and pointwise work left out. One multiply-add for each weight at each position, three for
    each state element of a scan, two for each pair and channel of attention."""
    rate, frames, count = cfg["stft_cfg"]["sampling_rate"] / cfg["stft_cfg"]["hop_size"], 23, {}

    def add(key, n, order=1):
        count[key] = count.get(key, 0) + n * (rate / frames) ** order

    def seen(m, x, y):
        x, weights = x[0], sum(p.numel() for n, p in m.named_parameters(recurse=False) if "weight" in n)
        if isinstance(m, (nn.Conv2d, nn.Conv1d, nn.ConvTranspose2d, nn.ConvTranspose1d)):
            small = x if isinstance(m, (nn.ConvTranspose2d, nn.Conv1d)) else y
            add("convolution" if x.dim() == 4 else "linear, 1-d convolution",
                x.shape[0] * small[0, 0].numel() * weights)
        elif isinstance(m, (nn.Linear, Headwise)):
            add("linear, 1-d convolution", x[..., 0].numel() * weights)
        elif isinstance(m, (nn.LSTM, nn.GRU)):
            add("LSTM, GRU", x[..., 0].numel() * weights)
        elif isinstance(m, nn.MultiheadAttention):
            n, L = x.shape[:2] if m.batch_first else x.shape[1::-1]
            add("attention projections", n * L * 4 * m.embed_dim ** 2)
            over_time = L == frames
            add("attention over " + ("time, x seconds" if over_time else "frequency"), n * 2 * L * L * m.embed_dim,
                1 + over_time)
        elif isinstance(m, base.Mixer):
            add("scan", x[..., 0].numel() * 3 * m.D.numel() * m.n)
        elif isinstance(m, Cell):
            add("mLSTM state, step by step", x[..., 0].numel() * 3 * x.shape[-1] ** 2 // m.heads)

    hooks = [m.register_forward_hook(seen) for m in model.modules()]
    z = torch.randn(1, cfg["stft_cfg"]["n_fft"] // 2 + 1, frames)
    with torch.no_grad():
        model(z.abs(), z)
    for h in hooks:
        h.remove()
    return count


def main(argv):
    import yaml
    if len(argv) < 2 or len(argv) != {"init": 5, "run": 6, "stages": 6, "info": 3}.get(argv[1]):
        sys.exit(__doc__)
    cfg = yaml.safe_load(open(argv[2]))
    if argv[1] == "init":
        torch.save({"generator": init(cfg, int(argv[3])).state_dict()}, argv[4])
        return
    if argv[1] == "info":
        model = build(cfg)
        print(f"{family(cfg)}: {sum(p.numel() for p in model.parameters()):,} parameters")
        counts = macs(model, normal(cfg))
        for k, v in sorted(counts.items(), key=lambda kv: -kv[1]):
            print(f"{v / 1e9:8.3f} GMAC for a second  {k}")
        return
    from scipy.io import wavfile
    weights = torch.load(argv[3], map_location="cpu")["generator"]
    model, cfg = build(cfg, weights), normal(cfg)
    model.load_state_dict(weights)
    rate, pcm = wavfile.read(argv[4])
    if rate != cfg["stft_cfg"]["sampling_rate"] or pcm.ndim != 1 or pcm.dtype != np.int16:
        sys.exit(f"{argv[4]}: needs mono 16-bit PCM at {cfg['stft_cfg']['sampling_rate']} Hz")
    stages = {} if argv[1] == "stages" else None
    with torch.no_grad():
        out = enhance(model, cfg, torch.from_numpy(pcm / np.float32(32768)), stages).numpy()
    np.savez(argv[5], output=out, **stages) if stages is not None else np.save(argv[5], out)


if __name__ == "__main__":
    main(sys.argv)
