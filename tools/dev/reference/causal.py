#!/usr/bin/env python3
"""Causal MambAttention in plain PyTorch for a CPU: the reference of the live models.

Parameter names are those of the published network (mambattention.py), as far as it has them. Slow on purpose. The whole
recording at once (`run`) and frame by frame with carried state (`live`) give the same result up to rounding: that is
what makes the network causal. Needs Debian's python3-torch, python3-numpy, python3-scipy and python3-yaml.

    causal.py init   CONFIG.yaml SEED OUT.pth             random but lively weights for a config
    causal.py run    CONFIG.yaml CKPT.pth IN.wav OUT.npy  enhance 16 kHz mono PCM16; OUT.npy: float32, (samples,)
    causal.py live   CONFIG.yaml CKPT.pth IN.wav OUT.npy  the same, hop by hop
    causal.py stages CONFIG.yaml CKPT.pth IN.wav OUT.npz  the tensors between the parts, to find a difference
    causal.py check  CONFIG.yaml CKPT.pth IN.wav          the largest difference between run and live, and what a sample
                                                          can know of later ones
"""
import sys

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

from mambattention import Attention, BiMamba, LearnableSigmoid, Layer


def unit(conv, c):
    return nn.Sequential(conv, nn.BatchNorm2d(c), nn.PReLU(c))


class DenseBlock(nn.Module):
    """As the published one, but each 3 x 3 convolution sees frames t - 2d, t - d and t."""

    def __init__(self, c):
        super().__init__()
        self.dense_block = nn.ModuleList(
            unit(nn.Conv2d(c * (i + 1), c, 3, dilation=(2 ** i, 1), padding=(0, 1)), c) for i in range(4))

    def forward(self, x, past=None):
        """x (B, C, T, F). past: None for zeros before the first frame; else a list of four tensors, the last 2d frames
        of each convolution's input, which is replaced by the new ones."""
        skip = x
        for i, layer in enumerate(self.dense_block):
            d = layer[0].dilation[0]
            before = past[i] if past is not None else None
            if before is None:
                before = skip.new_zeros(skip.shape[0], skip.shape[1], 2 * d, skip.shape[3])
            seen = torch.cat([before, skip], 2)
            if past is not None:
                past[i] = seen[:, :, -2 * d:]
            x = layer(seen)
            skip = torch.cat([x, skip], 1)
        return x


class Encoder(nn.Module):
    def __init__(self, m):
        super().__init__()
        c = m["hid_feature"]
        self.dense_conv_1 = unit(nn.Conv2d(m["input_channel"], c, 1), c)
        self.dense_block = DenseBlock(c)
        self.dense_conv_2 = unit(nn.Conv2d(c, c, (1, 3), stride=(1, 2)), c)

    def forward(self, x, past=None):
        return self.dense_conv_2(self.dense_block(self.dense_conv_1(x), past))


class MagDecoder(nn.Module):
    def __init__(self, m, bins):
        super().__init__()
        c, o = m["hid_feature"], m["output_channel"]
        self.dense_block = DenseBlock(c)
        self.mask_conv = nn.Sequential(nn.ConvTranspose2d(c, c, (1, 3), stride=(1, 2)), nn.Conv2d(c, o, 1),
                                       nn.BatchNorm2d(o), nn.PReLU(o), nn.Conv2d(o, o, 1))
        self.lsigmoid = LearnableSigmoid(bins, m["beta"])

    def forward(self, x, past=None):
        return self.lsigmoid(self.mask_conv(self.dense_block(x, past))[:, 0].transpose(1, 2))


class PhaseDecoder(nn.Module):
    def __init__(self, m):
        super().__init__()
        c, o = m["hid_feature"], m["output_channel"]
        self.dense_block = DenseBlock(c)
        self.phase_conv = unit(nn.ConvTranspose2d(c, c, (1, 3), stride=(1, 2)), c)
        self.phase_conv_r, self.phase_conv_i = nn.Conv2d(c, o, 1), nn.Conv2d(c, o, 1)

    def forward(self, x, past=None):
        x = self.phase_conv(self.dense_block(x, past))
        return torch.atan2(self.phase_conv_i(x), self.phase_conv_r(x))[:, 0].transpose(1, 2)


class Forward(nn.Module):
    """One direction of a bidirectional Mamba."""

    def __init__(self, dim, m):
        super().__init__()
        self.forward_blocks = nn.ModuleList([Layer(dim, m)])

    def forward(self, x):
        return self.forward_blocks[0](x)


