/** The texts of snoozed reviews in English. */
export const snooze = {
  later: "Snooze for 3 hours",
  tomorrow: "Snooze until tomorrow morning",
  monday: "Snooze until Monday morning",
  end: "End snooze",
  until: (time: string) => `Snoozed until ${time}`,
  done: (count: number) => (count === 1 ? "Snoozed" : `${count} videos snoozed`),
};
