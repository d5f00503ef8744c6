import { formatNr } from "../../damon/mod.ts";

/** What was left out of a record as it cannot be: how much, and where the first one is. */
export class Flaws {
  /** How many. */
  count = 0;
  #first = "";

  /** None so far. */
  constructor(
    /** What they are, in the singular. */
    readonly kind = "snapshot",
  ) {}

  /** One more; `place` says where, as in `line 5`. */
  add(place: string | undefined, what: string): void {
    if (this.count++ === 0) this.#first = place ? `${place}: ${what}` : what;
  }

  /** A sentence without its end; `undefined` where there are none. */
  toText(): string | undefined {
    if (this.count === 0) return undefined;
    return this.count === 1
      ? `1 ${this.kind} is left out as it is impossible (${this.#first})`
      : `${formatNr(this.count)} ${this.kind}s are left out as they are impossible (the first in ${this.#first})`
        .replace("(the first in region", "(the first: region");
  }
}
