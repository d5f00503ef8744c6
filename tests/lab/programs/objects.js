// 300,000 objects, all of which are looked at twenty times a second: V8 puts them in some 400 places, far from each other.
const objects = new Map();
for (let i = 0; i < 300000; i++) objects.set("key" + i, { a: i, b: "v" + i, c: [i, i + 1] });
let sum = 0;
function look() {
  for (const [key, { a, b, c }] of objects) sum += a + b.length + c[1] + key.length;
  setTimeout(look, 50);
}
look();
