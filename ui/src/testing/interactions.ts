import { fireEvent, screen } from "@testing-library/svelte";

/** Runs a command of the palette. */
export async function runCommand(name: string) {
  await fireEvent.click(screen.getByRole("button", { name: "Menu" }));
  await fireEvent.click(await screen.findByRole("option", { name }));
}

/** Types into a field. */
export async function typeInto(label: string, value: string) {
  await fireEvent.input(await screen.findByLabelText(label), { target: { value } });
}

/** Presses a button. */
export const pressButton = (name: string) => fireEvent.click(screen.getByRole("button", { name }));
