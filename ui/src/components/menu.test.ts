import { describe, expect, it, vi } from "vitest";
import { itemAfterKey, menuPosition, TypeAhead } from "./menu";

describe("menuPosition", () => {
  const size = { width: 200, height: 150 };

  it("opens at the pointer, and moves into the window at its edges", () => {
    vi.stubGlobal("innerWidth", 960);
    vi.stubGlobal("innerHeight", 640);
    expect(menuPosition({ x: 40, y: 60 }, size)).toEqual({ left: 40, top: 60 });
    expect(menuPosition({ x: 950, y: 60 }, size)).toEqual({ left: 752, top: 60 });
    expect(menuPosition({ x: 40, y: 600 }, size), "above").toEqual({ left: 40, top: 450 });
    vi.stubGlobal("innerWidth", 280);
    vi.stubGlobal("innerHeight", 160);
    expect(menuPosition({ x: 270, y: 100 }, size)).toEqual({ left: 72, top: 8 });
    vi.unstubAllGlobals();
  });
});

describe("itemAfterKey", () => {
  it("wraps around, and begins at either end if no item has the focus", () => {
    expect(itemAfterKey("ArrowDown", 2, 3)).toBe(0);
    expect(itemAfterKey("ArrowDown", -1, 3)).toBe(0);
    expect(itemAfterKey("ArrowUp", 0, 3)).toBe(2);
    expect(itemAfterKey("ArrowUp", -1, 3)).toBe(2);
    expect(itemAfterKey("F1", 0, 3)).toBeNull();
  });
});

describe("TypeAhead", () => {
  const labels = ["Copy", "Select", "Delete", "Deselect"];

  it("finds by the first letters, in any case", () => {
    const typeAhead = new TypeAhead();
    expect(typeAhead.add("D", 0, labels, 0)).toBe(2);
    expect(typeAhead.add("e", 100, labels, 2)).toBe(2);
    expect(typeAhead.add("s", 200, labels, 2)).toBe(3);
  });

  it("moves on with a repeated letter, and begins anew after a pause", () => {
    const typeAhead = new TypeAhead();
    expect(typeAhead.add("d", 0, labels, 0)).toBe(2);
    expect(typeAhead.add("d", 100, labels, 2)).toBe(3);
    expect(typeAhead.add("d", 200, labels, 3)).toBe(2);
    expect(typeAhead.add("s", 5000, labels, 2)).toBe(1);
    expect(typeAhead.add("q", 9000, labels, 1)).toBeNull();
  });
});
