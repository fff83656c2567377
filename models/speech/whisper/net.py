"""The Whisper network in plain torch: encoder, and decoder in three uses.

Whisper (Radford et al. 2022, arXiv:2212.04356): log-mel frames pass two convolutions (the second halves the rate to
50 Hz) and pre-norm transformer blocks; the decoder attends to its own past and to the encoder's output.

The decoder is used to *read* a whole text at once (a prompt before the search, a found text for its word times), and
to *step* by one token a hypothesis with a static cache. Nothing in a step depends on the values of tensors or changes
a shape, so a CUDA graph can hold it. The weights are in layers.py.

In the shapes below N is windows, B hypotheses of a window, H heads, D numbers a head, S slots of the cache.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F  # noqa: N812

from models.speech.whisper.layers import DecoderLayer, EncoderLayer, FeedForward, Norm, Whisper

FRAMES_IN = 3000
"""Mel frames of 10 ms in the 30 s that the network always hears."""


class Past(NamedTuple):
    """Keys and values of the text so far, for every decoder layer: each (layers, N, H, S, D)."""

    keys: torch.Tensor
    values: torch.Tensor


class CrossKeys(NamedTuple):
    """Keys and values of the sound, for every decoder layer.

    Args:
        keys, values: each (layers, N, H, 1500, D).
        bias: (N, 1, 1, 1500) 0 where a frame is attended to, -inf elsewhere, in the network's type.
    """

    keys: torch.Tensor
    values: torch.Tensor
    bias: torch.Tensor


class Reading(NamedTuple):
    """What reading a text gives.

    Args:
        hidden: (N, tokens, width), after the last norm.
        keys, values: self-attention's, each (layers, N, H, tokens, D).
        scores: attention scores before the softmax of the heads asked for, float32 (N, heads, tokens, 1500).
    """

    hidden: torch.Tensor
    keys: torch.Tensor
    values: torch.Tensor
    scores: torch.Tensor | None


def encode(
    net: Whisper,
    mel: torch.Tensor,
    block: Callable[[EncoderLayer, torch.Tensor, int, torch.Tensor | None], torch.Tensor] | None = None,
    lengths: Sequence[int] | None = None,
) -> torch.Tensor:
    """The sound of windows.

    Args:
        mel: (N, mels, 3000) log-mel frames in the network's type.
        block: a compiled `encoder_block`; as it is by default.
        lengths: of each window the frames of the output that are wanted, as if it were no longer; None is all 1500.
            Mel frames from twice as many on must be 0.

    Returns:
        (N, 1500, width); what is beyond a window's length means nothing.
    """
    run = block or encoder_block
    x = F.gelu(F.conv1d(mel, net.conv1.weight, net.conv1.bias, padding=1))
    x = F.gelu(F.conv1d(x, net.conv2.weight, net.conv2.bias, stride=2, padding=1))
    x = x.transpose(1, 2) + net.sound_positions
    # Without a mask attention is faster, and most windows of a batch of interviews are full.
    bias = _beyond(net, lengths) if lengths is not None and min(lengths) < x.shape[1] else None
    for layer in net.encoder:
        x = run(layer, x, net.sizes.heads, bias)
    return _norm(net.encoder_norm, x)


def encoder_block(layer: EncoderLayer, x: torch.Tensor, heads: int, bias: torch.Tensor | None) -> torch.Tensor:
    """One block of the encoder. All blocks have the same shapes, so compiling this one compiles the encoder."""
    query, key, value = (_split(part, heads) for part in F.linear(_norm(layer.norm, x), *layer.qkv).chunk(3, dim=-1))
    x = x + F.linear(_merge(F.scaled_dot_product_attention(query, key, value, attn_mask=bias)), *layer.out)
    return x + _feed(layer.feed, x)


def cross_keys(net: Whisper, sounds: Sequence[torch.Tensor]) -> CrossKeys:
    """What the decoder attends to of windows, computed once a window.

    Args:
        sounds: of each window the frames that are attended to, (at most 1500, width).
    """
    sound = sounds[0].new_zeros(len(sounds), net.sizes.sound_positions, net.sizes.width)
    for row, frames in zip(sound, sounds, strict=True):
        row[: len(frames)] = frames
    keys, values = [], []
    for layer in net.decoder:
        key, value = F.linear(sound, *layer.key_value).chunk(2, dim=-1)
        keys.append(_split(key, net.sizes.heads))
        values.append(_split(value, net.sizes.heads))
    bias = _beyond(net, [len(frames) for frames in sounds])
    return CrossKeys(torch.stack(keys), torch.stack(values), bias)


def read(net: Whisper, tokens: torch.Tensor, cross: CrossKeys, heads: Sequence[tuple[int, int]] = ()) -> Reading:
    """Read texts at once, from position 0; shorter ones are padded on the right with anything.

    Args:
        tokens: (N, tokens) identities.
        heads: (layer, head) pairs whose attention scores to the sound are wanted.
    """
    x = F.embedding(tokens, net.embedding) + net.text_positions[: tokens.shape[1]]
    keys, values, scores = [], [], {}
    for index, layer in enumerate(net.decoder):
        query, key, value = _self_parts(net, layer, x)
        keys.append(key)
        values.append(value)
        attended = F.scaled_dot_product_attention(query, key, value, is_causal=True)
        x = x + F.linear(_merge(attended), *layer.out)
        query = _split(F.linear(_norm(layer.cross_norm, x), *layer.query), net.sizes.heads)
        attended = F.scaled_dot_product_attention(query, cross.keys[index], cross.values[index], attn_mask=cross.bias)
        for head in (head for at, head in heads if at == index):
            product = query[:, head] @ cross.keys[index][:, head].transpose(1, 2)
            scores[index, head] = product.float() * query.shape[-1] ** -0.5
        x = x + F.linear(_merge(attended), *layer.cross_out)
        x = x + _feed(layer.feed, x)
    wanted = torch.stack([scores[pair] for pair in heads], dim=1) if heads else None
    return Reading(_norm(net.decoder_norm, x), torch.stack(keys), torch.stack(values), wanted)


def step(
    net: Whisper,
    tokens: torch.Tensor,
    positions: torch.Tensor,
    cache: Past,
    slots: torch.Tensor,
    bias: torch.Tensor,
    cross: CrossKeys,
) -> torch.Tensor:
    """One token further in every hypothesis; its keys and values are written into the cache.

    The hypotheses of a window share one row of slots, and `bias` says which of them each may see. So a hypothesis
    that continues another needs no copy of the other's past, and the past of all is read once for all.

    Args:
        tokens: (N, B) the last token of each hypothesis.
        positions: (N,) its position in the text.
        cache: keys and values, each (layers, N, H, S, D); changed.
        slots: (N, B) where the token's key and value go.
        bias: (N, B, S) 0 where a hypothesis sees a slot (its own new one too), -inf elsewhere, in the network's type.
        cross: keys and values of the sound.

    Returns:
        Scores of the next token before the softmax, float32 (N, B, vocabulary).
    """
    x = F.embedding(tokens, net.embedding) + net.text_positions[positions][:, None]
    where = slots[:, None, :, None].expand(-1, net.sizes.heads, -1, net.sizes.width // net.sizes.heads)
    for index, layer in enumerate(net.decoder):
        query, key, value = _self_parts(net, layer, x)
        cache.keys[index].scatter_(2, where, key)
        cache.values[index].scatter_(2, where, value)
        attended = F.scaled_dot_product_attention(
            query, cache.keys[index], cache.values[index], attn_mask=bias[:, None]
        )
        x = x + F.linear(_merge(attended), *layer.out)
        query = _split(F.linear(_norm(layer.cross_norm, x), *layer.query), net.sizes.heads)
        attended = F.scaled_dot_product_attention(query, cross.keys[index], cross.values[index], attn_mask=cross.bias)
        x = x + F.linear(_merge(attended), *layer.cross_out)
        x = x + _feed(layer.feed, x)
    return logits(net, _norm(net.decoder_norm, x))


def logits(net: Whisper, hidden: torch.Tensor) -> torch.Tensor:
    """Scores of the next token before the softmax, float32, from the decoder's normed output."""
    return F.linear(hidden, net.embedding).float()


