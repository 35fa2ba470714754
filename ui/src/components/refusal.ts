/** Why a change was refused, as a function, so that the text follows the language; null if it was accepted. */
export type Refusal = (() => string) | null;
