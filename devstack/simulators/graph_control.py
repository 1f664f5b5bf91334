"""What a script may set on the Graph simulator."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from devstack.simulators.media import Case
from devstack.simulators.receipts import Mode
from devstack.simulators.service import Control
from devstack.simulators.templates import Template


class Failure(BaseModel):
    """How one send is refused; without `status` the code's usual one."""

    model_config = ConfigDict(extra="forbid")

    code: int = 131000
    status: int | None = Field(default=None, ge=400, le=599)


class LaterFailure(BaseModel):
    """The code with which an accepted message fails."""

    model_config = ConfigDict(extra="forbid")

    code: int = 131026


class GraphControl(Control):
    """The switches. Lists and `accept_then_hang` are used up, by sends only, one each, in order; `media_next` by
    look-ups of files.

    `throughput_mps` is messages per second and number, 0 for no limit; `pair_rate` false lifts that limit.
    """

    fail_next: list[Failure] = Field(default_factory=list)
    fail_later: list[LaterFailure] = Field(default_factory=list)
    accept_then_hang: int = Field(default=0, ge=0)
    receipts: Mode = "normal"
    receipt_delay_ms: float = Field(default=30, ge=0)
    templates: dict[str, Template] = Field(default_factory=dict)
    pair_rate: bool = True
    media_next: list[Case] = Field(default_factory=list)
    media_url_seconds: float = Field(default=300, ge=0)
    media_pause_ms: float = Field(default=250, ge=0)
    throughput_mps: int = Field(default=80, ge=0)
