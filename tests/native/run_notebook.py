#!/usr/bin/python3
"""run_notebook.py NOTEBOOK: runs its cells with the kernel "deno" of JUPYTER_PATH, and prints the outputs of its code cells as JSON.

A front end shows what comes for a cell whenever it comes. Deno's kernel says now and then that a cell has ended before it has sent
its result, and nbconvert drops what comes after that: hence this.
"""

import json
import os
import queue
import sys
import time

from jupyter_client.manager import KernelManager

CELL_SECONDS = 120
# For so long nothing must come any more before the next cell is run.
QUIET_SECONDS = 0.5


def run(client, source):
    outputs = []
    request = client.execute(source)
    deadline = time.monotonic() + CELL_SECONDS
    ended = False
    while True:
        try:
            message = client.get_iopub_msg(timeout=QUIET_SECONDS)
        except queue.Empty:
            if ended:
                return outputs
            if time.monotonic() > deadline:
                sys.exit(f"did not end in {CELL_SECONDS} s: {source}")
            continue
        if message["parent_header"].get("msg_id") != request:
            continue
        kind, content = message["msg_type"], message["content"]
        if kind == "status":
            ended = ended or content["execution_state"] == "idle"
        elif kind == "error":
            sys.exit("\n".join([source, *content["traceback"]]))
        elif kind == "stream":
            outputs.append({"output_type": kind, "name": content["name"], "text": [content["text"]]})
        elif kind in ("display_data", "execute_result"):
            display = content.get("transient", {}).get("display_id")
            outputs.append({"output_type": kind, "data": content["data"], "display": display})
        elif kind == "update_display_data":
            for output in outputs:
                if output.get("display") == content["transient"]["display_id"]:
                    output["data"] = content["data"]


with open(sys.argv[1], encoding="utf-8") as file:
    cells = json.load(file)["cells"]
os.chdir(os.path.dirname(os.path.abspath(sys.argv[1])))
manager = KernelManager(kernel_name="deno")
# What the kernel itself prints is not the result.
manager.start_kernel(stdout=sys.stderr)
client = manager.client()
try:
    client.start_channels()
    client.wait_for_ready(timeout=CELL_SECONDS)
    print(json.dumps([run(client, "".join(cell["source"])) for cell in cells if cell["cell_type"] == "code"]))
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
