import { assertGolden } from "../golden_file.ts";
import { kdamondsSchema } from "../../format/config/kdamonds_schema.ts";

Deno.test("kdamondsSchema is what is shipped in schema/ (deno task schema writes it anew)", async () => {
  await assertGolden("../../schema/kdamonds.schema.json", `${JSON.stringify(kdamondsSchema(), null, 2)}\n`);
});
