# 200 MiB in one piece, every page of the lower half read every 50 ms.
import time

size = 200 << 20
memory = bytearray(size)
for at in range(0, size, 4096):
    memory[at] = 1
hot = memoryview(memory)[: size // 2 : 4096]
print("ready", flush=True)
while True:
    sum(hot)
    time.sleep(0.05)
