import assert from "assert";
import { physicalRanges } from "../../../../kernel/machine/ram.ts";
import { fakeRoots } from "../../../fake_sysfs.ts";

const IOMEM = `00001000-0009ffff : System RAM
  00001000-00001fff : something inside
000a0000-000fffff : Reserved
00100000-17ffffff : System RAM
`;

Deno.test("physicalRanges tells what has physical addresses, and the nodes of what is memory", () => {
  using roots = fakeRoots({
    "proc/iomem": IOMEM,
    "devices/system/memory/block_size_bytes": "8000000\n",
    "devices/system/node/node0/memory0/state": "online\n",
    "devices/system/node/node1/memory1/state": "online\n",
    "devices/system/node/node1/memory2/state": "online\n",
  });
  assert.deepEqual(physicalRanges(roots), [
    { start: 0x1000, end: 0xa0000, name: "System RAM", nodes: [0] },
    { start: 0xa0000, end: 0x100000, name: "Reserved" },
    { start: 0x100000, end: 0x18000000, name: "System RAM", nodes: [0, 1] },
  ]);
});

Deno.test("physicalRanges refuses what is shown to others than root, in which all addresses are 0", () => {
  using roots = fakeRoots({ "proc/iomem": "00000000-00000000 : System RAM\n" });
  assert.throws(() => physicalRanges(roots), { name: "RangeError", message: /run as root/ });
});
