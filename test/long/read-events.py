"""Prints, as JSON, what TensorBoard itself reads from a folder of runs: `pip install tensorboard`, then
`python3 test/long/read-events.py runs`. For comparing with metrics.jsonl; no test needs it."""

import json
import sys

from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from tensorboard.plugins.hparams import metadata as hparams
from tensorboard.util import tensor_util


def session(content):
    start = hparams.parse_session_start_info_plugin_data(content)
    return {name: value.ListFields()[0][1] for name, value in start.hparams.items()}


multiplexer = EventMultiplexer().AddRunsFromDirectory(sys.argv[1])
multiplexer.Reload()
runs = {}
for run, tags in multiplexer.Runs().items():
    read = runs[run] = {}
    for tag in tags["tensors"]:
        metadata = multiplexer.SummaryMetadata(run, tag)
        plugin = metadata.plugin_data.plugin_name
        events = multiplexer.Tensors(run, tag)
        if plugin == "hparams":
            is_start = tag == hparams.SESSION_START_INFO_TAG
            read[tag] = session(metadata.plugin_data.content) if is_start else len(events)
        elif plugin == "scalars":
            read[tag] = [[event.step, tensor_util.make_ndarray(event.tensor_proto).item()] for event in events]
        else:
            shapes = [list(tensor_util.make_ndarray(event.tensor_proto).shape) for event in events]
            read[tag] = {"plugin": plugin, "steps": [event.step for event in events], "shapes": shapes}
print(json.dumps(runs, indent=1))