def _beyond(net: Whisper, lengths: Sequence[int]) -> torch.Tensor:
    """(N, 1, 1, 1500) 0 in the frames of a window's length, -inf beyond it, in the network's type."""
    ends = torch.tensor(lengths, device=net.device)[:, None]
    beyond = torch.arange(net.sizes.sound_positions, device=net.device) >= ends
    bias = torch.zeros(beyond.shape, dtype=net.dtype, device=net.device).masked_fill(beyond, -torch.inf)
    return bias[:, None, None]


def _self_parts(net: Whisper, layer: DecoderLayer, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    query, key, value = F.linear(_norm(layer.norm, x), *layer.qkv).chunk(3, dim=-1)
    heads = net.sizes.heads
    return _split(query, heads), _split(key, heads), _split(value, heads)


def _norm(norm: Norm, x: torch.Tensor) -> torch.Tensor:
    return F.layer_norm(x, norm.weight.shape, norm.weight, norm.bias)


def _feed(feed: FeedForward, x: torch.Tensor) -> torch.Tensor:
    return F.linear(F.gelu(F.linear(_norm(feed.norm, x), *feed.up)), *feed.down)


def _split(x: torch.Tensor, heads: int) -> torch.Tensor:
    """(N, tokens, width) to (N, H, tokens, D)."""
    return x.view(x.shape[0], x.shape[1], heads, -1).transpose(1, 2)


def _merge(x: torch.Tensor) -> torch.Tensor:
    """(N, H, tokens, D) to (N, tokens, width)."""
    return x.transpose(1, 2).flatten(2)
