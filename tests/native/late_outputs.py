"""For nbconvert: runs notebooks as it does, and takes outputs that come after a cell is said to have ended.

Under load Deno's kernel says now and then that a cell has ended before it has sent its result. Jupyter's front ends show what comes
for a cell whenever it comes; nbconvert drops it.
"""

from queue import Empty

from nbclient.exceptions import CellExecutionComplete
from nbclient.util import ensure_async
from nbconvert.preprocessors import ExecutePreprocessor

# For so long nothing must come any more before the next cell is run.
QUIET_SECONDS = 0.5


class LateOutputs(ExecutePreprocessor):
    """In the place of nbconvert's own ExecutePreprocessor."""

    enabled = True
    # How long outputs may come after the reply; nbconvert's 4 s are short on a busy machine.
    iopub_timeout = 60
    raise_on_iopub_timeout = True

    async def _async_poll_output_msg(self, parent_msg_id, cell, cell_index):
        complete = False
        while True:
            try:
                message = await ensure_async(self.kc.iopub_channel.get_msg(timeout=QUIET_SECONDS if complete else None))
            except Empty:
                return
            if message["parent_header"].get("msg_id") != parent_msg_id:
                continue
            try:
                self.process_message(message, cell, cell_index)
            except CellExecutionComplete:
                complete = True
