// A map of objects, all of it walked every 50 ms: V8 scatters it over many mappings with wide gaps between them.
const map = new Map();
for (let i = 0; i < 300_000; i++) map.set("key" + i, { a: i, b: "v" + i, c: [i, i + 1] });
let sum = 0;
function walk() {
  for (const [key, value] of map) sum += value.a + value.b.length + value.c[1] + key.length;
  setTimeout(walk, 50);
}
walk();
console.log("ready");
