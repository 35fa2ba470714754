/** Tells whether every word of a text begins a word of one of these. */
export function matches(text: string, ...named: (string | null | undefined)[]): boolean {
  const words = (text: string) =>
    text
      .toLocaleLowerCase()
      .split(/[\s_./…-]+/)
      .filter(Boolean);
  const held = words(named.filter(Boolean).join(" "));
  return words(text).every((word) => held.some((other) => other.startsWith(word)));
}
