import { cleanup, fireEvent, render } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import Cover from "./Cover.svelte";

afterEach(cleanup);

/** Shows a picture of this size, and returns how it fits its frame. */
async function fit(width: number, height: number): Promise<string> {
  render(Cover, { url: `/${width}x${height}.jpg`, version: 1 });
  const image = document.querySelector("img") as HTMLImageElement;
  Object.defineProperties(image, {
    naturalWidth: { value: width },
    naturalHeight: { value: height },
  });
  await fireEvent.load(image);
  const isWhole = image.classList.contains("narrow");
  cleanup();
  return isWhole ? "whole" : "cropped";
}

describe("a picture in the list", () => {
  it("is shown whole if it is portrait or square, and else fills its frame", async () => {
    expect(await fit(1080, 1920)).toBe("whole");
    expect(await fit(800, 800)).toBe("whole");
    expect(await fit(1920, 1080)).toBe("cropped");
    expect(await fit(640, 480)).toBe("cropped");
  });
});
