import { AGE_UNKNOWN, type AppliedRegions, type Region, Regions, type Scheme } from "../../damon/mod.ts";

/**
 * Regions of which the kernel (Linux 6.7 to 6.12) did not say which scheme acted on them, by the scheme that it must have
 * been; by `undefined` what remains.
 *
 * @param schemes Those of the context.
 * @param hasOneTarget Then what scheme 0 did is told, and this is of the others.
 */
export function attributeToSchemes(
  { regions }: Pick<AppliedRegions, "regions">,
  schemes: readonly Scheme[],
  hasOneTarget: boolean,
): Map<number | undefined, Regions> {
  const candidates = schemes.map((scheme, index) => ({ scheme, index })).filter(({ index }) =>
    !hasOneTarget || index > 0
  );
  const parts = new Map<number | undefined, Region[]>();
  for (const region of regions) {
    const fitting = candidates.length === 1 ? candidates : candidates.filter(({ scheme }) => fits(scheme, region));
    const index = fitting.length === 1 ? fitting[0].index : undefined;
    const part = parts.get(index);
    if (part) part.push(region);
    else parts.set(index, [region]);
  }
  return new Map([...parts].map(([index, rows]) => [index, Regions.from(rows)]));
}

function fits({ accessPattern: { nrAccesses, age } }: Scheme, region: Region): boolean {
  // Its size is no help: a quota may have cut it.
  const itsAge = region.age ?? AGE_UNKNOWN;
  return nrAccesses.min <= region.nrAccesses && region.nrAccesses <= nrAccesses.max &&
    (itsAge === AGE_UNKNOWN || (age.min <= itsAge && itsAge <= age.max));
}
