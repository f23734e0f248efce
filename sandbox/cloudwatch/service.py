"""CloudWatch in front of the emulator, which keeps data points, states, history and composite alarms.

What the emulator drops of an alarm's definition is kept here, and so is the evaluation of metric alarms: the emulator
would compare all data points of a metric, whatever their dimensions, and knows no expressions. Suppression of
composite alarms is remembered, not acted on.
"""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import botocore.session
from botocore.model import ServiceModel

from sandbox import query_protocol
from sandbox.cloudwatch.evaluation import Points, horizon, require_known, state_of
from sandbox.cloudwatch.metric_math import ExpressionError
from sandbox.gaps.memory import Memory
from sandbox.json_protocol import respond
from sandbox.wire import OK, Gap, Handler, Request, Response

_TARGET = "GraniteServiceVersion20100801."
_JSON = "application/x-amz-json-1.0"

Parameters = dict[str, Any]

# The emulator's own: how the alarm is doing, and whether it tells anybody.
_STATE = (
    "ActionsEnabled",
    "AlarmArn",
    "AlarmConfigurationUpdatedTimestamp",
    "StateReason",
    "StateReasonData",
    "StateTransitionedTimestamp",
    "StateUpdatedTimestamp",
    "StateValue",
)


@functools.cache
def model() -> ServiceModel:
    """Return botocore's model of CloudWatch."""
    return botocore.session.get_session().get_service_model("cloudwatch")


def remembering(memory: Memory) -> Gap:
    """Return a handler that keeps whole definitions of alarms, evaluates them, and speaks JSON and Query alike."""

    async def handle(request: Request, emulator: Handler) -> Response:
        is_json = "x-amz-target" in request.headers
        if not is_json and "Action" not in request.form:
            return await emulator(request)
        action = request.action
        given = json.loads(request.body) if is_json else query_protocol.parse(model(), action, request.form)
        status, answer = await _Alarms(memory, request, emulator).answer(action, given)
        if is_json:
            return respond(answer, status=status)
        if status == OK:
            return status, {"Content-Type": "text/xml"}, query_protocol.render(model(), action, answer)
        error = query_protocol.render_error(model(), code=answer["__type"], message=answer["message"])
        return status, {"Content-Type": "text/xml"}, error

    return handle


