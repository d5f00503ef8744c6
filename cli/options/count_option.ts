/** A whole number. */
export const count = (text: string) => {
  if (!/^\d+$/.test(text)) throw new SyntaxError(`Cannot parse ${JSON.stringify(text)} as a count`);
  return Number(text);
};
