/** The texts of the statistics in English. */
export const statistics = {
  title: "Statistics",
  empty: "No statistics yet. They begin with the first video that is ready or fails.",
  basis: (count: number, since: string) =>
    count === 1 ? `From 1 video since ${since}` : `From ${count} videos since ${since}`,
  basisHint:
    "Of the last 12 weeks, as far as this computer knows them: the list of your studio, and what happened while Tallylight was running.",
  weeks: "Videos per week",
  week: "Week from",
  ready: "Ready",
  failed: "Failed",
  time: "Processing time",
  timeHint: "Half of the videos took at most the median, nine of ten at most the 90th percentile.",
  noTimes:
    "No processing times yet. They are known for videos whose processing was followed, or whose studio stores them.",
  step: "Step",
  total: "Total",
  median: "Median",
  p90: "90th percentile",
  videos: "Videos",
  failures: "Failures by reason",
  noFailures: "No failures.",
  reason: "Reason",
  count: "Failures",
  others: "Other reasons",
};