class Block(nn.Module):
    """Attention to the last `attention_frames` frames, then Mamba forward, along time; attention to all bins, then
    Mamba both ways, along frequency. One attention module for both."""

    def __init__(self, m):
        super().__init__()
        c = m["hid_feature"]
        self.time_mamba, self.freq_mamba, self.attention = Forward(c, m), BiMamba(c, m), Attention(c)
        self.tlinear, self.flinear = nn.ConvTranspose1d(c, c, 1), nn.ConvTranspose1d(2 * c, c, 1)
        self.back = m["attention_frames"]

    def time_attention(self, x, past):
        a, n = self.attention.attn, self.attention.layernorm(x)
        old = 0
        if past is not None:
            seen = n if past.get("keys") is None else torch.cat([past["keys"], n], 1)
            old = seen.shape[1] - n.shape[1]
            past["keys"] = seen[:, max(0, seen.shape[1] - self.back + 1):]  # a real engine keeps k and v instead
        else:
            seen = n
        i, j = torch.arange(n.shape[1])[:, None] + old, torch.arange(seen.shape[1])[None]
        return a(n, seen, seen, attn_mask=(j > i) | (j <= i - self.back))[0]

    def time_scan(self, x, past):
        if past is None:
            return self.time_mamba(x)
        layer = self.time_mamba.forward_blocks[0]
        return x + step(layer.mixer, layer.norm(x), past)

    def forward(self, x, past=None):
        b, c, t, f = x.shape
        x = x.permute(0, 3, 2, 1).reshape(b * f, t, c)
        x = x + self.time_attention(x, past)
        x = x + self.tlinear(self.time_scan(x, past).transpose(1, 2)).transpose(1, 2)
        x = x.view(b, f, t, c).transpose(1, 2).reshape(b * t, f, c)
        x = x + self.attention(x)
        x = x + self.flinear(self.freq_mamba(x).transpose(1, 2)).transpose(1, 2)
        return x.view(b, t, f, c).permute(0, 3, 1, 2)


def step(mixer, x, past):
    """Mixer of mambattention.py for the next positions of a sequence: x (B, L, C); past carries the last d_conv - 1
    inputs of the convolution and the state h (B, E, N)."""
    u, z = mixer.in_proj(x).chunk(2, -1)
    taps = mixer.conv1d.weight.shape[-1]
    before = past["conv"] if past.get("conv") is not None else u.new_zeros(u.shape[0], taps - 1, u.shape[2])
    seen = torch.cat([before, u], 1)
    past["conv"] = seen[:, seen.shape[1] - (taps - 1):]
    u = F.conv1d(seen.transpose(1, 2), mixer.conv1d.weight, mixer.conv1d.bias, groups=u.shape[2])
    u = F.silu(u.transpose(1, 2))
    dt, B, C = mixer.x_proj(u).split([mixer.dt_rank, mixer.n, mixer.n], -1)
    dt, A = F.softplus(mixer.dt_proj(dt)), -mixer.A_log.exp()
    h = past["h"] if past.get("h") is not None else u.new_zeros(u.shape[0], u.shape[2], mixer.n)
    ys = []
    for l in range(u.shape[1]):
        h = torch.exp(dt[:, l, :, None] * A) * h + (dt[:, l] * u[:, l])[..., None] * B[:, l, None, :]
        ys.append((h * C[:, l, None, :]).sum(-1) + mixer.D * u[:, l])
    past["h"] = h
    return mixer.out_proj(torch.stack(ys, 1) * F.silu(z))