class _Alarms:
    """The alarms of one region, while one request is answered."""

    def __init__(self, memory: Memory, request: Request, emulator: Handler) -> None:
        self._memory = memory
        self._request = request
        self._emulator = emulator

    async def answer(self, action: str, given: Parameters) -> tuple[int, Parameters]:
        """Return the status and what AWS would answer."""
        if action == "PutMetricAlarm":
            try:
                require_known(given)
            except ExpressionError as error:
                return 400, {"__type": "ValidationError", "message": str(error)}
        # Without its namespace the emulator leaves the evaluation of a metric alarm to us.
        passed_on = {**given, "Namespace": ""} if action == "PutMetricAlarm" else given
        if action == "DescribeAlarmsForMetric":
            action, passed_on = "DescribeAlarms", {"AlarmNames": self._names_for(given)}
        status, answer = await self._ask(action, passed_on)
        if status != OK:
            return status, answer
        match action:
            case "PutMetricAlarm" | "PutCompositeAlarm":
                self._memory[self._key(given["AlarmName"])] = json.dumps(given)
                await self._evaluate([given])
            case "PutMetricData":
                touched = [{**datum, "Namespace": given["Namespace"]} for datum in given["MetricData"]]
                await self._evaluate(self._definitions_about(touched))
            case "DeleteAlarms":
                for name in given["AlarmNames"]:
                    self._memory.pop(self._key(name), None)
            case "DescribeAlarms":
                answer |= {kind: [self._whole(alarm) for alarm in answer[kind]] for kind in _kinds(answer)}
        return status, answer

    async def _evaluate(self, definitions: Iterable[Parameters]) -> None:
        for definition in definitions:
            name = definition["AlarmName"]
            _, described = await self._ask("DescribeAlarms", {"AlarmNames": [name], "AlarmTypes": ["MetricAlarm"]})
            for alarm in described["MetricAlarms"]:
                now = time.time()
                points = {query["Id"]: await self._points(query, definition, now) for query in _queries(definition)}
                state = state_of(definition, points, now=now, current=alarm["StateValue"])
                if state.value != alarm["StateValue"]:
                    changed = {"AlarmName": name, "StateValue": state.value, "StateReason": state.reason}
                    await self._ask("SetAlarmState", changed)

    async def _points(self, query: Parameters, definition: Parameters, now: float) -> Points:
        asked = {
            "MetricDataQueries": [{**query, "ReturnData": True}],
            "StartTime": now - horizon(definition),
            "EndTime": now + query["MetricStat"]["Period"],
        }
        _, answer = await self._ask("GetMetricData", asked)
        (result,) = answer["MetricDataResults"]
        return dict(zip(result["Timestamps"], result["Values"], strict=True))

    async def _ask(self, action: str, parameters: Parameters) -> tuple[int, Parameters]:
        headers = {
            name: value
            for name, value in self._request.headers.items()
            if name.lower() not in ("content-type", "x-amz-target")
        }
        inner = replace(
            self._request,
            headers={**headers, "content-type": _JSON, "x-amz-target": _TARGET + action},
            body=json.dumps(parameters).encode(),
            query={},
        )
        status, _, body = await self._emulator(inner)
        answer: Parameters = json.loads(body or b"{}")
        return status, answer

    def _whole(self, alarm: Parameters) -> Parameters:
        """What was given of an alarm, and how it is doing."""
        known = self._memory.get(self._key(alarm["AlarmName"]))
        if known is None:
            return alarm
        definition = {name: value for name, value in json.loads(known).items() if name != "Tags"}
        return {**definition, **{name: alarm[name] for name in _STATE if name in alarm}}

    def _names_for(self, metric: Parameters) -> list[str]:
        # A name that no alarm has stands for none of them; no name at all would stand for all.
        return [definition["AlarmName"] for definition in self._definitions_about([metric])] or ["-"]

    def _definitions_about(self, metrics: Iterable[Parameters]) -> list[Parameters]:
        touched = {_identity(metric) for metric in metrics}
        return [each for each in self._definitions() if touched & set(map(_identity, _metrics(each)))]

    def _definitions(self) -> list[Parameters]:
        here = self._key("")
        return [json.loads(text) for key, text in self._memory.items() if key.startswith(here)]

    def _key(self, alarm: str) -> str:
        return f"{self._request.account}/{self._request.region}/{alarm}"


def _queries(definition: Parameters) -> list[Parameters]:
    """The metrics that an alarm looks at, each as a query of GetMetricData."""
    if "Metrics" in definition:
        return [query for query in definition["Metrics"] if "MetricStat" in query]
    stat = {
        "Metric": {name: definition[name] for name in ("Namespace", "MetricName", "Dimensions") if name in definition},
        "Period": definition["Period"],
        "Stat": definition.get("ExtendedStatistic") or definition["Statistic"],
    }
    return [{"Id": "m1", "MetricStat": stat}]


def _metrics(definition: Parameters) -> list[Mapping[str, Any]]:
    return [] if "AlarmRule" in definition else [query["MetricStat"]["Metric"] for query in _queries(definition)]


def _identity(metric: Mapping[str, Any]) -> tuple[str, str, frozenset[tuple[str, str]]]:
    dimensions = frozenset((each["Name"], each["Value"]) for each in metric.get("Dimensions", ()))
    return metric["Namespace"], metric["MetricName"], dimensions


def _kinds(answer: Parameters) -> list[str]:
    return [kind for kind in ("MetricAlarms", "CompositeAlarms") if kind in answer]
