import { fireEvent, screen } from "@testing-library/svelte";

/** Chooses what the palette offers. */
export async function choose(name: string) {
  await fireEvent.click(screen.getByRole("button", { name: "Menu" }));
  await fireEvent.click(await screen.findByRole("option", { name }));
}

/** Types into a field. */
export async function type(label: string, value: string) {
  await fireEvent.input(await screen.findByLabelText(label), { target: { value } });
}
