"""The span model in PyTorch, as `qa.training.spans` trains it; `qa.reading.network` runs it with numpy."""

import math

import torch
from torch import Tensor, nn

from qa.questions import KINDS
from qa.reading.atoms import FLAGS
from qa.reading.network import HEADS

WIDTH, LAYERS, DROPOUT = 128, 3, 0.25


class Block(nn.Module):
    """Local convolution, self-attention and a feed-forward layer, each added to its input."""

    def __init__(self) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(3))
        self.near = nn.Conv1d(WIDTH, WIDTH, 5, padding=2)
        self.project, self.join = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.wide = nn.Sequential(
            nn.Linear(WIDTH, 3 * WIDTH),
            nn.GELU(approximate="tanh"),
            nn.Dropout(DROPOUT / 2),
            nn.Linear(3 * WIDTH, WIDTH),
        )
        self.dropout = nn.Dropout(DROPOUT / 2)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (batch, length, WIDTH), mask (batch, length) true where there is an atom."""
        near = self.near((self.norms[0](x) * mask[:, :, None]).transpose(1, 2)).transpose(1, 2)
        x = x + self.dropout(torch.nn.functional.gelu(near, approximate="tanh"))
        batch, length, _ = x.shape
        q, k, v = (
            self.project(self.norms[1](x))
            .view(batch, length, 3, HEADS, WIDTH // HEADS)
            .permute(2, 0, 3, 1, 4)
        )
        weights = (q @ k.transpose(-1, -2)) / math.sqrt(WIDTH / HEADS) + (~mask)[:, None, None, :] * -1e4
        found = (weights.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, WIDTH)
        x = x + self.dropout(self.join(found))
        result: Tensor = x + self.dropout(self.wide(self.norms[2](x)))
        return result


class SpanModel(nn.Module):
    """Question and sentence -> log-odds of first and last atom of the answer, and that there is one."""

    def __init__(self, dimension: int) -> None:
        super().__init__()
        self.vectors = nn.Linear(2 * dimension, WIDTH)
        self.flags = nn.Linear(FLAGS, WIDTH)
        self.kind = nn.Linear(len(KINDS), WIDTH)
        self.encode = Block()
        self.mix = nn.Linear(4 * WIDTH, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.ask = nn.Linear(WIDTH, 2 * WIDTH)
        self.ends = nn.Linear(WIDTH, 2 * WIDTH)
        self.answers = nn.Sequential(
            nn.Linear(2 * WIDTH, WIDTH), nn.GELU(approximate="tanh"), nn.Linear(WIDTH, 1)
        )
        self.dropout = nn.Dropout(DROPOUT)

    def forward(
        self,
        q: Tensor,
        q_flags: Tensor,
        q_mask: Tensor,
        p: Tensor,
        p_flags: Tensor,
        p_mask: Tensor,
        kind: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Vectors (batch, length, 2 * dimension), flags (batch, length, FLAGS), masks; kind (batch, kinds)."""
        asked = self.encode(
            self.vectors(self.dropout(q)) + self.flags(q_flags) + self.kind(kind)[:, None], q_mask
        )
        passage = self.encode(self.vectors(self.dropout(p)) + self.flags(p_flags), p_mask)
        weights = passage @ asked.transpose(1, 2) / math.sqrt(WIDTH) + (~q_mask)[:, None, :] * -1e4
        found = weights.softmax(-1) @ asked
        x = self.mix(self.dropout(torch.cat([passage, found, passage * found, passage - found], -1)))
        x = x + self.flags(p_flags) + self.kind(kind)[:, None]
        for block in self.blocks:
            x = block(x, p_mask)
        pooled = (asked * q_mask[:, :, None]).sum(1) / q_mask.sum(1, keepdim=True)
        x = self.dropout(x)
        first, last = (
            (self.ends(x) * (1 + self.ask(pooled))[:, None]).view(*x.shape[:2], 2, WIDTH).sum(-1).unbind(-1)
        )
        whole = (x * p_mask[:, :, None]).sum(1) / p_mask.sum(1, keepdim=True)
        answers = self.answers(torch.cat([whole, pooled], -1)).squeeze(-1)
        outside = (~p_mask) * -1e4
        return first + outside, last + outside, answers
