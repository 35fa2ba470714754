/** The texts of transcripts and the search in them in English. */
export const transcript = {
  search: "Search transcript",
  found: (at: string, count: string) => `${at} of ${count}`,
  notFound: "No results",
  next: "Next match",
  previous: "Previous match",
  /** For screen readers, before the words that were found. */
  at: (time: string) => `at ${time}`,
  further: (count: number) => (count === 1 ? "+1 more" : `+${count} more`),
  shortcuts: {
    find: "Find in transcript",
    nextAndPrevious: "Next and previous match",
  },
};