class CausalMambAttention(nn.Module):
    def __init__(self, cfg):
        super().__init__()
        m = cfg["model_cfg"]
        self.dense_encoder = Encoder(m)
        self.TFMambAttention = nn.ModuleList(Block(m) for _ in range(m["num_tfmamba"]))
        self.mask_decoder = MagDecoder(m, cfg["stft_cfg"]["n_fft"] // 2 + 1)
        self.phase_decoder = PhaseDecoder(m)

    def forward(self, mag, pha, stages=None, past=None):
        """mag (compressed), pha: (B, F, T). Returns the enhanced compressed magnitude and the phase, (B, F, T). past:
        see start()."""
        keep = (lambda k, v: stages.__setitem__(k, v[0].numpy())) if stages is not None else (lambda k, v: None)
        p = past
        if p is None:
            p = {"encoder": None, "mask": None, "phase": None, "blocks": [None] * len(self.TFMambAttention)}
        x = self.dense_encoder(torch.stack((mag, pha), 1).transpose(2, 3), p["encoder"])
        keep("encoder", x.permute(0, 2, 3, 1))                      # [T][F'][C]
        for i, block in enumerate(self.TFMambAttention):
            x = block(x, p["blocks"][i])
            keep(f"block{i}", x.permute(0, 2, 3, 1))
        mask, phase = self.mask_decoder(x, p["mask"]), self.phase_decoder(x, p["phase"])
        keep("mask", mask.transpose(1, 2)), keep("phase", phase.transpose(1, 2))    # [T][F]
        return mask * mag, phase

    def start(self):
        return {"encoder": [None] * 4, "mask": [None] * 4, "phase": [None] * 4,
                "blocks": [{} for _ in self.TFMambAttention]}


class Level:
    """The input's root mean square as far as it is known: a running mean of the frames' power over the first `horizon`
    frames, a leaky one after that. Frames quieter than -100 dB do not count, so that muting changes nothing."""

    def __init__(self, cfg):
        self.win, self.horizon = cfg["stft_cfg"]["win_size"], cfg["model_cfg"]["level_frames"]
        self.power, self.frames = 0., 0

    def next(self, spectrum):
        """spectrum (F,) of one frame. Returns the level, at least 1e-6."""
        two = torch.full((spectrum.shape[0],), 2., dtype=spectrum.real.dtype)
        two[0] = two[-1] = 1.
        # 0.375 win is the sum of hann^2
        p = float((two * (spectrum.real ** 2 + spectrum.imag ** 2)).sum() / (0.375 * self.win ** 2))
        if p > 1e-10:
            self.frames = min(self.frames + 1, self.horizon)
            self.power += (p - self.power) / self.frames
        return max(self.power ** 0.5, 1e-6)


def frames(cfg, wav):
    """Spectra (T, F): frame t sees the samples (t + 1) hop - win to (t + 1) hop - 1, zeros where there are none; as
    many frames as it takes for each sample to lie in win / hop of them."""
    s = cfg["stft_cfg"]
    hop, win = s["hop_size"], s["win_size"]
    count = -(-wav.numel() // hop) + win // hop - 1
    x = F.pad(wav, (win - hop, count * hop - wav.numel())).unfold(0, win, hop)
    return torch.fft.rfft(x * torch.hann_window(win, dtype=wav.dtype))


def overlap_add(cfg, spectra, samples):
    s = cfg["stft_cfg"]
    hop, win = s["hop_size"], s["win_size"]
    w = torch.hann_window(win, dtype=spectra.real.dtype)
    y, e = (torch.zeros(spectra.shape[0] * hop + win - hop, dtype=w.dtype) for _ in range(2))
    for t, frame in enumerate(torch.fft.irfft(spectra, n=win) * w):
        y[t * hop:t * hop + win] += frame
        e[t * hop:t * hop + win] += w * w
    return (y / e)[win - hop:win - hop + samples]


def enhance(model, cfg, wav, stages=None, live=False):
    """wav: (samples,) float. The whole recording at once or, live, one frame after the other. As many samples out as
    in."""
    c = cfg["model_cfg"]["compress_factor"]
    X, level = frames(cfg, wav), Level(cfg)
    g = torch.tensor([level.next(x) for x in X], dtype=wav.dtype)
    mag, pha = (X.abs() / g[:, None]) ** c, torch.angle(X)
    if live:
        past, out = model.start(), []
        for t in range(X.shape[0]):
            m, p = model(*(x[None, t:t + 1].transpose(1, 2) for x in (mag, pha)), past=past)
            out.append((m[0, :, 0], p[0, :, 0]))
        m, p = (torch.stack(v) for v in zip(*out))
    else:
        m, p = (v[0].t() for v in model(mag.t()[None], pha.t()[None], stages))
    return overlap_add(cfg, torch.polar(m ** (1 / c) * g[:, None], p), wav.numel())


def init(cfg, seed):
    """Random weights with every parameter away from its neutral value, so that nothing can be left out unnoticed."""
    torch.manual_seed(seed)
    model = CausalMambAttention(cfg)
    with torch.no_grad():
        for name, p in model.named_parameters():
            if name.endswith("dt_proj.bias"):
                p.uniform_(-6, -2)
            elif name.endswith("A_log"):
                p.add_(0.1 * torch.randn_like(p))
            elif p.dim() == 1 or name.endswith("slope"):
                p.add_(0.1 * torch.randn_like(p))
        for name, b in model.named_buffers():
            if name.endswith("running_mean"):
                b.normal_(0, 0.3)
            elif name.endswith("running_var"):
                b.uniform_(0.3, 1.5)
    return model.eval()


def main(argv):
    import yaml
    if len(argv) < 5 or argv[1] not in ("init", "run", "live", "stages", "check"):
        sys.exit(__doc__)
    cfg = yaml.safe_load(open(argv[2]))
    if argv[1] == "init":
        torch.save({"generator": init(cfg, int(argv[3])).state_dict()}, argv[4])
        return
    from scipy.io import wavfile
    model = CausalMambAttention(cfg).eval()
    model.load_state_dict(torch.load(argv[3], map_location="cpu")["generator"])
    rate, pcm = wavfile.read(argv[4])
    if rate != cfg["stft_cfg"]["sampling_rate"] or pcm.ndim != 1 or pcm.dtype != np.int16:
        sys.exit(f"{argv[4]}: needs mono 16-bit PCM at {cfg['stft_cfg']['sampling_rate']} Hz")
    wav, stages = torch.from_numpy(pcm / np.float32(32768)), {} if argv[1] == "stages" else None
    with torch.no_grad():
        if argv[1] == "check":
            a, b = enhance(model, cfg, wav), enhance(model, cfg, wav, live=True)
            cut = wav.numel() // 2
            other = wav.clone()
            other[cut:] = torch.randn(wav.numel() - cut) * wav.std()
            first = int((enhance(model, cfg, other) != a).nonzero()[0])
            print(f"run and live differ by {float((a - b).abs().max()):.1e} of {float(a.abs().max()):.2f}; a change at "
                  f"sample {cut} is first heard at sample {first}, {cut - first} before")
            return
        out = enhance(model, cfg, wav, stages, argv[1] == "live").numpy()
    np.savez(argv[5], output=out, **stages) if stages is not None else np.save(argv[5], out)


if __name__ == "__main__":
    main(sys.argv)
