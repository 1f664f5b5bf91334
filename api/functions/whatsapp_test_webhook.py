"""`POST /functions/v1/whatsapp-test-webhook`: run the built-in scenarios against this deployment."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.deps import Deps, Developer
from api.errors import responses
from processors.errors import BadRequest
from processors.scenarios.runner import ScenarioRunner
from processors.scenarios.scripts import load_scenarios

router = APIRouter(prefix="/functions/v1", tags=["functions"])


class ScenarioRequest(BaseModel):
    """Which scenarios to run; all of them when none is named."""

    model_config = ConfigDict(json_schema_extra={"examples": [{}, {"scenarios": ["greeting", "order"]}]})

    scenarios: list[str] | None = Field(default=None, max_length=100)


class ScenarioReport(BaseModel):
    """What came of one scenario. `steps` is what was said and what was answered."""

    name: str
    passed: bool
    steps: list[dict[str, Any]]
    error: str | None = None
    ms: int


class TestReport(BaseModel):
    """The whole run."""

    passed: int = Field(examples=[14])
    failed: int = Field(examples=[0])
    results: list[ScenarioReport]


@router.post(
    "/whatsapp-test-webhook",
    response_model=TestReport,
    dependencies=[Developer],
    responses=responses(400, 401, 409, 422, 503),
    summary="Run the built-in scenarios",
)
async def run_scenarios(deps: Deps, request: ScenarioRequest | None = None) -> TestReport:
    """Play conversations through the same engine on the simulated account, with fresh phone numbers.

    Orders that they place are cancelled at their end, so that no stock stays reserved.
    """
    scenarios = {scenario.name: scenario for scenario in load_scenarios()}
    names = (request.scenarios if request else None) or list(scenarios)
    if unknown := [name for name in names if name not in scenarios]:
        raise BadRequest(
            f"there is no scenario {unknown[0][:50]!r}",
            field="scenarios",
            remedy="Known ones: " + ", ".join(scenarios),
        )
    kit = await deps.turns()
    runner = ScenarioRunner(kit.services, kit.simulator)
    results = await runner.run_all([scenarios[name] for name in dict.fromkeys(names)])
    return TestReport(
        passed=sum(result.passed for result in results),
        failed=sum(not result.passed for result in results),
        results=[
            ScenarioReport(
                name=result.name,
                passed=result.passed,
                steps=[dict(step) for step in result.steps],
                error=result.error,
                ms=result.ms,
            )
            for result in results
        ],
    )
