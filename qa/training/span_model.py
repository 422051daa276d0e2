"""The span model in PyTorch, as `qa.training.spans` trains it; `qa.reading.network` runs it with numpy."""

import math

import torch
from torch import Tensor, nn

from qa.questions import KINDS
from qa.reading.atoms import BASIS, FLAGS
from qa.reading.network import HEADS, NEAR

WIDTH, LAYERS, DROPOUT = 96, 1, 0.15


def gelu(x: Tensor) -> Tensor:
    """The variant that numpy can do without an error function."""
    return torch.nn.functional.gelu(x, approximate="tanh")


class Block(nn.Module):
    """Local convolution, self-attention and a feed-forward layer, each added to its input."""

    def __init__(self) -> None:
        super().__init__()
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(3))
        self.near = nn.Linear(NEAR * WIDTH, WIDTH)  # a convolution over neighbours, as one product
        self.project, self.join = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.wide, self.narrow = nn.Linear(WIDTH, 2 * WIDTH), nn.Linear(2 * WIDTH, WIDTH)
        self.dropout = nn.Dropout(DROPOUT)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x (batch, length, WIDTH), mask (batch, length) true where there is an atom."""
        batch, length, _ = x.shape
        inner = nn.functional.pad(self.norms[0](x) * mask[:, :, None], (0, 0, NEAR // 2, NEAR // 2))
        x = x + gelu(self.near(torch.cat([inner[:, i : i + length] for i in range(NEAR)], -1)))
        q, k, v = self.project(self.norms[1](x)).view(batch, length, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-1, -2)) / math.sqrt(WIDTH / HEADS) + (~mask)[:, None, None, :] * -1e4
        found = (weights.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, WIDTH)
        x = x + self.join(found)
        result: Tensor = x + self.dropout(self.narrow(gelu(self.wide(self.norms[2](x)))))
        return result


class SpanModel(nn.Module):
    """Question and sentence -> log-odds of first and last atom of the answer, and that there is one."""

    def __init__(self) -> None:
        super().__init__()
        self.vectors = nn.Linear(2 * BASIS, WIDTH)
        self.flags = nn.Linear(FLAGS, WIDTH)
        self.kind = nn.Linear(len(KINDS), WIDTH)
        self.encode = Block()
        self.mix = nn.Linear(4 * WIDTH, WIDTH)
        self.blocks = nn.ModuleList(Block() for _ in range(LAYERS))
        self.ask = nn.Linear(WIDTH, 2 * WIDTH)
        self.ends = nn.Linear(WIDTH, 2 * WIDTH)
        self.answers = nn.ModuleList([nn.Linear(3 * WIDTH, WIDTH), nn.Linear(WIDTH, 1)])
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
        """Vectors (batch, length, 2 * BASIS), flags (batch, length, FLAGS), masks; kind (batch, kinds)."""
        asked_kind = self.kind(kind)[:, None]
        flags = self.flags(p_flags)
        asked = self.encode(self.dropout(self.vectors(q)) + self.flags(q_flags) + asked_kind, q_mask)
        passage = self.encode(self.dropout(self.vectors(p)) + flags, p_mask)
        weights = passage @ asked.transpose(1, 2) / math.sqrt(WIDTH) + (~q_mask)[:, None, :] * -1e4
        found = weights.softmax(-1) @ asked
        x = self.mix(torch.cat([passage, found, passage * found, passage - found], -1))
        x = x + flags + asked_kind
        for block in self.blocks:
            x = block(x, p_mask)
        x = self.dropout(x)
        pooled = (asked * q_mask[:, :, None]).sum(1) / q_mask.sum(1, keepdim=True)
        first, last = (self.ends(x) * (1 + self.ask(pooled))[:, None]).view(*x.shape[:2], 2, WIDTH).sum(-1).unbind(-1)
        outside = (~p_mask)[:, :, None] * -1e4
        whole = (x * p_mask[:, :, None]).sum(1) / p_mask.sum(1, keepdim=True)
        most = (x + outside).max(1).values
        answers = self.answers[1](gelu(self.answers[0](torch.cat([whole, most, pooled], -1)))).squeeze(-1)
        return first + outside[:, :, 0], last + outside[:, :, 0], answers
