import { cleanup, fireEvent, render } from "@testing-library/svelte";
import { afterEach, describe, expect, it } from "vitest";
import ThumbnailImage from "./ThumbnailImage.svelte";

afterEach(cleanup);

describe("a thumbnail", () => {
  it("has the shape that the studio sent, or else that of the picture itself", async () => {
    const thumbnail = {
      thumbnail_id: "t1",
      thumbnail_url: "https://x.test/1",
      width: 0,
      height: 0,
      timestamp_seconds: null,
    };
    const props = { src: "/1", alt: "Thumbnail", fit: "cover" as const, canRetry: false };
    const { rerender } = render(ThumbnailImage, { ...props, thumbnail });
    const image = document.querySelector("img") as HTMLImageElement;
    const ratio = () => Number.parseFloat(image.style.aspectRatio);
    expect(ratio()).toBeCloseTo(16 / 9);
    Object.defineProperties(image, { naturalWidth: { value: 90 }, naturalHeight: { value: 160 } });
    await fireEvent.load(image);
    expect(ratio()).toBeCloseTo(9 / 16);
    await rerender({ ...props, thumbnail: { ...thumbnail, width: 100, height: 50 } });
    expect(ratio()).toBeCloseTo(2);
  });
});
